"""The square of values that a convolution or a pooling looks at for one value of its result."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from torch import nn

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Window:
    """Rows and columns of a map, padding included, which is where they are negative or too large.

    Attributes:
        rows: (h,) int64.
        columns: (w,) int64.
        height: of the map.
        width: of the map.
        divisor: by which a mean divides; None for the largest value.
    """

    rows: Ints
    columns: Ints
    height: int
    width: int
    divisor: float | None = None

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(h, w): False for padding."""
        rows = (self.rows >= 0) & (self.rows < self.height)
        columns = (self.columns >= 0) & (self.columns < self.width)
        return np.logical_and.outer(rows, columns)

    def cut(self, maps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of maps (..., height, width) what is in the window, (..., h, w); what is padding, 0."""
        rows = self.rows.clip(0, self.height - 1)
        columns = self.columns.clip(0, self.width - 1)
        return np.where(self.inside, maps[..., rows[:, None], columns], 0.0)

    def places(self, channels: Ints) -> Ints:
        """(len(channels), h, w, 3): channel, row and column of each cell."""
        return np.stack(np.meshgrid(channels, self.rows, self.columns, indexing="ij"), axis=-1)


def convolution_window(conv: nn.Conv2d, height: int, width: int, row: int, column: int) -> Window:
    """What a convolution looks at for one value.

    Args:
        conv: the layer.
        height: of the maps that go in.
        width: likewise.
        row: of the value, in what comes out.
        column: likewise.
    """
    starts = []
    for axis, at in enumerate((row, column)):
        reach = conv.dilation[axis] * (conv.kernel_size[axis] - 1)
        padding = (
            {"same": reach // 2, "valid": 0}[conv.padding] if isinstance(conv.padding, str) else conv.padding[axis]
        )
        starts.append(at * conv.stride[axis] - padding)
    rows, columns = (
        start + dilation * np.arange(n, dtype=np.int64)
        for start, dilation, n in zip(starts, conv.dilation, conv.kernel_size, strict=True)
    )
    return Window(rows, columns, height, width)


def pooling_window(pool: nn.Module, height: int, width: int, row: int, column: int) -> Window | None:
    """What a pooling looks at for one value; None for a layer that is not known here.

    Args:
        pool: the layer.
        height: of the map that goes in.
        width: likewise.
        row: of the value, in what comes out.
        column: likewise.
    """
    sides, at = (height, width), (row, column)
    if isinstance(pool, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
        asked = cast("tuple[int | None, int | None]", _pair(pool.output_size))
        sizes = [side if n is None else n for n, side in zip(asked, sides, strict=True)]
        rows, columns = (
            np.arange(i * side // n, -(-(i + 1) * side // n), dtype=np.int64)
            for i, side, n in zip(at, sides, sizes, strict=True)
        )
        mean = float(len(rows) * len(columns)) if isinstance(pool, nn.AdaptiveAvgPool2d) else None
        return Window(rows, columns, height, width, mean)
    if not isinstance(pool, nn.MaxPool2d | nn.AvgPool2d):
        return None
    kernel, stride, padding = _pair(pool.kernel_size), _pair(pool.stride), _pair(pool.padding)
    dilation = _pair(pool.dilation) if isinstance(pool, nn.MaxPool2d) else (1, 1)
    spans = [at[i] * stride[i] - padding[i] + dilation[i] * np.arange(kernel[i], dtype=np.int64) for i in (0, 1)]
    if isinstance(pool, nn.MaxPool2d):
        return Window(spans[0], spans[1], height, width)
    rows, columns = (span[span < side + pad] for span, side, pad in zip(spans, sides, padding, strict=True))
    window = Window(rows, columns, height, width)
    counted = len(rows) * len(columns) if pool.count_include_pad else int(window.inside.sum())
    return Window(rows, columns, height, width, float(pool.divisor_override or counted))


def _pair(value: object) -> tuple[int, int]:
    return cast("tuple[int, int]", tuple(value) if isinstance(value, tuple | list) else (value, value))
