"""Options that experiments turn: depth and wiring, batch normalisation, 1 x 1 convolutions, how sizes are halved."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnplay.errors import ConfigError
from cnnplay.models.arithmetic import count_macs
from cnnplay.models.registry import build
from cnnplay.models.residual import PLAIN, VARIANTS, ResidualBlock


@pytest.mark.parametrize("n_blocks", [1, 3])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("variant", [*VARIANTS, PLAIN])
def test_a_digit_net_of_any_depth_and_wiring_reads(n_blocks, batch_norm, variant):
    model = build("residual", n_blocks=n_blocks, batch_norm=batch_norm, variant=variant)
    blocks = [module for module in model.modules() if isinstance(module, ResidualBlock)]
    assert len(blocks) == 2 * n_blocks
    assert model(torch.randn(2, 1, 28, 28)).shape == (2, 10)
    n_layers = sum(isinstance(module, nn.Conv2d | nn.Linear) for module in model.modules())
    if variant == PLAIN:
        assert n_layers == 3 + 4 * n_blocks
        n_norms = sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())
        assert n_norms == (2 + 4 * n_blocks if batch_norm else 0)


def test_one_block_a_round_has_the_names_that_weights_on_disk_have():
    assert [name for name, _ in build("residual").named_children()][:4] == ["conv1", "relu1", "pool1", "block1"]
    deeper = [name for name, _ in build("residual", n_blocks=2).named_children()]
    assert deeper[3:5] == ["block1", "block1_2"]


def test_a_plain_block_is_the_correction_alone():
    torch.manual_seed(0)
    block = ResidualBlock(4, 4, variant=PLAIN, batch_norm=False)
    x = torch.randn(2, 4, 6, 6)
    torch.testing.assert_close(block(x), F.relu(block.conv2(F.relu(block.conv1(x)))))
    assert ResidualBlock(4, 8, stride=2, variant=PLAIN)(x).shape == (2, 8, 3, 3)


@pytest.mark.parametrize("one_by_one", [True, False])
def test_inception_with_and_without_its_one_by_ones(one_by_one):
    model = build("inception", one_by_one=one_by_one)
    convs = [module for module in model.inception2.branch5 if isinstance(module, nn.Conv2d)]
    assert [conv.kernel_size[0] for conv in convs] == ([1, 5] if one_by_one else [5])
    assert model(torch.randn(2, 1, 28, 28)).shape == (2, 10)


def test_the_three_ways_to_halve_a_size_end_at_the_same_shape():
    x = torch.randn(2, 1, 28, 28)
    nets = {way: build("cnn16_32", downsample=way) for way in ("max", "average", "stride")}
    assert {net(x).shape for net in nets.values()} == {(2, 10)}
    assert len({tuple(net.state_dict()) for net in nets.values()}) == 1
    assert isinstance(nets["average"].pool1, nn.AvgPool2d)
    assert count_macs(nets["max"], (1, 28, 28)) > 3.9 * count_macs(nets["stride"], (1, 28, 28))


@pytest.mark.parametrize(
    ("key", "options", "message"),
    [
        ("residual", {"variant": "straight"}, "There is no residual block called 'straight'.*plain"),
        ("residual", {"n_blocks": 0}, "n_blocks is 0. It must be a whole number from 1 to 32"),
        ("residual", {"n_blocks": True}, "n_blocks is True"),
        ("residual", {"batch_norm": 1}, "batch_norm is 1. It must be true or false"),
        ("inception", {"one_by_one": "no"}, "one_by_one is 'no'. It must be true or false"),
        ("cnn16_32", {"downsample": "min"}, "downsample is 'min'. Choose one of: max, average, stride"),
    ],
)
def test_other_values_are_refused(key, options, message):
    with pytest.raises(ConfigError, match=message):
        build(key, **options)
