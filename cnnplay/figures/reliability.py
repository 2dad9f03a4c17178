"""How sure networks are and how often they are right: reliability, calibration error, and answering only when sure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from cnnplay.evaluation.calibration import N_BINS
from cnnplay.evaluation.reliability import Reliability, Selective
from cnnplay.figures.curves import panel_title
from cnnplay.figures.differences import SYMBOLS
from cnnplay.figures.template import HAIR, TEXT, as_text, heading, new_figure

DIAGRAM_PX, SELECTIVE_PX = 470, 470
ERRORS_PX, ERROR_PX = 84, 30
"""Height of the chart of errors: without its rows, and of each."""
MIN_COUNT = 10
"""Bins of fewer pictures say nothing, and are left out."""
SMALLEST_MARK, LARGEST_MARK = 4.0, 11.0
LEAST_ROOM = 0.002
"""Of a curve of nearly always right answers."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Named:
    """What is drawn of a network, and how."""

    name: str
    colour: str
    dash: str


@dataclass(frozen=True, eq=False, kw_only=True)
class ReliabilityLine(Named):
    """A network in a reliability diagram."""

    reliability: Reliability


@dataclass(frozen=True, eq=False, kw_only=True)
class SelectiveLine(Named):
    """A network that answers only where it is surest."""

    selective: Selective


@dataclass(frozen=True, eq=False, kw_only=True)
class ErrorPair(Named):
    """The calibration error of a network without temperature, and with the one that was fitted."""

    before: Reliability
    after: Reliability | None


def reliability_diagram(lines: Sequence[ReliabilityLine]) -> go.Figure:
    """Above, how often answers are right that a network is so sure of; below, how many there are of these.

    Args:
        lines: one a network.
    """
    least = min((int(np.flatnonzero(_held(line.reliability)).min()) for line in lines), default=0)
    figure = new_figure(
        height=DIAGRAM_PX,
        margin={"t": 34},
        xaxis={"title": {"text": "how sure it says it is"}, "anchor": "y2", "ticksuffix": " %",
               "range": [100 * least / N_BINS - 1, 101]},
        yaxis={"domain": [0.38, 0.96], "ticksuffix": " %"},
        yaxis2={"domain": [0, 0.24], "type": "log", "nticks": 4, "tickformat": "~s"},
        annotations=[panel_title(heading("How often it is right"), 1.03), panel_title(heading("Pictures"), 0.3)],
    )  # fmt: skip
    figure.add_scatter(
        x=[0, 100], y=[0, 100], mode="lines", line={"color": TEXT, "width": 1, "dash": "dot"}, hoverinfo="skip"
    )
    for line in lines:
        _add_reliability(figure, line)
    return figure


def _held(found: Reliability) -> np.ndarray:
    """Bins that say something; all that hold pictures, where none does."""
    held = found.counts >= MIN_COUNT
    return held if held.any() else found.counts > 0


def _add_reliability(figure: go.Figure, line: ReliabilityLine) -> None:
    found = line.reliability
    held = np.flatnonzero(_held(found))
    counts, says, does = found.counts[held], 100 * found.confidence[held], 100 * found.accuracy[held]
    low, high = 100 * held / N_BINS, 100 * (held + 1) / N_BINS
    sizes = SMALLEST_MARK + (LARGEST_MARK - SMALLEST_MARK) * np.sqrt(counts / counts.max())
    drawn = {"mode": "lines+markers", "line": {"color": line.colour, "width": 1.4, "dash": line.dash}}
    facts = np.column_stack([low, high, counts, does])
    hover = (
        f"<b>{as_text(line.name)}</b><br>%{{customdata[2]:,}} pictures of which it is %{{customdata[0]:.0f}} to "
        "%{customdata[1]:.0f} % sure<br>on average %{x:.1f} % sure, right in %{customdata[3]:.1f} %<extra></extra>"
    )
    symbol = SYMBOLS.get(line.dash, "circle")
    figure.add_scatter(
        x=says, y=does, customdata=facts, hovertemplate=hover, cliponaxis=False, **drawn,
        marker={"size": sizes, "color": line.colour, "symbol": symbol, "opacity": 0.85, "line": {"width": 0}},
    )  # fmt: skip
    figure.add_scatter(
        x=says, y=counts, customdata=facts, hovertemplate=hover, yaxis="y2", **drawn,
        marker={"size": 4, "color": line.colour, "symbol": symbol},
    )  # fmt: skip


