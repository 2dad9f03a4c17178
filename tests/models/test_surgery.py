"""The options that every network has: other activations, dropout, another number of classes."""

import pytest
import torch
from torch import nn

from cnnplay.errors import ConfigError, InputError
from cnnplay.models.checkpoint import load_model, save_weights
from cnnplay.models.registry import ACTIVATIONS, COMMON_OPTIONS, MODELS, build, get_spec
from cnnplay.models.surgery import ACTIVATION_MODULES, DropoutLinear, last_linear

OPTIONS = {"activation": "silu", "dropout": 0.25, "n_classes": 7}


def pictures(key, n=4):
    return torch.randn(n, *get_spec(key).input_shape)


def trained_step(model, x, n_classes):
    nn.functional.cross_entropy(model(x), torch.arange(len(x)) % n_classes).backward()


@pytest.mark.parametrize("key", MODELS)
def test_every_network_takes_all_of_them_and_learns_everywhere(key):
    torch.manual_seed(0)
    model = build(key, **OPTIONS).train()
    x = pictures(key, 8)
    assert model(x).shape == (8, 7)
    trained_step(model, x, 7)
    for name, parameter in model.named_parameters():
        assert not parameter.requires_grad or parameter.grad.abs().sum() > 0, name
    kinds = {type(module) for module in model.modules()}
    assert not kinds & {nn.ReLU, nn.GELU}
    assert nn.SiLU in kinds


@pytest.mark.parametrize("key", MODELS)
def test_they_travel_with_the_weights(key, tmp_path):
    torch.manual_seed(0)
    model = build(key, **OPTIONS).eval()
    save_weights(model, tmp_path / "w.safetensors", key=key, options=OPTIONS)
    found, loaded = load_model(tmp_path / "w.safetensors")
    x = pictures(key)
    assert found == key
    with torch.no_grad():
        torch.testing.assert_close(loaded(x), model(x), atol=0.05, rtol=0.05)  # stored in half precision
    assert last_linear(loaded)[1].out_features == 7


@pytest.mark.parametrize("key", MODELS)
def test_dropout_changes_no_key_and_drops_only_while_training(key):
    torch.manual_seed(0)
    plain, dropping = build(key), build(key, dropout=0.5)
    assert list(dropping.state_dict()) == list(plain.state_dict())
    dropping.load_state_dict(plain.state_dict())
    x = pictures(key)
    with torch.no_grad():
        assert torch.equal(dropping.eval()(x), plain.eval()(x))
        last = last_linear(dropping)[1]
        probe = torch.randn(64, last.in_features)
        has_own = any(isinstance(module, nn.Dropout) for module in plain.modules())
        assert isinstance(last, DropoutLinear) == (not has_own)
        if not has_own:
            assert not torch.equal(last.train()(probe), last(probe))
    assert {module.p for module in dropping.modules() if isinstance(module, nn.Dropout | DropoutLinear)} == {0.5}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_activation_replaces_relu_and_gelu(activation):
    for key in ("scribe", "speedrun"):
        model = build(key, activation=activation)
        n_before = sum(isinstance(module, nn.ReLU | nn.GELU) for module in build(key).modules())
        assert sum(type(module) is ACTIVATION_MODULES[activation] for module in model.modules()) == n_before
        assert list(model.state_dict()) == list(build(key).state_dict())


def test_the_own_number_of_classes_and_no_dropout_change_nothing():
    torch.manual_seed(0)
    plain = build("lenet5")
    torch.manual_seed(0)
    same = build("lenet5", n_classes=10, dropout=0)
    assert str(same) == str(plain)
    assert all(torch.equal(value, same.state_dict()[name]) for name, value in plain.state_dict().items())


def test_they_join_a_networks_own_options():
    model = build("resnet", depth=8, activation="tanh", n_classes=100)
    assert last_linear(model) == ("fc", model.fc)
    assert model.fc.out_features == 100
    assert isinstance(model.block1_1.relu, nn.Tanh)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "swish"}, "activation is 'swish'. Choose one of: relu, leaky_relu"),
        ({"dropout": 0.95}, "dropout is 0.95. It must be a number from 0 to 0.9"),
        ({"dropout": True}, "dropout is True"),
        ({"n_classes": 1}, "n_classes is 1. It must be a whole number from 2 to 1000"),
        ({"n_classes": 10.0}, "n_classes is 10.0"),
    ],
)
def test_values_out_of_bounds_are_refused_with_the_bounds(options, message):
    with pytest.raises(ConfigError, match=message):
        build("fc2", **options)


def test_an_unknown_option_names_the_common_ones_too():
    with pytest.raises(InputError, match=f"fc2 has no option depth. Its options: width, {', '.join(COMMON_OPTIONS)}"):
        build("fc2", depth=3)
