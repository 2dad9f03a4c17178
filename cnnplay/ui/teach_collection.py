"""The corrections of a hand as pictures: what was said, what it is, and the way to take one away."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.corrections import Correction, remove_correction, restore_correction
from cnnplay.errors import CnnplayError
from cnnplay.ui import state
from cnnplay.ui.pictures import as_paper, data_address
from cnnplay.words import percent


def show_collection(hand: str, corrections: Sequence[Correction], *, n_damaged: int) -> None:
    """All corrections, the newest first, each with its button; and the way back for the last that was taken away.

    Args:
        hand: id of the collection.
        corrections: of it.
        n_damaged: how many of its files cannot be read.
    """
    if taken := st.session_state.get(state.TAKEN_AWAY):
        with st.container(key="taken_away", horizontal=True, gap="small", vertical_alignment="center"):
            st.html('<span class="cp-small">One was removed.</span>')
            st.button("Undo", key="restore_correction", type="tertiary", on_click=_bring_back, args=(hand, taken))
    with st.container(key="corrections", horizontal=True, gap="small"):
        for each in reversed(corrections):
            with st.container(width="content", gap=None, key=f"correction_{each.id}"):
                told = f"read {escape(each.answer)}, {percent(each.prob)}"
                st.html(f'<figure class="cp-mine">{thumbnail(each.image)}{caption(each.label, told)}</figure>')
                st.button("Remove", key=f"remove_{each.id}", type="tertiary", on_click=_take_away, args=(hand, each.id))
    if n_damaged:
        st.caption(f"{n_damaged} more cannot be read: the file is damaged.")


def show_empty_collection() -> None:
    """What this page is for, while there is nothing on it."""
    st.html(
        '<div class="cp-empty"><p>Nothing here yet. Draw a digit, or show a photo. '
        "Where a network is wrong, say what it is and press Remember it. Ten or so are enough to teach it.</p></div>"
    )
    with st.container(horizontal=True, key="ways_to_correct"):
        st.page_link("pages/draw.py", label="Draw a digit")
        st.page_link("pages/photo.py", label="Show a picture")


def thumbnail(image: NDArray[np.uint8]) -> str:
    """A picture (C, H, W) uint8 as an element: drawings as ink on paper, photos as they are."""
    shown = as_paper(image[0]) if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    return f'<img class="cp-pixels" src="{data_address(shown)}" alt="">'


def caption(label: str, told: str) -> str:
    """The right name, and below it a line that is HTML already."""
    return f"<figcaption><b>{escape(label)}</b><span>{told}</span></figcaption>"


def _take_away(hand: str, correction_id: str) -> None:
    try:
        remove_correction(hand, correction_id)
        st.session_state[state.TAKEN_AWAY] = correction_id
    except CnnplayError as error:
        st.session_state[state.TEACH_ERROR] = str(error)


def _bring_back(hand: str, correction_id: str) -> None:
    st.session_state.pop(state.TAKEN_AWAY, None)
    try:
        restore_correction(hand, correction_id)
    except CnnplayError as error:
        st.session_state[state.TEACH_ERROR] = str(error)
