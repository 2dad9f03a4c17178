"""What the Kernels page shows, read from its address: the kernels, how they slide, and what is chosen of the result."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
import streamlit as st
from PIL import Image

from cnnplay.errors import InputError
from cnnplay.inference.convolution import PADDING_MODES, Convolution, FloatArray, PaddingMode
from cnnplay.inference.convolution_kernels import KNOWN_KERNELS, get_known
from cnnplay.ui import state
from cnnplay.ui.address import read_number, write
from cnnplay.ui.kernels_colours import limit_of
from cnnplay.ui.kernels_pictures import Source
from cnnplay.ui.kernels_text import MAX_KERNELS, Kernel, from_known, known_name, one_size, read_kernels, write_kernels

KERNEL_PARAMETER, PLACE_PARAMETER, SHOW_PARAMETER = "k", "at", "show"
MAP_PARAMETER, LAYER_PARAMETER, CHANNELS_PARAMETER = "map", "layer", "channels"
STRIDE, PADDING, DILATION, GROUPS = ("stride", 1, 4, 1), ("pad", 0, 8, 0), ("dilation", 1, 4, 1), ("groups", 1, 3, 1)
"""Parameter, lowest, highest and usual number."""
MODE_PARAMETER = "fill"
USUAL_KERNEL = "sobel_x"
MORE_KERNELS = ("sobel_x", "sobel_y", "laplacian", "sharpen")
"""Those that a layer gets when it is given more."""
CHANNEL_NAMES = {1: ("Grey",), 3: ("Red", "Green", "Blue")}


@dataclass(frozen=True)
class Settings:
    """The layer: everything that does not depend on the picture.

    Attributes:
        kernels: all of one size.
        convolution: with them.
        n_channels: of the picture as it is used, 1 or 3.
        chosen: which kernel, and so which map, is shown.
        layer: which of its layers is edited.
        problem: the sentence about kernels in the address that could not be read, or "".
    """

    kernels: tuple[Kernel, ...]
    convolution: Convolution
    n_channels: int
    chosen: int
    layer: int
    problem: str

    @property
    def kernel(self) -> Kernel:
        """The chosen kernel."""
        return self.kernels[self.chosen]

    @property
    def n_seen(self) -> int:
        """So many channels each kernel sees."""
        return int(self.convolution.kernel.shape[1])


@dataclass(frozen=True, eq=False)
class Result:
    """What comes out for a picture.

    Attributes:
        settings: of the layer.
        source: the picture as it was chosen.
        picture: (C, H, W) whole numbers in 0..255, as the layer gets it.
        maps: (O, rows, columns), or None where there are none.
        error: the sentence that says why there are none, or "".
    """

    settings: Settings
    source: Source
    picture: FloatArray
    maps: FloatArray | None
    error: str

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Of the channels that the chosen kernel sees, for people; all of them where groups do not fit."""
        names, settings = CHANNEL_NAMES[self.settings.n_channels], self.settings
        if self.maps is None:
            return names[: settings.n_seen]
        return tuple(names[channel] for channel in settings.convolution.channels_of(settings.chosen))

    @property
    def map(self) -> FloatArray:
        """The chosen map, (rows, columns); only where there are maps."""
        assert self.maps is not None
        chosen: FloatArray = self.maps[self.settings.chosen]
        return chosen

    @cached_property
    def limit(self) -> float:
        """From this size on, a number of the chosen map has its full colour."""
        return limit_of(self.map)

    @cached_property
    def place(self) -> tuple[int, int]:
        """Row and column of the chosen number of the map: that of the address, or the one in the middle."""
        rows, columns = self.map.shape
        try:
            row, column = (int(part) for part in st.query_params.get(PLACE_PARAMETER, "").split(","))
        except ValueError:
            row, column = rows // 2, columns // 2
        return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


