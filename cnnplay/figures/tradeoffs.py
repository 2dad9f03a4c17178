"""What each network gains and what it costs: one figure against another, and the best that can be had of both."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from cnnplay.figures.labels import FONT_PX, Floats, Named, keep_labels, place_labels
from cnnplay.figures.template import BLUE, GREY, TEXT, as_text, new_figure

Better = Literal["more", "less"]
Along = Literal["x", "y"]
ALONG: tuple[Along, Along] = ("x", "y")
Ranges = Sequence[tuple[float, float]]
CHART_PX = 440
"""Height; the page reserves it, so that nothing jumps."""
PLOT_PX, PHONE_PLOT_PX, PLOT_HEIGHT_PX = 640.0, 280.0, 360.0
"""What names are placed for: about the narrowest desktop, and a phone."""
DECADE = 10.0
FEW_DECADES = 2.5
"""On a shorter axis, 2 and 5 have their lines as well as 1."""
ROOM = 0.09
"""Of the axis, free on either side of the points."""
POINT_PX, FAINT = 13, 0.4


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One figure of the networks.

    Attributes:
        title: with its unit.
        better: which way is better.
        suffix: of the numbers on the axis, as in " %".
    """

    title: str
    better: Better
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One network.

    Attributes:
        token: comes back when somebody clicks.
        name: for people.
        colour: of its point.
        x, y: in the unit of the axes.
        x_error, y_error: how far the interval reaches below and above; None where there is none.
        is_best: no other network is better in one of the two and at least as good in the other.
        words: its two figures, for people.
    """

    token: str
    name: str
    colour: str
    x: float
    y: float
    x_error: tuple[float, float] | None
    y_error: tuple[float, float] | None
    is_best: bool
    words: str


def spans_decades(values: Sequence[float]) -> bool:
    """Whether only a logarithmic axis shows the differences of the small ones."""
    return bool(values) and min(values) > 0 and max(values) > DECADE * min(values)


def tradeoff_chart(spots: Sequence[Spot], x: Axis, y: Axis, *, picked: str | None = None) -> Named:
    """A point for each network; a line of steps through those that no other one beats.

    Args:
        spots: of the networks.
        x: figure that runs to the right.
        y: figure that runs up.
        picked: token of the network that is looked at.
    """
    ranges = [_range(spots, along) for along in ALONG]
    figure = new_figure(
        height=CHART_PX,
        dragmode="pan",  # with any other, Streamlit tells clicks nothing
        margin={"t": 14, "r": 16},
        xaxis=_layout(x, spots, "x", ranges[0]),
        yaxis=_layout(y, spots, "y", ranges[1]),
        annotations=[],
    )
    _add_front(figure, spots, x)
    _add_points(figure, spots)
    if shown := [spot for spot in spots if spot.token == picked]:
        figure.add_scatter(
            x=[shown[0].x], y=[shown[0].y], mode="markers", hoverinfo="skip", cliponaxis=False,
            marker={"size": POINT_PX + 9, "color": "rgba(0,0,0,0)", "line": {"width": 2.5, "color": BLUE}},
        )  # fmt: skip
    return Named(figure, _add_names(figure, spots, ranges, x))


def _is_log(spots: Sequence[Spot], along: Along) -> bool:
    return spans_decades([getattr(spot, along) for spot in spots])


def _range(spots: Sequence[Spot], along: Along) -> tuple[float, float]:
    """Ends of the axis, of a logarithmic one as powers of ten."""
    ends = [
        end
        for spot in spots
        for value, error in [(getattr(spot, along), getattr(spot, f"{along}_error") or (0.0, 0.0))]
        for end in (value - error[0], value + error[1])
    ]
    if not ends:
        return 0.0, 1.0
    if _is_log(spots, along):
        ends = [math.log10(end) for end in ends if end > 0]
    low, high = min(ends), max(ends)
    room = ROOM * ((high - low) or abs(high) or 1.0)
    return low - room, high + room


def _layout(axis: Axis, spots: Sequence[Spot], along: Along, ends: tuple[float, float]) -> dict[str, object]:
    way = "more is better" if axis.better == "more" else "less is better"
    kind = {"type": "log", "dtick": "D2" if ends[1] - ends[0] < FEW_DECADES else 1} if _is_log(spots, along) else {}
    return {
        "title": {"text": f"{axis.title}, {way}"},
        "range": list(ends),
        "ticksuffix": axis.suffix,
        "exponentformat": "SI",
        "fixedrange": True,
        **kind,
    }


def _add_front(figure: go.Figure, spots: Sequence[Spot], x: Axis) -> None:
    """Left or right of a point on the line, what it offers can be had as well; above or below it, nobody offers."""
    front = _front(spots)
    if len(front) > 1:
        figure.add_scatter(
            x=[spot.x for spot in front], y=[spot.y for spot in front], mode="lines", hoverinfo="skip",
            line={"shape": "hv" if x.better == "less" else "vh", "width": 1.4, "color": BLUE, "dash": "solid"},
        )  # fmt: skip


def _front(spots: Sequence[Spot]) -> list[Spot]:
    return sorted((spot for spot in spots if spot.is_best), key=lambda spot: (spot.x, spot.y))


def _steps(spots: Sequence[Spot], ranges: Ranges, x: Axis) -> Floats:
    """(M, 4) ends of the line's parts, from left and below to right and above, 0..1."""
    parts = []
    for one, other in pairwise(_place(spot, spots, ranges) for spot in _front(spots)):
        corner = (other[0], one[1]) if x.better == "less" else (one[0], other[1])
        parts += [(*np.minimum(end, corner), *np.maximum(end, corner)) for end in (one, other)]
    return np.array(parts).reshape(-1, 4)


