"""How much of the gradient arrives in each layer: one line a network, from its first layer to its last."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnplay.figures.experiments import LINE_PX, chart_title, title_lines
from cnnplay.figures.labels import FONT_PX, place_labels
from cnnplay.figures.template import COLOURS, as_text, new_figure

GRADIENTS_PX = 380
PLOT_WIDTH_PX, PLOT_HEIGHT_PX = 280.0, 270.0
"""What names are placed for: a phone."""
BELOW = 10.0
"""A gradient of exactly 0 has no place on an axis of powers; it is drawn so many times below the smallest other."""
N_TRACK = 80
ROOM = 0.12
"""Of the axis of powers, free below the lowest point: the name of its line stands there."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The gradient in one network, mean over its seeds.

    Attributes:
        label: of the network.
        series: what its colour stands for; lines without one have a colour each.
        layers: names of its layers with weights, in order.
        norms: Euclidean norm of the gradient of each.
    """

    label: str
    layers: tuple[str, ...]
    norms: tuple[float, ...]
    series: str = ""


def gradient_lines(flows: Sequence[Flow], *, when: str) -> go.Figure:
    """Norms on an axis of powers of ten over the number of the layer; names at the first layer.

    Args:
        flows: one line each.
        when: in the training, for the title.
    """
    groups = list(dict.fromkeys(flow.series or flow.label for flow in flows))
    palette = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(groups)}
    title = "<br>".join(title_lines(f"Size of the gradient {when}", palette))
    zero = min((norm for flow in flows for norm in flow.norms if norm), default=1.0) / BELOW
    deepest = max((len(flow.norms) for flow in flows), default=1)
    low, high = _powers(flows, zero)
    figure = new_figure(
        height=GRADIENTS_PX + LINE_PX * title.count("<br>"),
        margin={"l": 56, "r": 12, "t": 40 + LINE_PX * title.count("<br>"), "b": 44},
        xaxis={"title": {"text": "layer with weights, from the picture to the answer"}, "range": [0.4, deepest + 0.6],
               "dtick": max(1, round(deepest / 8)), "tick0": 1},
        yaxis={"type": "log", "range": [low, high], "exponentformat": "power",
               "dtick": max(1, round((high - low) / 6))},
        annotations=[chart_title(title)],
    )  # fmt: skip
    for flow in flows:
        colour = palette[flow.series or flow.label]
        figure.add_scatter(
            x=list(range(1, len(flow.norms) + 1)),
            y=[norm or zero for norm in flow.norms],
            mode="lines+markers",
            line={"color": colour, "width": 1.6},
            marker={"color": colour, "size": 5},
            customdata=[[layer, f"{norm:.2g}"] for layer, norm in zip(flow.layers, flow.norms, strict=True)],
            hovertemplate=f"<b>{as_text(flow.label)}</b><br>%{{customdata[0]}}: %{{customdata[1]}}<extra></extra>",
        )
    _add_names(figure, [flow for flow in flows if flow.series], palette, deepest, (low, high), zero)
    return figure


def _powers(flows: Sequence[Flow], zero: float) -> tuple[float, float]:
    norms = [norm or zero for flow in flows for norm in flow.norms]
    if not norms:
        return -1.0, 1.0
    low, high = math.floor(math.log10(min(norms))), math.ceil(math.log10(max(norms)))
    return low - ROOM * (high - low + 1), high + 0.2


def _add_names(
    figure: go.Figure,
    flows: Sequence[Flow],
    palette: dict[str, str],
    deepest: int,
    ends: tuple[float, float],
    zero: float,
) -> None:
    """Where a line begins, as far as there is room, for lines whose colour is not their name."""
    low, high = ends

    def place(layer: float, norm: float) -> tuple[float, float]:
        return (layer - 0.4) / (deepest + 0.2), (math.log10(norm or zero) - low) / (high - low)

    shown = sorted((flow for flow in flows if flow.norms), key=lambda flow: flow.norms[0])
    points = np.array([place(1, flow.norms[0]) for flow in shown]).reshape(-1, 2)
    tracks = [_track(np.array([place(i + 1, norm) for i, norm in enumerate(flow.norms)])) for flow in shown]
    lines = np.tile(np.concatenate([np.zeros((0, 2)), *tracks]), 2)
    names = [flow.label for flow in shown]
    placed = place_labels(points, names, width_px=PLOT_WIDTH_PX, height_px=PLOT_HEIGHT_PX, lines=lines)
    for at, where in placed.items():
        flow = shown[at]
        figure.add_annotation(
            x=1, y=math.log10(flow.norms[0] or zero), xshift=where.dx, yshift=where.dy,
            text=f'<span style="color:{palette[flow.series]}">{as_text(flow.label)}</span>',
            showarrow=False, font={"size": FONT_PX},
        )  # fmt: skip


def _track(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points along a line, close enough to keep names off it."""
    along = np.linspace(0, len(places) - 1, N_TRACK)
    return np.stack([np.interp(along, np.arange(len(places)), places[:, axis]) for axis in (0, 1)], 1)
