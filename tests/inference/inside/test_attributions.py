"""The four methods give what their formulas say, for every network, and leave no trace in it."""

import gc
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnplay.errors import InputError
from cnnplay.inference.inside.attributions import METHODS, Attribution, Options, Question, attribute, fill_colour
from cnnplay.inference.inside.graph import Graph, read_graph
from cnnplay.inference.inside.probe import follow, usual_convolution
from cnnplay.models.forward import normaliser
from cnnplay.models.registry import MODELS, build, get_spec
from cnnplay.models.residual import ResidualBlock

THREE = Question(3)
FEW = {"n_steps": 2, "window_px": 14, "stride_px": 14}


def picture(key: str) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, get_spec(key).input_shape, np.uint8)


def as_input(key: str, image: np.ndarray) -> Tensor:
    return torch.from_numpy(image[None].astype(np.float32) / 255)


def score_of(graph: Graph, key: str, *, class_idx: int) -> Callable[[Tensor], Tensor]:
    normalise = normaliser(get_spec(key))
    return lambda x: graph.model(normalise(x))[:, class_idx]


def untrained(key: str, **options: object) -> Graph:
    torch.manual_seed(0)
    return read_graph(build(key, **options).eval())


def ask(graph: Graph, key: str, method: str, *, question: Question = THREE, **options: object) -> Attribution:
    return attribute(graph, get_spec(key), picture(key), method=method, question=question, options=Options(**options))


def traces(model: nn.Module) -> list[object]:
    hooks = [
        (m._forward_hooks, m._forward_pre_hooks, m._backward_hooks, m._backward_pre_hooks) for m in model.modules()
    ]
    return [any(map(len, each)) for each in hooks] + [p.grad for p in model.parameters()]


@pytest.mark.parametrize("key", MODELS)
def test_every_network_can_be_asked_and_stays_as_it_was(key: str) -> None:
    graph = untrained(key)
    x = normaliser(get_spec(key))(as_input(key, picture(key)))
    state = {name: value.clone() for name, value in graph.model.state_dict().items()}
    values = graph.compute(x)
    usual = usual_convolution(graph, values)
    layer = None if usual is None else follow(graph, usual)
    for method in METHODS:
        if method == "gradcam" and layer is None:
            with pytest.raises(InputError, match="has none"):
                ask(graph, key, method, layer=None)
            continue
        found = ask(graph, key, method, layer=layer, **FEW)
        assert found.values.shape == x.shape[2:]
        assert np.isfinite(found.values).all()
        assert found.is_signed or found.values.min() >= 0
        if method == "gradcam":
            maps = values[layer]
            (slope,) = torch.autograd.grad(values[graph.output][0, 3], maps)
            small = F.relu((slope.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True))
            large = F.interpolate(small, x.shape[2:], mode="bilinear")[0, 0]
            assert min(maps.shape[2:]) >= 4
            np.testing.assert_allclose(found.values, large.detach(), atol=1e-5, rtol=1e-3)
    assert not any(trace is not False and trace is not None for trace in traces(graph.model))
    assert all(torch.equal(value, state[name]) for name, value in graph.model.state_dict().items())
    assert torch.equal(graph.model(x), values[graph.output])


def test_saliency_is_the_size_of_the_gradient() -> None:
    graph = untrained("lenet5")
    x = as_input("lenet5", picture("lenet5")).requires_grad_()
    (slope,) = torch.autograd.grad(score_of(graph, "lenet5", class_idx=3)(x).sum(), x)
    found = ask(graph, "lenet5", "saliency")
    np.testing.assert_allclose(found.values, slope[0].abs().amax(0), rtol=1e-4, atol=1e-7)
    assert (found.n_forward, found.n_backward) == (1, 1)


@pytest.mark.parametrize("fill", ["black", "mean"])
def test_integrated_gradients_add_up_to_the_score(fill: str) -> None:
    graph = untrained("cnn6", activation="tanh")
    score = score_of(graph, "cnn6", class_idx=3)
    x = as_input("cnn6", picture("cnn6"))
    start = fill_colour(get_spec("cnn6"), fill).expand_as(x)
    found = ask(graph, "cnn6", "integrated", n_steps=64, fill=fill)
    with torch.no_grad():
        rise = float(score(x) - score(start))
        assert found.score == pytest.approx(float(score(x)), abs=1e-5)
        assert found.score_start == pytest.approx(float(score(start)), abs=1e-4)
    assert found.gap == pytest.approx(found.values.sum() - rise, abs=1e-4)
    assert abs(found.gap) < 1e-3
    assert found.n_backward == 64


def test_occlusion_is_what_is_lost_by_hiding_each_place() -> None:
    graph = untrained("lenet5")
    score = score_of(graph, "lenet5", class_idx=3)
    x = as_input("lenet5", picture("lenet5"))
    total, times = np.zeros((32, 32)), np.zeros((32, 32))
    with torch.no_grad():
        whole = float(score(x))
        for row in range(0, 32, 4):
            for column in range(0, 32, 4):
                hidden = x.clone()
                hidden[:, :, row : row + 6, column : column + 6] = 1.0
                total[row : row + 6, column : column + 6] += whole - float(score(hidden))
                times[row : row + 6, column : column + 6] += 1
                if column + 6 >= 32:
                    break
            if row + 6 >= 32:
                break
    found = ask(graph, "lenet5", "occlusion", window_px=6, stride_px=4, fill="white")
    np.testing.assert_allclose(found.values, total / times, atol=1e-5)
    assert found.n_forward == 8 * 8 + 1
    assert found.n_backward == 0


def test_one_class_can_be_held_against_another() -> None:
    graph = untrained("fc2")
    one, other = (ask(graph, "fc2", "integrated", question=Question(c)) for c in (3, 5))
    both = ask(graph, "fc2", "integrated", question=Question(3, 5))
    np.testing.assert_allclose(both.values, one.values - other.values, atol=1e-5)


def test_grad_cam_of_shuffled_pixels_lies_where_the_pixels_came_from() -> None:
    plain, shuffled = untrained("cnn6"), untrained("cnn6", shuffle_px=28)
    shuffled.model.load_state_dict(plain.model.state_dict())
    places = shuffled.model.get_submodule("shuffle").positions.numpy()
    image = picture("cnn6")
    moved = image.reshape(1, -1)[:, places].reshape(image.shape)
    spec, asked, options = get_spec("cnn6"), Question(3), Options(layer="relu2")
    expected = attribute(plain, spec, moved, method="gradcam", question=asked, options=options).values
    found = attribute(shuffled, spec, image, method="gradcam", question=asked, options=options).values
    np.testing.assert_allclose(found.ravel()[places], expected.ravel(), atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_left_behind_by_an_error(method: str) -> None:
    graph = untrained("residual")
    n_blocks = count_blocks()
    try:
        ask(graph, "residual", method, question=Question(1000), layer="block2.relu:2")
    except IndexError:
        failed = True
    assert failed
    assert not any(trace is not False and trace is not None for trace in traces(graph.model))
    assert count_blocks() == n_blocks


def count_blocks() -> int:
    gc.collect()
    return sum(type(each) is ResidualBlock for each in gc.get_objects())


@pytest.mark.parametrize(
    "options", [{"window_px": 29}, {"window_px": 0}, {"stride_px": 0}, {"window_px": 3, "stride_px": 4}]
)
def test_a_window_that_does_not_fit_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(InputError, match="smaller window"):
        ask(untrained("fc2"), "fc2", "occlusion", **options)
