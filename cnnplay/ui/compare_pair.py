"""The two networks that are held against each other, kept in the address as `pair=TOKEN,TOKEN`."""

from collections.abc import Sequence

import streamlit as st

from cnnplay.comparison.entries import Entry

PAIR_PARAMETER = "pair"
SIDES = ("A", "B")


def choose_pair(best: Sequence[Entry]) -> tuple[Entry, Entry]:
    """Two select boxes; the best two to begin with.

    Args:
        best: networks to choose from, the most accurate first, two or more.
    """
    by_token = {entry.token: entry for entry in best}
    chosen = _asked(list(by_token))
    widgets = [f"compare_pair_{side}" for side in SIDES]
    for widget, token in zip(widgets, chosen, strict=True):
        st.session_state[widget] = token

    def choose() -> None:
        now = [st.session_state[widget] for widget in widgets]
        if now[0] == now[1]:  # one box has taken the other's network: they change places
            now = chosen[::-1]
        st.query_params[PAIR_PARAMETER] = ",".join(now)

    with st.container(horizontal=True):
        for side, widget in zip(SIDES, widgets, strict=True):
            st.selectbox(
                side, list(by_token), key=widget, format_func=lambda token: by_token[token].title, on_change=choose
            )
    return by_token[chosen[0]], by_token[chosen[1]]


def _asked(tokens: Sequence[str]) -> list[str]:
    asked = st.query_params.get(PAIR_PARAMETER, "").split(",")
    found = [token for token in dict.fromkeys(asked) if token in tokens]
    return found if len(found) == len(SIDES) else list(tokens[: len(SIDES)])


def say_who_stands_for_seeds(entries: Sequence[Entry]) -> None:
    """One sentence where groups of seeds are looked at picture by picture."""
    if any(entry.is_group for entry in entries):
        st.caption("A group of seeds is represented by its first one, picture by picture.")


def say_who_is_left_out(chosen: Sequence[Entry], shown: Sequence[Entry]) -> None:
    """One sentence where a network has no answers to the test pictures, or not yet."""
    missing = [entry.title for entry in chosen if entry not in shown]
    if missing:
        st.text(f"Left out, for want of answers to the test pictures: {', '.join(missing)}.")
