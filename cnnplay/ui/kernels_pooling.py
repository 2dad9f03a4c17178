"""Pooling beside the convolution: the largest number of each window, or the mean, and no weights at all."""

from functools import partial

import numpy as np
import streamlit as st

from cnnplay.errors import InputError
from cnnplay.inference.convolution import FloatArray
from cnnplay.inference.convolution_pooling import Pooling
from cnnplay.ui.address import choose_in_address, read_number, write
from cnnplay.ui.kernels_colours import scale_for
from cnnplay.ui.kernels_pictures import INPUT_PARAMETER, PUBLISHED_SIZE, SIZE_PARAMETER
from cnnplay.ui.kernels_state import Result
from cnnplay.ui.kernels_walk import number
from cnnplay.ui.pictures import EXACT_UP_TO_PX, data_address

SIZE, STRIDE = ("pool", 1, 8, 2), ("pool_stride", 1, 8, 2)
"""Parameter, lowest, highest and usual number."""
OF_PARAMETER = "pool_of"
MOST_WRITTEN = 3
"""Rows of a window whose numbers are written out."""
_OF = {"picture": "The picture", "map": "The map above"}
_TITLES = {"max": "Max pooling", "average": "Average pooling"}


def show_pooling(result: Result, show: str) -> None:
    """What is pooled, and both kinds of pooling beside it.

    Args:
        result: of the layer.
        show: how its map is shown, "picture" or "numbers".
    """
    st.write(
        "Pooling slides a window too. It keeps the largest number in it, or the mean. It learns nothing. "
        "The picture becomes smaller, and its content stays."
    )
    with st.container(key="kernels_pooled", horizontal=True, vertical_alignment="bottom"):
        of = choose_in_address("Pooled is", list(_OF), OF_PARAMETER, words=_OF.__getitem__)
        _number("Window", SIZE)
        _number("Stride of the window", STRIDE)
        st.button("Published example: 886 x 878", on_click=_take_published)
    if of == "map" and result.maps is None:
        st.warning("There is no map to pool.")
        return
    values = result.map[None] if of == "map" else result.picture
    try:
        _show(values, show if of == "map" else "picture")
        if of == "picture":
            _show_window(result)
    except InputError as error:
        st.warning(str(error))


def _show(values: FloatArray, show: str) -> None:
    size, stride = (int(read_number(*bounds)) for bounds in (SIZE, STRIDE))
    height, width = values.shape[1:]
    figures = [_figure(values, show, f"<b>Before</b> {width:,} x {height:,}", values)]
    for kind, title in _TITLES.items():
        pooled = Pooling("max" if kind == "max" else "average", size, stride).apply(values)
        words = f"<b>{title}</b> {pooled.shape[2]:,} x {pooled.shape[1]:,}"
        figures.append(_figure(pooled, show, words, values))
    rows, columns = Pooling("max", size, stride).output_size(height, width)
    formula = (
        f"Columns: {_filled(width, size, stride)} = <b>{columns:,}</b>. "
        f"Rows: {_filled(height, size, stride)} = <b>{rows:,}</b>."
    )
    share = rows * columns / (height * width)
    st.html(
        f'<div class="cp-k-pools">{"".join(figures)}</div><p class="cp-k-poolsize">{formula} '
        f"Of {height * width:,} numbers in a channel, {rows * columns:,} are left: one in {1 / share:.3g}.</p>"
    )


def _show_window(result: Result) -> None:
    """The numbers of one window, at the chosen place; only where they fit into a sentence."""
    size, stride = (int(read_number(*bounds)) for bounds in (SIZE, STRIDE))
    if size > MOST_WRITTEN or result.maps is None:
        return
    rows, columns = Pooling("max", size, stride).output_size(*result.picture.shape[1:])
    moved = result.settings.convolution.stride
    row, column = (min(n - 1, at * moved // stride) for n, at in zip((rows, columns), result.place, strict=True))
    top, left = row * stride, column * stride
    numbers = result.picture[0, top : top + size, left : left + size]
    written = ", ".join(number(float(each)) for each in numbers.ravel())
    channel = "" if len(result.picture) == 1 else " of red"
    st.caption(
        f"At row {row}, column {column} the window{channel} holds {written}: "
        f"the largest is {number(float(numbers.max()))}, the mean {number(float(numbers.mean()))}."
    )


def _filled(size: int, window: int, stride: int) -> str:
    return f"\N{LEFT FLOOR}({size:,} \N{MINUS SIGN} {window}) / {stride}\N{RIGHT FLOOR} + 1"


def _figure(values: FloatArray, show: str, words: str, whole: FloatArray) -> str:
    """Values (C, H, W) as a picture, on the scale of what they come from."""
    if len(values) == 3:
        levels = np.round(values).astype(np.uint8)
        address = data_address(np.ascontiguousarray(levels.transpose(1, 2, 0)))
    else:
        address = data_address(scale_for(whole, show).picture(values[0]))
    pixels = ' class="cp-pixels"' if max(values.shape) <= 2 * EXACT_UP_TO_PX else ""
    return f'<figure><img{pixels} src="{address}" alt=""><figcaption>{words}</figcaption></figure>'


def _number(label: str, bounds: tuple[str, int, int, int]) -> None:
    parameter, low, high, usual = bounds
    widget = f"kernels_{parameter}"
    st.session_state[widget] = int(read_number(*bounds))
    keep = partial(_keep, widget, parameter, usual)
    st.number_input(label, low, high, step=1, key=widget, on_change=keep)


def _keep(widget: str, parameter: str, usual: int) -> None:
    write(parameter, st.session_state[widget], usual=usual)


def _take_published() -> None:
    """The size of the published photo, halved: 886 x 878 becomes 443 x 439."""
    if ":" in st.query_params.get(INPUT_PARAMETER, "") or len(st.query_params.get(INPUT_PARAMETER, "")) > len(
        "drawing"
    ):
        write(INPUT_PARAMETER, None)
    write(SIZE_PARAMETER, PUBLISHED_SIZE)
    for parameter in (SIZE[0], STRIDE[0], OF_PARAMETER):
        write(parameter, None)
