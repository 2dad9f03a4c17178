"""The confusion matrix of the Compare page: of one network or of the difference of two; a cell opens its pictures."""

from collections.abc import Sequence

import streamlit as st

from cnnplay.comparison.differences import Cell, Indices, Reading, confusions, in_cell
from cnnplay.figures.confusion import confusion, confusion_difference
from cnnplay.figures.template import CONFIG
from cnnplay.runs.answers import AnswerKey
from cnnplay.ui import state
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.compare_pictures import show_pictures
from cnnplay.words import plain

CELL_PARAMETER, SHOW_PARAMETER = "cell", "show"
CHART = "confusion_chart"


@st.fragment
def show_confusion(key: AnswerKey, pair: Sequence[Reading], readings: Sequence[Reading]) -> None:
    """The matrix, and beside it the pictures of the chosen cell.

    Args:
        key: the right answers.
        pair: one or two networks.
        readings: all networks.
    """
    cell = _asked_cell(len(key.classes))
    chart, pictures = st.columns([3, 2], gap="large")
    with chart:
        shown = _choose_answers(pair)
        _show_matrix(key, shown, cell)
    with pictures:
        _choose_cell(key, cell)
        with st.container(key="cell_pictures"):
            _show_cell(key, shown, cell, readings)


def _choose_answers(pair: Sequence[Reading]) -> list[Reading]:
    if len(pair) == 1:
        return list(pair)
    a, b = pair
    words = {"both": "A minus B", "a": a.entry.title, "b": b.entry.title}
    choice = choose_in_address("Answers of", list(words), SHOW_PARAMETER, words=words.__getitem__)
    return {"both": [a, b], "a": [a], "b": [b]}[choice]


def _show_matrix(key: AnswerKey, shown: Sequence[Reading], cell: Cell | None) -> None:
    what = "/".join((key.dataset, *(each.entry.token for each in shown)))
    begin = _begin_with(what, cell)
    counts = [confusions(each, key) for each in shown]
    if len(shown) == 1:
        figure = confusion(counts[0], key.classes, chosen=begin)
        words = "Blue: read correctly. Orange: mistakes, the deeper the more often."
    else:
        names = (shown[0].entry.title, shown[1].entry.title)
        figure = confusion_difference(counts[0], counts[1], key.classes, names=names, chosen=begin)
        words = "Blue: A gives this answer more often. Orange: B does."

    def choose() -> None:
        points = st.session_state[CHART].selection.points
        if points:
            right, said = points[0]["customdata"][:2]
            _ask_cell((int(right), int(said)))
        else:
            st.query_params.pop(CELL_PARAMETER, None)
        st.session_state[state.COMPARE_CELL] = (what, begin, _asked_cell(len(key.classes)))

    alt = f"Confusion matrix of {' minus '.join(each.entry.title for each in shown)}"
    with st.container(key="confusion"):
        st.plotly_chart(
            figure, key=CHART, theme=None, config=CONFIG, alt=alt, on_select=choose, selection_mode="points"
        )
    st.caption(f"{words} Click a cell, or choose one, to see its pictures.")


def _begin_with(what: str, cell: Cell | None) -> Cell | None:
    """The cell that the figure marks from the start.

    A click marks its cell in the browser: the figure stays as it is, because another figure would be a new chart.
    """
    known: tuple[str, Cell | None, Cell | None] = st.session_state.get(state.COMPARE_CELL, ("", None, None))
    before, begin, clicked = known
    if before != what or cell not in (begin, clicked):
        begin = cell
        st.session_state[state.COMPARE_CELL] = (what, begin, None)
    return begin


def _asked_cell(n_classes: int) -> Cell | None:
    right, _, said = st.query_params.get(CELL_PARAMETER, "").partition("-")
    if right.isdecimal() and said.isdecimal() and max(int(right), int(said)) < n_classes:
        return int(right), int(said)
    return None


def _ask_cell(cell: Cell) -> None:
    st.query_params[CELL_PARAMETER] = f"{cell[0]}-{cell[1]}"


def _choose_cell(key: AnswerKey, cell: Cell | None) -> None:
    """The same choice without a mouse."""
    widgets = ("compare_cell_right", "compare_cell_said")
    for widget, place in zip(widgets, cell or (None, None), strict=True):
        st.session_state[widget] = place

    def choose() -> None:
        right, said = (st.session_state[widget] for widget in widgets)
        if right is None and said is None:
            st.query_params.pop(CELL_PARAMETER, None)
        else:  # with one of them, begin with those that are read correctly
            _ask_cell((said if right is None else right, right if said is None else said))

    options = list(range(len(key.classes)))
    with st.container(horizontal=True):
        for label, widget in zip(("Really", "Read as"), widgets, strict=True):
            st.selectbox(
                label, options, None, key.classes.__getitem__, key=widget, on_change=choose, placeholder="Choose"
            )


def _show_cell(key: AnswerKey, shown: Sequence[Reading], cell: Cell | None, readings: Sequence[Reading]) -> None:
    if cell is None:
        st.html('<div class="cp-empty"><p>Click a cell of the matrix, or choose one here.</p></div>')
        return
    right, said = (plain(key.classes[place]) for place in cell)
    for at, each in enumerate(shown):
        other = shown[1 - at] if len(shown) > 1 else None
        pictures = in_cell(each, key, cell, unlike=other)
        name = plain(each.entry.title)
        unlike = f", {plain(other.entry.title)} does not" if other else ""
        st.markdown(f"**Really {right}: {name} says {said}{unlike}.** {_pictures(pictures)}")
        what = f"{key.dataset}/{each.entry.token}/{cell}/{other.entry.token if other else ''}"
        if len(pictures):
            show_pictures(key, pictures, told=shown, readings=readings, slot=f"cell_{at}", what=what)


def _pictures(pictures: Indices) -> str:
    n = len(pictures)
    return f"{n:,} picture{'' if n == 1 else 's'}"
