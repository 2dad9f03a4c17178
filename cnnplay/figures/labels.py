"""Names beside the points of a chart, as many as there is room for without one lying over another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

Floats = npt.NDArray[np.float64]
NO_LINES: Floats = np.zeros((0, 4))
LINE_BOX: Floats = np.array([-1.0, -1.0, 1.0, 1.0])
"""A line is so thick, in pixels, for a name that comes near it."""
FONT_PX, CHAR_PX, LINE_PX = 12, 6.6, 15
MARKER_PX, GAP_PX = 7, 3
"""Half the side of a marker, and what is free between it and its name."""


@dataclass(frozen=True)
class Named:
    """A chart with names in it, and which of its annotations only a desktop has room for: their indices."""

    figure: go.Figure
    wide_only: tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """Where a name stands: the middle of its text, from its point, in pixels to the right and up."""

    dx: float
    dy: float


def place_labels(
    points: Floats, names: Sequence[str], *, width_px: float, height_px: float, lines: Floats = NO_LINES
) -> dict[int, Place]:
    """A place for each name that has one, the first names first: beside, above or below its point.

    Args:
        points: (N, 2) places in the plot, 0..1 to the right and up.
        names: of the points, the most important first.
        width_px: of the plot.
        height_px: of the plot.
        lines: (M, 4) corners of what no name may cross, as lines to the right or up: x, y, x, y, each 0..1.

    Returns:
        Places by the index of the name; those left out would lie over another name, a point, a line or the edge.
    """
    offered = {at: candidates(name, leftwards=bool(points[at, 0] > 0.5)) for at, name in enumerate(names)}
    size = (width_px, height_px)
    return _place(points * size, names, offered, size, lines * (*size, *size))


def keep_labels(
    points: Floats,
    names: Sequence[str],
    placed: dict[int, Place],
    *,
    width_px: float,
    height_px: float,
    lines: Floats = NO_LINES,
) -> list[int]:
    """Which of the placed names have room in a smaller plot as well, where they are.

    Args:
        points: as in `place_labels`.
        names: as in `place_labels`.
        placed: what that gave.
        width_px: of the smaller plot.
        height_px: of the smaller plot.
        lines: as in `place_labels`.
    """
    offered = {at: [place] for at, place in placed.items()}
    size = (width_px, height_px)
    return list(_place(points * size, names, offered, size, lines * (*size, *size)))


def _place(
    middles: Floats, names: Sequence[str], offered: dict[int, list[Place]], size: tuple[float, float], lines: Floats
) -> dict[int, Place]:
    markers = np.concatenate([middles - MARKER_PX, middles + MARKER_PX], axis=1)
    taken: list[Floats] = []
    placed: dict[int, Place] = {}
    for at, places in offered.items():
        others = np.concatenate([lines + LINE_BOX, np.delete(markers, at, axis=0), *taken])
        for place in places:
            half = np.array([CHAR_PX * len(names[at]) / 2, LINE_PX / 2])
            middle = middles[at] + (place.dx, place.dy)
            low, high = middle - half, middle + half
            is_inside = bool((low >= 0).all() and (high <= size).all())
            if is_inside and not ((low < others[:, 2:]) & (others[:, :2] < high)).all(axis=1).any():
                taken.append(np.concatenate([low, high])[None])
                placed[at] = place
                break
    return placed


def candidates(name: str, *, leftwards: bool) -> list[Place]:
    """Where a name may stand, the best place first: towards the middle of the chart, where a phone has room as well.

    Args:
        name: to be placed.
        leftwards: whether the middle is to the left.
    """
    aside, above = MARKER_PX + GAP_PX + CHAR_PX * len(name) / 2, MARKER_PX + GAP_PX + LINE_PX / 2
    inwards = -aside if leftwards else aside
    return [
        Place(inwards, 0),
        Place(-inwards, 0),
        Place(0, above),
        Place(0, -above),
        *(Place(dx, dy) for dx in (inwards, -inwards) for dy in (above / 2, -above / 2)),
    ]
