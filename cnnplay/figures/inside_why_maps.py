"""Reasons as pictures: maps of values over a picture, a push on every pixel, and what an edit changed."""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
AGAINST, ZERO, FOR = (37, 99, 235), (255, 255, 255), (232, 89, 12)
"""Blue below 0, white at 0, orange above; what has no sign goes from white to orange."""
GREY_WEIGHTS = (0.299, 0.587, 0.114)
"""Of red, green and blue in what the eye sees as light (ITU-R BT.601)."""


def scale_of(values: Floats) -> float:
    """The value that is shown in full colour: the largest of the map, whatever its sign; 1 where all are 0."""
    return float(np.abs(values).max()) or 1.0


def paint(values: Floats) -> Bytes:
    """A map as a picture, on its own scale: (H, W) float32 to (H, W, 3) uint8."""
    share = np.clip(values / scale_of(values), -1, 1)[..., None]
    end = np.where(share < 0, np.array(AGAINST), np.array(FOR))
    painted: Bytes = np.round(np.array(ZERO) + np.abs(share) * (end - np.array(ZERO))).astype(np.uint8)
    return painted


def lay_over(values: Floats, picture: Bytes, *, strength: float) -> Bytes:
    """A map over a picture.

    Args:
        values: (H, W) float32.
        picture: (H, W) or (H, W, 3) uint8; its colours give way to those of the map.
        strength: 0 shows the picture alone, 1 the map alone.

    Returns:
        (H, W, 3) uint8.
    """
    grey = picture if picture.ndim == 2 else picture @ np.array(GREY_WEIGHTS)
    return np.round(strength * paint(values) + (1 - strength) * grey[..., None]).astype(np.uint8)


def paint_signs(signs: NDArray[np.int8], *, strength: int) -> Bytes:
    """A push on every value as a picture: one channel in blue, white and orange, three as colours around grey.

    Args:
        signs: (C, H, W) of -1, 0 and 1.
        strength: 0 shows that nothing is pushed.

    Returns:
        (H, W, 3) uint8.
    """
    moved = signs * np.float32(strength > 0)
    if len(signs) == 1:
        return np.full((*signs.shape[1:], 3), 255, np.uint8) if strength == 0 else paint(moved[0])
    return np.ascontiguousarray(np.round(127.5 * (1 + moved)).astype(np.uint8).transpose(1, 2, 0))


def paint_difference(before: Bytes, after: Bytes) -> Bytes:
    """What an edit changed: (C, H, W) uint8 twice to (H, W, 3).

    Of one channel more ink is orange and less is blue; of three the new colours stand on grey paper.
    """
    if len(before) == 1:
        return paint((after[0].astype(np.float32) - before[0]) / 255)
    changed = (before != after).any(0)[..., None]
    grey = np.round(220 + (before.transpose(1, 2, 0) @ np.array(GREY_WEIGHTS)) * (35 / 255))[..., None]
    return np.where(changed, after.transpose(1, 2, 0), grey).astype(np.uint8)
