"""How several trainings went, on one pair of charts: each network in its own colour, what was published dotted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnplay.figures.curves import loss_range, panel_title
from cnnplay.figures.downsample import MAX_POINTS, kept_indices
from cnnplay.figures.template import as_text, heading, new_figure

Floats = NDArray[np.float64]
Axis = Literal["epoch", "step", "time", "flops"]
Quantity = Literal["accuracy", "loss"]
Pictures = Literal["training", "validation", "test", "published"]
CHART_PX = 560
"""Height; the page reserves it, so that nothing jumps."""
N_POINTS, FEWEST_POINTS = 12_000, 60
"""Of all lines together, and of one: so many still move fluidly under the mouse."""
WILD_SHARE = 0.15
"""The accuracies of the first part of a training may lie below the chart: they would press the differences at its end
into a line. A double click shows them."""
FEW_MARKS = 60
MINUTES_FROM_S, HOURS_FROM_S = 600.0, 3 * 3600.0
BAND_OPACITY, RAW_OPACITY = 0.14, 0.28
_SHAPES: dict[Pictures, dict[str, Any]] = {
    "training": {"width": 1.8, "symbol": None},
    "validation": {"width": 1.2, "symbol": "circle-open"},
    "test": {"width": 1.2, "symbol": "diamond"},
    "published": {"width": 1.4, "symbol": "x-thin-open"},
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Line:
    """One quantity of one network, or of several seeds, over the training.

    Attributes:
        name: of the network.
        colour, dash: as Plotly names them.
        quantity: what y is: an accuracy, 0..1, or a loss.
        pictures: that were read.
        x: (N,) ascending, in the unit of the axis; times in seconds.
        y: (N,) values; of several seeds their mean.
        std: (N,) standard deviation of several seeds, or None.
        raw: (x, y) of each seed, or from before smoothing, to be seen faintly underneath.
        n: networks in the mean.
    """

    name: str
    colour: str
    dash: str
    quantity: Quantity
    pictures: Pictures
    x: Floats
    y: Floats
    std: Floats | None = None
    raw: tuple[tuple[Floats, Floats], ...] = ()
    n: int = 1


def compared_curves(
    lines: Sequence[Line], *, by: Axis = "epoch", log_x: bool = False, log_loss: bool = False, revision: str = ""
) -> go.Figure:
    """Accuracy above loss, on one axis.

    Args:
        lines: of all networks.
        by: what runs to the right.
        log_x: on a logarithmic axis; points at 0 are then left out.
        log_loss: the same for the losses.
        revision: what the reader has zoomed stays as long as this stays.
    """
    unit_s, title, hover = _axis(by, lines)
    n_drawn = sum(1 + len(line.raw) for line in lines)
    n_each = max(FEWEST_POINTS, min(MAX_POINTS, N_POINTS // max(1, n_drawn)))
    figure = new_figure(
        height=CHART_PX,
        uirevision=f"{revision} {by} {log_x} {log_loss}",
        xaxis={"title": {"text": title}, "anchor": "y2", "type": "log" if log_x else "linear"}
        | ({"tickformat": "~s"} if by == "flops" else {})
        | ({} if log_x else {"rangemode": "tozero"}),
        yaxis={"domain": [0.46, 0.95], "ticksuffix": " %", "range": _accuracy_range(lines, log_x=log_x)},
        yaxis2={"domain": [0, 0.36], "type": "log" if log_loss else "linear"} | _loss_axis(lines, log_loss=log_loss),
        annotations=[panel_title(heading("Accuracy"), 1.0), panel_title(heading("Training loss"), 0.405)],
    )
    for line in lines:
        _add(figure, line, unit_s if by == "time" else 1.0, hover=hover, n_each=n_each, log_x=log_x)
    return figure


def _axis(by: Axis, lines: Sequence[Line]) -> tuple[float, str, str]:
    """Seconds of the unit of time, the title, and how a value of x reads in a hover text."""
    if by == "time":
        longest = max((float(line.x[-1]) for line in lines if len(line.x)), default=0.0)
        unit_s, name = next(
            each
            for each in ((3600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))
            if longest >= {3600.0: HOURS_FROM_S, 60.0: MINUTES_FROM_S}.get(each[0], 0.0)
        )
        return unit_s, f"{name} of training", f"after %{{x:.3~g}} {name}"
    return 1.0, *{
        "epoch": ("epoch", "epoch %{x:.3~g}"),
        "step": ("training step", "step %{x:,.0f}"),
        "flops": ("FLOPs of training", "after %{x:.3s} FLOPs"),
    }[by]


def _add(figure: go.Figure, line: Line, unit: float, *, hover: str, n_each: int, log_x: bool) -> None:
    scale = 100.0 if line.quantity == "accuracy" else 1.0
    axes = {"xaxis": "x", "yaxis": "y" if line.quantity == "accuracy" else "y2"}
    if line.std is not None and len(line.x) > 1:
        kept = _kept(line.x, line.y, n_each, log_x=log_x)
        x, y, std = line.x[kept] / unit, line.y[kept], line.std[kept]
        figure.add_scatter(
            x=np.concatenate([x, x[::-1]]), y=scale * np.concatenate([y + std, (y - std)[::-1]]), fill="toself",
            fillcolor=_translucent(line.colour), mode="none", hoverinfo="skip", **axes,
        )  # fmt: skip
    for raw_x, raw_y in line.raw:
        kept = _kept(raw_x, raw_y, n_each, log_x=log_x)
        figure.add_scatter(
            x=raw_x[kept] / unit, y=scale * raw_y[kept], mode="lines" if len(kept) > 1 else "markers",
            line={"width": 1, "color": line.colour}, opacity=RAW_OPACITY, hoverinfo="skip", **axes,
        )  # fmt: skip
    kept = _kept(line.x, line.y, n_each, log_x=log_x)
    figure.add_scatter(
        x=line.x[kept] / unit, y=scale * line.y[kept], hovertemplate=_words(line, hover), **_drawn(line, len(kept)),
        **axes,
    )  # fmt: skip


def _kept(x: Floats, y: Floats, n_each: int, *, log_x: bool) -> NDArray[np.int64]:
    kept = kept_indices(y, n_each)
    return kept[x[kept] > 0] if log_x else kept


def _drawn(line: Line, n_points: int) -> dict[str, Any]:
    """Validation and test as marked lines, so that they are told from the training without a colour."""
    shape = _SHAPES[line.pictures]
    is_marked = n_points == 1 or (shape["symbol"] is not None and n_points <= FEW_MARKS)
    dash = "dot" if line.pictures == "published" else line.dash
    return {
        "cliponaxis": n_points > 1,
        "mode": ("lines+markers" if is_marked else "lines") if n_points > 1 else "markers",
        "line": {"color": line.colour, "width": shape["width"], "dash": dash},
        "marker": {
            "color": line.colour, "size": 7, "symbol": shape["symbol"] or "circle",
            "line": {"color": line.colour, "width": 1.4},
        },
    }  # fmt: skip


def _words(line: Line, hover: str) -> str:
    of = {"published": "as published, of the test pictures"}.get(line.pictures, f"of the {line.pictures} pictures")
    mean = f", mean of {line.n} seeds" if line.n > 1 else ""
    value = f"%{{y:.2f}} % {of}" if line.quantity == "accuracy" else "training loss %{y:.4g}"
    return f"<b>{as_text(line.name)}</b>{mean}<br>{value}<br>{hover}<extra></extra>"


def _translucent(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {BAND_OPACITY})"


def _accuracy_range(lines: Sequence[Line], *, log_x: bool) -> list[float] | None:
    """On a logarithmic axis the wild beginning has the room that it needs, and nothing is left out."""
    shown = [line for line in lines if line.quantity == "accuracy" and len(line.y)]
    if not shown:
        return [0, 100]
    begins = 0.0 if log_x else WILD_SHARE
    low = min(float(line.y[line.x >= begins * line.x[-1]].min()) for line in shown)
    high = max(float(line.y.max()) for line in shown)
    room = 0.06 * max(high - low, 0.01)
    return [100 * max(0.0, low - room), 100 * (high + room)]


def _loss_axis(lines: Sequence[Line], *, log_loss: bool) -> dict[str, Any]:
    if log_loss:
        return {"tickformat": "~r", "dtick": "D2"}
    values = [float(value) for line in lines if line.quantity == "loss" for value in line.y]
    return {"rangemode": "tozero", "range": loss_range(values)}
