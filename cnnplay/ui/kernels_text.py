"""Kernels as people write them, number by number, and as text for an address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from cnnplay.errors import InputError
from cnnplay.inference.convolution import FloatArray
from cnnplay.inference.convolution_kernels import KNOWN_KERNELS, KnownKernel, get_known

MAX_SIDE = 7
MAX_KERNELS = 4
MAX_LAYERS = 3
LARGEST = 9_999
"""What fits into a cell."""
_NUMBER = re.compile(r"[+-]?(\d{1,6}(\.\d{0,6})?|\.\d{1,6})(/\d{1,6})?")
_HEAD = re.compile(r"([1-7])x([1-7])(?:d([^b]+))?(?:b(.+))?")
_DAMAGED = "The kernel in the address is damaged. Copy the whole address, or choose a kernel."
Grid = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Kernel:
    """One kernel of a layer, each number as it was written, such as -1, 0.5 or 1/9.

    Attributes:
        layers: one grid for each channel that it sees, or one that is the same for all.
        divisor: all numbers are divided by it.
        bias: is added to each sum.
    """

    layers: tuple[Grid, ...]
    divisor: str = "1"
    bias: str = "0"

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.layers[0]), len(self.layers[0][0])

    def layer(self, channel: int) -> Grid:
        """The grid for a channel."""
        return self.layers[channel] if channel < len(self.layers) else self.layers[0]

    def numbers(self, n_channels: int) -> FloatArray:
        """(n_channels, rows, columns), not yet divided."""
        grids = (self.layer(channel) for channel in range(n_channels))
        return np.array([[[float(Fraction(cell)) for cell in row] for row in grid] for grid in grids])

    def resized(self, rows: int, columns: int) -> "Kernel":
        """The same around the middle, with zeros where it grows."""
        return replace(self, layers=tuple(_resize(grid, rows, columns) for grid in self.layers))

    def with_layer(self, channel: int, grid: Grid, n_channels: int) -> "Kernel":
        """With another grid for one channel; the other channels keep theirs."""
        grids = [self.layer(each) for each in range(n_channels)]
        grids[channel] = grid
        same = all(each == grids[0] for each in grids)
        return replace(self, layers=(grids[0],) if same else tuple(grids))


def from_known(known: KnownKernel, *, bias: str = "0") -> Kernel:
    """A known kernel, for all channels alike."""
    return Kernel((tuple(tuple(map(str, row)) for row in known.rows),), str(known.divisor), bias)


def known_name(kernel: Kernel) -> KnownKernel | None:
    """The known kernel that this one is, whatever its bias and however many zeros are around it."""
    for known in KNOWN_KERNELS:
        plain = from_known(known, bias=kernel.bias)
        if min(kernel.size) >= min(plain.size) and plain.resized(*kernel.size) == kernel:
            return known
    return None


def parse_cell(text: str, what: str) -> str:
    """A number as it was written, in one spelling.

    Args:
        text: of the cell.
        what: names the cell in the sentence.

    Raises:
        InputError: it is no number, or too large.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-").replace(",", ".").replace(" ", "")
    if not plain:
        raise InputError(f"{what} is empty: write a number such as -1, 0.5 or 1/9.")
    if not _NUMBER.fullmatch(plain):
        raise InputError(f"{what} holds {text.strip()[:12]!r}: write a number such as -1, 0.5 or 1/9.")
    top, _, bottom = plain.removeprefix("+").partition("/")
    if bottom and not int(bottom):
        raise InputError(f"{what} is divided by 0: write a number such as -1, 0.5 or 1/9.")
    value = Fraction(top) / int(bottom or 1)
    if abs(value) > LARGEST:
        raise InputError(f"{what} holds {plain}: numbers up to {LARGEST:,} are allowed.")
    return f"{Fraction(top)}/{int(bottom)}" if bottom and "." not in top else write_decimal(value)


def write_decimal(value: Fraction) -> str:
    """A number to six decimals, never with an exponent, which no cell takes."""
    return f"{float(round(value, 6)):.6f}".rstrip("0").rstrip(".")


def parse_grid(cells: Sequence[str], columns: int) -> Grid:
    """Cells row by row.

    Raises:
        InputError: a cell holds no number.
    """
    places = (f"The cell in row {at // columns + 1}, column {at % columns + 1}" for at in range(len(cells)))
    texts = [parse_cell(cell, place) for cell, place in zip(cells, places, strict=True)]
    return tuple(tuple(texts[at : at + columns]) for at in range(0, len(texts), columns))


def parse_divisor(text: str) -> str:
    """What a kernel is divided by.

    Raises:
        InputError: it is no number, or 0.
    """
    plain = parse_cell(text, "The number under the kernel")
    if not Fraction(plain):
        raise InputError("The kernel is divided by 0: divide by another number, such as 1.")
    return plain


def write_kernels(kernels: Sequence[Kernel]) -> str:
    """Kernels as text for an address: the names of known ones, the numbers of others."""
    return "~".join(map(_write, kernels))


def read_kernels(text: str) -> tuple[Kernel, ...]:
    """The inverse of `write_kernels`; all come out in the size of the largest.

    Raises:
        InputError: it is the text of no kernels.
    """
    parts = text.split("~")
    if len(parts) > MAX_KERNELS:
        raise InputError(f"The address holds {len(parts)} kernels; at most {MAX_KERNELS} are shown.")
    return one_size([_read(part) for part in parts])


def one_size(kernels: Sequence[Kernel]) -> tuple[Kernel, ...]:
    """All in the size of the largest: a layer has one size."""
    rows, columns = (max(kernel.size[side] for kernel in kernels) for side in (0, 1))
    return tuple(kernel.resized(rows, columns) for kernel in kernels)


def _write(kernel: Kernel) -> str:
    known = known_name(kernel)
    if known and kernel.bias == "0" and from_known(known).size == kernel.size:
        return known.key
    rows, columns = kernel.size
    divisor = "" if kernel.divisor == "1" else f"d{kernel.divisor}"
    bias = "" if kernel.bias == "0" else f"b{kernel.bias}"
    cells = (cell for grid in kernel.layers for row in grid for cell in row)
    return "_".join((f"{rows}x{columns}{divisor}{bias}", *cells))


def _read(text: str) -> Kernel:
    if known := get_known(text):
        return from_known(known)
    head, *cells = text.split("_")
    found = _HEAD.fullmatch(head)
    if found is None:
        raise InputError(_DAMAGED)
    rows, columns = int(found[1]), int(found[2])
    n_layers, left = divmod(len(cells), rows * columns)
    if left or not 1 <= n_layers <= MAX_LAYERS:
        raise InputError(_DAMAGED)
    grid = parse_grid(cells, columns)
    layers = tuple(grid[at * rows : (at + 1) * rows] for at in range(n_layers))
    return Kernel(layers, parse_divisor(found[3] or "1"), parse_cell(found[4] or "0", "The bias"))


def _resize(grid: Grid, rows: int, columns: int) -> Grid:
    down, right = rows // 2 - len(grid) // 2, columns // 2 - len(grid[0]) // 2

    def cell(row: int, column: int) -> str:
        inside = 0 <= row - down < len(grid) and 0 <= column - right < len(grid[0])
        return grid[row - down][column - right] if inside else "0"

    return tuple(tuple(cell(row, column) for column in range(columns)) for row in range(rows))
