"""The network that was clicked on among the trade-offs: its figures, and the mistakes that it was surest of."""

from collections.abc import Callable
from html import escape

import streamlit as st

from cnnplay.comparison.differences import read_answers, wrong_of_all
from cnnplay.comparison.leaderboard import Row
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.tradeoffs import AXES, figure_in_words
from cnnplay.ui.compare_pair import say_who_stands_for_seeds
from cnnplay.ui.compare_pictures import say_missing_pictures, show_pictures

SHOWN = ("accuracy", "loss", "n_params", "macs", "size_bytes", "wall_s")
"""Figures of `AXES` that are told."""


def show_picked(comparison: Comparison, row: Row, *, close: Callable[[], None]) -> None:
    """One network under the chart.

    Args:
        comparison: the chosen networks.
        row: of the one that was clicked on.
        close: forgets it.
    """
    with st.container(key="picked"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.html(_heading(row))
            st.button("Close", key="picked_close", type="tertiary", on_click=close)
        st.html(_facts(row))
        _show_mistakes(comparison, row)


def _heading(row: Row) -> str:
    entry = row.entry
    line = "solid" if entry.dash == "solid" else "dashed"
    return (
        f'<div class="cp-chosen cp-picked"><b>{escape(entry.title)}</b><span>'
        f'<i style="border-top-style:{line};border-color:{entry.colour}"></i>recipe {escape(entry.recipe)}</span></div>'
    )


def _facts(row: Row) -> str:
    cells = "".join(
        f"<div><dt>{AXES[name].title}</dt><dd>{escape(figure_in_words(row, name))}</dd></div>" for name in SHOWN
    )
    return f'<div class="cp-run"><dl class="cp-facts">{cells}</dl></div>'


def _show_mistakes(comparison: Comparison, row: Row) -> None:
    readings = [each for each in read_answers(comparison) if each.entry == row.entry]
    if not readings:
        st.caption("Its answers to the test pictures were not kept, or it is still in training.")
        return
    mistakes = wrong_of_all(readings, comparison.key)
    st.html(f"<h3 class='cp-h3'>Its {len(mistakes):,} mistakes, those first that it was surest of</h3>")
    say_who_stands_for_seeds([row.entry])
    say_missing_pictures(comparison.key)
    show_pictures(
        comparison.key, mistakes, told=readings, readings=read_answers(comparison), slot="picked",
        what=f"{comparison.key.dataset}/{row.entry.token}",
    )  # fmt: skip
