"""Which inked pixels belong to one digit: components of ink, the most prominent group of them, specks left out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cnnplay.data.paper import NOTHING_FOUND, Float32Array
from cnnplay.data.thinning import BoolArray
from cnnplay.errors import EmptyDrawingError

INK_LEVEL = 0.5
"""Half way between paper and ink: where a smoothed edge had its line, so that narrow holes stay open."""
SMALLEST_PX = 12
"""A digit's longer side, in pixels of the searched picture."""
SPECK_SHARE = 0.08
GAP_SHARE = 0.08
"""Ink nearer to a digit than this share of its longer side belongs to it: the bar of a 5, a broken line."""
FRAME_SHARE = 0.75
Box = tuple[slice, slice]
_EVERY_SIDE = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, slots=True)
class Found:
    """One digit in a picture.

    Attributes:
        mask: (H, W) bool, its ink, in the picture that was searched.
        box: (left, top, right, bottom) of that ink, right and bottom exclusive, in pixels.
        n_others: how many other things of a digit's size were passed over.
    """

    mask: BoolArray
    box: tuple[int, int, int, int]
    n_others: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the ink, in pixels."""
        left, top, right, bottom = self.box
        return right - left, bottom - top

    @property
    def mask_with_edge(self) -> BoolArray:
        """(H, W) bool, the ink and the grey edge around it."""
        wider: BoolArray = ndimage.binary_dilation(self.mask, structure=_EVERY_SIDE, iterations=2)
        return wider


def find_digit(ink: Float32Array) -> Found:
    """Choose the most prominent group of ink: large, and near the middle of the picture.

    Args:
        ink: (H, W) float32, 0 paper, 1 ink.

    Returns:
        Its mask and where it is.

    Raises:
        EmptyDrawingError: no group is large enough to be a digit.
    """
    labels, n_found = ndimage.label(ink > INK_LEVEL, structure=_EVERY_SIDE)
    boxes = ndimage.find_objects(labels)
    areas = np.bincount(labels.ravel(), minlength=n_found + 1)[1:]
    longest = np.array([max(rows.stop - rows.start, cols.stop - cols.start) for rows, cols in boxes] or [0])
    if longest.max() < SMALLEST_PX:
        raise EmptyDrawingError(NOTHING_FOUND)
    scores = areas * _nearness(boxes, ink.shape) * np.where(_is_frame(boxes, ink.shape), 1e-3, 1.0)
    scores[longest < SMALLEST_PX] = 0.0
    first = int(np.argmax(scores))
    mask = _join(labels, longest, first)
    ys, xs = np.nonzero(mask)
    box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    joined = np.unique(labels[mask]) - 1
    others = (scores >= 0.3 * scores[first]) & ~np.isin(np.arange(n_found), joined)
    return Found(mask=mask, box=box, n_others=int(others.sum()))


def _nearness(boxes: list[Box], shape: tuple[int, ...]) -> NDArray[np.float64]:
    middles = np.array([[(side.start + side.stop) / 2 for side in box] for box in boxes])
    away = (middles / np.array(shape) - 0.5) * 2
    nearness: NDArray[np.float64] = np.exp(-(away**2).sum(axis=1))
    return nearness


def _is_frame(boxes: list[Box], shape: tuple[int, ...]) -> BoolArray:
    """The edge of a sheet, a finger, a deep shadow: it touches the border of the picture or goes all around it."""
    touches = [
        rows.start == 0 or cols.start == 0 or rows.stop == shape[0] or cols.stop == shape[1] for rows, cols in boxes
    ]
    surrounds = [
        rows.stop - rows.start > FRAME_SHARE * shape[0] and cols.stop - cols.start > FRAME_SHARE * shape[1]
        for rows, cols in boxes
    ]
    frame: BoolArray = np.array(touches) | np.array(surrounds)
    return frame


def _join(labels: NDArray[np.int32], longest: NDArray[np.intp], first: int) -> BoolArray:
    """The first component, and every other that is no speck and near it."""
    mask: BoolArray = labels == first + 1
    if len(longest) == 1:
        return mask
    away = ndimage.distance_transform_edt(~mask)
    near = np.unique(labels[(away <= GAP_SHARE * longest[first]) & (labels > 0)])
    kept = [k for k in near.tolist() if longest[k - 1] >= SPECK_SHARE * longest[first]]
    joined: BoolArray = np.isin(labels, kept)
    return joined
