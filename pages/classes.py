"""Collect classes of your own, as a zip of photos or drawn here, and train a network to tell them apart."""

import streamlit as st

from cnnplay.data.own_books import was_deleted
from cnnplay.errors import CnnplayError, InputError
from cnnplay.ui import state
from cnnplay.ui.navigation import guard
from cnnplay.ui.own_sets import (
    SET_PARAMETER,
    find_set,
    list_sets,
    open_set,
    show_deleted,
    show_facts,
    show_pictures,
    show_sets,
    show_ways,
)
from cnnplay.ui.own_sets_drawing import show_beginning, show_desk
from cnnplay.ui.own_sets_upload import show_upload
from cnnplay.words import plain

guard()


def show_set(key: str) -> None:
    """One set: its pictures, and the canvas where it is drawn here."""
    st.button("All sets", key="own_all", type="tertiary", on_click=open_set, args=(None,))
    try:
        own = find_set(key)
    except InputError as error:
        if is_in_the_bin(key):
            show_deleted(key)
        else:
            st.warning(f"{plain(str(error))} Choose one that is listed, or make a new one.")
        return
    st.header(plain(own.title))
    if own.is_book:
        show_desk(own.key)
    else:
        show_ways(own)
        show_facts(own)
        show_pictures(own)


def is_in_the_bin(key: str) -> bool:
    """Whether a set was deleted and can be brought back."""
    try:
        return was_deleted(key)
    except InputError:
        return False


def show_all() -> None:
    """The sets that there are, and the two ways to a new one."""
    show_sets(list_sets())
    with st.container(key="own_new"):
        st.header("A new set")
        upload, drawn = st.tabs(["Upload a zip", "Draw them"])
        with upload:
            show_upload()
        with drawn:
            show_beginning()


st.title("Your classes")
st.write("Collect pictures of things of your own, a few dozen of each. Then train a network to tell them apart.")
if said := st.session_state.pop(state.OWN_SAID, None):
    st.success(said)
if trouble := st.session_state.pop(state.OWN_ERROR, None):
    st.error(plain(trouble))
try:
    wanted = st.query_params.get(SET_PARAMETER)
    if wanted is None:
        show_all()
    else:
        show_set(wanted)
except CnnplayError as error:
    st.error(plain(str(error)))
