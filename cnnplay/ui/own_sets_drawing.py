"""Drawing a data set: choose a class, draw, keep it, draw the next."""

from collections.abc import Callable

import streamlit as st

from cnnplay.data.own_books import Book, add_class, add_drawing, create_book, read_book, take_back
from cnnplay.data.own_making import MAX_NAME_CHARS
from cnnplay.data.strokes import strokes_from_canvas
from cnnplay.errors import EmptyDrawingError, InputError
from cnnplay.ui import canvas, state
from cnnplay.ui.own_sets import do, open_book, open_set, show_facts, show_pictures, show_ways
from cnnplay.words import plain


def show_beginning() -> None:
    """A name and the first classes of a new set."""
    with st.form("own_begin", border=False):
        st.text_input("Name", "Shapes", max_chars=MAX_NAME_CHARS, key="own_begin_title")
        st.text_input("Classes, with commas between", "circle, cross, star", key="own_begin_classes")
        st.form_submit_button("Begin to draw", type="primary", on_click=do, args=(_begin,))


def _begin() -> None:
    title, names = st.session_state["own_begin_title"], st.session_state["own_begin_classes"].split(",")
    open_set(create_book(title, [name for name in names if name.strip()]).key)


def show_desk(key: str) -> None:
    """The canvas on the left, what is kept so far on the right."""
    if st.session_state.get(state.OWN_BOOK) != key:  # what is on the canvas was drawn for something else
        st.session_state[state.OWN_BOOK] = key
        canvas.clear()
    canvas.restore_drawing()
    _show_desk(key)
    canvas.hide_canvas_toolbar()


@st.fragment
def _show_desk(key: str) -> None:
    try:
        book = read_book(key)
    except InputError:  # it was deleted here
        st.rerun()
    own = open_book(book)
    show_ways(own)
    left, right = st.container(key="own_desk").columns([5, 7], gap="large")
    with left:
        label = _choose_class(key, book.classes)
        canvas.draw_canvas(brush_px=canvas.DEFAULT_BRUSH_PX, sample=None)
        _show_buttons(book, label)
    with right, st.container(key="own_kept"):
        show_facts(own)
        show_pictures(own)


def _show_buttons(book: Book, label: str) -> None:
    with st.container(key="own_buttons"):
        st.button(
            "Keep it", type="primary", shortcut="Enter", width="stretch", key="own_keep",
            on_click=_keep, args=(book.key, label),
        )  # fmt: skip
        with st.container(key="canvas_buttons", horizontal=True):
            st.button("Undo", key="own_undo", on_click=canvas.undo)
            st.button("Clear", key="own_clear", on_click=canvas.clear)
        last = next((drawing.id for drawing in reversed(book.drawings) if drawing.label == label), None)
        if last:
            st.button(
                f"Take back the last {plain(label)}", type="tertiary", key="own_take_back",
                on_click=_do_here, args=(lambda: take_back(book.key, last),),
            )  # fmt: skip
    if error := st.session_state.pop(state.OWN_DESK_ERROR, None):
        st.warning(plain(error))


def _choose_class(key: str, classes: tuple[str, ...]) -> str:
    if st.session_state.get(state.OWN_CLASS) not in classes:
        st.session_state[state.OWN_CLASS] = classes[0]
    with st.container(key="own_classes", horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.pills("What you draw", classes, key=state.OWN_CLASS, required=True, format_func=plain)
        with st.popover("Add a class", key="own_more"):
            st.text_input("Name of the class", key="own_new_class", max_chars=MAX_NAME_CHARS)
            st.button("Add", key="own_add_class", on_click=_add_class, args=(key,))
    return str(label)


def _add_class(key: str) -> None:
    def add() -> None:
        st.session_state[state.OWN_CLASS] = add_class(key, st.session_state["own_new_class"])
        st.session_state["own_new_class"] = ""

    _do_here(add)


def _keep(key: str, label: str) -> None:
    def keep() -> None:
        try:
            add_drawing(key, label, strokes_from_canvas(st.session_state.get(state.DRAWING)))
        except EmptyDrawingError:
            raise InputError(f"Draw a {label} first, larger than the pen is wide.") from None
        canvas.clear()

    _do_here(keep)


def _do_here(deed: Callable[[], object]) -> None:
    """As `do`, with the sentence beside the canvas: the callbacks of a fragment run nothing but the fragment."""
    do(deed)
    st.session_state[state.OWN_DESK_ERROR] = st.session_state.pop(state.OWN_ERROR, None)
