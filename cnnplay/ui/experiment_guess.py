"""The guess comes first: the answer stays hidden until one is chosen, or the reader asks to be shown."""

from html import escape

import streamlit as st

from cnnplay.experiments.experiment import Experiment
from cnnplay.experiments.results import Result, right_guess
from cnnplay.ui.experiment_list import GUESS_PARAMETER

SKIPPED = "none"
"""In the address, of a reader who did not want to guess."""


def read_guess(experiment: Experiment) -> int | str | None:
    """Index of the guess in the address, `SKIPPED`, or None where there is none yet."""
    asked = st.query_params.get(GUESS_PARAMETER)
    if asked == SKIPPED:
        return SKIPPED
    known = [str(number) for number in range(1, len(experiment.guesses) + 1)]
    return known.index(asked) if asked in known else None


def show_guess(experiment: Experiment) -> None:
    """The guesses to choose from."""
    widget = f"guess_{experiment.key}"
    with st.container(key="guess", border=True):
        chosen = st.radio(
            "Your guess", range(len(experiment.guesses)), index=None, key=widget,
            format_func=lambda at: experiment.guesses[at],
        )  # fmt: skip
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.button(
                "That is my guess", key="guess_commit", type="primary", disabled=chosen is None,
                on_click=lambda: _keep(str(st.session_state[widget] + 1)),
            )  # fmt: skip
            st.button("Show me the answer", key="guess_skip", type="tertiary", on_click=_keep, args=(SKIPPED,))


def show_verdict(experiment: Experiment, shipped: Result, guess: int | str) -> None:
    """What was guessed, and what the measurements say."""
    guessed = "" if guess == SKIPPED else f"<p>Your guess: {escape(experiment.guesses[int(guess)])}.</p>"
    right = right_guess(experiment, shipped)
    if right is None:
        n_known, n = len(shipped.arms), len(experiment.arms)
        told = f"<b>Not decided yet</b><p>{n_known} of {n} settings are measured. The others can be run below.</p>"
        st.html(f'<div class="cp-found" role="status">{told}{guessed}</div>')
        return
    is_right = guess == right
    head = "The measurements say" if guess == SKIPPED else ("So it is" if is_right else "Not so")
    before = "" if guess == SKIPPED else "Measured: "
    answer = "" if is_right else f"<p>{before}{escape(experiment.guesses[right])}.</p>"
    if experiment.tally and (tally := experiment.tally(shipped.means())):
        answer += f"<p>{escape(tally)}</p>"
    kind = "" if guess == SKIPPED else (" cp-agrees" if is_right else " cp-differs")
    st.html(f'<div class="cp-found{kind}" role="status"><b>{head}</b>{guessed}{answer}</div>')
    st.button("Guess again", key="guess_again", type="tertiary", on_click=_keep, args=(None,))


def _keep(guess: str | None) -> None:
    if guess is None:
        st.query_params.pop(GUESS_PARAMETER, None)
    else:
        st.query_params[GUESS_PARAMETER] = guess
