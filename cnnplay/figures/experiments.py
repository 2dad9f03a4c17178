"""What the trainings of an experiment came to: every seed as a dot, means with intervals, on a knob or in rows."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from cnnplay.evaluation.spread import measure_spread
from cnnplay.figures.template import BLUE, COLOURS, GREY, ORANGE, PURPLE, TEXT, as_text, heading, new_figure
from cnnplay.words import accuracy

LINES_PX = 416
ROW_PX, ROWS_PX = 56, 84
"""Height of a row, and of what is around them all."""
ROOM = 0.06
"""Of the axis of accuracies, free below the lowest and above the highest value."""
LEAST_ROOM = 0.004
SERIES_COLOURS = (BLUE, ORANGE, COLOURS[2], PURPLE)
OWN_SYMBOL, PUBLISHED_SYMBOL = "diamond-open", "x-thin-open"
TITLE_SHIFT_PX = 8
LINE_CHARS, LINE_PX = 34, 16
"""Names in one line of a title: as many as a phone has room for, and the height of such a line."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One arm of an experiment.

    Attributes:
        label: for its row or the hover text.
        series: the line it belongs to, on a chart along a knob.
        x: its place on the knob.
        values: test accuracy of each shipped seed, 0..1.
        own: of each of the reader's own seeds, 0..1.
        published: what somebody published, 0..1, or None.
    """

    label: str
    values: tuple[float, ...]
    series: str = ""
    x: float = 0.0
    own: tuple[float, ...] = ()
    published: float | None = None


def mean_and_interval(values: Sequence[float]) -> tuple[float, float, float] | None:
    """Mean and 95 % interval, all 0..1; without an interval from too few values, None from none."""
    if not values:
        return None
    mean = statistics.fmean(values)
    spread = measure_spread(values)
    return (mean, spread.low, spread.high) if spread else (mean, mean, mean)


def chart_title(text: str) -> dict[str, Any]:
    """A title of one or two lines above the plot, from its left edge."""
    return {
        "text": text, "x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom",
        "yshift": TITLE_SHIFT_PX, "align": "left", "showarrow": False, "font": {"color": TEXT},
    }  # fmt: skip


def title_lines(title: str, colours: dict[str, str]) -> list[str]:
    """A title with the names of its lines in their colours: behind it, or below where a phone has no room for them."""
    if len(" ".join((title, *colours))) <= LINE_CHARS + 4:
        return [heading(title, colours)]
    lines: list[dict[str, str]] = []
    for name, colour in colours.items():
        if not lines or len(" ".join((*lines[-1], name))) > LINE_CHARS:
            lines.append({})
        lines[-1][as_text(name)] = colour
    return [heading(title), *(heading("", line).replace("<b></b>", "").strip() for line in lines)]


def answer_lines(arms: Sequence[Measured], *, axis: str) -> go.Figure:
    """Accuracy along the knob: a line through the means of each series, with intervals and every seed as a dot.

    The values of the knob are set at equal distances, as they were chosen.

    Args:
        arms: of all series.
        axis: what the knob is called.
    """
    places = {x: float(i) for i, x in enumerate(sorted({arm.x for arm in arms}))}
    series = list(dict.fromkeys(arm.series for arm in arms))
    colours = dict(zip(series, SERIES_COLOURS, strict=False))
    figure = new_figure(
        height=LINES_PX,
        margin={"l": 48, "r": 12, "t": 80, "b": 44},
        xaxis={
            "title": {"text": axis},
            "tickvals": list(places.values()),
            "ticktext": [f"{x:,g}" if x < 1000 else f"{x:,.0f}" for x in places],
            "range": [-0.3, len(places) - 0.7],
            "showgrid": False,
        },
        yaxis={"ticksuffix": " %", "range": _range(arms)},
        annotations=[chart_title(_legend("Test accuracy", arms, colours))],
    )  # fmt: skip
    for name in series:
        mine = [arm for arm in arms if arm.series == name]
        _add_line(figure, mine, places, colours[name], shift=0.05 * (series.index(name) - (len(series) - 1) / 2))
    return figure


def _add_line(
    figure: go.Figure, arms: list[Measured], places: dict[float, float], colour: str, *, shift: float
) -> None:
    """Series stand beside each other by a little, so that dots of one do not hide those of another."""
    known = [(places[arm.x] + shift, arm, found) for arm in arms if (found := mean_and_interval(arm.values))]
    for x, arm, _ in known:
        figure.add_scatter(
            x=[x] * len(arm.values), y=[100 * value for value in arm.values], mode="markers",
            marker={"color": colour, "size": 6, "opacity": 0.35}, hovertemplate=_seed_words(arm),
        )  # fmt: skip
    figure.add_scatter(
        x=[x for x, _, _ in known],
        y=[100 * mean for _, _, (mean, _, _) in known],
        error_y={
            "type": "data", "symmetric": False, "thickness": 1.6, "width": 5,
            "array": [100 * (high - mean) for _, _, (mean, _, high) in known],
            "arrayminus": [100 * (mean - low) for _, _, (mean, low, _) in known],
        },
        mode="lines+markers", line={"color": colour, "width": 2}, marker={"color": colour, "size": 7},
        hovertemplate=[_mean_words(arm) for _, arm, _ in known],
    )  # fmt: skip
    for arm in arms:
        _add_others(figure, arm, at={"x": places[arm.x] + shift + 0.06}, colour=colour)


def answer_rows(arms: Sequence[Measured]) -> go.Figure:
    """Accuracy of each arm in a row of its own: its name above it, every seed as a dot, the mean with its interval."""
    n = len(arms)
    figure = new_figure(
        height=ROWS_PX + ROW_PX * n,
        margin={"l": 12, "r": 12, "t": 48, "b": 36},
        xaxis={"ticksuffix": " %", "range": _range(arms), "nticks": 6},
        yaxis={"range": [n - 0.35, -0.75], "showticklabels": False, "showgrid": False},
        annotations=[chart_title(_legend("Test accuracy", arms, {}))],
    )  # fmt: skip
    for row, arm in enumerate(arms):
        found = mean_and_interval(arm.values)
        right = accuracy(found[0]) if found else "not measured yet"
        for text, x, anchor in ((as_text(arm.label), 0, "left"), (right, 1, "right")):
            figure.add_annotation(
                text=text, x=x, xref="paper", xanchor=anchor, y=row - 0.42, showarrow=False, font={"color": TEXT},
            )  # fmt: skip
        figure.add_hline(y=row, line={"color": "rgba(128, 125, 118, 0.22)", "width": 1})
        if found:
            _add_row(figure, arm, row, found)
        _add_others(figure, arm, at={"y": row + 0.2}, colour=BLUE)
    return figure


def _add_row(figure: go.Figure, arm: Measured, row: int, found: tuple[float, float, float]) -> None:
    mean, low, high = found
    figure.add_scatter(
        x=[100 * value for value in arm.values], y=[row] * len(arm.values), mode="markers",
        marker={"color": BLUE, "size": 7, "opacity": 0.35}, hovertemplate=_seed_words(arm, axis="x"),
    )  # fmt: skip
    figure.add_scatter(
        x=[100 * mean], y=[row], mode="markers", marker={"color": BLUE, "size": 10},
        error_x={
            "type": "data", "symmetric": False, "thickness": 2, "width": 6,
            "array": [100 * (high - mean)], "arrayminus": [100 * (mean - low)],
        },
        hovertemplate=_mean_words(arm),
    )  # fmt: skip


def _add_others(figure: go.Figure, arm: Measured, *, at: dict[str, float], colour: str) -> None:
    """The reader's own seeds and what was published, beside the shipped ones."""
    value_axis = "y" if "x" in at else "x"
    where, place = next(iter(at.items()))
    layers = (
        (arm.own, OWN_SYMBOL, colour, "your run"),
        ((arm.published,) if arm.published is not None else (), PUBLISHED_SYMBOL, GREY, "as published"),
    )
    for values, symbol, drawn, what in layers:
        if values:
            figure.add_scatter(
                **{where: [place] * len(values), value_axis: [100 * value for value in values]},
                mode="markers",
                marker={"color": drawn, "size": 10, "symbol": symbol, "line": {"color": drawn, "width": 2}},
                hovertemplate=f"<b>{as_text(arm.label)}</b><br>%{{{value_axis}:.2f}} %, {what}<extra></extra>",
            )


