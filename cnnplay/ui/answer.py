"""The answer of one network: what it reads, how sure it is, and a bar for each candidate, as light HTML.

A chart library here would cost more than the prediction itself at every stroke.
"""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.data.catalog import DIGITS
from cnnplay.words import percent

if TYPE_CHECKING:
    from cnnplay.inference.predictor import Prediction

SURE_FROM = 0.6
"""Below this probability of its best class the network says that it is not sure."""
NONE_FROM = 0.5
"""From this probability of none of its classes on, the network says so."""


def show_prompt(text: str) -> None:
    """Fill the answer's place with what to do next, in the same height."""
    st.html(f'<div class="cp-answer" role="status"><span class="cp-prompt">{escape(text)}</span></div>')


def is_none(prediction: "Prediction") -> bool:
    """Whether the picture is, probably, none of the network's classes."""
    return prediction.none_prob >= NONE_FROM


def show_digit(prediction: "Prediction") -> None:
    """The digit, the probability, and a doubt where there is one."""
    doubt = ""
    if is_none(prediction):
        doubt = "I am not sure: this may be no digit."
    elif prediction.prob < SURE_FROM:
        doubt = f"I am not sure: it could be a {prediction.top_k(2)[1][0]}."
    _show(prediction.label, f"{percent(prediction.prob)} sure", doubt)


def show_object(prediction: "Prediction") -> None:
    """The class, the probability, and a doubt; or that it is none of the classes, where that is more likely."""
    if is_none(prediction):
        nearest = (
            f"The nearest of its {len(prediction.classes)} classes is {prediction.label}, {percent(prediction.prob)}."
        )
        _show("none of these, probably", percent(prediction.none_prob), nearest)
        return
    second = prediction.top_k(2)[1][0]
    doubt = f"I am not sure: it could be {_article(second)}." if prediction.prob < SURE_FROM else ""
    _show(prediction.label, f"{percent(prediction.prob)} sure", doubt)


def _article(name: str) -> str:
    return f"an {name}" if name[:1].lower() in tuple("aeiou") else f"a {name}"


def _show(label: str, sure: str, doubt: str) -> None:
    classes = "cp-answer cp-unsure" if doubt else "cp-answer"
    classes += " cp-word" if len(label) > 1 else ""
    st.html(
        f'<div class="{classes}" role="status"><span class="cp-label">{escape(label)}</span> '
        f'<span class="cp-sure">{escape(sure)}</span> <span class="cp-doubt">{escape(doubt)}</span></div>'
    )


def show_drawn(prediction: "Prediction") -> None:
    """What was drawn, in the words for a digit where the network knows digits alone."""
    (show_digit if prediction.classes == DIGITS else show_object)(prediction)


def show_bars(rows: Sequence[tuple[str, float]], *, winner: str | None) -> None:
    """A bar for each (label, probability); the winner's in the accent colour; `winner` None leaves all figures out."""
    bars = "".join(_bar(label, share, label == winner, winner is not None) for label, share in rows)
    wide = " cp-words" if any(len(label) > 1 for label, _ in rows) else ""
    st.html(f'<div class="cp-bars{wide}" role="list" aria-label="Probability of each class">{bars}</div>')


def _bar(label: str, share: float, is_winner: bool, is_known: bool) -> str:
    return (
        f'<div class="cp-bar{" cp-won" if is_winner else ""}" role="listitem"><span>{escape(label)}</span>'
        f'<span class="cp-track"><span style="width:{100 * share:.1f}%"></span></span>'
        f"<span>{percent(share) if is_known else ''}</span></div>"
    )
