"""Random weights are drawn from the last layer back, in a copy, and maps are compared by their ranks."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from cnnplay.inference.inside.graph import read_graph
from cnnplay.inference.inside.sanity import randomise, rank_correlation, weighted_layers
from cnnplay.models.registry import MODELS, build


def changed(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> set[str]:
    return {name.rpartition(".")[0] for name in before if not torch.equal(before[name], after[name])}


def test_only_the_last_layers_forget() -> None:
    graph = read_graph(build("cnn6").eval())
    before = {name: value.clone() for name, value in graph.model.state_dict().items()}
    layers = weighted_layers(graph)
    for n in range(len(layers) + 1):
        assert changed(before, randomise(graph, n_layers=n, seed=0).model.state_dict()) == set(
            layers[len(layers) - n :]
        )
    assert changed(before, graph.model.state_dict()) == set()


@pytest.mark.parametrize("key", MODELS)
def test_every_network_can_forget_everything_and_still_answers(key: str) -> None:
    graph = read_graph(build(key).eval())
    x = torch.randn(1, *MODELS[key].input_shape)
    with torch.no_grad():
        first, again, other = (randomise(graph, n_layers=999, seed=seed).model(x) for seed in (1, 1, 2))
        assert torch.isfinite(first).all()
        assert torch.equal(first, again)
        assert not torch.equal(first, other)
        assert not torch.equal(first, graph.model(x))


def test_normalisations_after_the_first_random_layer_start_anew() -> None:
    model = build("scribe").eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.fill_(3.0)
    graph = read_graph(model)
    assert randomise(graph, n_layers=999, seed=0).model.get_submodule("block3.bn2").running_mean.sum() == 0
    assert randomise(graph, n_layers=1, seed=0).model.get_submodule("block3.bn2").running_mean.mean() == 3
    assert model.get_submodule("block3.bn2").running_mean.mean() == 3


@given(st.integers(0, 10_000))
def test_the_rank_correlation_is_spearmans_of_the_sizes(seed: int) -> None:
    first, second = np.random.default_rng(seed).integers(-4, 5, (2, 6, 7)).astype(np.float32)
    expected = spearmanr(np.abs(first).ravel(), np.abs(second).ravel()).statistic
    assert rank_correlation(first, second) == pytest.approx(expected)
    assert rank_correlation(first, -first) == pytest.approx(1)


def test_a_map_that_is_the_same_everywhere_has_no_ranks() -> None:
    assert rank_correlation(np.zeros((3, 3), np.float32), np.eye(3, dtype=np.float32)) is None
