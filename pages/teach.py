"""Teach a network what it misread: the corrections, the lesson, and an honest receipt."""

import streamlit as st

from cnnplay.data.corrections import list_corrections
from cnnplay.errors import CnnplayError
from cnnplay.ui import state
from cnnplay.ui.hand import HAND_PARAMETER, current_hand, words
from cnnplay.ui.navigation import guard
from cnnplay.ui.teach_collection import show_collection, show_empty_collection
from cnnplay.ui.teach_lesson import find_lesson, show_lesson, show_start

guard()


def show_page() -> None:
    """A lesson, or the corrections and who could learn them."""
    hand, lesson = current_hand(), find_lesson()
    if hand:
        st.query_params[HAND_PARAMETER] = hand
    corrections, n_damaged = list_corrections(hand) if hand else ((), 0)
    if error := st.session_state.pop(state.TEACH_ERROR, None):
        st.error(error)
    if lesson is not None:
        show_lesson(lesson)
        return
    if not corrections and not n_damaged and not st.session_state.get(state.TAKEN_AWAY):
        show_empty_collection()
        return
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.header(f"{words(len(corrections))} kept")
        if hand:
            show_collection(hand, corrections, n_damaged=n_damaged)
        st.caption("The address of this page brings them back, here or in another browser.")
    with right:
        show_start(corrections)


st.title("Your hand")
st.write("Collect what a network misread, teach it in seconds, and see what it forgot for that. Keep it or undo it.")
try:
    show_page()
except CnnplayError as error:
    st.error(str(error))
