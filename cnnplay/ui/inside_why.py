"""The part of Look inside that asks why: which pixels, what would change the answer, and how little that takes."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.ui.address import choose_in_address
from cnnplay.ui.answer import SURE_FROM, is_none
from cnnplay.ui.inside import Inside
from cnnplay.words import percent, plain

if TYPE_CHECKING:
    from cnnplay.inference.predictor import Prediction

WHY_PARAMETER = "why"
QUESTIONS = {
    "maps": "Which pixels",
    "edit": "What would change its mind",
    "push": "A push on every pixel",
}
"""Each is `show_<key>` in cnnplay/ui/inside_why_<key>.py, and only the chosen one is computed."""


def show_why(inside: Inside) -> None:
    """The chosen question, after a word on an answer that is hardly one."""
    asked = choose_in_address("Question", list(QUESTIONS), WHY_PARAMETER, words=QUESTIONS.__getitem__, hide_label=True)
    if words := tell_doubt(inside, inside.predictor.predict(inside.image)):
        st.info(words)
    show: Callable[[Inside], None] = getattr(import_module(f"cnnplay.ui.inside_why_{asked}"), f"show_{asked}")
    with st.container(key=f"why_{asked}"):
        show(inside)


def tell_doubt(inside: Inside, prediction: "Prediction") -> str:
    """What to keep in mind where the picture is empty or the answer doubtful; "" where there is nothing to say."""
    if inside.image.min() == inside.image.max():
        return (
            "The picture is empty. An answer comes out all the same: what you see below is the network's own leaning, "
            "not something in the picture."
        )
    label = plain(prediction.label)
    if is_none(prediction):
        return (
            f"The network takes this for none of its classes ({percent(prediction.none_prob)}). "
            f"Below it is asked about the nearest of them, {label}."
        )
    second, prob = prediction.top_k(2)[1]
    if prediction.prob < SURE_FROM:
        return (
            f"The network is not sure: {label} ({percent(prediction.prob)}) or {plain(second)} ({percent(prob)}). "
            "Asked what speaks for the one against the other, the maps say more."
        )
    return ""
