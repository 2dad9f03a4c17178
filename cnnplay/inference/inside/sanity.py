"""Does a picture of reasons change when the network forgets what it learned? If not, it shows the picture's edges.

Adebayo et al. 2018, Sanity Checks for Saliency Maps, arXiv:1810.03292: the weights are drawn anew from the last layer
back, and the maps before and after are compared by their ranks.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cnnplay.inference.inside.graph import Graph, read_graph
from cnnplay.inference.inside.probe import private_copy

KEPT_FROM, PARTLY_FROM = 0.5, 0.25
"""Rank correlations from which on a map counts as kept, and as kept in part: words for the reader, not a test."""


def weighted_layers(graph: Graph) -> tuple[str, ...]:
    """Paths of the convolutions and dense layers, from the first to the last."""
    return tuple(dict.fromkeys(step.path for step in graph.steps if step.kind in ("conv", "linear")))


def randomise(graph: Graph, *, n_layers: int, seed: int) -> Graph:
    """The same network in which the last layers have forgotten everything; the shared one is left as it is.

    Kernels and dense weights are drawn from a normal distribution whose spread keeps the size of signals through ReLUs
    (He et al. 2015, arXiv:1502.01852), biases are 0. Normalisations and other parameters that come after the first of
    these layers start anew as well: scale 1, shift 0, running mean 0 and variance 1.

    Args:
        graph: of the network.
        n_layers: so many of `weighted_layers`, from the last one back.
        seed: of the draw.
    """
    model = private_copy(graph.model)
    generator = torch.Generator().manual_seed(seed)
    chosen = set(weighted_layers(graph)[-n_layers:]) if n_layers else set()
    begun = False
    for path in dict.fromkeys(step.path for step in graph.steps):
        begun = begun or path in chosen
        module = model.get_submodule(path)
        if begun and not any(True for _ in module.children()):
            _forget(module, generator)
    return read_graph(model)


@torch.no_grad()
def _forget(module: nn.Module, generator: torch.Generator) -> None:
    if isinstance(module, nn.modules.batchnorm._BatchNorm):
        module.reset_running_stats()
    for name, value in module.named_parameters(recurse=False):
        if value.ndim > 1:
            fan_in = value[0].numel()
            value.copy_(torch.randn(value.shape, generator=generator) * (2 / fan_in) ** 0.5)
        else:
            value.fill_(1.0 if name == "weight" else 0.0)


def rank_correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float | None:
    """Spearman's rank correlation of the sizes of two maps, in -1..1; None where one of them is the same everywhere.

    Sizes, because which sign is for the class means nothing once the weights are random (its section 4).
    """
    from scipy.stats import rankdata

    ranks = [rankdata(np.abs(each).ravel()) for each in (first, second)]
    if any(np.ptp(each) == 0 for each in ranks):
        return None
    return float(np.corrcoef(*ranks)[0, 1])
