"""The residual block in all its wirings, against the formulas of He et al. 2016 written out by hand."""

import pytest
import torch
from torch.nn import functional as F

from cnnplay.errors import ConfigError
from cnnplay.models.registry import build
from cnnplay.models.residual import NEEDS_BATCH_NORM, VARIANTS, DigitResidualNet, ResidualBlock, ResNet

FORMULAS = {
    "original": lambda b, x: F.relu(x + b.bn2(b.conv2(F.relu(b.bn1(b.conv1(x)))))),
    "constant_scaling": lambda b, x: F.relu(0.5 * x + 0.5 * b.bn2(b.conv2(F.relu(b.bn1(b.conv1(x)))))),
    "exclusive_gating": lambda b, x: F.relu(
        (1 - torch.sigmoid(b.gate(x))) * x + torch.sigmoid(b.gate(x)) * b.bn2(b.conv2(F.relu(b.bn1(b.conv1(x)))))
    ),
    "shortcut_only_gating": lambda b, x: F.relu(
        (1 - torch.sigmoid(b.gate(x))) * x + b.bn2(b.conv2(F.relu(b.bn1(b.conv1(x)))))
    ),
    "conv_shortcut": lambda b, x: F.relu(b.shortcut(x) + b.bn2(b.conv2(F.relu(b.bn1(b.conv1(x)))))),
    "dropout_shortcut": lambda b, x: F.relu(x + b.bn2(b.conv2(F.relu(b.bn1(b.conv1(x)))))),
    "bn_after_addition": lambda b, x: F.relu(b.bn2(x + b.conv2(F.relu(b.bn1(b.conv1(x)))))),
    "relu_before_addition": lambda b, x: x + F.relu(b.bn2(b.conv2(F.relu(b.bn1(b.conv1(x)))))),
    "relu_only_preactivation": lambda b, x: x + b.bn2(b.conv2(F.relu(b.bn1(b.conv1(F.relu(x)))))),
    "full_preactivation": lambda b, x: x + b.conv2(F.relu(b.bn2(b.conv1(F.relu(b.bn1(x)))))),
}


def test_the_whole_family_is_there():
    assert set(FORMULAS) == set(VARIANTS)


@pytest.mark.parametrize("variant", VARIANTS)
def test_block_follows_its_formula(variant):
    torch.manual_seed(1)
    block = ResidualBlock(6, 6, variant=variant).eval()
    for norm in (block.bn1, block.bn2):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
    if variant.endswith("gating"):
        torch.nn.init.zeros_(block.gate.bias)
    x = torch.randn(2, 6, 7, 7)
    with torch.no_grad():
        torch.testing.assert_close(block(x), FORMULAS[variant](block, x))


@pytest.mark.parametrize("variant", VARIANTS)
def test_block_can_halve_the_size_and_add_maps(variant):
    out = ResidualBlock(4, 10, stride=2, variant=variant)(torch.randn(2, 4, 8, 8))
    assert out.shape == (2, 10, 4, 4)


def test_dropout_shortcut_drops_only_while_training():
    torch.manual_seed(0)
    block = ResidualBlock(4, 4, variant="dropout_shortcut", batch_norm=False)
    x = torch.rand(1, 4, 6, 6)
    assert not torch.equal(block.train()(x), block(x))
    assert torch.equal(block.eval()(x), block(x))


def test_published_slip_makes_the_first_convolution_useless():
    torch.manual_seed(0)
    x = torch.randn(2, 1, 28, 28)
    slipped = build("residual_scaled", as_published=True)
    right = build("residual_scaled")
    right.load_state_dict(slipped.state_dict())
    before = slipped(x)
    with torch.no_grad():
        slipped.block1.conv1.weight.add_(1)
        right.block1.conv1.weight.add_(1)
    assert torch.equal(slipped(x), before)
    assert not torch.allclose(right(x), before)


@pytest.mark.parametrize("variant", VARIANTS)
def test_whole_networks_take_every_wiring(variant):
    assert DigitResidualNet(variant)(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    assert ResNet(8, variant=variant)(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ResidualBlock(4, 4, variant="highway"), "no residual block called 'highway'"),
        (lambda: ResidualBlock(4, 8, as_published=True), "keep their shape"),
        (lambda: ResNet(21), "6 n \\+ 2 layers"),
        *[(lambda v=v: ResidualBlock(4, 4, variant=v, batch_norm=False), "needs batch norm") for v in NEEDS_BATCH_NORM],
    ],
)
def test_impossible_blocks_are_refused_in_words(make, message):
    with pytest.raises(ConfigError, match=message):
        make()
