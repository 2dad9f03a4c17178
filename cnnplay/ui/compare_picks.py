"""Which network to take, in two or three short answers with their reasons."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from cnnplay.comparison.leaderboard import Row
from cnnplay.comparison.picks import USUAL_COST, Picks, not_told_apart, pick
from cnnplay.comparison.selection import Comparison
from cnnplay.words import accuracy, count, duration, file_size, listing, milliseconds

COSTS = (0.5, 1.0, 2.0, 3.0, 5.0)


def show_picks(rows: Sequence[Row], comparison: Comparison | None) -> None:
    """The answers, among the chosen rows that have an accuracy."""
    known = [row for row in rows if row.values["accuracy"] is not None]
    if len(known) < 2:
        return
    with st.container(key="picks"):
        cost = st.session_state.get("cost", 100 * USUAL_COST)
        picks = pick(known, cost=cost / 100)
        st.html(
            f'<div class="cp-picks">{_best(picks, rows, comparison)}{_phone(picks, cost)}{_trained(picks, cost)}</div>'
        )
        st.select_slider(
            "A small network may cost", COSTS, value=100 * USUAL_COST, key="cost", bind="query-params", width=280,
            format_func=lambda points: f"{points:g} points",
        )  # fmt: skip


def _card(title: str, row: Row, words: str) -> str:
    return f"<div><span>{title}</span><b>{escape(row.entry.title)}</b><p>{words}</p></div>"


def _reads(row: Row) -> str:
    return f"{accuracy(row.values['accuracy'] or 0.0)} right"


def _best(picks: Picks, rows: Sequence[Row], comparison: Comparison | None) -> str:
    if picks.best is None:
        return ""
    row = picks.best
    if row.low is not None and row.high is not None:
        words = f"{_reads(row)}, 95 % interval {100 * row.low:.2f} to {100 * row.high:.2f}."
    else:
        words = f"{_reads(row)}, the mean of {row.n} seeds."
    equals = [escape(each.entry.title) for each in not_told_apart(row, rows, comparison)] if comparison else []
    if equals:
        words += f" These cannot be told from it with these pictures: {listing(equals)}."
    elif comparison and not row.entry.is_group:
        words += " The lead over each other one is more than chance."
    return _card("Most accurate", row, words)


def _phone(picks: Picks, cost: float) -> str:
    row = picks.phone
    if row is None or picks.best is None:
        return ""
    macs, size, most = row.values["macs"] or 0.0, row.values["size_bytes"] or 0.0, picks.best.values["macs"] or 0.0
    if row is picks.best:
        words = f"It also needs the fewest multiplications of those within {cost:g} points of the best."
    else:
        share = f"1/{most / macs:.0f} of the work of {escape(picks.best.entry.title)}" if most > 1.5 * macs else ""
        loss = 100 * ((picks.best.values["accuracy"] or 0.0) - (row.values["accuracy"] or 0.0))
        words = (
            f"{_reads(row)}, {loss:.2f} points less, for {share or 'fewer multiplications'}. "
            f"It has the fewest of all within {cost:g} points of the best."
        )
    latency = row.values["latency_ms"]
    here = f", {milliseconds(latency)} a picture here" if latency is not None else ""
    return _card("For a phone", row, f"{words} {count(round(macs))} MACs, {file_size(round(size))}{here}.")


def _trained(picks: Picks, cost: float) -> str:
    row = picks.trained
    if row is None or row.values["wall_s"] is None:
        return ""
    hardware = row.entry.first.card.hardware if row.entry.first.card else ""
    words = f"{_reads(row)} after {duration(row.values['wall_s'])} on {escape(hardware)}."
    return _card("Quickest to train", row, f"{words} The least of all within {cost:g} points of the best.")
