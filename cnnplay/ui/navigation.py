"""The pages, their groups, and the guard that gives a cold deep link its frame."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.navigation.page import Page

from cnnplay.ui import state


def pages() -> dict[str, list[Page]]:
    """The pages in their groups; must be called inside a Streamlit run.

    The first page is registered twice: a default page loses its own address, so that /draw would not be found.
    """
    return {
        "": [st.Page("pages/draw.py", title="Draw", url_path="home", default=True, visibility="hidden")],
        "Recognise": [
            st.Page("pages/draw.py", title="Draw", url_path="draw"),
            st.Page("pages/photo.py", title="Photo", url_path="photo"),
        ],
        "Understand": [
            st.Page("pages/inside.py", title="Look inside", url_path="inside"),
            st.Page("pages/kernels.py", title="Kernels", url_path="kernels"),
            st.Page("pages/experiments.py", title="Experiments", url_path="experiments"),
            st.Page("pages/gallery.py", title="Gallery", url_path="gallery"),
        ],
        "Train": [
            st.Page("pages/train.py", title="Retrain", url_path="train"),
            st.Page("pages/compare.py", title="Compare", url_path="compare"),
            st.Page("pages/classes.py", title="Your classes", url_path="classes"),
            st.Page("pages/teach.py", title="Your hand", url_path="teach"),
            st.Page("pages/models.py", title="Networks", url_path="models"),
        ],
    }


@contextmanager
def framed() -> Iterator[None]:
    """Mark that app.py runs the page inside this block."""
    st.session_state[state.FRAMED] = True
    try:
        yield
    finally:
        st.session_state[state.FRAMED] = False


def guard() -> None:
    """Begin again through app.py where Streamlit ran a page's file on its own.

    A first request to /photo after a server start does that, because there is a folder called pages beside app.py.
    """
    if not st.session_state.get(state.FRAMED):
        st.navigation(pages(), position="hidden")
        st.rerun()
