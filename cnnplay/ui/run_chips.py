"""All runs, one click away: the newest as chips, the rest in a list that can be searched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from cnnplay.runs.records import Run
from cnnplay.runs.schema import ENDED, RESUMABLE, State
from cnnplay.runs.series_records import Series
from cnnplay.ui.run_actions import open_run, open_series
from cnnplay.ui.run_queue import get_store
from cnnplay.ui.run_words import DOTS, POLLED, dataset_title
from cnnplay.words import accuracy, plain

N_CHIPS = 12
LOOK_EVERY_S, LOOK_SELDOM_S = 2.0, 5.0
MOST_CHARS = 26


def show_chips(chosen: Run | None, *, series_id: str | None = None) -> None:
    """The newest dozen with the state of each; another browser's runs appear here as well.

    Args:
        chosen: the run on the page.
        series_id: of the series on the page. A series is one chip, however many runs it has.
    """
    newest = _newest()
    if not newest:
        return
    open_id = series_id or (chosen and (chosen.series_id or chosen.id))
    with st.container(key="run_chips", horizontal=True, gap="xsmall"):
        for each in newest[:N_CHIPS]:
            is_chosen = each.id == open_id
            # One run of a series is open: its chip leads back to all of them.
            is_open = is_chosen and (chosen is None or chosen.series_id is None)
            with st.container(key=f"chip_chosen_{each.id}" if is_chosen else f"chip_{each.id}", width="content"):
                # A button each, not one st.pills: that tells its options apart by their labels alone.
                target = None if is_open else each.id
                key = f"train_chip_{each.id}"
                st.button(each.words, key=key, on_click=open_series if each.is_series else open_run, args=(target,))
        if len(newest) > N_CHIPS:
            _show_rest()
    _watch(newest[:N_CHIPS], chosen)


@dataclass(frozen=True)
class Chip:
    """One run or one series: its words as Markdown, and whether it changes by itself."""

    id: str
    created_at: float
    words: str
    is_series: bool
    is_busy: bool


def _newest() -> tuple[Chip, ...]:
    """One more than are shown, where there are more."""
    from cnnplay.runs.series import SeriesStore

    store = get_store()
    series_store = SeriesStore(store)
    shown = series_store.list_series(limit=N_CHIPS + 1)
    states = series_store.count_states([series.id for series in shown])
    alone = [
        Chip(run.id, run.created_at, chip(run), is_series=False, is_busy=run.state in POLLED)
        for run in store.list_runs(limit=N_CHIPS + 1, alone=True)
    ]
    together = [_series_chip(series, states[series.id]) for series in shown]
    return tuple(sorted((*alone, *together), key=lambda each: -each.created_at)[: N_CHIPS + 1])


def _series_chip(series: Series, states: Mapping[State, int]) -> Chip:
    """The dot and the name, and how many of its runs have ended."""
    is_busy = series.makes_more or any(states.get(state) for state in POLLED)
    n_ended = sum(n for state, n in states.items() if state in ENDED)
    dot = DOTS["running"] if is_busy else DOTS["interrupted" if series.stopped_at else "finished"]
    words = f"{dot} {plain(_short(series.name))} :gray[{n_ended}/{series.n_runs}]"
    return Chip(series.id, series.created_at, words, is_series=True, is_busy=is_busy)


def chip(run: Run) -> str:
    """A dot for the state, the name, and the accuracy where there is one; as Markdown."""
    score = f" **{accuracy(run.accuracy)}**" if run.accuracy is not None and run.state == "finished" else ""
    return f"{DOTS[run.state]} {plain(_short(run.name))}{score}"


def _short(name: str) -> str:
    return name if len(name) <= MOST_CHARS else f"{name[: MOST_CHARS - 3].rstrip()}..."


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


def _watch(shown: Sequence[Chip], chosen: Run | None) -> None:
    """Runs the page again when a run begins, ends or gets another name, perhaps by another browser's hand.

    It asks while one is under way, and now and then while the chosen one could be resumed.
    """
    is_busy = any(each.is_busy for each in shown)
    can_go_on = chosen is not None and chosen.state in RESUMABLE

    @st.fragment(run_every=LOOK_EVERY_S if is_busy else LOOK_SELDOM_S if can_go_on else None)
    def watch() -> None:
        if _newest()[:N_CHIPS] != tuple(shown):
            st.rerun()

    watch()
