"""Test pictures as points on a plane, as a map of a network's last features lays them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from cnnplay.figures.template import BLUE, COLOURS, GREY, ORANGE, TEXT, new_figure

CHART_PX = 520
"""Height; the page reserves it, so that nothing jumps."""
REACH = 1.06
"""The plane is shown a little beyond its outermost points."""
POINT_PX, WRONG_PX, PICKED_PX = 5, 8, 17
N_CELLS, CELL_PX = 28, 16
"""Where pictures stand for points, the plane has so many cells a side, of about this size."""
MOST_NAMES = 20
"""Of more classes none is named on the map."""
MIN_NAMED = 5
"""Classes with fewer points on the map are not named either."""
SYMBOLS = ("circle", "diamond", "square", "triangle-up")
"""Classes that share a colour are told apart by their shape."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Points:
    """Pictures on the map.

    Attributes:
        xy: (N, 2) in -1..1.
        labels: (N,) indices of the right classes.
        is_wrong: (N,) whether the network reads it wrongly; None where its answers are not known.
        words: (N,) what one reads under the mouse.
        tokens: (N,) indices that come back when somebody clicks.
        is_shown: (N,) whether it is looked at; the others are a faint ground.
    """

    xy: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    is_wrong: npt.NDArray[np.bool_] | None
    words: Sequence[str]
    tokens: npt.NDArray[np.int64]
    is_shown: npt.NDArray[np.bool_]


def class_colour(class_idx: int) -> str:
    """Colour of a class on the map."""
    return COLOURS[class_idx % len(COLOURS)]


def feature_map(
    points: Points,
    classes: Sequence[str],
    *,
    by_class: bool,
    sheet: str | None = None,
    picked: int | None = None,
) -> go.Figure:
    """A point for each picture; those read wrongly are larger, and crosses.

    Args:
        points: of the pictures.
        classes: (K,) names.
        by_class: whether colours tell the class; otherwise they tell right from wrong.
        sheet: address of a picture of the whole plane, -`REACH` to `REACH` both ways, instead of the points; these are
            then clicked, but not seen.
        picked: token of the picture that is looked at.
    """
    axis = {"visible": False, "range": [-REACH, REACH], "fixedrange": True}
    figure = new_figure(
        height=CHART_PX,
        dragmode="pan",  # with any other, Streamlit tells clicks nothing
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        xaxis=axis,
        yaxis={**axis, "scaleanchor": "x"},
    )
    wrong = np.zeros(len(points.labels), bool) if points.is_wrong is None else points.is_wrong
    _add_ground(figure, points.xy[~points.is_shown])
    if sheet is not None:
        figure.add_layout_image(
            source=sheet, xref="x", yref="y", x=-REACH, y=REACH, sizex=2 * REACH, sizey=2 * REACH, layer="below",
        )  # fmt: skip
        _add_points(figure, points, points.is_shown, GREY, "square", CELL_PX, opacity=0)
    elif by_class:
        for class_idx in np.unique(points.labels[points.is_shown]):
            mine = points.is_shown & (points.labels == class_idx)
            symbol = SYMBOLS[class_idx // len(COLOURS) % len(SYMBOLS)]
            _add_points(figure, points, mine & ~wrong, class_colour(class_idx), symbol, POINT_PX, opacity=0.6)
        for class_idx in np.unique(points.labels[points.is_shown & wrong]):
            mine = points.is_shown & wrong & (points.labels == class_idx)
            _add_points(figure, points, mine, class_colour(class_idx), "x", WRONG_PX, opacity=1)
    else:
        _add_points(figure, points, points.is_shown & ~wrong, GREY, "circle", POINT_PX, opacity=0.45)
        _add_points(figure, points, points.is_shown & wrong, ORANGE, "x", WRONG_PX, opacity=1)
    if sheet is None:
        _add_names(figure, points, classes)
    at = np.flatnonzero(points.tokens == picked)
    if picked is not None and len(at):
        figure.add_scatter(
            x=points.xy[at, 0], y=points.xy[at, 1], mode="markers", hoverinfo="skip",
            marker={"size": PICKED_PX, "color": "rgba(0,0,0,0)", "line": {"width": 2.5, "color": BLUE}},
        )  # fmt: skip
    return figure


def into_cells(xy: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Chooses pictures that do not cover each other: of each cell of the plane the one nearest to its middle.

    Args:
        xy: (N, 2) in -1..1.

    Returns:
        (M,) places in `xy`, and their (M, 2) rows and columns from above and from the left, 0..N_CELLS-1.
    """
    step = 2 * REACH / N_CELLS
    places = np.stack([REACH - xy[:, 1], xy[:, 0] + REACH], axis=1) / step
    cells = np.clip(places.astype(np.int64), 0, N_CELLS - 1)
    order = np.argsort(np.square(places - cells - 0.5).sum(1), kind="stable")
    _, at = np.unique(cells[order] @ (N_CELLS, 1), return_index=True)
    chosen = order[at]
    return chosen, cells[chosen]


def cell_middles(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """(M, 2) places on the plane, of (M, 2) rows and columns."""
    step = 2 * REACH / N_CELLS
    found: npt.NDArray[np.float32] = np.stack(
        [(cells[:, 1] + 0.5) * step - REACH, REACH - (cells[:, 0] + 0.5) * step], axis=1
    ).astype(np.float32)
    return found


def _add_ground(figure: go.Figure, xy: npt.NDArray[np.float32]) -> None:
    if len(xy):
        figure.add_scatter(
            x=xy[:, 0], y=xy[:, 1], mode="markers", hoverinfo="skip",
            marker={"size": POINT_PX - 1, "color": GREY, "opacity": 0.12},
        )  # fmt: skip


def _add_points(
    figure: go.Figure,
    points: Points,
    chosen: npt.NDArray[np.bool_],
    colour: str,
    symbol: str,
    size_px: int,
    *,
    opacity: float,
) -> None:
    at = np.flatnonzero(chosen)
    if not len(at):
        return
    figure.add_scatter(
        x=points.xy[at, 0],
        y=points.xy[at, 1],
        customdata=points.tokens[at, None].tolist(),  # as an array it would come back in another form
        text=[points.words[int(each)] for each in at],
        hovertemplate="%{text}<extra></extra>",
        mode="markers",
        marker={"size": size_px, "color": colour, "symbol": symbol, "opacity": opacity, "line": {"width": 0}},
        selected={"marker": {"opacity": opacity}},
        unselected={"marker": {"opacity": opacity}},
    )


def _add_names(figure: go.Figure, points: Points, classes: Sequence[str]) -> None:
    """Each class is named where most of it lies."""
    if len(classes) > MOST_NAMES:
        return
    for class_idx in np.unique(points.labels):
        mine = points.xy[points.labels == class_idx]
        if len(mine) < MIN_NAMED:
            continue
        middle = np.median(mine, axis=0)
        x, y = mine[np.square(mine - middle).sum(1).argmin()]
        figure.add_annotation(
            x=float(x), y=float(y), text=f"<b>{escape(classes[int(class_idx)])}</b>", showarrow=False, opacity=0.95,
            font={"size": 13, "color": TEXT}, bgcolor="rgba(252, 252, 251, 0.75)", borderpad=1,
        )  # fmt: skip
