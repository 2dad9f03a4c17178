"""First weights: drawn as asked, repeatable, and what a network fixes on purpose stays."""

from typing import get_args

import pytest
import torch

from cnnplay.models.initialisation import DRAWS, NORMAL_STD, UNIFORM_BOUND, initialise
from cnnplay.models.registry import MODELS, build
from cnnplay.training.config import Init


def drawn(key, init, seed=0, **options):
    torch.manual_seed(seed)
    model = build(key, **options)
    initialise(model, init)
    return model


def test_every_choice_of_the_configuration_is_there():
    assert set(get_args(Init)) == {"default", *DRAWS}


def test_default_is_the_networks_own_way():
    torch.manual_seed(0)
    own = build("resnet").state_dict()
    assert all(torch.equal(value, own[name]) for name, value in drawn("resnet", "default").state_dict().items())


@pytest.mark.parametrize(
    ("init", "std"),
    [
        ("normal", NORMAL_STD),
        ("uniform", UNIFORM_BOUND / 3**0.5),
        ("xavier", (2 / (2048 + 512)) ** 0.5),
        ("kaiming", (2 / 2048) ** 0.5),
        ("orthogonal", (1 / 2048) ** 0.5),
        ("zero", 0.0),
    ],
)
def test_weights_have_the_spread_of_the_formula(init, std):
    layer = drawn("simple_cnn", init).layer4.fc1
    assert layer.weight.std().item() == pytest.approx(std, rel=0.02)
    assert layer.bias.abs().max() == 0


@pytest.mark.parametrize("init", DRAWS)
@pytest.mark.parametrize("key", MODELS)
def test_every_network_takes_every_way(key, init):
    model = drawn(key, init)
    assert all(torch.isfinite(value).all() for value in model.state_dict().values() if value.is_floating_point())
    if key == "speedrun":
        assert not model.whiten.weight.requires_grad
        torch.manual_seed(0)
        assert torch.equal(model.whiten.weight, build(key).whiten.weight)


def test_gates_keep_the_bias_they_begin_with():
    assert set(drawn("residual", "zero").state_dict()) == set(build("residual").state_dict())
    gated = drawn("residual_scaled", "zero", variant="exclusive_gating")
    assert gated.block1.gate.bias.unique().tolist() == [-6.0]
