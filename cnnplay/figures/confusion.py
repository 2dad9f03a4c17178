"""Which class is taken for which: the counts of one network, or the difference of two."""

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from cnnplay.figures.template import TEXT, new_figure

HEIGHT_PX = 470
MOST_NUMBERED = 12
"""With more classes, the numbers would not fit into their cells on a phone."""
MOST_LISTENING = 40
"""With more classes, only cells that hold pictures can be clicked: each is a mark of its own."""
MARK_PX = 28
REACH_PX = 40
"""A click so near a mark hits it: cells are larger than marks on wide screens."""
SCALE = [
    [0, "rgba(232, 89, 12, 0.75)"], [0.5, "rgba(232, 89, 12, 0)"], [0.5, "rgba(37, 99, 235, 0)"],
    [1, "rgba(37, 99, 235, 0.75)"],
]  # fmt: skip
"""Orange, the colour of the page, blue."""

Counts = npt.NDArray[np.int64]
Cell = tuple[int, int]


def confusion(counts: Counts, classes: Sequence[str], *, chosen: Cell | None = None) -> go.Figure:
    """The answers of one network: right ones blue by their share of the class, wrong ones orange by their number.

    Args:
        counts: (K, K), a row for each right class.
        classes: (K,) names.
        chosen: a cell to begin with.
    """
    wrong = counts - np.diag(counts.diagonal())
    tints = -np.sqrt(wrong / max(1, wrong.max()))
    tints += np.diag(counts.diagonal() / np.maximum(1, counts.sum(1)))
    hover = "<b>%{customdata[2]}</b> pictures of %{customdata[4]}<br>were taken for %{customdata[5]}<extra></extra>"
    texts = np.where(counts > 0, counts.astype(str), "")
    return _matrix(tints, texts, counts, classes, hover=hover, chosen=chosen)


def confusion_difference(
    a: Counts, b: Counts, classes: Sequence[str], *, names: tuple[str, str], chosen: Cell | None = None
) -> go.Figure:
    """The answers of two networks, the first minus the second: blue where the first gave one more often.

    Args:
        a: (K, K) counts of the first, a row for each right class.
        b: of the second.
        classes: (K,) names.
        names: of the two networks.
        chosen: a cell to begin with.
    """
    gaps = a - b
    texts = np.array([["" if not gap else f"{'−' if gap < 0 else '+'}{abs(gap)}" for gap in row] for row in gaps])  # noqa: RUF001
    hover = (
        f"Images of %{{customdata[4]}} taken for %{{customdata[5]}}:<br>{escape(names[0])} <b>%{{customdata[2]}}</b>, "
    )
    hover += f"{escape(names[1])} <b>%{{customdata[3]}}</b><extra></extra>"
    tints = np.sign(gaps) * np.sqrt(np.abs(gaps) / max(1, np.abs(gaps).max()))
    return _matrix(tints, texts, a, classes, hover=hover, chosen=chosen, other=b)


def _matrix(
    tints: npt.NDArray[np.floating],
    texts: npt.NDArray[np.str_],
    counts: Counts,
    classes: Sequence[str],
    *,
    hover: str,
    chosen: Cell | None,
    other: Counts | None = None,
) -> go.Figure:
    figure = new_figure(
        height=HEIGHT_PX,
        margin={"l": 8, "r": 4, "t": 8, "b": 8},
        dragmode="pan",  # with any other, Streamlit tells clicks nothing
        hoverdistance=REACH_PX,
        xaxis=_axis(classes, "read as"),
        yaxis={**_axis(classes, "really"), "range": [len(classes) - 0.5, -0.5]},
    )
    numbered = {"text": texts, "texttemplate": "%{text}"} if len(classes) <= MOST_NUMBERED else {}
    places = list(range(len(classes)))
    figure.add_heatmap(
        z=tints, x=places, y=places, zmin=-1, zmax=1, colorscale=SCALE, showscale=False, xgap=1, ygap=1,
        hoverinfo="skip", **numbered,
    )  # fmt: skip
    cells = [(row, column) for row in places for column in places if _listens(counts, other, (row, column))]
    figure.add_scatter(
        x=[said for _, said in cells],
        y=[right for right, _ in cells],
        mode="markers",
        marker={"symbol": "square-open", "size": MARK_PX, "opacity": 0, "color": TEXT, "line": {"width": 2}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        selectedpoints=[cells.index(chosen)] if chosen in cells else None,
        customdata=[_facts(cell, counts, other, classes) for cell in cells],
        hovertemplate=hover,
    )
    return figure


def _facts(cell: Cell, counts: Counts, other: Counts | None, classes: Sequence[str]) -> list[int | str]:
    n_other = 0 if other is None else int(other[cell])
    return [*cell, int(counts[cell]), n_other, escape(classes[cell[0]]), escape(classes[cell[1]])]


def _listens(counts: Counts, other: Counts | None, cell: Cell) -> bool:
    return len(counts) <= MOST_LISTENING or bool(counts[cell]) or (other is not None and bool(other[cell]))


def _axis(classes: Sequence[str], title: str) -> dict[str, object]:
    """Names beside their cells, as many as there is room for."""
    step = -(-len(classes) // MOST_LISTENING)
    places = list(range(0, len(classes), step))
    return {
        "title": {"text": title},
        "tickvals": places,
        "ticktext": [escape(classes[place]) for place in places],
        "range": [-0.5, len(classes) - 0.5],
        "showgrid": False,
        "fixedrange": True,
    }
