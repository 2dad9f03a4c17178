"""How large the signal and its gradient are in each layer of a network that has not learned yet, or that has."""

import math
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnplay.inference.inside.graph import read_graph
from cnnplay.models.forward import normaliser
from cnnplay.models.initialisation import DRAWS, NORMAL_STD, UNIFORM_BOUND
from cnnplay.models.layers import StartsFromData
from cnnplay.models.registry import DRAWING_WEIGHTS, build, get_spec
from cnnplay.models.spec import ModelSpec
from cnnplay.words import count

N_PICTURES = 32
"""In a batch: enough for two digits of a standard deviation, and the largest network takes them in a second."""
FADED, VANISHED = 0.1, 0.01
"""A change to so much from the first layer to the last, or back, is called by its name, and so is the reverse."""


@dataclass(frozen=True)
class Method:
    """A way to draw the first weights.

    Attributes:
        title: what people call it.
        knob: what its number is.
        default: of that number.
        values: that can be chosen.
        draw: fills a tensor: (tensor, number, generator).
        about: one sentence.
    """

    title: str
    knob: str
    default: float
    values: tuple[float, ...]
    draw: Callable[[Tensor, float, torch.Generator], object]
    about: str


_DRAWS = cast("dict[str, Callable[..., Tensor]]", DRAWS)
_SPREADS = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.3, 1.0)
_GAINS = (0.1, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0)
METHODS: dict[str, Method] = {
    "normal": Method(
        "Normal", "Standard deviation", NORMAL_STD, _SPREADS,
        lambda t, std, g: _DRAWS["normal"](t, std=std, generator=g),
        "Every layer gets the same spread, however many inputs it has.",
    ),
    "uniform": Method(
        "Uniform", "Bound", UNIFORM_BOUND, _SPREADS,
        lambda t, bound, g: _DRAWS["uniform"](t, a=-bound, b=bound, generator=g),
        "Every layer gets the same bounds, however many inputs it has.",
    ),
    "constant": Method(
        "Constant", "Value", 0.0, (0.0, *_SPREADS),
        lambda t, value, g: nn.init.constant_(t, value),  # noqa: ARG005 - nothing is drawn
        "All units of a layer are the same, and training cannot tell them apart.",
    ),
    "xavier": Method(
        "Xavier", "Gain", 1.0, _GAINS,
        lambda t, gain, g: _DRAWS["xavier"](t, gain=gain, generator=g),
        "The spread follows from the number of inputs and outputs (Glorot and Bengio 2010).",
    ),
    "kaiming": Method(
        "Kaiming", "Gain", 1.0, _GAINS,
        lambda t, gain, g: _DRAWS["kaiming"](t, generator=g).mul_(gain),
        "The spread follows from the number of inputs, and makes up for what ReLU cuts off (He et al. 2015).",
    ),
    "orthogonal": Method(
        "Orthogonal", "Gain", 1.0, _GAINS,
        lambda t, gain, g: _DRAWS["orthogonal"](t, gain=gain, generator=g),
        "The units of a layer look in directions at right angles (Saxe et al. 2013).",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Signals:
    """What a batch of pictures does in a network, layer by layer.

    Attributes:
        layers: names of the convolutions and dense layers, in order of computation.
        signal: standard deviation of what each gives.
        gradient: length of the gradient of one picture's loss with respect to that, over the whole layer; a mean over
            the pictures.
    """

    layers: tuple[str, ...]
    signal: tuple[float, ...]
    gradient: tuple[float, ...]


def fresh_network(
    key: str, options: Mapping[str, Any], *, seed: int, images: npt.NDArray[np.uint8] | None
) -> nn.Module:
    """A network as it is before its first step, in evaluation mode.

    Args:
        key: of the architecture.
        options: of the architecture.
        seed: of its weights; the global generator is left as it was.
        images: (N, C, H, W) uint8 training pictures, for networks that begin with what they see; without them, their
            first layer is drawn as any other.
    """
    with DRAWING_WEIGHTS, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build(key, **options)
    if images is not None and isinstance(model, StartsFromData):
        model.init_from_data(normaliser(get_spec(key))(torch.from_numpy(images.copy())))
    return model.eval()


@torch.no_grad()
def draw_weights(model: nn.Module, method: str, number: float, *, seed: int) -> None:
    """Draws the weights of every convolution and dense layer; the rest as in `models.initialisation.initialise`.

    Args:
        model: freshly built, and nobody else's.
        method: one of `METHODS`.
        number: for its knob.
        seed: of the draw.
    """
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if not isinstance(module, nn.Conv2d | nn.Linear) or not module.weight.requires_grad:
            continue
        METHODS[method].draw(module.weight, number, generator)
        if module.bias is not None and not bool(module.bias.eq(module.bias[0]).all()):
            module.bias.zero_()


def measure_signals(
    model: nn.Module, spec: ModelSpec, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]
) -> Signals:
    """Sends pictures through a copy of a network and the gradient back, as in a training step without dropout.

    Batch normalisation uses the statistics of these pictures.

    Args:
        model: is left as it is.
        spec: gives the normalisation.
        images: (N, C, H, W) uint8.
        labels: (N,) class indices.
    """
    own = deepcopy(model).eval().requires_grad_(True)
    graph = read_graph(own)
    for module in own.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.train()
    x = normaliser(spec)(torch.from_numpy(images.copy())).contiguous(memory_format=torch.channels_last)
    with torch.enable_grad():
        values = graph.compute(x)
        loss = F.cross_entropy(values[graph.output], torch.from_numpy(labels.copy()), reduction="sum")
        layers = [step.name for step in graph.steps if isinstance(graph.module(step.name), nn.Conv2d | nn.Linear)]
        found = torch.autograd.grad(loss, [values[name] for name in layers], allow_unused=True)
    gradients = cast("tuple[Tensor | None, ...]", found)  # of a layer whose result nobody takes there is none
    return Signals(
        tuple(layers),
        tuple(float(values[name].detach().std()) for name in layers),
        tuple(0.0 if each is None else float(each.flatten(1).norm(dim=1).mean()) for each in gradients),
    )


def verdict(signals: Signals) -> str:
    """What the sizes mean for training, in two sentences."""
    forward = _change(signals.signal[0], signals.signal[-1])
    backward = _change(signals.gradient[-1], signals.gradient[0])
    on_the_way = {
        "gone": "The signal is gone before the last layer: every picture gets the same answer.",
        "vanishes": f"The signal vanishes: in the last layer {_part(forward)} of it is left.",
        "fades": f"The signal fades: in the last layer {_part(forward)} of it is left.",
        "holds": f"The signal comes through: in the last layer it is {_rounded(forward)} times that in the first.",
        "grows": f"The signal grows: in the last layer it is {_rounded(forward)} times that in the first.",
        "explodes": f"The signal explodes: in the last layer it is {_rounded(forward)} times that in the first.",
    }[_name(forward)]
    on_the_way_back = {
        "gone": "No gradient reaches the first layer, and it cannot learn.",
        "vanishes": f"The gradient vanishes: {_part(backward)} of it reaches the first layer, which hardly learns.",
        "fades": f"The gradient fades: {_part(backward)} of it reaches the first layer.",
        "holds": f"The gradient comes back: in the first layer it is {_rounded(backward)} times that in the last.",
        "grows": f"The gradient grows on its way back: in the first layer it is {_rounded(backward)} times that in the "
        "last.",
        "explodes": f"The gradient explodes: in the first layer it is {_rounded(backward)} times that in the last, and "
        "only tiny steps are safe.",
    }[_name(backward)]
    return f"{on_the_way} {on_the_way_back}"


def _part(change: float) -> str:
    return f"1/{_rounded(1 / (change or 1))}"


def _rounded(factor: float) -> str:
    """Two digits: 0.031, 2.7, 16,000."""
    if not math.isfinite(factor):
        return "infinitely many"
    if factor < 10:
        return f"{factor:.2g}"
    return count(int(float(f"{factor:.2g}")))


def _change(start: float, end: float) -> float:
    return end / start if start else 0.0


def _name(change: float) -> str:
    if not change:
        return "gone"
    bounds = {"vanishes": VANISHED, "fades": FADED, "holds": 1 / FADED, "grows": 1 / VANISHED}
    return next((name for name, bound in bounds.items() if change < bound), "explodes")
