"""A convolution that can be taken apart: its output size, its maps, and every term of one result."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnnplay.errors import InputError

FloatArray = NDArray[np.float64]
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
PADDING_MODES: tuple[PaddingMode, ...] = get_args(PaddingMode)
_NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True)
class Term:
    """One product of a sum.

    Attributes:
        channel: of the picture.
        row: of the pixel in the picture; outside of it where the pixel is padding.
        column: likewise.
        pixel: its value.
        weight: the number of the kernel that it meets.
    """

    channel: int
    row: int
    column: int
    pixel: float
    weight: float

    @property
    def product(self) -> float:
        """Pixel times weight."""
        return self.pixel * self.weight


@dataclass(frozen=True)
class Sum:
    """How one number of a map came about: its terms, divided by the divisor, and the bias added."""

    terms: tuple[Term, ...]
    divisor: float
    bias: float

    @property
    def total(self) -> float:
        """Sum of the products."""
        return float(sum(term.product for term in self.terms))

    @property
    def value(self) -> float:
        """The number in the map."""
        return self.total / self.divisor + self.bias


@dataclass(frozen=True, eq=False)
class Convolution:
    """What `torch.nn.functional.conv2d` does with one picture, by NumPy in 64 bits, so that whole numbers stay exact.

    As in every network the kernel is not flipped, which mathematicians call a cross-correlation.

    Attributes:
        kernel: (O, C / groups, h, w) weights.
        bias: (O,), or None for none.
        stride: pixels from one place of the kernel to the next, 1 or more.
        padding: pixels added on each side, 0 or more.
        padding_mode: what they are filled with.
        dilation: pixels from one number of the kernel to the next, 1 or more.
        groups: into so many parts are channels and kernels divided; each kernel sees one part of the channels.
        divisors: (O,), or None for none: a kernel's weights are its numbers divided by its divisor, so that a blur can
            be written in whole numbers.
    """

    kernel: FloatArray
    bias: FloatArray | None = None
    stride: int = 1
    padding: int = 0
    padding_mode: PaddingMode = "zeros"
    dilation: int = 1
    groups: int = 1
    divisors: FloatArray | None = None

    @property
    def n_kernels(self) -> int:
        """Number of maps that come out."""
        return int(self.kernel.shape[0])

    @property
    def weights_per_neuron(self) -> int:
        """Weights that one number of a map is made with: 75 for 5 x 5 over 3 channels."""
        return int(np.prod(self.kernel.shape[1:]))

    @property
    def span(self) -> tuple[int, int]:
        """Rows and columns of the picture that one result covers: d (k - 1) + 1."""
        height, width = self.kernel.shape[2:]
        return self.dilation * (height - 1) + 1, self.dilation * (width - 1) + 1

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of a map: floor((n + 2p - d (k - 1) - 1) / s) + 1 for each side.

        Raises:
            InputError: the kernel does not fit into the padded picture, or a setting is out of its bounds.
        """
        self._check_settings()
        rows, columns = (
            (size + 2 * self.padding - span) // self.stride + 1
            for size, span in zip((height, width), self.span, strict=True)
        )
        if rows < 1 or columns < 1:
            raise InputError(
                f"The kernel covers {self.span[0]} x {self.span[1]} pixels, and the padded picture has "
                f"{height + 2 * self.padding} x {width + 2 * self.padding}. "
                "Take a smaller kernel or dilation, or more padding."
            )
        return rows, columns

    def count_macs(self, height: int, width: int) -> int:
        """Multiply-accumulates for one picture.

        Raises:
            InputError: as `output_size`.
        """
        rows, columns = self.output_size(height, width)
        return self.n_kernels * self.weights_per_neuron * rows * columns

    def apply(self, picture: FloatArray) -> FloatArray:
        """The maps of a picture.

        Args:
            picture: (C, H, W).

        Returns:
            (O, rows, columns) float64.

        Raises:
            InputError: the picture does not fit the settings.
        """
        padded = self.pad(picture)
        maps = [
            self._products(padded, kernel).sum(0) / self._divisor(kernel) + self._bias(kernel)
            for kernel in range(self.n_kernels)
        ]
        return np.stack(maps)

    def products(self, picture: FloatArray, kernel: int) -> FloatArray:
        """What each channel adds to one kernel's map, before their sum and the bias: (C / groups, rows, columns).

        Raises:
            InputError: the picture does not fit the settings.
        """
        return self._products(self.pad(picture), kernel) / self._divisor(kernel)

    def channels_of(self, kernel: int) -> range:
        """The channels of the picture that one kernel sees."""
        n_seen = int(self.kernel.shape[1])
        part = kernel // (self.n_kernels // self.groups)
        return range(part * n_seen, (part + 1) * n_seen)

    def sum_at(self, picture: FloatArray, kernel: int, row: int, column: int) -> Sum:
        """Everything that one number of a map is the sum of, channel by channel and row by row.

        Args:
            picture: (C, H, W).
            kernel: whose map it is.
            row: in the map.
            column: in the map.

        Raises:
            InputError: the picture does not fit the settings, or the map has no such place.
        """
        padded = self.pad(picture)
        rows, columns = self.output_size(*picture.shape[1:])
        if not (0 <= row < rows and 0 <= column < columns and 0 <= kernel < self.n_kernels):
            raise InputError(
                f"Row {row}, column {column} of map {kernel} is asked for; there are {rows} rows, {columns} columns "
                f"and {self.n_kernels} maps, counted from 0."
            )
        top, left = row * self.stride, column * self.stride
        terms = tuple(
            Term(
                channel=channel,
                row=(y := top + i * self.dilation) - self.padding,
                column=(x := left + j * self.dilation) - self.padding,
                pixel=float(padded[channel, y, x]),
                weight=float(weight),
            )
            for part, channel in enumerate(self.channels_of(kernel))
            for (i, j), weight in np.ndenumerate(self.kernel[kernel, part])
        )
        return Sum(terms, self._divisor(kernel), self._bias(kernel))

    def pad(self, picture: FloatArray) -> FloatArray:
        """The picture with its padding, (C, H + 2p, W + 2p).

        Raises:
            InputError: the picture does not fit the settings.
        """
        n_channels, height, width = picture.shape
        self.output_size(height, width)
        self._check_groups(n_channels)
        largest = {"reflect": min(height, width) - 1, "circular": min(height, width)}.get(self.padding_mode)
        if largest is not None and self.padding > largest:
            raise InputError(
                f"Padding {self.padding} by {self.padding_mode} needs more pixels than the picture of {height} x "
                f"{width} has: take at most {largest}, or fill with zeros."
            )
        around = ((0, 0), (self.padding, self.padding), (self.padding, self.padding))
        if self.padding_mode == "zeros":
            return np.pad(np.asarray(picture, np.float64), around)
        return np.pad(np.asarray(picture, np.float64), around, mode=_NUMPY_MODES[self.padding_mode])  # type: ignore[call-overload,no-any-return]

    def _products(self, padded: FloatArray, kernel: int) -> FloatArray:
        rows, columns = (
            (size - span) // self.stride + 1 for size, span in zip(padded.shape[1:], self.span, strict=True)
        )
        channels = self.channels_of(kernel)
        maps = np.zeros((len(channels), rows, columns))
        for part, channel in enumerate(channels):
            for (i, j), weight in np.ndenumerate(self.kernel[kernel, part]):
                if weight:
                    top, left = i * self.dilation, j * self.dilation
                    bottom, right = top + (rows - 1) * self.stride + 1, left + (columns - 1) * self.stride + 1
                    maps[part] += weight * padded[channel, top : bottom : self.stride, left : right : self.stride]
        return maps

    def _bias(self, kernel: int) -> float:
        return 0.0 if self.bias is None else float(self.bias[kernel])

    def _divisor(self, kernel: int) -> float:
        return 1.0 if self.divisors is None else float(self.divisors[kernel])

    def _check_settings(self) -> None:
        if min(self.stride, self.dilation, self.groups) < 1 or self.padding < 0:
            raise InputError(
                f"Stride {self.stride}, dilation {self.dilation}, groups {self.groups}, padding {self.padding}: "
                "the first three are 1 or more, padding is 0 or more."
            )
        if self.divisors is not None and not self.divisors.all():
            raise InputError("A kernel is divided by 0: divide by another number, such as 1.")

    def _check_groups(self, n_channels: int) -> None:
        if n_channels % self.groups or self.n_kernels % self.groups:
            raise InputError(
                f"Groups divide channels and kernels into equal parts. {self.groups} groups do not fit: channels "
                f"{n_channels}, kernels {self.n_kernels}. Take a number that divides both."
            )
        if n_channels != self.kernel.shape[1] * self.groups:
            raise InputError(
                f"Each kernel has {self.kernel.shape[1]} layers and sees {n_channels // self.groups} channels: "
                "give it one layer for each channel that it sees."
            )
