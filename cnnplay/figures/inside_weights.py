"""Weights in pictures: how they are spread, how the signal fares in them, and how far training moved them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from cnnplay.figures.curves import panel_title
from cnnplay.figures.template import BLUE, GREY, HAIR, heading, new_figure

HISTOGRAM_PX, SIGNALS_PX = 230, 300
ROW_PX, ROWS_PX = 18, 66
"""Height of a row, and of what is around the rows."""
MOST_NAMED = 12
"""Layers with a name under a chart; of more, only some are named."""
FEW_DECADES, MANY_DECADES = 2, 8
"""Of a logarithmic axis: with fewer, 2 and 5 are labelled as well; with more, every third."""
WIDE = 5
"""Where the largest value is more than so many times the least, they stand on a logarithmic axis."""
_SOFT = "rgba(134, 142, 150, 0.28)"
_FILL = "rgba(37, 99, 235, 0.18)"


@dataclass(frozen=True)
class Spread:
    """One row: the least and the largest weight of a layer, their mean and standard deviation."""

    name: str
    low: float
    high: float
    mean: float
    std: float
    is_chosen: bool = False


@dataclass(frozen=True)
class LayerLine:
    """One network's figures by layer; zeros are left out, a logarithm has no place for them."""

    name: str
    colour: str
    values: tuple[float, ...]
    width: float = 1.8


def weight_histogram(
    edges: npt.NDArray[np.float64], shares: Sequence[npt.NDArray[np.float64]], names: Sequence[str], *, title: str
) -> go.Figure:
    """How values are spread: one filled outline; of two, the first is grey.

    Args:
        edges: (B + 1,) of the bins.
        shares: of each series, (B,) shares of its values, 0..1.
        names: one for each series.
        title: what is counted.
    """
    colours = [BLUE] if len(shares) == 1 else [GREY, BLUE]
    named = {} if len(shares) == 1 else dict(zip(names, colours, strict=True))
    figure = new_figure(
        height=HISTOGRAM_PX,
        margin={"l": 48, "r": 12, "t": 34, "b": 36},
        bargap=0,
        xaxis={"nticks": 7, "showgrid": False},
        yaxis={"ticksuffix": " %", "rangemode": "tozero", "nticks": 5},
        annotations=[panel_title(heading(title, named), 1.1)],
    )
    middles = (edges[:-1] + edges[1:]) / 2
    ends = np.stack([edges[:-1], edges[1:]], axis=1)
    for series, name, colour in zip(shares, names, colours, strict=True):
        figure.add_scatter(
            x=middles, y=100 * series, mode="lines", line={"shape": "hvh", "width": 1.4, "color": colour},
            fill="tozeroy", fillcolor=_FILL if colour == BLUE else _SOFT, customdata=ends,
            hovertemplate=f"{name}: %{{y:.2f}} % of the values<br>from %{{customdata[0]:.3g}} to "
            "%{customdata[1]:.3g}<extra></extra>",
        )  # fmt: skip
    return figure


def weight_spreads(rows: Sequence[Spread]) -> go.Figure:
    """All layers: a hairline from the least weight to the largest, and on it the mean plus and minus one deviation.

    Args:
        rows: from the first layer, which stands on top.
    """
    figure = _rows_figure([row.name for row in rows], {"title": {"text": "value of the weights"}, "nticks": 9})
    for is_chosen, colour in ((False, GREY), (True, BLUE)):
        some = [(at, row) for at, row in enumerate(rows) if row.is_chosen == is_chosen]
        ys = [y for at, _ in some for y in (at, at, None)]
        ranges = [x for _, row in some for x in (row.low, row.high, None)]
        deviations = [x for _, row in some for x in (row.mean - row.std, row.mean + row.std, None)]
        for xs, width in ((ranges, 1), (deviations, 7)):
            figure.add_scatter(x=xs, y=ys, mode="lines", line={"color": colour, "width": width}, hoverinfo="skip")
    figure.add_scatter(
        x=[row.mean for row in rows], y=list(range(len(rows))), mode="markers",
        marker={"size": 7, "color": [BLUE if row.is_chosen else GREY for row in rows]},
        customdata=[(row.name, row.std, row.low, row.high) for row in rows],
        hovertemplate="<b>%{customdata[0]}</b><br>mean %{x:.3g}, standard deviation %{customdata[1]:.3g}<br>"
        "from %{customdata[2]:.3g} to %{customdata[3]:.3g}<extra></extra>",
    )  # fmt: skip
    return figure


