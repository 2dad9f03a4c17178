"""All runs, one click away: the newest as chips, the rest in a list that can be searched."""

from collections.abc import Sequence

import streamlit as st

from cnnplay.runs.records import Run
from cnnplay.ui.run_actions import open_run
from cnnplay.ui.run_queue import get_store
from cnnplay.ui.run_words import DOTS, POLLED, dataset_title
from cnnplay.ui.train_fields import hold
from cnnplay.ui.words import accuracy, plain

N_CHIPS = 12
LOOK_EVERY_S = 2.0
MOST_CHARS = 30


def show_chips(chosen: Run | None) -> None:
    """The newest dozen with the state of each; another browser's runs appear here as well."""
    runs = get_store().list_runs(limit=N_CHIPS + 1)
    newest = runs[:N_CHIPS]
    if not newest:
        return
    by_id = {run.id: run for run in newest}
    hold("train_chips", chosen.id if chosen and chosen.id in by_id else None)
    with st.container(key="run_chips"):
        st.pills(
            "Runs", list(by_id), format_func=lambda run_id: chip(by_id[run_id]), key="train_chips",
            label_visibility="collapsed", wrap=True, on_change=lambda: open_run(st.session_state["train_chips"]),
        )  # fmt: skip
        if len(runs) > N_CHIPS:
            _show_rest()
    _watch(newest)


def chip(run: Run) -> str:
    """A dot for the state, the name, and the accuracy where there is one; as Markdown."""
    name = run.name if len(run.name) <= MOST_CHARS else f"{run.name[: MOST_CHARS - 3].rstrip()}..."
    score = f" **{accuracy(run.accuracy)}**" if run.accuracy is not None and run.state == "finished" else ""
    return f"{DOTS[run.state]} {plain(name)}{score}"


def _show_rest() -> None:
    fold = st.popover("All runs", key="train_all", on_change="rerun")
    if not fold.open:
        return
    runs = {run.id: run for run in get_store().list_runs()}
    with fold:
        st.selectbox(
            f"{len(runs):,} runs, the newest first", list(runs), index=None, key="train_all_runs",
            format_func=lambda run_id: _line(runs[run_id]), placeholder="Type a part of the name",
            on_change=lambda: open_run(st.session_state["train_all_runs"]),
        )  # fmt: skip


def _line(run: Run) -> str:
    score = accuracy(run.accuracy) if run.accuracy is not None else run.state
    return f"{run.name}, {dataset_title(run)}, {score}"


def _watch(shown: Sequence[Run]) -> None:
    """Runs the page again when a run begins, ends or gets another name; asks only while one is under way."""

    def facts(runs: Sequence[Run]) -> list[tuple[str, str, str]]:
        return [(run.id, run.state, run.name) for run in runs]

    @st.fragment(run_every=LOOK_EVERY_S if any(run.state in POLLED for run in shown) else None)
    def watch() -> None:
        if facts(get_store().list_runs(limit=N_CHIPS)) != facts(shown):
            st.rerun()

    watch()
