"""Published and measured side by side: how far each reproduced figure lies from the published one, and the curves."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from cnnplay.figures.experiments import chart_title
from cnnplay.figures.template import BLUE, GREY, ORANGE, TEXT, as_text, heading, new_figure
from cnnplay.words import accuracy

ROW_PX, ROWS_PX = 58, 110
CURVES_PX = 320
LEAST_POINTS = 1.0
"""The axis of differences shows at least so many points each way."""
ROOM = 1.15

Curve = Sequence[tuple[float, float]]
"""Epoch, and test accuracy after it, 0..1."""


@dataclass(frozen=True, kw_only=True)
class Reproduced:
    """One published recipe.

    Attributes:
        label: of the network.
        published: test accuracy, 0..1; None where no figure was given.
        measured: the same of our run; None where there is none yet.
        low, high: its 95 % interval over other test pictures.
        own: of the reader's own runs.
    """

    label: str
    published: float | None
    measured: float | None
    low: float = 0.0
    high: float = 0.0
    own: tuple[float, ...] = ()


def reproduced_rows(rows: Sequence[Reproduced]) -> go.Figure:
    """In each row the distance of our figure from the published one, in points; both figures stand above it."""
    n = len(rows)
    reach = ROOM * max([LEAST_POINTS, *(abs(each) for row in rows for each in _distances(row))])
    figure = new_figure(
        height=ROWS_PX + ROW_PX * n,
        margin={"l": 12, "r": 12, "t": 70, "b": 44},
        xaxis={"title": {"text": "points above or below the published accuracy"}, "range": [-reach, reach],
               "tickformat": "+.1~f", "nticks": 7, "showgrid": False},
        yaxis={"range": [n - 0.35, -0.75], "showticklabels": False, "showgrid": False},
        annotations=[chart_title(_title(rows))],
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": GREY, "width": 1.4})
    for at, row in enumerate(rows):
        for text, x, anchor in ((as_text(row.label), 0, "left"), (_figures(row), 1, "right")):
            figure.add_annotation(
                text=text, x=x, xref="paper", xanchor=anchor, y=at - 0.42, showarrow=False, font={"color": TEXT},
            )  # fmt: skip
        figure.add_hline(y=at, line={"color": "rgba(128, 125, 118, 0.22)", "width": 1})
        _add_row(figure, row, at)
    return figure


def _title(rows: Sequence[Reproduced]) -> str:
    own = ", ◇ your runs" if any(row.own for row in rows) else ""
    return (
        f'{heading("Test accuracy, ours / published")}<br><span style="font-size:12px">line at 0: as published, dot: '
        f"ours{own}<br>bar: 95 % interval over other test pictures</span>"
    )


def _figures(row: Reproduced) -> str:
    ours = "not yet" if row.measured is None else accuracy(row.measured)
    return f"{ours} / {'none' if row.published is None else accuracy(row.published)}"


def _distances(row: Reproduced) -> list[float]:
    if row.published is None or row.measured is None:
        return []
    return [100 * (each - row.published) for each in (row.low, row.high, row.measured, *row.own)]


def _add_row(figure: go.Figure, row: Reproduced, at: int) -> None:
    if row.published is None or row.measured is None:
        return
    apart = 100 * (row.measured - row.published)
    figure.add_scatter(
        x=[apart], y=[at], mode="markers", marker={"color": BLUE, "size": 10},
        error_x={"type": "data", "symmetric": False, "thickness": 2, "width": 6,
                 "array": [100 * (row.high - row.measured)], "arrayminus": [100 * (row.measured - row.low)]},
        hovertemplate=f"<b>{as_text(row.label)}</b><br>{_figures(row)}, ours / published<br>{apart:+.2f} points"
        "<extra></extra>",
    )  # fmt: skip
    if row.own:
        figure.add_scatter(
            x=[100 * (each - row.published) for each in row.own], y=[at + 0.2] * len(row.own), mode="markers",
            marker={"color": BLUE, "size": 10, "symbol": "diamond-open", "line": {"width": 2}},
            hovertemplate=f"<b>{as_text(row.label)}</b><br>%{{x:+.2f}} points, your run<extra></extra>",
        )  # fmt: skip


def reproduced_curves(published: Curve, measured: Curve, own: Sequence[Curve] = ()) -> go.Figure:
    """Test accuracy after every epoch: as published dotted, ours blue, the reader's own orange."""
    series = {"published": GREY} if published else {}
    series |= {"ours": BLUE} if measured else {}
    series |= {"yours": ORANGE} if own else {}
    last = max((epoch for curve in (published, measured, *own) for epoch, _ in curve), default=1.0)
    figure = new_figure(
        height=CURVES_PX,
        margin={"l": 48, "r": 12, "t": 40, "b": 44},
        xaxis={"title": {"text": "epoch"}, "range": [0.6, last + 0.4], "dtick": max(1, round(last / 10)),
               "showgrid": False},
        yaxis={"ticksuffix": " %"},
        annotations=[chart_title(heading("Test accuracy", series))],
    )  # fmt: skip
    for curve in own:
        _add_curve(figure, curve, ORANGE, "your run", width=1.2)
    _add_curve(figure, published, GREY, "as published", dash="dot", symbol="x-thin-open")
    _add_curve(figure, measured, BLUE, "our run")
    return figure


def _add_curve(
    figure: go.Figure, curve: Curve, colour: str, what: str, *, dash: str = "solid", symbol: str = "circle",
    width: float = 2,
) -> None:  # fmt: skip
    if curve:
        figure.add_scatter(
            x=[epoch for epoch, _ in curve],
            y=[100 * value for _, value in curve],
            mode="lines+markers" if len(curve) > 1 else "markers",
            line={"color": colour, "width": width, "dash": dash},
            marker={"color": colour, "size": 8, "symbol": symbol, "line": {"color": colour, "width": 1.6}},
            hovertemplate=f"%{{y:.2f}} % after epoch %{{x:g}}, {what}<extra></extra>",
        )