def layer_sizes(layers: Sequence[str], lines: Sequence[LayerLine], *, title: str) -> go.Figure:
    """A figure for each layer on a logarithmic axis, several networks in one chart.

    Args:
        layers: names, in order of computation.
        lines: values of each network, one for each layer.
        title: what is measured.
    """
    each = max(1, -(-len(layers) // MOST_NAMED))
    places = list(range(0, len(layers), each))
    figure = new_figure(
        height=SIGNALS_PX,
        margin={"l": 52, "r": 12, "t": 34, "b": 60},
        xaxis={"tickvals": places, "ticktext": [layers[i] for i in places], "showgrid": False, "tickangle": -40,
               "range": [-0.4, len(layers) - 0.6]},
        yaxis={"type": "log", "tickformat": "~g"},
        annotations=[panel_title(heading(title), 1.08)],
    )  # fmt: skip
    positive = [value for line in lines for value in line.values if 0 < value < float("inf")]
    decades = np.log10(max(positive) / min(positive)) if positive else 0
    figure.update_yaxes(dtick=3 if decades > MANY_DECADES else 1 if decades > FEW_DECADES else "D2")
    for line in lines:
        figure.add_scatter(
            x=list(range(len(layers))), y=[value or None for value in line.values], mode="lines+markers",
            line={"color": line.colour, "width": line.width}, customdata=list(layers),
            marker={"size": 5 if len(layers) <= MOST_NAMED else 3},
            hovertemplate=f"<b>%{{customdata}}</b><br>{line.name}: %{{y:.3g}}<extra></extra>",
        )  # fmt: skip
    return figure


def moved_layers(
    layers: Sequence[str], changes: Sequence[float], cosines: Sequence[float], *, chosen: str
) -> go.Figure:
    """How far each layer's weights went, in lengths of what they were.

    Args:
        layers: names; the first stands on top.
        changes: relative; 0 and what is infinite have no mark.
        cosines: of the angles between before and after.
        chosen: a layer that is marked.
    """
    seen = [change for change in changes if 0 < change < float("inf")]
    axis: dict[str, object] = {"title": {"text": "length of the change / length before"}, "nticks": 8}
    if seen and max(seen) > WIDE * min(seen):
        axis |= {"type": "log", "tickformat": "~g", "dtick": "D2"}
    else:
        axis |= {"rangemode": "tozero"}
    figure = _rows_figure(layers, axis)
    figure.add_scatter(
        x=[change if 0 < change < float("inf") else None for change in changes], y=list(range(len(layers))),
        mode="markers", marker={"size": 9, "color": [BLUE if name == chosen else GREY for name in layers]},
        customdata=list(zip(layers, cosines, strict=True)),
        hovertemplate="<b>%{customdata[0]}</b><br>moved by %{x:.3g} of its length<br>cosine %{customdata[1]:.3f}"
        "<extra></extra>",
    )  # fmt: skip
    return figure


def _rows_figure(names: Sequence[str], xaxis: Mapping[str, object]) -> go.Figure:
    return new_figure(
        height=ROWS_PX + ROW_PX * len(names),
        margin={"l": 8, "r": 16, "t": 8, "b": 44},
        xaxis={**xaxis, "zeroline": True, "zerolinecolor": HAIR},
        yaxis={"tickvals": list(range(len(names))), "ticktext": list(names), "range": [len(names) - 0.5, -0.5],
               "showgrid": False, "fixedrange": True, "tickfont": {"size": 11}, "ticklabelstandoff": 6},
    )  # fmt: skip