def _legend(title: str, arms: Sequence[Measured], colours: dict[str, str]) -> str:
    """Names of the lines in their colours, and below what the marks mean, as far as they are there."""
    marks = ["dot: one seed, bar: 95 % interval of the mean"]
    marks += ["◇ your runs"] if any(arm.own for arm in arms) else []
    marks += ["✕ as published"] if any(arm.published is not None for arm in arms) else []
    told = f'<span style="font-size:12px">{", ".join(marks)}</span>'
    return "<br>".join((*title_lines(title, colours), told))


def _range(arms: Sequence[Measured]) -> list[float]:
    values = [each for arm in arms for each in (*arm.values, *arm.own)]
    values += [arm.published for arm in arms if arm.published is not None]
    values += [bound for arm in arms if (found := mean_and_interval(arm.values)) for bound in found[1:]]
    if not values:
        return [0.0, 100.0]
    low, high = min(values), max(values)
    room = max(ROOM * (high - low), LEAST_ROOM)
    return [100 * max(0.0, low - room), 100 * (high + room)]


def _seed_words(arm: Measured, *, axis: str = "y") -> str:
    return f"<b>{as_text(arm.label)}</b><br>%{{{axis}:.2f}} %, one seed<extra></extra>"


def _mean_words(arm: Measured) -> str:
    mean, low, high = mean_and_interval(arm.values) or (0.0, 0.0, 0.0)
    n = len(arm.values)
    interval = f"<br>95 % interval {100 * low:.2f} to {accuracy(high)}" if low < high else ""
    seeds = f"mean of {n} seeds" if n > 1 else "one seed"
    return f"<b>{as_text(arm.label)}</b><br>{accuracy(mean)}, {seeds}{interval}<extra></extra>"
