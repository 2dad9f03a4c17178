"""Slide a kernel over a picture, change its numbers, and see every product and sum of what comes out."""

import streamlit as st

from cnnplay.errors import CnnplayError
from cnnplay.ui.kernels_controls import chosen_show, show_known, show_sliding
from cnnplay.ui.kernels_pictures import Source, show_picture_choice
from cnnplay.ui.kernels_pooling import show_pooling
from cnnplay.ui.kernels_stack import show_stack
from cnnplay.ui.kernels_stage import show_stage
from cnnplay.ui.kernels_state import Result, compute, read_settings
from cnnplay.ui.kernels_walk import show_walk
from cnnplay.ui.kernels_words import arithmetic
from cnnplay.ui.navigation import guard
from cnnplay.words import plain

guard()


def show_row(source: Source) -> tuple[Result, str]:
    """Known kernels, the row, and how the kernel slides; returns what comes out and how it is shown."""
    settings = read_settings(source)
    if settings.problem:
        st.warning(plain(settings.problem))
    result, show = compute(settings, source), chosen_show(settings)
    show_known(settings)
    show_stage(result, show)
    show_sliding(settings, has_colour=len(source.image) == 3, can_scale=source.is_scalable)
    return result, show


def show_inside(result: Result, show: str) -> None:
    """How one number came about, what it costs, and how channels become a map."""
    st.header("One number of the map, step by step")
    st.write("Choose a place in one of the two pictures above, then step or play. The window moves there, too.")
    show_walk(result, show)
    st.header("Sizes and cost")
    layer = result.settings.convolution
    n_channels, height, width = result.picture.shape
    st.html(arithmetic(layer, n_channels=n_channels, height=height, width=width))
    st.header("How a stack of kernels makes one map")
    with st.container(key="kernels_stack"):
        show_stack(result)


@st.fragment
def show_kernels() -> None:
    """Everything below the title; all of it follows the address."""
    try:
        source = show_picture_choice()
    except CnnplayError as error:
        st.warning(str(error))
        return
    result, show = show_row(source)
    if result.maps is not None:
        show_inside(result, show)
    st.header("Pooling beside it")
    with st.container(key="kernels_pooling"):
        show_pooling(result, show)


st.title("Kernels")
st.write("A kernel is a small grid of numbers. It slides over a picture, multiplies what lies under it, and adds up.")
show_kernels()