def read_settings(source: Source) -> Settings:
    """The layer that the address describes."""
    n_channels = 3 if len(source.image) == 3 and st.query_params.get(CHANNELS_PARAMETER) == "3" else 1
    problem = ""
    try:
        kernels = read_kernels(st.query_params.get(KERNEL_PARAMETER, USUAL_KERNEL))
    except InputError as error:
        kernels, problem = read_kernels(USUAL_KERNEL), str(error)
    groups = _read(GROUPS)
    n_seen = n_channels // groups if n_channels % groups == 0 else n_channels
    asked = st.query_params.get(MODE_PARAMETER)
    mode: PaddingMode = next((each for each in PADDING_MODES if each == asked), "zeros")
    convolution = Convolution(
        np.stack([kernel.numbers(n_seen) for kernel in kernels]),
        np.array([_value(kernel.bias) for kernel in kernels]),
        stride=_read(STRIDE),
        padding=_read(PADDING),
        padding_mode=mode,
        dilation=_read(DILATION),
        groups=groups,
        divisors=np.array([_value(kernel.divisor) for kernel in kernels]),
    )
    chosen = int(read_number(MAP_PARAMETER, 1, len(kernels), 1)) - 1
    layer = int(read_number(LAYER_PARAMETER, 1, n_seen, 1)) - 1
    return Settings(kernels, convolution, n_channels, chosen, layer, problem)


def compute(settings: Settings, source: Source) -> Result:
    """The maps, or the sentence that says why there are none."""
    picture = as_channels(source, settings.n_channels)
    try:
        return Result(settings, source, picture, settings.convolution.apply(picture), "")
    except InputError as error:
        return Result(settings, source, picture, None, str(error))


def as_channels(source: Source, n_channels: int) -> FloatArray:
    """The picture as (1, H, W) grey or (3, H, W) red, green and blue, whole numbers in 0..255."""
    image = source.image
    if len(image) == 3 and n_channels == 1:
        colours = Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)))
        return np.asarray(colours.convert("L"), np.float64)[None]
    return image.astype(np.float64)


def usual_show(kernel: Kernel) -> str:
    """How a kernel's map is best seen: where its weights add up to more than 0, as a picture, else as numbers."""
    return "picture" if float(kernel.numbers(1).sum()) / _value(kernel.divisor) > 0 else "numbers"


def keep_kernels(kernels: Sequence[Kernel]) -> None:
    """Put kernels into the address, and forget what was wrong with the last."""
    st.session_state.pop(state.KERNELS_ERROR, None)
    write(KERNEL_PARAMETER, write_kernels(one_size(kernels)), usual=USUAL_KERNEL)


def keep_kernel(settings: Settings, kernel: Kernel) -> None:
    """Put another kernel in the place of the chosen one."""
    kernels = list(settings.kernels)
    kernels[settings.chosen] = kernel
    keep_kernels(kernels)


def take_known(settings: Settings, key: str) -> None:
    """Put a known kernel in the place of the chosen one; the layer becomes no larger than it must be."""
    kernels = [natural(kernel) for kernel in settings.kernels]
    kernels[settings.chosen] = next(from_known(known) for known in KNOWN_KERNELS if known.key == key)
    keep_kernels(kernels)


def natural(kernel: Kernel) -> Kernel:
    """A known kernel without the zeros that others brought; any other as it is."""
    known = known_name(kernel)
    return from_known(known, bias=kernel.bias) if known else kernel


def take_size(settings: Settings, rows: int, columns: int) -> None:
    """Give all kernels another size."""
    keep_kernels([kernel.resized(rows, columns) for kernel in settings.kernels])


def take_count(settings: Settings, n_kernels: int) -> None:
    """Give the layer more kernels, or fewer."""
    kernels = list(settings.kernels)[:n_kernels]
    names = [known.key for known in map(known_name, kernels) if known]
    fresh = [key for key in MORE_KERNELS if key not in names]
    while len(kernels) < min(n_kernels, MAX_KERNELS):
        known = get_known(fresh.pop(0))
        assert known is not None
        kernels.append(from_known(known))
    keep_kernels(kernels)


def with_divisor(kernel: Kernel, divisor: str) -> Kernel:
    """The kernel, divided by something else."""
    return replace(kernel, divisor=divisor)


def _read(bounds: tuple[str, int, int, int]) -> int:
    return int(read_number(*bounds))


def _value(text: str) -> float:
    return float(Fraction(text))
