"""Where they differ: which classes networks take for which, class by class and picture by picture."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from cnnplay.comparison.differences import Reading, class_accuracies, read_answers, right_of_one, wrong_of_all
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.tests import best_first
from cnnplay.figures.differences import ClassSeries, class_dots
from cnnplay.figures.template import CONFIG
from cnnplay.runs.answers import AnswerKey
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.compare_confusion import show_confusion
from cnnplay.ui.compare_pair import choose_pair, say_who_is_left_out, say_who_stands_for_seeds
from cnnplay.ui.compare_pictures import say_missing_pictures, show_pictures

LIST_PARAMETER = "list"


def show_differences(comparison: Comparison) -> None:
    """The confusion matrix, the classes, and the pictures that networks disagree on."""
    readings = read_answers(comparison)
    say_who_is_left_out(comparison.entries, comparison.answered)
    if not readings:
        st.info("Choose a network that has read the test pictures.")
        return
    _show(comparison, readings)


@st.fragment
def _show(comparison: Comparison, readings: Sequence[Reading]) -> None:
    key = comparison.key
    pair = _choose_two(comparison, readings)
    say_who_stands_for_seeds([each.entry for each in readings])
    say_missing_pictures(key)
    st.subheader("Which is taken for which", anchor=False)
    show_confusion(key, pair, readings)
    st.subheader("Class by class", anchor=False)
    _show_classes(key, readings)
    st.subheader("Picture by picture", anchor=False)
    _show_lists(key, pair, readings)


def _choose_two(comparison: Comparison, readings: Sequence[Reading]) -> tuple[Reading, ...]:
    if len(readings) == 1:
        return tuple(readings)
    by_token = {each.entry.token: each for each in readings}
    return tuple(by_token[entry.token] for entry in choose_pair(best_first(comparison)))


def _show_classes(key: AnswerKey, readings: Sequence[Reading]) -> None:
    series = [
        ClassSeries(
            name=each.entry.title,
            values=class_accuracies(each, key),
            colour=each.entry.colour,
            dash=each.entry.dash,
        )
        for each in readings
    ]
    st.html(f'<p class="cp-names">{"".join(map(_name, readings))}</p>')
    with st.container(key="class_dots"):
        st.plotly_chart(
            class_dots(key.classes, series), key="class_dots_chart", theme=None, config=CONFIG, alt="Accuracy by class"
        )


def _name(reading: Reading) -> str:
    shape = {"dash": "◆", "dot": "■"}.get(reading.entry.dash, "●")
    return f'<span><i style="color:{reading.entry.colour}">{shape}</i> {escape(reading.entry.title)}</span>'


@st.fragment
def _show_lists(key: AnswerKey, pair: Sequence[Reading], readings: Sequence[Reading]) -> None:
    lists = {"all": wrong_of_all(readings, key)}
    words = {"all": "All are wrong" if len(readings) > 1 else "It is wrong"}
    if len(pair) > 1:
        a, b = pair
        lists = {"a": right_of_one(a, b, key), "b": right_of_one(b, a, key)} | lists
        words = {"a": f"Only {a.entry.title} is right", "b": f"Only {b.entry.title} is right"} | words
    chosen = choose_in_address(
        "Pictures", list(lists), LIST_PARAMETER, words=lambda name: f"{words[name]}: {len(lists[name]):,}",
        hide_label=True,
    )  # fmt: skip
    if not len(lists[chosen]):
        st.html('<div class="cp-empty"><p>There is no such picture.</p></div>')
        return
    st.caption("The surest mistakes come first. Open a picture to see what every network says.")
    what = "/".join((key.dataset, chosen, *(each.entry.token for each in (*pair, *readings))))
    show_pictures(key, lists[chosen], told=pair, readings=readings, slot="list", what=what)
