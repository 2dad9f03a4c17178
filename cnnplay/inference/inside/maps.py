"""Feature maps as one sheet: in which order, on which scale, and which of them are silent."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Order = Literal["number", "mean", "largest"]
ORDERS: tuple[Order, ...] = get_args(Order)
Scale = Literal["shared", "own"]
SCALES: tuple[Scale, ...] = get_args(Scale)


@dataclass(frozen=True, eq=False)
class Maps:
    """What a step gives, as maps that can be compared.

    Attributes:
        values: (N, H, W) float32; what is no number is 0 here.
        order: (N,) number of the map that stands at each place.
        lows: (N,) smallest value of each map, by its number.
        highs: (N,) largest value of each map, by its number.
        silent: (N,) bool, by its number: 0 everywhere, for this picture.
        signed: True where any value is below 0.
        limits: (N,) largest absolute value that the scale of each map shows, by its number; never 0.
    """

    values: Floats
    order: NDArray[np.int64]
    lows: Floats
    highs: Floats
    silent: NDArray[np.bool_]
    signed: bool
    limits: Floats

    @property
    def shown(self) -> Floats:
        """(N, H, W) in 0..1, or in -1..1 where values are signed: each map on its scale, by its number."""
        return self.values / self.limits[:, None, None]


def arrange(values: Floats, *, order: Order = "number", scale: Scale = "shared") -> Maps:
    """Puts maps in order and on scales; zero always is the zero of the scale.

    Args:
        values: (N, H, W) float32.
        order: by number, or by the mean or the largest value of each, downwards.
        scale: one for all, or for each its own.
    """
    values = np.nan_to_num(values)
    flat = values.reshape(len(values), -1)
    lows, highs = flat.min(1), flat.max(1)
    ranks = {"number": np.arange(len(values)), "mean": -flat.mean(1), "largest": -highs}[order]
    own = np.maximum(np.abs(lows), np.abs(highs))
    limits = own if scale == "own" else np.full_like(own, own.max(initial=0))
    silent = own == 0
    return Maps(
        values, np.argsort(ranks, kind="stable"), lows, highs, silent, bool(lows.min(initial=0) < 0),
        np.where(limits == 0, np.float32(1), limits),
    )  # fmt: skip


def lay_out(tiles: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Tiles (N, H, W) or (N, H, W, 3) as one picture, row by row; places without a tile are black.

    Args:
        tiles: uint8.
        columns: tiles in a row.
    """
    n, height, width = tiles.shape[:3]
    rows = -(-n // columns)
    sheet = np.zeros((rows * columns, *tiles.shape[1:]), np.uint8)
    sheet[:n] = tiles
    by_row = sheet.reshape(rows, columns, height, width, *tiles.shape[3:]).swapaxes(1, 2)
    return np.ascontiguousarray(by_row.reshape(rows * height, columns * width, *tiles.shape[3:]))