def calibration_errors(pairs: Sequence[ErrorPair]) -> go.Figure:
    """A row for each network: its error without temperature hollow, with it full, each with its 95 % interval.

    Args:
        pairs: in the order of the rows.
    """
    rows = list(range(len(pairs)))
    figure = new_figure(
        height=ERRORS_PX + ERROR_PX * len(pairs),
        margin={"l": 8, "r": 16, "t": 34, "b": 44},
        xaxis={"title": {"text": "expected calibration error, in points"}, "rangemode": "tozero", "fixedrange": True},
        yaxis={"tickvals": rows, "ticktext": [as_text(pair.name) for pair in pairs], "fixedrange": True,
               "range": [len(pairs) - 0.5, -0.5], "showgrid": False, "ticklabelstandoff": 6},
    )  # fmt: skip
    figure.add_annotation(
        text="○ as it answers by itself    ● with its temperature", showarrow=False, xref="paper", x=0, xanchor="left",
        yref="paper", y=1, yshift=18, font={"size": 12},
    )  # fmt: skip
    for row, pair in enumerate(pairs):
        for found, is_after in ((pair.before, False), (pair.after, True)):
            if found is not None:
                _add_error(figure, pair, found, row, is_after=is_after)
    return figure


def _add_error(figure: go.Figure, pair: ErrorPair, found: Reliability, row: int, *, is_after: bool) -> None:
    words = "with its temperature" if is_after else "as it answers by itself"
    y = row + (0.16 if is_after else -0.16) * (pair.after is not None)
    symbol = SYMBOLS.get(pair.dash, "circle")
    figure.add_scatter(
        x=[100 * found.low, 100 * found.high], y=[y, y], mode="lines", hoverinfo="skip", opacity=0.4,
        line={"color": pair.colour, "width": 4},
    )  # fmt: skip
    figure.add_scatter(
        x=[100 * found.error], y=[y], mode="markers",
        marker={"size": 10, "symbol": symbol if is_after else f"{symbol}-open", "color": pair.colour,
                "line": {"color": pair.colour, "width": 2}},
        hovertemplate=f"<b>{as_text(pair.name)}</b>, {words}<br>{100 * found.error:.2f} points, "
        f"95 % interval {100 * found.low:.2f} to {100 * found.high:.2f}<br>by chance alone it would be about "
        f"{100 * found.by_chance:.2f}<extra></extra>",
    )  # fmt: skip


def selective_curves(lines: Sequence[SelectiveLine]) -> go.Figure:
    """Accuracy against the share of the pictures that a network answers, those of which it is surest first.

    Args:
        lines: one a network.
    """
    values = [float(value) for line in lines for value in line.selective.accuracies]
    low = min(values, default=0.0)
    room = 0.05 * max(1 - low, LEAST_ROOM)
    figure = new_figure(
        height=SELECTIVE_PX,
        margin={"t": 34},
        xaxis={"title": {"text": "share of the pictures that it answers, the surest first"}, "ticksuffix": " %",
               "range": [0, 100]},
        yaxis={"domain": [0, 0.96], "ticksuffix": " %", "range": [100 * (low - room), 100 + 100 * room]},
        annotations=[panel_title(heading("Right among those that it answers"), 1.03)],
    )  # fmt: skip
    figure.add_hline(y=100, line={"color": HAIR, "width": 1})
    for line in lines:
        found = line.selective
        figure.add_scatter(
            x=100 * found.shares, y=100 * found.accuracies, customdata=100 * found.thresholds, mode="lines",
            line={"color": line.colour, "dash": line.dash, "width": 1.8}, cliponaxis=False,
            hovertemplate=f"<b>{as_text(line.name)}</b><br>answers the %{{x:.0f}} % of which it is at least "
            "%{customdata:.1f} % sure<br>right in %{y:.2f} % of them<extra></extra>",
        )  # fmt: skip
    return figure
