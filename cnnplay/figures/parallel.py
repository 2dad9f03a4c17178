"""Settings and results of many runs side by side: a line a run, an axis a setting; dragging on an axis chooses runs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from cnnplay.figures.template import FONT, TEXT, as_text, new_figure

CHART_PX, AXIS_PX, EDGE_PX = 420, 80, 110
"""Height; and the least width of an axis and of what is left and right of them."""
Theme = Literal["light", "dark"]
BLUES: dict[Theme, tuple[tuple[float, str], ...]] = {
    "light": ((0.0, "#bcd0fb"), (0.5, "#6f97f2"), (1.0, "#1e40af")),
    "dark": ((0.0, "#23346b"), (0.5, "#4672e0"), (1.0, "#b3cbff")),
}
"""One ramp of the accent for each theme: the better, the further from the ground."""
LOW_SHARE = 0.1
"""So many of the worst share the faintest colour: one that failed would leave the others alike."""
MOST_TICKS, MOST_CHARS = 8, 15
LEAST_GAP = 0.05
"""Share of an axis between two of its numbers."""
NOTHING = "none"
Value = float | int | str | bool | None


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One axis.

    Attributes:
        title: of the setting or result, with its unit.
        values: one a run.
        is_log: of a number where a factor counts, not a difference.
    """

    title: str
    values: tuple[Value, ...]
    is_log: bool = False


def parallel_chart(
    dimensions: Sequence[Dimension], *, best: Sequence[float], title: str, theme: Theme = "light"
) -> go.Figure:
    """A line for each run through all axes.

    Args:
        dimensions: axes from left to right.
        best: by which lines are coloured: the higher, the stronger.
        title: what that is.
        theme: of the ground.
    """
    figure = new_figure(height=CHART_PX, margin={"l": 90, "r": 24, "t": 64, "b": 24})
    figure.add_parcoords(
        dimensions=[_axis(dimension) for dimension in dimensions],
        line={
            "color": list(best),
            "colorscale": BLUES[theme],
            "cmin": float(np.quantile(best, LOW_SHARE)),
            "cmax": max(best),
            "showscale": True,
            "colorbar": {
                "title": {"text": title, "side": "right", "font": {"size": 12}},
                "tickfont": {"size": 11},
                "thickness": 10,
                "outlinewidth": 0,
            },
        },
        unselected={"line": {"color": "#8a877f", "opacity": 0.12}},
        labelfont={"size": 12, "color": TEXT, "family": FONT},
        tickfont={"size": 11, "color": TEXT, "family": FONT, "shadow": "none"},
        rangefont={"size": 11, "color": "rgba(0,0,0,0)", "family": FONT},
        labelside="top",
    )
    return figure


def least_width_px(n_axes: int) -> int:
    """So wide is the chart at least: where there is less room, it is to be pushed sideways."""
    return EDGE_PX + AXIS_PX * n_axes


def _axis(dimension: Dimension) -> dict[str, Any]:
    values = dimension.values
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    label = {"label": as_text(dimension.title)}
    if len(numbers) < len(values) or len(set(numbers)) < 2:
        return label | _categories(values)
    if dimension.is_log and max(numbers) > 0:
        return label | _decades(numbers)
    distinct = sorted(set(numbers))
    if len(distinct) <= MOST_TICKS:
        ticks = _apart(distinct)
        return label | {"values": numbers, "tickvals": ticks, "ticktext": [f"{value:g}" for value in ticks]}
    return label | {"values": numbers}


def _apart(values: Sequence[float]) -> list[float]:
    """Those of ascending values whose numbers can stand beside the axis without touching."""
    least = LEAST_GAP * (values[-1] - values[0])
    kept = [values[0]]
    for value in values[1:-1]:
        if value - kept[-1] >= least and values[-1] - value >= least:
            kept.append(value)
    return [*kept, values[-1]]


def _categories(values: Sequence[Value]) -> dict[str, Any]:
    """Each of the words at a place of its own."""
    words = [NOTHING if value is None else f"{value:g}" if _is_number(value) else str(value) for value in values]
    places = {word: at for at, word in enumerate(dict.fromkeys(sorted(words)))}
    return {
        "values": [places[word] for word in words],
        "range": [-0.5, len(places) - 0.5],
        "tickvals": list(places.values()),
        "ticktext": [as_text(_short(word)) for word in places],
    }


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(word: str) -> str:
    return word if len(word) <= MOST_CHARS else f"{word[: MOST_CHARS - 1]}\N{HORIZONTAL ELLIPSIS}"


def _decades(values: Sequence[float]) -> dict[str, Any]:
    """Powers of ten as places; 0, which has none, a step below the others."""
    least, most = min(value for value in values if value > 0), max(values)
    has_zero = min(values) <= 0
    zero = math.floor(math.log10(least)) - (1 if has_zero else 0)
    places = [math.log10(value) if value > 0 else float(zero) for value in values]
    ticks = [tick for tick in _nice_ticks(least, most) if least <= tick <= most] or sorted({least, most})
    return {
        "values": places,
        "tickvals": [*([float(zero)] if has_zero else []), *(math.log10(tick) for tick in ticks)],
        "ticktext": [*(["0"] if has_zero else []), *(f"{tick:g}" for tick in ticks)],
    }


def _nice_ticks(least: float, most: float) -> list[float]:
    """Powers of ten, and 2 and 5 times them where there are few of those."""
    first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
    factors = (1, 2, 5) if last - first <= 2 else (1,)
    return [round(factor * 10.0**power, -power + 1) for power in range(first, last + 1) for factor in factors]
