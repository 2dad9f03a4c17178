"""All runs, one click away: the newest as chips, the rest in a list that can be searched."""

from collections.abc import Sequence

import streamlit as st

from cnnplay.runs.records import Run
from cnnplay.runs.schema import RESUMABLE
from cnnplay.ui.run_actions import open_run
from cnnplay.ui.run_queue import get_store
from cnnplay.ui.run_words import DOTS, POLLED, dataset_title
from cnnplay.ui.words import accuracy, plain

N_CHIPS = 12
LOOK_EVERY_S, LOOK_SELDOM_S = 2.0, 5.0
MOST_CHARS = 26


def show_chips(chosen: Run | None) -> None:
    """The newest dozen with the state of each; another browser's runs appear here as well."""
    runs = get_store().list_runs(limit=N_CHIPS + 1)
    newest = runs[:N_CHIPS]
    if not newest:
        return
    with st.container(key="run_chips", horizontal=True, gap="xsmall"):
        for run in newest:
            is_chosen = chosen is not None and run.id == chosen.id
            target = None if is_chosen else run.id
            with st.container(key=f"chip_chosen_{run.id}" if is_chosen else f"chip_{run.id}", width="content"):
                # A button each, not one st.pills: that tells its options apart by their labels alone.
                st.button(chip(run), key=f"train_chip_{run.id}", on_click=open_run, args=(target,))
        if len(runs) > N_CHIPS:
            _show_rest()
    _watch(newest, chosen)


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
    return f"{run.name}, {dataset_title(run)}, {score}, {run.short_id}"


def _watch(shown: Sequence[Run], chosen: Run | None) -> None:
    """Runs the page again when a run begins, ends or gets another name, perhaps by another browser's hand.

    It asks while one is under way, and now and then while the chosen one could be resumed.
    """

    def facts(runs: Sequence[Run]) -> list[tuple[str, str, str]]:
        return [(run.id, run.state, run.name) for run in runs]

    is_busy = any(run.state in POLLED for run in shown)
    can_go_on = chosen is not None and chosen.state in RESUMABLE

    @st.fragment(run_every=LOOK_EVERY_S if is_busy else LOOK_SELDOM_S if can_go_on else None)
    def watch() -> None:
        if facts(get_store().list_runs(limit=N_CHIPS)) != facts(shown):
            st.rerun()

    watch()
