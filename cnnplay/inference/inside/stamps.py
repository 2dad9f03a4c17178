"""Single changes of a picture that a search can choose from: a dab of the pen, a small square of colour, one pixel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnnplay.data.digit import EDGE_PX, PEN_PX

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
SQUARE_PX = 3
"""Side of the square that is painted over a colour picture."""


@dataclass(frozen=True)
class Change:
    """One change: at (row, column), towards a colour, (C,) of 0 and 1; of a digit (1,) is ink and (0,) paper."""

    at: tuple[int, int]
    colour: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Tool:
    """What a change does around its place.

    Attributes:
        size: (H, W) of the picture.
        covers: (H W, H W) float32: row p says how much of each pixel, 0..1, a change at pixel p covers.
    """

    size: tuple[int, int]
    covers: Floats

    @staticmethod
    def of(unit: str, shape: Sequence[int]) -> "Tool":
        """The tool for a unit, "dab" or "pixel", and pictures of shape (C, H, W): only digits have a pen."""
        channels, height, width = shape
        return _make(unit if unit == "pixel" else "pen" if channels == 1 else "square", height, width)


@lru_cache(maxsize=8)
def _make(kind: str, height: int, width: int) -> Tool:
    rows, columns = np.divmod(np.arange(height * width), width)
    down, right = rows[:, None] - rows, columns[:, None] - columns
    if kind == "pixel":
        covers = (down == 0) & (right == 0)
    elif kind == "square":
        covers = np.maximum(abs(down), abs(right)) <= SQUARE_PX // 2
    else:  # as the preparation of a drawing puts ink around the middle of a line
        covers = np.clip((PEN_PX / 2 - np.hypot(down, right)) / EDGE_PX + 0.5, 0, 1)
    return Tool((height, width), covers.astype(np.float32))


def change_picture(picture: Bytes, change: Change, tool: Tool) -> Bytes:
    """The picture, (C, H, W) uint8, after a change: nothing is made lighter by ink, nor darker by an eraser."""
    row, column = change.at
    cover = np.round(255 * tool.covers[row * tool.size[1] + column]).reshape(tool.size).astype(np.uint8)
    changed = [
        np.maximum(plane, cover) if to else np.minimum(plane, 255 - cover)
        for plane, to in zip(picture, change.colour, strict=True)
    ]
    return np.stack(changed)


def candidate_changes(picture: Bytes, gradient: Floats, tool: Tool) -> list[Change]:
    """All changes that the gradient expects something of, the most first.

    Args:
        picture: (C, H, W) uint8.
        gradient: (C, H, W) float32 of what is to rise, per full pixel.
        tool: what changes.
    """
    gains = []
    for plane, slope in zip(picture.reshape(len(picture), -1) / np.float32(255), gradient, strict=True):
        flat = slope.ravel()
        fill = (np.maximum(plane, tool.covers) - plane) @ flat
        clear = (np.minimum(plane, 1 - tool.covers) - plane) @ flat
        gains.append((clear, fill))
    stacked = np.stack([np.stack(each) for each in gains])  # (C, 2, H W)
    if len(picture) == 1:
        return _rank([((0,), stacked[0, 0]), ((1,), stacked[0, 1])], tool)
    towards = stacked.argmax(1)  # each channel goes where it helps
    total = stacked.max(1).sum(0)
    order = np.argsort(-total, kind="stable")
    width = tool.size[1]
    return [Change((int(p // width), int(p % width)), tuple(map(int, towards[:, p]))) for p in order if total[p] > 0]


def _rank(by_colour: list[tuple[tuple[int, ...], Floats]], tool: Tool) -> list[Change]:
    gains = np.concatenate([gain for _, gain in by_colour])
    n, width = len(by_colour[0][1]), tool.size[1]
    order = np.argsort(-gains, kind="stable")
    return [Change((int(i % n // width), int(i % n % width)), by_colour[i // n][0]) for i in order if gains[i] > 0]
