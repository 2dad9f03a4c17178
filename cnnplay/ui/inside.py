"""What the page Look inside is about: one network, one picture, one layer, all three from the address.

`/inside?network=scribe&input=test:mnist:12&layer=block1.conv2&view=why` opens the same in any browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.ui.address import write
from cnnplay.ui.networks import Network

if TYPE_CHECKING:
    from torch import Tensor

    from cnnplay.inference.inside.graph import Graph
    from cnnplay.inference.predictor import Prediction, Predictor

LAYER_PARAMETER, PIXEL_PARAMETER, VIEW_PARAMETER = "layer", "pixel", "view"
INPUT_PARAMETER = "input"
"""Of the address: `test:mnist:12`, `train:cifar10:7`, or a picture as text (`data.picture_code`)."""
MAX_KEPT = 12
"""Pictures in networks whose values are kept; of the largest network here each takes some 6 MB."""


@dataclass(frozen=True, eq=False)
class Inside:
    """One network with one picture in it.

    Attributes:
        network: as the picker lists it.
        predictor: the same, loaded; shared by all visitors, never to be changed.
        graph: its operations.
        image: (C, H, W) uint8, as the network's answer is asked with.
        note: one sentence on where the picture comes from.
        label: what the picture is, where that is known, else "".
        layer: name of the chosen step; `graph.SOFTMAX` is the one after the last.
    """

    network: Network
    predictor: "Predictor"
    graph: "Graph"
    image: NDArray[np.uint8]
    note: str
    label: str
    layer: str

    @property
    def names(self) -> tuple[str, ...]:
        """Of all steps, from the first to the softmax."""
        from cnnplay.inference.inside.graph import SOFTMAX

        return (*(step.name for step in self.graph.steps), SOFTMAX)

    def values(self) -> "Mapping[str, Tensor]":
        """What every step gives for the picture, without the batch: (C, H, W) or (K,) float32, on the CPU.

        Besides the steps there is the normalised picture itself, `graph.INPUT`. Computed once for all that ask.
        """
        return _compute(id(self.graph), self.image.tobytes(), self).values

    def prediction(self) -> "Prediction":
        """What the network says to the picture; asked once for all that want to know."""
        return _predict(id(self.graph), self.image.tobytes(), self)[1]


def choose_layer(name: str) -> None:
    """Writes a step into the address; the pixel of another layer is forgotten."""
    if name != st.query_params.get(LAYER_PARAMETER):
        write(PIXEL_PARAMETER, None)
    write(LAYER_PARAMETER, name)


def chosen_pixel(inside: Inside) -> tuple[int, ...] | None:
    """Channel, row and column of the chosen value of the chosen layer, or its number alone in a vector; else None."""
    shape = inside.values()[inside.layer].shape
    try:
        at = tuple(int(part) for part in st.query_params.get(PIXEL_PARAMETER, "").split(","))
    except ValueError:
        return None
    return at if len(at) == len(shape) and all(0 <= i < n for i, n in zip(at, shape, strict=True)) else None


def choose_pixel(at: tuple[int, ...]) -> None:
    """Writes a value of the chosen layer into the address."""
    write(PIXEL_PARAMETER, ",".join(map(str, at)))


def open_inside(network: Network, image: NDArray[np.uint8], *, note: str, label: str) -> Inside:
    """The network with a picture in it, at the layer that the address names, or the first.

    Raises:
        CheckpointError: its weights are missing or damaged.
    """
    from cnnplay.inference.inside.graph import SOFTMAX
    from cnnplay.ui.predictors import open_network

    predictor = open_network(network)
    graph = _read_graph(id(predictor.model), predictor)
    names = [step.name for step in graph.steps]
    asked = st.query_params.get(LAYER_PARAMETER, "")
    layer = asked if asked in (*names, SOFTMAX) else names[0]
    return Inside(network, predictor, graph, image, note, label, layer)


@st.cache_resource(max_entries=40, show_spinner=False)
def _read_graph(number: int, _predictor: "Predictor") -> "Graph":  # noqa: ARG001 - the number is the key
    """The graph holds the network, so that no other can get its number while the entry is there."""
    from cnnplay.inference.inside.graph import read_graph

    return read_graph(_predictor.model)


@dataclass(frozen=True, eq=False)
class _Kept:
    """Values, and the graph that they are of: nothing else can get its number while they are kept."""

    graph: "Graph"
    values: "Mapping[str, Tensor]"


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _predict(number: int, pixels: bytes, _inside: Inside) -> "tuple[Graph, Prediction]":  # noqa: ARG001 - likewise
    return _inside.graph, _inside.predictor.predict(_inside.image)


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _compute(number: int, pixels: bytes, _inside: Inside) -> _Kept:  # noqa: ARG001 - both are the key
    import torch

    from cnnplay.inference.inside.graph import SOFTMAX
    from cnnplay.models.forward import normaliser

    x = normaliser(_inside.predictor.spec)(torch.from_numpy(_inside.image[None].copy()))
    with torch.inference_mode():
        values = _inside.graph.compute(x.contiguous(memory_format=torch.channels_last))
        logits = values[_inside.graph.output]
        values[SOFTMAX] = (logits / _inside.predictor.temperature).softmax(1)
    return _Kept(_inside.graph, {name: value[0].contiguous() for name, value in values.items()})
