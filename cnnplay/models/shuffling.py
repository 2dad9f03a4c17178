"""One fixed shuffle of a picture's pixels, near or far: what a network does that counts on neighbours."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

SEED = 28
"""Of the one shuffle that all networks and pages share; any number would do."""
SWAPS_A_PIXEL = 30
"""Tried swaps; from about 10 on, the mean distance that a pixel moves grows no more (28 x 28, radius 1 to 14)."""

Positions = npt.NDArray[np.int64]


@lru_cache(maxsize=64)
def shuffled_positions(radius_px: int, height: int, width: int) -> Positions:
    """Which pixel comes where: the shuffled picture is `picture.reshape(-1)[positions]`.

    Pairs of places at most a radius apart are drawn, and what is there changes places, unless it would end further
    than a radius from where it began (Metropolis sampling of all such permutations). From the longer side on, all
    pixels are permuted at random. The numbers of the generator never change between versions of NumPy.

    Args:
        radius_px: the furthest that a pixel moves up, down, left or right; 0 moves none.
        height: of the picture.
        width: of the picture.

    Returns:
        (height * width,) a permutation, read-only.
    """
    random = np.random.RandomState(SEED)
    n = height * width
    if radius_px >= max(height, width):
        positions = random.permutation(n).astype(np.int64)
    else:
        positions = _swap_near(random, radius_px, height, width) if radius_px > 0 else np.arange(n)
    positions.flags.writeable = False
    return positions


def _swap_near(random: np.random.RandomState, radius_px: int, height: int, width: int) -> Positions:
    n_tries = SWAPS_A_PIXEL * height * width
    ys, xs = random.randint(height, size=n_tries), random.randint(width, size=n_tries)
    to_ys, to_xs = (at + random.randint(-radius_px, radius_px + 1, size=n_tries) for at in (ys, xs))
    is_inside = (to_ys >= 0) & (to_ys < height) & (to_xs >= 0) & (to_xs < width)
    origins = [[(y, x) for x in range(width)] for y in range(height)]
    tries = np.stack([ys, xs, to_ys, to_xs], axis=1)[is_inside].tolist()
    for y, x, to_y, to_x in tries:
        (y_a, x_a), (y_b, x_b) = origins[y][x], origins[to_y][to_x]
        if max(abs(y_a - to_y), abs(x_a - to_x), abs(y_b - y), abs(x_b - x)) <= radius_px:
            origins[y][x], origins[to_y][to_x] = (y_b, x_b), (y_a, x_a)
    return np.array([y * width + x for row in origins for y, x in row], np.int64)
