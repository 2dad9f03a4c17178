"""Digits that need no data set: lines of a pen, drawn as the app draws them."""

import numpy as np

from cnnplay.data.digit import render


def draw(*points: tuple[float, float]) -> np.ndarray:
    """(1, 28, 28) uint8: one line through points (x, y) in pixels."""
    return render(np.array([points[i : i + 2] for i in range(len(points) - 1)], float))[None]


ONE = draw((15, 5), (13, 23))
SEVEN = draw((7, 6), (20, 6), (12, 23))
