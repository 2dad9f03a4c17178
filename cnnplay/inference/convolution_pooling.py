"""Pooling that can be taken apart: a window slides as a kernel does, and leaves its largest number or its mean."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cnnplay.errors import InputError

FloatArray = NDArray[np.float64]
PoolingKind = Literal["max", "average"]


@dataclass(frozen=True)
class Pooling:
    """What `max_pool2d` and `avg_pool2d` of `torch.nn.functional` do without padding.

    Attributes:
        kind: what is left of a window.
        size: rows and columns of the window, 1 or more.
        stride: pixels from one window to the next, 1 or more.
    """

    kind: PoolingKind
    size: int
    stride: int

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of what is left: floor((n - k) / s) + 1 for each side.

        Raises:
            InputError: the window does not fit into the picture, or a setting is out of its bounds.
        """
        if min(self.size, self.stride) < 1:
            raise InputError(f"Window {self.size}, stride {self.stride}: both are 1 or more.")
        if self.size > min(height, width):
            raise InputError(
                f"A window of {self.size} x {self.size} does not fit into {height} x {width} pixels: take a smaller."
            )
        return (height - self.size) // self.stride + 1, (width - self.size) // self.stride + 1

    def apply(self, picture: FloatArray) -> FloatArray:
        """Every channel for itself.

        Args:
            picture: (C, H, W).

        Returns:
            (C, rows, columns) float64.

        Raises:
            InputError: as `output_size`.
        """
        self.output_size(*picture.shape[1:])
        values = np.asarray(picture, np.float64)
        windows = sliding_window_view(values, (self.size, self.size), axis=(1, 2))
        taken = windows[:, :: self.stride, :: self.stride]
        pooled: FloatArray = taken.max((-2, -1)) if self.kind == "max" else taken.mean((-2, -1))
        return pooled
