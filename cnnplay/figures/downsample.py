"""Fewer points for the same picture: no screen shows a hundred thousand of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 1_000
FEWEST = 4


def kept_indices(ys: Sequence[float | None] | NDArray[np.float64], max_points: int = MAX_POINTS) -> NDArray[np.int64]:
    """Which points of a curve to draw so that it looks the same.

    The first and the last stay; of those between, the lowest and the highest of each of equally long stretches. So no
    peak is lost, however short, and the extremes of the whole curve stay as well.

    Args:
        ys: (N,) values in order; None or NaN where there is none.
        max_points: the most to keep, at least `FEWEST`.

    Returns:
        (M,) ascending indices, M at most `max_points`.

    Raises:
        ValueError: `max_points` is below `FEWEST`.
    """
    if max_points < FEWEST:
        raise ValueError(f"max_points is {max_points}; it must be at least {FEWEST}")
    values = np.asarray(ys, dtype=np.float64)
    if len(values) <= max_points:
        return np.arange(len(values))
    inner = values[1:-1]
    n_stretches = (max_points - 2) // 2
    length = -(-len(inner) // n_stretches)
    starts = np.arange(n_stretches) * length
    kept = [np.array([0, len(values) - 1])]
    for missing, find in ((np.inf, np.argmin), (-np.inf, np.argmax)):
        padded = np.full(n_stretches * length, missing)
        padded[: len(inner)] = np.where(np.isnan(inner), missing, inner)
        found = starts + find(padded.reshape(n_stretches, length), axis=1)
        kept.append(found[found < len(inner)] + 1)
    return np.unique(np.concatenate(kept))
