"""How accuracy falls as pictures are changed more and more: a small chart for each change, and all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from cnnplay.figures.differences import SYMBOLS
from cnnplay.figures.template import HAIR, as_text, new_figure

CHART_PX, MEANS_PX, MEAN_PX = 210, 84, 30
LEFT_PX, RIGHT_PX = 46, 10
"""Margins of each small chart, so that pictures can stand above its strengths."""


@dataclass(frozen=True, kw_only=True)
class RobustnessLine:
    """A network's accuracies (0..1) at each strength of one change.

    Attributes:
        name: of the network.
        colour, dash: as in all its charts.
        accuracies: one for each strength.
    """

    name: str
    colour: str
    dash: str
    accuracies: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class MeanPair:
    """Accuracies (0..1) of a network on pictures as they are, and on changed ones, over all changes."""

    name: str
    colour: str
    dash: str
    clean: float
    changed: float


def robustness_chart(lines: Sequence[RobustnessLine], strengths: Sequence[str], *, low: float = 0.0) -> go.Figure:
    """One change: the strengths stand side by side at equal distances, as the pictures above the chart do.

    Args:
        lines: one a network.
        strengths: as they are to be read; the first is no change.
        low: lower end of the axis, 0..1, the same in all charts that are to be compared.
    """
    places = list(range(len(strengths)))
    figure = new_figure(
        height=CHART_PX,
        margin={"l": LEFT_PX, "r": RIGHT_PX, "t": 8, "b": 34},
        xaxis={"tickvals": places, "ticktext": [_short(text) for text in strengths], "fixedrange": True,
               "range": [-0.5, len(strengths) - 0.5], "showgrid": False, "tickfont": {"size": 11}, "tickangle": 0,
               "automargin": False},
        yaxis={"range": [100 * low, 101], "ticksuffix": " %", "nticks": 5, "fixedrange": True, "automargin": False},
    )  # fmt: skip
    for line in lines:
        figure.add_scatter(
            x=places, y=[100 * value for value in line.accuracies], customdata=list(strengths), mode="lines+markers",
            line={"color": line.colour, "dash": line.dash, "width": 1.6}, cliponaxis=False,
            marker={"size": 5, "color": line.colour, "symbol": SYMBOLS.get(line.dash, "circle")},
            hovertemplate=f"<b>{as_text(line.name)}</b>, %{{customdata}}<br>reads %{{y:.1f}} %<extra></extra>",
        )  # fmt: skip
    return figure


def _short(text: str) -> str:
    """Only the number under the axis: the unit stands in the chart's title."""
    return next((word for word in text.replace("°", " ").split() if word[0].isdigit()), text)


def robustness_means(pairs: Sequence[MeanPair]) -> go.Figure:
    """A row for each network: pictures as they are hollow, changed ones full, joined by a hairline.

    Args:
        pairs: in the order of the rows.
    """
    rows = list(range(len(pairs)))
    figure = new_figure(
        height=MEANS_PX + MEAN_PX * len(pairs),
        margin={"l": 8, "r": 16, "t": 34, "b": 44},
        xaxis={"title": {"text": "right among the test pictures"}, "ticksuffix": " %", "fixedrange": True, "nticks": 7},
        yaxis={"tickvals": rows, "ticktext": [as_text(pair.name) for pair in pairs], "fixedrange": True,
               "range": [len(pairs) - 0.5, -0.5], "showgrid": False, "ticklabelstandoff": 6},
    )  # fmt: skip
    figure.add_annotation(
        text="● changed in all ways    ○ as they are", showarrow=False, xref="paper", x=0, xanchor="left", yref="paper",
        y=1, yshift=18, font={"size": 12},
    )  # fmt: skip
    for row, pair in enumerate(pairs):
        symbol = SYMBOLS.get(pair.dash, "circle")
        figure.add_shape(
            type="line", x0=100 * pair.changed, x1=100 * pair.clean, y0=row, y1=row, layer="below",
            line={"color": HAIR, "width": 2},
        )  # fmt: skip
        figure.add_scatter(
            x=[100 * pair.changed, 100 * pair.clean], y=[row, row], mode="markers",
            marker={"size": 10, "symbol": [symbol, f"{symbol}-open"], "color": pair.colour,
                    "line": {"color": pair.colour, "width": 2}},
            customdata=["changed pictures", "pictures as they are"],
            hovertemplate=f"<b>{as_text(pair.name)}</b><br>%{{x:.2f}} % of the %{{customdata}}<extra></extra>",
        )  # fmt: skip
    return figure
