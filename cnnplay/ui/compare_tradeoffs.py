"""Trade-offs of the Compare page: what each network gains and costs, and what one of them gets wrong."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from cnnplay.comparison.entries import Entry
from cnnplay.comparison.leaderboard import Row, make_rows
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.tradeoffs import (
    AXES,
    USUAL_X,
    USUAL_Y,
    best_entries,
    draw_tradeoffs,
    measure_tradeoffs,
    value_of,
)
from cnnplay.figures.template import CONFIG
from cnnplay.figures.tradeoffs import CHART_PX
from cnnplay.runs.schema import ACTIVE
from cnnplay.ui import state
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.compare_names import hide_names_on_phone
from cnnplay.ui.compare_parallel import show_parallel
from cnnplay.ui.compare_picked import show_picked
from cnnplay.words import listing, plain

PICK_PARAMETER = "pick"
MOST_NAMES = 5
MEASURABLE = ("latency_ms", "latency_256_ms", "robustness")
"""Figures that somebody has to ask for."""
IN_TRAINING = (*ACTIVE, "interrupted")


def show_tradeoffs(comparison: Comparison) -> None:
    """Two figures of all chosen networks against each other; a click on a point shows what that network gets wrong.

    Args:
        comparison: the chosen networks.
    """

    @st.fragment
    def tradeoffs() -> None:
        x, y = _choose_axes()
        rows = make_rows(comparison.entries, comparison.key)
        picked = next((row for row in rows if row.entry.token == st.query_params.get(PICK_PARAMETER)), None)
        _show_chart(rows, x, y, picked.entry.token if picked else None)
        if picked:
            show_picked(comparison, picked, close=_close)

    tradeoffs()
    show_parallel(comparison)


def _choose_axes() -> tuple[str, str]:
    select = partial(st.selectbox, width=240)
    with st.container(key="tradeoffs_axes", horizontal=True, gap="medium"):
        y = choose_in_address("Up", list(AXES), "y", default=USUAL_Y, words=_title, kind=select)
        x = choose_in_address("To the right", list(AXES), "x", default=USUAL_X, words=_title, kind=select)
    return x, y


def _title(name: str) -> str:
    return AXES[name].title


def _show_chart(rows: Sequence[Row], x: str, y: str, picked: str | None) -> None:
    found = measure_tradeoffs(rows, x, y)
    if found.spots:
        chart = draw_tradeoffs(found.spots, x, y, picked=picked)
        with st.container(key="tradeoffs_plot"):
            hide_names_on_phone(chart, "tradeoffs_plot")
            st.plotly_chart(
                chart.figure, key=_chart_key(), theme=None, config=CONFIG, on_select=_pick, selection_mode="points",
                alt=f"{_title(y)} against {_title(x)}; not beaten: {', '.join(best_entries(found.spots))}",
            )  # fmt: skip
        st.caption(_legend(x, y))
    else:
        words = "None of the chosen networks has both figures."
        st.html(f'<div class="cp-empty" style="min-height:{CHART_PX // 2}px"><p>{words}</p></div>')
    if found.missing:
        st.caption(_missing([row for row in rows if row.entry in found.missing], (x, y)))


def _chart_key() -> str:
    return f"tradeoffs_chart_{st.session_state.get(state.TRADEOFFS_ROUND, 0)}"


def _pick() -> None:
    """A click on a point picks its network. A second one may take Plotly's own choice back, which changes nothing."""
    points = st.session_state[_chart_key()]["selection"]["points"]
    tokens = [point["customdata"][0] for point in points if point.get("customdata")]
    if tokens:
        st.query_params[PICK_PARAMETER] = tokens[-1]


def _close() -> None:
    st.query_params.pop(PICK_PARAMETER, None)
    st.session_state[state.TRADEOFFS_ROUND] = st.session_state.get(state.TRADEOFFS_ROUND, 0) + 1


def _legend(x: str, y: str) -> str:
    bars = {"accuracy", "error_rate"} & {x, y}
    told = " Bars: 95 % interval; of several seeds, one standard deviation." if bars else ""
    line = "The line joins the networks that no other one beats in both figures; the others are faint."
    return f"{line}{told} Click a point to see what that network gets wrong."


def _missing(rows: Sequence[Row], names: Sequence[str]) -> str:
    """Who has no point, why, and what to do."""
    trains = [row.entry for row in rows if row.entry.state in IN_TRAINING]
    told = [f"Not finished, and without a point until then: {_names(trains)}."] if trains else []
    lacking: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        unknown = [row.entry for row in rows if row.entry not in trains and value_of(row, name) is None]
        if unknown:
            lacking.setdefault(_names(unknown), []).append(name)
    for whose, what in lacking.items():
        told.append(f"Of {whose} there is no figure for: {listing([_title(name) for name in what])}.")
    if any(name in MEASURABLE for what in lacking.values() for name in what):
        told.append("Speed and sturdiness are measured under How sturdy.")
    return " ".join(told)


def _names(entries: Sequence[Entry]) -> str:
    shown = [plain(entry.title) for entry in entries[:MOST_NAMES]]
    return listing([*shown, f"{len(entries) - MOST_NAMES} others"] if len(entries) > MOST_NAMES else shown)
