"""How several trainings went, on one pair of charts: each network in its own colour, what was published dotted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnplay.figures.curves import loss_range, panel_title
from cnnplay.figures.downsample import MAX_POINTS, kept_indices
from cnnplay.figures.labels import FONT_PX, Named, keep_labels, place_labels
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
SPREADS, LEAST_SPREAD = 2.0, 0.02
"""Nor does the axis of accuracies reach further below the lowest end than so many times the distance of the ends."""
FEW_MARKS = 60
PLOT_PX, PHONE_PLOT_PX, ACCURACY_PX = 680.0, 280.0, 240.0
"""What names are placed for: about the narrowest desktop, and a phone; and the height of the upper chart."""
TRACK_POINTS = 120
"""So many points of a line keep names off it."""
MINUTES_FROM_S, HOURS_FROM_S = 600.0, 3 * 3600.0
ROOM, LOG_ROOM, TINY = 0.06, 0.05, 1e-300
"""Of an axis, free beyond the last point; of a logarithmic one, as a power of ten."""
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
) -> Named:
    """Accuracy above loss, on one axis; a name at the end of each line, as far as there is room.

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
    ends, heights = _x_range(lines, unit_s, log_x=log_x), _accuracy_range(lines, log_x=log_x)
    figure = new_figure(
        height=CHART_PX,
        uirevision=f"{revision} {by} {log_x} {log_loss}",
        xaxis={"title": {"text": title}, "anchor": "y2", "type": "log" if log_x else "linear", "range": ends}
        | ({"tickformat": "~s"} if by == "flops" else {}),
        yaxis={"domain": [0.46, 0.95], "ticksuffix": " %", "range": heights},
        yaxis2={"domain": [0, 0.36], "type": "log" if log_loss else "linear"} | _loss_axis(lines, log_loss=log_loss),
        annotations=[panel_title(heading("Accuracy"), 1.0), panel_title(heading("Training loss"), 0.405)],
    )
    for line in lines:
        _add(figure, line, unit_s, hover=hover, n_each=n_each, log_x=log_x)
    return Named(figure, _add_names(figure, lines, unit_s, ends, heights, log_x=log_x))


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


def _x_range(lines: Sequence[Line], unit: float, *, log_x: bool) -> list[float]:
    """Ends of the axis, of a logarithmic one as powers of ten."""
    xs = np.concatenate([line.x / unit for line in lines]) if lines else np.zeros(0)
    xs = xs[xs > 0]
    if not len(xs):
        return [0.0, 1.0]
    if log_x:
        return [float(np.log10(xs.min())) - LOG_ROOM, float(np.log10(xs.max())) + LOG_ROOM]
    return [0.0, (1 + ROOM) * float(xs.max())]


def _accuracy_range(lines: Sequence[Line], *, log_x: bool) -> list[float]:
    """On a logarithmic axis the wild beginning has the room that it needs, and nothing is left out."""
    shown = [line for line in lines if line.quantity == "accuracy" and len(line.y)]
    if not shown:
        return [0.0, 100.0]
    begins = 0.0 if log_x else WILD_SHARE
    low = min(float(line.y[line.x >= begins * line.x[-1]].min()) for line in shown)
    high = max(float(line.y.max()) for line in shown)
    if not log_x:
        lasts = [float(line.y[-1]) for line in shown]
        low = max(low, min(lasts) - SPREADS * max(max(lasts) - min(lasts), LEAST_SPREAD))
    room = ROOM * max(high - low, 0.01)
    return [100 * max(0.0, low - room), 100 * (high + room)]


def _loss_axis(lines: Sequence[Line], *, log_loss: bool) -> dict[str, Any]:
    if log_loss:
        return {"tickformat": "~r", "dtick": "D2"}
    values = [float(value) for line in lines if line.quantity == "loss" for value in line.y]
    return {"rangemode": "tozero", "range": loss_range(values)}


def _add_names(
    figure: go.Figure, lines: Sequence[Line], unit: float, ends: list[float], heights: list[float], *, log_x: bool
) -> tuple[int, ...]:
    """At the last point of each network's accuracies; the names of the highest first."""
    shown = [line for line in lines if line.quantity == "accuracy" and line.pictures != "published"]
    last = sorted({line.name: line for line in reversed(shown)}.values(), key=lambda line: -line.y[-1])
    names = [line.name for line in last]

    def places(x: Floats, y: Floats) -> Floats:
        on_axis = np.log10(np.maximum(x, TINY)) if log_x else x
        return np.stack(
            [(on_axis - ends[0]) / (ends[1] - ends[0]), (100 * y - heights[0]) / (heights[1] - heights[0])], 1
        )

    points = np.array([places(line.x[-1:] / unit, line.y[-1:])[0] for line in last]).reshape(-1, 2)
    tracks = [_track(places(line.x / unit, line.y)) for line in lines if line.quantity == "accuracy"]
    corners = np.tile(np.concatenate([np.zeros((0, 2)), *tracks]), 2)
    placed = place_labels(points, names, width_px=PLOT_PX, height_px=ACCURACY_PX, lines=corners)
    kept = keep_labels(points, names, placed, width_px=PHONE_PLOT_PX, height_px=ACCURACY_PX, lines=corners)
    n_before = len(figure.layout.annotations)
    for at, place in placed.items():
        x = float(last[at].x[-1]) / unit
        figure.add_annotation(
            x=math.log10(x) if log_x else x, y=100 * float(last[at].y[-1]), xshift=place.dx, yshift=place.dy,
            text=as_text(names[at]), showarrow=False, font={"size": FONT_PX, "color": last[at].colour},
        )  # fmt: skip
    return tuple(n_before + at for at, name in enumerate(placed) if name not in kept)


def _track(places: Floats) -> Floats:
    """Points along a line, close enough to keep names off it."""
    along = np.linspace(0, len(places) - 1, TRACK_POINTS)
    return np.stack([np.interp(along, np.arange(len(places)), places[:, axis]) for axis in (0, 1)], 1)
