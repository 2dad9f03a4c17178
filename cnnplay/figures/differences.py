"""How far networks lie apart: the difference of two with its interval, and the accuracies by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from cnnplay.figures.template import BLUE, GREY, HAIR, TEXT, new_figure

INTERVAL_PX, CLASSES_PX, CLASS_PX = 130, 60, 32
MOST_CLASSES = 30
"""Of more, those are shown in which the networks lie furthest apart."""
SYMBOLS = {"solid": "circle", "dash": "diamond", "dot": "square"}
"""Lines that are told apart by their dash are so as points by their shape."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassSeries:
    """One network's accuracies by class.

    Attributes:
        name: of the network.
        values: (K,) shares in 0..1; not a number where a class has no pictures.
        colour, dash: as in its curves.
    """

    name: str
    values: npt.NDArray[np.floating]
    colour: str
    dash: str = "solid"


def difference_interval(
    value: float, low: float, high: float, *, names: tuple[str, str], stands: bool = False
) -> go.Figure:
    """A difference of two accuracies in points, with its interval and the line of no difference.

    Args:
        value: accuracy of the first minus that of the second, -1..1.
        low: lower bound of its 95 % interval.
        high: upper bound.
        names: of the two.
        stands: whether it is more than chance.
    """
    colour, reach = BLUE if stands else GREY, 115 * max(abs(low), abs(high), 1e-4)
    figure = new_figure(
        height=INTERVAL_PX,
        margin={"l": 8, "r": 8, "t": 34, "b": 40},
        xaxis={"range": [-reach, reach], "title": {"text": "difference in points, with its 95 % interval"},
               "nticks": 7, "tickformat": "~g", "fixedrange": True},
        yaxis={"visible": False, "range": [-1, 1], "fixedrange": True},
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": TEXT, "width": 1.5})
    figure.add_scatter(
        x=[100 * low, 100 * high], y=[0, 0], mode="lines", line={"color": colour, "width": 5}, opacity=0.45,
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=[100 * value], y=[0], mode="markers", marker={"color": colour, "size": 13},
        hovertemplate=f"{100 * value:+.2f} points<br>from {100 * low:+.2f} to {100 * high:+.2f}<extra></extra>",
    )  # fmt: skip
    for name, side, arrow in ((names[1], 0, "← {}"), (names[0], 1, "{} →")):
        figure.add_annotation(
            text=arrow.format(f"{escape(name)} is better"), xref="paper", x=side, yref="paper", y=1, yshift=16,
            xanchor="right" if side else "left", showarrow=False, font={"size": 12},
        )  # fmt: skip
    return figure


def class_dots(classes: Sequence[str], series: Sequence[ClassSeries]) -> go.Figure:
    """Accuracy by class, a dot for each network, the hardest class on top; a hairline joins the dots of a class.

    Args:
        classes: (K,) names.
        series: of the networks, one or more.
    """
    values = np.array([each.values for each in series])
    known = np.flatnonzero(~np.isnan(values).any(0))
    gaps = values[:, known].max(0) - values[:, known].min(0)
    kept = known[np.argsort(-gaps, kind="stable")[:MOST_CLASSES]]
    order = kept[np.argsort(values[:, kept].mean(0), kind="stable")]
    names = [escape(classes[at]) for at in order]
    rows = list(range(len(order)))
    figure = new_figure(
        height=CLASSES_PX + CLASS_PX * len(order),
        margin={"l": 8, "r": 12, "t": 8, "b": 44},
        xaxis={"title": {"text": "of the class's test pictures"}, "ticksuffix": " %", "fixedrange": True, "nticks": 6},
        yaxis={"tickvals": rows, "ticktext": names, "range": [len(order) - 0.5, -0.5], "showgrid": False,
               "fixedrange": True, "ticklabelstandoff": 6},
    )  # fmt: skip
    for row, at in enumerate(order):
        figure.add_shape(
            type="line", x0=100 * values[:, at].min(), x1=100 * values[:, at].max(), y0=row, y1=row,
            line={"color": HAIR, "width": 2}, layer="below",
        )  # fmt: skip
    for each in series:
        figure.add_scatter(
            x=100 * each.values[order],
            y=rows,
            mode="markers",
            marker={"color": each.colour, "size": 11, "symbol": SYMBOLS.get(each.dash, "circle"), "opacity": 0.9},
            customdata=names,
            hovertemplate=f"{escape(each.name)}<br>%{{x:.1f}} % of %{{customdata}}<extra></extra>",
        )
    return figure
