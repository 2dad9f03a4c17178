"""The controls of the Kernels page: known kernels above the row, how the kernel slides below it."""

from collections.abc import Callable

import streamlit as st

from cnnplay.inference.convolution import PADDING_MODES
from cnnplay.inference.convolution_kernels import KNOWN_KERNELS
from cnnplay.ui.address import choose_in_address, read_number, write
from cnnplay.ui.kernels_pictures import SIZE_PARAMETER, SIZES, USUAL_SIZE
from cnnplay.ui.kernels_state import (
    CHANNELS_PARAMETER,
    DILATION,
    GROUPS,
    MODE_PARAMETER,
    PADDING,
    SHOW_PARAMETER,
    STRIDE,
    Settings,
    take_count,
    take_known,
    take_size,
    usual_show,
)
from cnnplay.ui.kernels_text import MAX_KERNELS, MAX_SIDE, known_name

NOTHING = 1e-9
"""Sums of fractions come so close to the whole number that they are meant to be."""
_SHOWS = {"picture": "As a picture", "numbers": "As numbers"}
_CHANNELS = {"1": "Grey", "3": "Colour"}
_FILLS = {"zeros": "Zeros", "reflect": "Reflect", "replicate": "Replicate", "circular": "Circular"}
_FILL_HELP = (
    "Zeros: black. Reflect: the picture, mirrored at its edge. Replicate: its outermost pixels. "
    "Circular: its other end."
)


def show_known(settings: Settings) -> None:
    """The known kernels, and a sentence on the one that is chosen."""
    known = known_name(settings.kernel)
    st.session_state.kernels_known = known.key if known else None
    titles = {each.key: each.title for each in KNOWN_KERNELS}

    def choose() -> None:
        if key := st.session_state.kernels_known:
            take_known(settings, key)

    with st.container(key="kernels_known_row"):
        st.pills("Kernel", list(titles), key="kernels_known", format_func=titles.__getitem__, on_change=choose)
        total = settings.kernel.numbers(1).sum() / settings.convolution.divisors[settings.chosen]  # type: ignore[index]
        does = known.does if known else "A kernel of your own."
        st.caption(f"{does} Its weights add up to {_plain(float(total))}: {_meaning(float(total))}")


def _plain(total: float) -> str:
    return f"{total:.4g}".replace("-", "\N{MINUS SIGN}")


def _meaning(total: float) -> str:
    if abs(total) < NOTHING:
        return "a plain area gives 0."
    if abs(total - 1) < NOTHING:
        return "a plain area stays as bright as it is."
    return f"a plain area gives {_plain(total)} times its brightness."


def show_sliding(settings: Settings, *, has_colour: bool, can_scale: bool) -> None:
    """Size, stride, padding, dilation; channels, kernels, groups; and how the result is shown.

    Args:
        settings: of the layer.
        has_colour: whether the picture has.
        can_scale: whether the picture's size can be chosen.
    """
    rows, columns = settings.kernel.size
    with st.container(key="kernels_sliding", horizontal=True, vertical_alignment="bottom"):
        _count("Rows", "rows", rows, MAX_SIDE, lambda n: take_size(settings, n, columns))
        _count("Columns", "columns", columns, MAX_SIDE, lambda n: take_size(settings, rows, n))
        _number("Stride", STRIDE, "The kernel moves by so many pixels.")
        _number("Dilation", DILATION, "The kernel's numbers lie so many pixels apart.")
        _number("Padding", PADDING, "So many pixels are added on each side.")
        choose_in_address(
            "Filled with", PADDING_MODES, MODE_PARAMETER, words=_FILLS.__getitem__, kind=st.selectbox, help=_FILL_HELP
        )
    with st.container(key="kernels_layer", horizontal=True, vertical_alignment="bottom"):
        choose_in_address(
            "The result", list(_SHOWS), SHOW_PARAMETER, default=usual_show(settings.kernel), words=_SHOWS.__getitem__
        )
        if can_scale:
            choose_in_address(
                "Pixels across", SIZES, SIZE_PARAMETER, default=USUAL_SIZE, words=_size_words, kind=st.selectbox
            )
        if has_colour:
            choose_in_address("The picture", list(_CHANNELS), CHANNELS_PARAMETER, words=_CHANNELS.__getitem__)
        _count("Kernels", "kernels", len(settings.kernels), MAX_KERNELS, lambda n: take_count(settings, n))
        if settings.n_channels > 1 or settings.convolution.groups > 1:
            _number("Groups", GROUPS, "Channels and kernels are divided into so many parts.")


def chosen_show(settings: Settings) -> str:
    """How the result is shown, "picture" or "numbers": as the address says, else as it is best seen."""
    asked = st.query_params.get(SHOW_PARAMETER)
    return asked if asked in _SHOWS else usual_show(settings.kernel)


def _size_words(size: str) -> str:
    return size.replace("x", " x ")


def _number(label: str, bounds: tuple[str, int, int, int], about: str) -> None:
    parameter, low, high, usual = bounds
    widget = f"kernels_{parameter}"
    st.session_state[widget] = int(read_number(*bounds))

    def keep() -> None:
        write(parameter, st.session_state[widget], usual=usual)

    st.number_input(label, low, high, step=1, key=widget, on_change=keep, help=about)


def _count(label: str, name: str, now: int, most: int, take: Callable[[int], None]) -> None:
    widget = f"kernels_n_{name}"
    st.session_state[widget] = now
    st.number_input(label, 1, most, step=1, key=widget, on_change=lambda: take(int(st.session_state[widget])))