def _whiskers(spots: Sequence[Spot], ranges: Ranges) -> Floats:
    """(M, 4) ends of the bars of intervals, 0..1."""
    bars = []
    for spot in spots:
        for along, error in zip(ALONG, (spot.x_error, spot.y_error), strict=True):
            down, up = error or (0.0, 0.0)
            low, high = (replace(spot, **{along: getattr(spot, along) + by}) for by in (-down, up))
            if getattr(low, along) > 0 or not _is_log(spots, along):
                bars.append((*_place(low, spots, ranges), *_place(high, spots, ranges)))
    return np.array(bars).reshape(-1, 4)


def _add_points(figure: go.Figure, spots: Sequence[Spot]) -> None:
    figure.add_scatter(
        x=[spot.x for spot in spots],
        y=[spot.y for spot in spots],
        customdata=[[spot.token] for spot in spots],
        text=[f"<b>{as_text(spot.name)}</b><br>{spot.words}" for spot in spots],
        hovertemplate="%{text}<extra></extra>",
        mode="markers",
        cliponaxis=False,
        error_x=_bars([spot.x_error for spot in spots]),
        error_y=_bars([spot.y_error for spot in spots]),
        marker={
            "size": POINT_PX,
            "color": [spot.colour if spot.is_best else _faint(spot.colour) for spot in spots],
            "line": {"width": 0},
        },
        unselected={"marker": {"opacity": 1}},
    )


def _bars(errors: Sequence[tuple[float, float] | None]) -> dict[str, object]:
    """Both ways, in a grey that does not compete with the points."""
    known = [error or (0.0, 0.0) for error in errors]
    return {
        "type": "data",
        "visible": any(errors),
        "array": [up for _, up in known],
        "arrayminus": [down for down, _ in known],
        "color": GREY,
        "thickness": 1,
        "width": 3,
    }


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {FAINT})"


def _add_names(figure: go.Figure, spots: Sequence[Spot], ranges: Ranges, x: Axis) -> tuple[int, ...]:
    """The best ones' names first; whose name has no room is named under the mouse alone."""
    ordered = sorted(spots, key=lambda spot: not spot.is_best)
    names = [spot.name for spot in ordered]
    points: Floats = np.array([_place(spot, spots, ranges) for spot in ordered]).reshape(-1, 2)
    lines = np.concatenate([_steps(spots, ranges, x), _whiskers(spots, ranges)])
    placed = place_labels(points, names, width_px=PLOT_PX, height_px=PLOT_HEIGHT_PX, lines=lines)
    kept = keep_labels(points, names, placed, width_px=PHONE_PLOT_PX, height_px=PLOT_HEIGHT_PX, lines=lines)
    for at, place in placed.items():
        spot = ordered[at]
        figure.add_annotation(
            x=math.log10(spot.x) if _is_log(spots, "x") else spot.x,
            y=math.log10(spot.y) if _is_log(spots, "y") else spot.y,
            xshift=place.dx,
            yshift=place.dy,
            text=as_text(spot.name),
            showarrow=False,
            opacity=1.0 if spot.is_best else 0.75,
            font={"size": FONT_PX, "color": TEXT},
        )
    return tuple(at for at, name in enumerate(placed) if name not in kept)


def _place(spot: Spot, spots: Sequence[Spot], ranges: Ranges) -> tuple[float, float]:
    """In the plot, 0..1 to the right and up."""
    shares = []
    for value, along, (low, high) in zip((spot.x, spot.y), ALONG, ranges, strict=True):
        on_axis = math.log10(value) if _is_log(spots, along) else value
        shares.append((on_axis - low) / (high - low))
    return shares[0], shares[1]
