"""A look inside: the right figures, and no trace left behind."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from cnnplay.models.registry import MODELS, build, get_spec
from cnnplay.training.feed import NO_LABEL, Pictures
from cnnplay.training.layer_stats import PROBE_IMAGES, grad_norms, measure_layers, probe_batch


def by_name(model, x, norms=None):
    return {layer.name: layer for layer in measure_layers(model, x, norms or {})}


def test_dead_units_are_those_that_never_fire():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 9, 8), nn.ReLU())
    with torch.no_grad():
        model[0].bias.copy_(torch.tensor([-100.0, 100.0, 100.0, 100.0]))
        model[3].weight.zero_()
        model[3].bias.copy_(torch.tensor([-1.0, -1.0, -1.0, 1, 1, 1, 1, 1]))
    found = by_name(model, torch.randn(16, 1, 5, 5))
    assert [(layer.kind, layer.dead_share) for layer in found.values()] == (
        [("conv", None), ("relu", 1 / 4), ("linear", None), ("relu", 3 / 8)]
    )
    assert found["4"].mean == pytest.approx(5 / 8)
    assert found["4"].std == pytest.approx(math.sqrt(5 / 8 * 3 / 8))


@pytest.mark.parametrize(("activation", "low"), [(nn.Sigmoid(), 0.0), (nn.Tanh(), -1.0)])
def test_saturated_values_are_those_near_the_ends(activation, low):
    x = torch.randn(64, 10) * 4
    (layer,) = measure_layers(nn.Sequential(activation), x, {})
    y = activation(x)
    assert layer.kind == type(activation).__name__.lower()
    assert layer.saturated_share == pytest.approx(((y < low + 0.05) | (y > 0.95)).float().mean().item())
    assert layer.dead_share is None


def test_a_module_used_twice_is_measured_over_both():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x):
            return self.relu(x), self.relu(-x - 10)

    x = torch.randn(32, 6).abs()
    (layer,) = measure_layers(Twice(), x, {})
    assert layer.dead_share == 0.5
    both = torch.cat([x, torch.zeros_like(x)])
    assert (layer.mean, layer.std) == pytest.approx((both.mean().item(), both.std(correction=0).item()))


def test_gradients_and_weights_are_those_of_the_layer():
    torch.manual_seed(0)
    model = build("cnn6")
    assert grad_norms(model) == {}
    x = torch.randn(8, 1, 28, 28)
    assert {layer.grad_norm for layer in measure_layers(model, x, {})} == {None}
    model(x).square().sum().backward()
    norms = grad_norms(model)
    found = by_name(model, x, norms)
    for name in ("conv1", "conv2", "fc1", "fc2"):
        module = model.get_submodule(name)
        assert found[name].grad_norm == norms[name] == pytest.approx(module.weight.grad.norm().item())
        assert found[name].weight_norm == pytest.approx(module.weight.norm().item())
    assert found["relu1"].weight_norm is None


@pytest.mark.parametrize("key", MODELS)
def test_it_leaves_no_trace(key):
    spec = get_spec(key)
    torch.manual_seed(0)
    model = build(key).train()
    frozen = next(module for module in model.modules() if not list(module.children()))
    frozen.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    probe = torch.randn(8, *spec.input_shape)
    random_state = torch.get_rng_state()
    layers = measure_layers(model, probe, {})
    assert {layer.kind for layer in layers} >= {"linear"}
    assert all(math.isfinite(layer.mean) and layer.std >= 0 for layer in layers)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random_state)
    for module in model.modules():
        assert module.training == (module is not frozen)
        assert not module._forward_hooks
        assert getattr(module, "track_running_stats", True)


def test_hooks_go_even_when_the_network_fails():
    model = build("resnet").train()
    with pytest.raises(RuntimeError):
        measure_layers(model, torch.zeros(2, 5, 32, 32), {})
    assert all(not module._forward_hooks and module.training for module in model.modules())


def test_normalisation_uses_the_probe_not_the_running_means():
    model = nn.Sequential(nn.BatchNorm2d(1, affine=False), nn.ReLU())
    (layer,) = measure_layers(model, torch.randn(64, 1, 8, 8) + 100, {})
    assert layer.mean == pytest.approx(0.399, abs=0.02)  # of the positive half of a normal distribution


def test_the_probe_is_spread_over_the_known_pictures():
    images = np.zeros((1000, 1, 28, 28), np.uint8)
    images[:, 0, 0, 0] = np.arange(1000) // 4
    labels = np.where(np.arange(1000) < 900, 0, NO_LABEL)
    spec = get_spec("cnn16_32")  # sees 0..1
    probe = probe_batch(Pictures(images, labels), spec)
    assert probe.shape == (PROBE_IMAGES, 1, 28, 28)
    marks = (probe[:, 0, 0, 0] * 255).round()
    assert (marks[0], marks[-1]) == (0, 899 // 4)
    assert marks.diff().min() >= 0
    assert len(probe_batch(Pictures(images[:5], labels[:5]), spec)) == 5
