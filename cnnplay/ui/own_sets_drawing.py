"""Drawing a data set: choose a class, draw, keep it, draw the next."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from cnnplay.data.own_books import add_class, add_drawing, create_book, read_book, take_back
from cnnplay.data.own_making import MAX_NAME_CHARS
from cnnplay.data.strokes import strokes_from_canvas
from cnnplay.errors import EmptyDrawingError, InputError
from cnnplay.ui import state
from cnnplay.ui.canvas import CANVAS_PX, DEFAULT_BRUSH_PX, INK_COLOUR, PAPER_COLOUR
from cnnplay.ui.own_sets import do, open_book, open_set, show_facts, show_pictures, show_ways
from cnnplay.ui.words import plain


def show_beginning() -> None:
    """A name and the first classes of a new set."""
    with st.form("own_begin", border=False):
        title = st.text_input("Name", "Shapes", max_chars=MAX_NAME_CHARS)
        names = st.text_input("Classes, with commas between", "circle, cross, star")
        is_sent = st.form_submit_button("Begin to draw", type="primary")
    if is_sent:
        do(lambda: open_set(create_book(title, [name for name in names.split(",") if name.strip()]).key))
        st.rerun()


@st.fragment
def show_desk(key: str) -> None:
    """The canvas on the left, what is kept so far on the right."""
    try:
        book = read_book(key)
    except InputError:  # it was deleted here
        st.rerun()
    own = open_book(book)
    show_ways(own)
    left, right = st.container(key="workbench").columns([5, 7], gap="large")
    with left:
        label = _choose_class(key, book.classes)
        sheet = st.container(key="sheet")
        with st.container(key="canvas_buttons", horizontal=True):
            st.button(
                "Keep it", type="primary", shortcut="Enter", disabled=not label, on_click=_keep, args=(key, label)
            )
            st.button("Undo", key="own_undo", on_click=_undo)
            st.button("Clear", key="own_clear", on_click=_begin_sheet, args=(None,))
        with sheet:
            _draw()
            if error := st.session_state.pop(state.OWN_DESK_ERROR, None):
                st.warning(plain(error))
        last = next((each for each in reversed(book.drawings) if each.label == label), None)
        if last:
            st.button(
                f"Take back the last {plain(last.label)}", type="tertiary", key="own_take_back",
                on_click=_do_here, args=(lambda: take_back(key, last.id),),
            )  # fmt: skip
    with right, st.container(key="own_kept"):
        show_facts(own)
        show_pictures(own)


def _choose_class(key: str, classes: tuple[str, ...]) -> str | None:
    chosen = st.session_state.setdefault(state.OWN_CLASS, classes[0] if classes else None)
    if chosen not in classes:
        st.session_state[state.OWN_CLASS] = classes[0] if classes else None
    with st.container(key="own_classes", horizontal=True, vertical_alignment="bottom", gap="small"):
        label: str | None = st.pills("What you draw", classes, key=state.OWN_CLASS, required=True, format_func=plain)
        with st.popover("Add a class", key="own_more"):
            st.text_input("Name of the class", key="own_new_class", max_chars=MAX_NAME_CHARS)
            st.button("Add", key="own_add_class", on_click=_add_class, args=(key,))
    return label


def _add_class(key: str) -> None:
    def add() -> None:
        st.session_state[state.OWN_CLASS] = add_class(key, st.session_state["own_new_class"])
        st.session_state["own_new_class"] = ""

    _do_here(add)


def _draw() -> None:
    """The canvas; what is on it is kept for the buttons."""
    round_ = st.session_state.setdefault(state.OWN_SHEET, 0)
    start: Mapping[str, Any] | None = st.session_state.get(state.OWN_SHEET_START)
    with st.container(key="canvas", width=CANVAS_PX):
        result = st_canvas(
            stroke_width=DEFAULT_BRUSH_PX,
            stroke_color=INK_COLOUR,
            background_color=PAPER_COLOUR,
            width=CANVAS_PX,
            height=CANVAS_PX,
            initial_drawing={**(start or {"objects": []})},
            return_image_data=False,
            key=f"own_canvas_{round_}",
        )
    st.session_state[state.OWN_DRAWING] = result.json_data or start


def _undo() -> None:
    drawing: Mapping[str, Any] = st.session_state.get(state.OWN_DRAWING) or {}
    _begin_sheet({**drawing, "objects": list(drawing.get("objects", []))[:-1]})


def _begin_sheet(drawing: Mapping[str, Any] | None) -> None:
    st.session_state[state.OWN_SHEET_START] = st.session_state[state.OWN_DRAWING] = drawing
    st.session_state[state.OWN_SHEET] = st.session_state.get(state.OWN_SHEET, 0) + 1


def _keep(key: str, label: str) -> None:
    def keep() -> None:
        try:
            add_drawing(key, label, strokes_from_canvas(st.session_state.get(state.OWN_DRAWING)))
        except EmptyDrawingError:
            raise InputError(f"Draw a {label} first, larger than the pen is wide.") from None
        _begin_sheet(None)

    _do_here(keep)


def _do_here(deed: Any) -> None:
    do(deed)
    st.session_state[state.OWN_DESK_ERROR] = st.session_state.pop(state.OWN_ERROR, None)
