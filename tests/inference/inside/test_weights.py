"""Weights in figures, first weights drawn by hand, and what lies between two moments of a training."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from cnnplay.inference.inside.graph import SOFTMAX, read_graph
from cnnplay.inference.inside.initialising import (
    METHODS,
    Signals,
    draw_weights,
    fresh_network,
    measure_signals,
    verdict,
)
from cnnplay.inference.inside.moved import compare_weights
from cnnplay.inference.inside.parameters import histogram, layer_with_weights, list_parameters, weights_of
from cnnplay.models.registry import MODELS, build

PICTURES = np.random.default_rng(0).integers(0, 256, (8, 1, 28, 28), dtype=np.uint8)
LABELS = np.arange(8)


def test_every_tensor_is_described_once() -> None:
    model = build("speedrun")
    found = {each.name: each for each in list_parameters(model)}
    assert list(found) == [name for name, _ in model.named_parameters()]
    assert not found["whiten.weight"].is_trained
    assert found["fc.weight"].is_trained
    weight = found["group1.conv1.weight"]
    assert weight.shape == (64, 24, 3, 3)
    assert weight.layer == "group1.conv1"
    expected = model.get_submodule("group1.conv1").weight.detach()
    assert weight.std == pytest.approx(float(expected.std(unbiased=False)), rel=1e-5)
    assert found["group1.bn1.weight"].mean == 1
    assert found["group1.bn1.bias"].zeros == 1


def test_a_step_without_weights_is_shown_with_the_layer_before_it() -> None:
    graph = read_graph(build("scribe").eval())
    assert layer_with_weights(graph, "block1.conv2") == "block1.conv2"
    assert layer_with_weights(graph, "block1.bn2") == "block1.bn2"
    assert layer_with_weights(graph, "block1.add") == "block1.conv2"
    assert layer_with_weights(graph, SOFTMAX) == "fc"
    assert layer_with_weights(read_graph(build("fc2").eval()), "flatten") == "fc1"
    assert set(weights_of(graph.model, "fc")) == {"weight", "bias"}


def test_two_histograms_share_their_bins() -> None:
    one, other = np.linspace(-1, 1, 100, dtype=np.float32), np.full(50, 3, np.float32)
    first, second = histogram(one, other)
    assert first.edges is second.edges
    assert first.counts.sum() == 100
    assert second.shares.max() == 1
    assert histogram(np.zeros(4, np.float32))[0].counts.sum() == 4


@pytest.mark.parametrize("method", METHODS)
def test_a_method_draws_what_its_formula_says(method: str) -> None:
    model = build("cnn16_32")
    number = METHODS[method].default or 0.3
    draw_weights(model, method, number, seed=1)
    weight = model.get_submodule("conv2").weight.detach()
    fan_in, fan_out = 16 * 25, 32 * 25
    std = {
        "normal": number,
        "uniform": number / math.sqrt(3),
        "constant": 0,
        "xavier": math.sqrt(2 / (fan_in + fan_out)),
        "kaiming": math.sqrt(2 / fan_in),
        "orthogonal": 1 / math.sqrt(fan_in),
    }[method]
    assert float(weight.std()) == pytest.approx(std, rel=0.03)
    assert not model.get_submodule("conv2").bias.any()
    if method == "orthogonal":
        assert torch.allclose(weight.flatten(1) @ weight.flatten(1).T, torch.eye(32), atol=1e-4)
    again = build("cnn16_32")
    draw_weights(again, method, number, seed=1)
    assert torch.equal(again.get_submodule("conv2").weight, weight)


def test_weights_that_are_not_trained_keep_their_values() -> None:
    model = fresh_network("speedrun", {}, seed=0, images=None)
    before = model.get_submodule("whiten").weight.clone()
    draw_weights(model, "constant", 0.5, seed=0)
    assert torch.equal(model.get_submodule("whiten").weight, before)


def test_visitors_at_once_get_the_fresh_network_of_their_seed() -> None:
    def draw(seed: int) -> torch.Tensor:
        return next(fresh_network("cnn6", {}, seed=seed, images=None).parameters()).detach()

    expected = [draw(seed) for seed in range(3)]
    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(build, "cnn6") for _ in range(100)]
        found = list(pool.map(draw, [seed for _ in range(60) for seed in range(3)]))
    assert all(each.result() is not None for each in loads)
    assert all(torch.equal(each, expected[i % 3]) for i, each in enumerate(found))


def test_a_fresh_network_leaves_the_generator_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    first = fresh_network("cnn6", {"activation": "sigmoid"}, seed=5, images=PICTURES)
    assert torch.equal(torch.rand(1), expected)
    second = fresh_network("cnn6", {"activation": "sigmoid"}, seed=5, images=PICTURES)
    assert torch.equal(first.get_submodule("conv1").weight, second.get_submodule("conv1").weight)
    assert isinstance(first.get_submodule("relu1"), nn.Sigmoid)


def test_the_gradient_is_that_of_the_loss() -> None:
    model = fresh_network("fc2", {}, seed=0, images=None)
    found = measure_signals(model, MODELS["fc2"], PICTURES, LABELS)
    x = (torch.from_numpy(PICTURES).float() / 255 - 0.1307) / 0.3081
    logits = model(x).detach()
    expected = (logits.softmax(1) - torch.eye(10)[:8]).norm(dim=1).mean()
    assert found.layers == ("fc1", "fc2", "fc3")
    assert found.gradient[-1] == pytest.approx(float(expected), rel=1e-4)
    assert found.signal[-1] == pytest.approx(float(logits.std()), rel=1e-4)


def test_measuring_leaves_the_network_as_it_was() -> None:
    model = build("scribe").eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    measure_signals(model, MODELS["scribe"], PICTURES, LABELS)
    assert not model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_verdict_calls_things_by_their_names() -> None:
    def words(forward: float, backward: float) -> str:
        return verdict(Signals(("first", "last"), (1.0, forward), (backward, 1.0)))

    assert words(1 / 16_000, 1).startswith("The signal vanishes: in the last layer 1/16,000 of it is left.")
    assert "The gradient vanishes: 1/10,000 of it" in words(1, 1e-4)
    assert "fades: in the last layer 1/20" in words(0.05, 1)
    assert "The gradient grows" in words(1, 50)
    assert "The gradient explodes" in words(1, 1e4)
    assert "infinitely many times" in words(1, math.inf)
    assert "comes through" in words(0.5, 1)
    assert "every picture gets the same answer" in words(0, 0)
    assert "cannot learn" in words(0, 0)


def test_what_moved_is_told_by_length_and_angle() -> None:
    before, after = build("cnn6"), build("cnn6")
    after.load_state_dict(before.state_dict())
    after.get_submodule("conv1").weight.data.mul_(3)
    after.get_submodule("conv2").weight.data.neg_()
    moves = {move.layer: move for move in compare_weights(before, after)}
    assert (moves["conv1"].change, moves["conv1"].cosine) == (pytest.approx(2), pytest.approx(1))
    assert (moves["conv2"].change, moves["conv2"].cosine) == (pytest.approx(2), pytest.approx(-1))
    assert (moves["fc1"].change, moves["fc1"].cosine) == (0, pytest.approx(1))
    before.get_submodule("fc1").weight.data.zero_()
    assert {m.layer: m for m in compare_weights(before, after)}["fc1"].change == math.inf
