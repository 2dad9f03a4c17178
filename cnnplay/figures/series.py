"""Several runs at once: how seeds spread, how a sweep went, and which of its settings mattered."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from cnnplay.figures.template import BLUE, GREY, ORANGE, heading, new_figure

SEEDS_PX, HISTORY_PX = 280, 280
BAR_PX, BARS_PX = 34, 74
"""Height of one bar of the importances, and of what is around them."""
TITLE_SHIFT_PX = -44
"""Headings begin where the labels of the axis do."""
_BAND = "rgba(37, 99, 235, 0.14)"


@dataclass(frozen=True)
class Attempt:
    """One run of a sweep.

    Attributes:
        number: of the run, from 1.
        value: validation accuracy, 0..1: of a stopped run that of its last epoch.
        is_finished: whether it came to its end.
        words: its settings, for the reader.
    """

    number: int
    value: float
    is_finished: bool
    words: str = ""


def seed_curves(curves: Mapping[str, Sequence[tuple[float, float]]], *, what: str, revision: str = "") -> go.Figure:
    """Every run as a hairline, their mean, and a band of one standard deviation where three or more are known.

    Args:
        curves: name of each run, and epoch and accuracy (0..1) of its points, in order.
        what: pictures that were read, as in "validation".
        revision: what the reader has zoomed stays as long as this stays.
    """
    by_epoch: dict[float, list[float]] = {}
    for curve in curves.values():
        for epoch, value in curve:
            by_epoch.setdefault(epoch, []).append(100 * value)
    shared = [(epoch, values) for epoch, values in sorted(by_epoch.items()) if len(values) == len(curves)]
    figure = _percent_figure(
        "epoch", SEEDS_PX, heading(f"Accuracy, {what}", _named(len(shared), len(curves))), revision
    )
    last = max(by_epoch, default=1)
    figure.update_xaxes(dtick=max(1, -(-last // 10)), tick0=0, range=[0.7, last + 0.3], showgrid=False)
    if len(curves) > 2 and shared:
        xs, means = [epoch for epoch, _ in shared], [statistics.fmean(values) for _, values in shared]
        stds = [statistics.stdev(values) for _, values in shared]
        edges = [m + s for m, s in zip(means, stds, strict=True)], [m - s for m, s in zip(means, stds, strict=True)]
        figure.add_scatter(
            x=[*xs, *xs[::-1]], y=[*edges[0], *edges[1][::-1]], fill="toself", fillcolor=_BAND, mode="none",
            hoverinfo="skip",
        )  # fmt: skip
    for name, curve in curves.items():
        figure.add_scatter(
            x=[epoch for epoch, _ in curve],
            y=[100 * value for _, value in curve],
            mode="lines" if len(curve) > 1 else "markers",
            line={"width": 1, "color": GREY},
            opacity=0.75,
            hovertemplate=f"{name}, epoch %{{x:g}}<br>%{{y:.2f}} %<extra></extra>",
        )
    if len(curves) > 1 and shared:
        figure.add_scatter(
            x=[epoch for epoch, _ in shared],
            y=[statistics.fmean(values) for _, values in shared],
            mode="lines+markers" if len(shared) < 30 else "lines",
            line={"width": 2, "color": BLUE},
            hovertemplate=f"mean of {len(curves)} runs, epoch %{{x:g}}<br>%{{y:.2f}} %<extra></extra>",
        )
    return figure


def _named(n_shared: int, n_curves: int) -> dict[str, str]:
    mean = {"mean ± standard deviation" if n_curves > 2 else "mean": BLUE} if n_shared and n_curves > 1 else {}
    return mean | {"runs": GREY}


def sweep_history(attempts: Sequence[Attempt], *, n_runs: int, revision: str = "") -> go.Figure:
    """Each run's accuracy in the order of the runs, and the best so far as a line.

    Args:
        attempts: runs with an accuracy, in order.
        n_runs: how many there are to be.
        revision: what the reader has zoomed stays as long as this stays.
    """
    finished = [each for each in attempts if each.is_finished]
    ended_early = [each for each in attempts if not each.is_finished]
    names = {"finished": BLUE, "best so far": ORANGE} | ({"not finished": GREY} if ended_early else {})
    figure = _percent_figure("run", HISTORY_PX, heading("Pictures kept out", names), revision)
    figure.update_xaxes(range=[0.4, n_runs + 0.6], dtick=max(1, -(-n_runs // 20)), tick0=1, showgrid=False)
    best = [max(each.value for each in finished[: at + 1]) for at in range(len(finished))]
    if finished:
        figure.add_scatter(
            x=[*(each.number for each in finished), attempts[-1].number],
            y=[100 * value for value in (*best, best[-1])],
            mode="lines",
            line={"color": ORANGE, "width": 1.6, "shape": "hv"},
            hoverinfo="skip",
        )
    for shown, marker in (
        (finished, {"color": BLUE, "size": 8}),
        (ended_early, {"color": GREY, "size": 8, "symbol": "x-thin", "line": {"width": 2, "color": GREY}}),
    ):
        figure.add_scatter(
            x=[each.number for each in shown],
            y=[100 * each.value for each in shown],
            customdata=[each.words for each in shown],
            mode="markers",
            marker=marker,
            hovertemplate="run %{x}: %{y:.2f} % of the pictures kept out<br>%{customdata}<extra></extra>",
        )
    return figure


def importance_bars(shares: Mapping[str, float]) -> go.Figure:
    """How much each setting mattered, the most important on top.

    Args:
        shares: words for each setting and its share, 0..1, the largest first.
    """
    names, values = list(shares), [100 * share for share in shares.values()]
    figure = new_figure(
        height=BARS_PX + BAR_PX * len(shares),
        xaxis={"range": [0, 112], "visible": False},
        yaxis={"autorange": "reversed", "type": "category", "dtick": 1, "showgrid": False, "ticklabelstandoff": 8},
        margin={"l": 4, "t": 36, "b": 12},
        bargap=0.4,
        title={"text": heading("What mattered"), "font": {"size": 13}, "x": 0.004, "xref": "container", "y": 0.96},
    )
    figure.add_bar(
        x=values,
        y=names,
        orientation="h",
        marker={"color": BLUE},
        text=[f"{value:.0f} %" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1f} % of the differences<extra></extra>",
    )
    return figure


def _percent_figure(x_title: str, height_px: int, title: str, revision: str) -> go.Figure:
    return new_figure(
        height=height_px,
        uirevision=revision,
        xaxis={"title": {"text": x_title}},
        yaxis={"ticksuffix": " %"},
        margin={"t": 36},
        annotations=[_title(title, xshift=TITLE_SHIFT_PX)],
    )


def _title(text: str, *, xshift: int) -> dict[str, object]:
    return {
        "text": text, "xref": "paper", "yref": "paper", "x": 0, "xshift": xshift, "y": 1, "yshift": 22,
        "xanchor": "left", "yanchor": "middle", "showarrow": False,
    }  # fmt: skip
