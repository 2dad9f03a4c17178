"""The weights and biases of a network, in figures."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import nn

from cnnplay.inference.inside.graph import Graph

N_BINS = 61
"""Of a histogram; an odd number has a bin around the middle."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One tensor of weights or biases.

    Attributes:
        name: as in `named_parameters`.
        shape: of the tensor.
        n: number of values.
        mean, std, low, high: over all values.
        zeros: share of them that is exactly 0, 0..1.
        is_trained: False where training leaves it as it is.
    """

    name: str
    shape: tuple[int, ...]
    n: int
    mean: float
    std: float
    low: float
    high: float
    zeros: float
    is_trained: bool

    @property
    def layer(self) -> str:
        """Name of the module that it belongs to."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True, eq=False)
class Histogram:
    """How values are spread: `counts` between neighbouring `edges`, which are one more."""

    edges: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Of all values, 0..1."""
        return self.counts / max(1, int(self.counts.sum()))


def list_parameters(model: nn.Module) -> tuple[Parameter, ...]:
    """Every tensor of `named_parameters`, in its order."""
    return tuple(
        _describe(name, parameter.detach().float().cpu().numpy(), is_trained=parameter.requires_grad)
        for name, parameter in model.named_parameters()
    )


def _describe(name: str, values: Floats, *, is_trained: bool) -> Parameter:
    return Parameter(
        name=name,
        shape=values.shape,
        n=values.size,
        mean=float(values.mean(dtype=np.float64)),
        std=float(values.std(dtype=np.float64)),
        low=float(values.min()),
        high=float(values.max()),
        zeros=float((values == 0).mean()),
        is_trained=is_trained,
    )


def layer_with_weights(graph: Graph, name: str) -> str:
    """The module whose weights are shown with a step: its own, or else the last convolution or dense layer before it.

    Args:
        graph: of the network.
        name: of the step; the first such layer stands in for what comes before it, the last for what comes
            after all steps.
    """
    found, is_past = "", False
    for step in graph.steps:
        module = graph.module(step.name)
        is_asked = step.name == name
        has_any = module is not None and next(module.parameters(), None) is not None
        if isinstance(module, nn.Conv2d | nn.Linear) or (is_asked and has_any):
            found = step.path
        is_past = is_past or is_asked
        if is_past and found:
            break
    return found


def weights_of(model: nn.Module, layer: str) -> dict[str, Floats]:
    """The tensors of one module by their own names, float32: "weight" and, where there is one, "bias"."""
    found = model.get_submodule(layer).named_parameters(recurse=False)
    return {name: parameter.detach().float().cpu().numpy() for name, parameter in found}


def histogram(values: Floats, *others: Floats) -> tuple[Histogram, ...]:
    """How the values of one or several tensors are spread, all over the same bins."""
    every = (values, *others)
    low, high = min(float(each.min()) for each in every), max(float(each.max()) for each in every)
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, N_BINS + 1)
    return tuple(Histogram(edges, np.histogram(each, edges)[0].astype(np.int64)) for each in every)
