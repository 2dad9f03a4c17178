"""A series of runs, live: how far it is, what it came to, and each of its runs one click away."""

import json
import time
from collections.abc import Sequence
from html import escape

import streamlit as st

from cnnplay.runs.schema import ACTIVE
from cnnplay.runs.series import SeriesStore
from cnnplay.runs.series_records import Series, Trial, is_under_way
from cnnplay.ui import series_words
from cnnplay.ui.run_actions import SERIES_PARAMETER, open_run
from cnnplay.ui.run_queue import get_executor, get_store
from cnnplay.ui.series_actions import show_actions, show_deleted
from cnnplay.ui.series_results import seeds_headline, show_seeds, show_sweep, sweep_headline

POLL_EVERY_S, POLL_SELDOM_S = 1.0, 5.0
"""While it is under way; and when not, for another browser may let it go on."""
IDLE_S = 20.0
"""Whoever ends a run makes the next at once. When that has not happened for so long, this page does it."""
N_LISTED = 12
_TITLE = "<script>document.title = {title}; // {tick}\n</script>"


def show_series(series_id: str, page_title: str) -> None:
    """Everything about a series, in places that stay where they are.

    Raises:
        InputError: there is no such series.
    """
    store = SeriesStore(get_store())
    series = store.get(series_id)
    st.html(_heading(series))
    if series.deleted_at is not None:
        show_deleted(series)
        return
    trials = store.trials(series_id)
    is_live = is_under_way(series, trials)
    result, status = st.container(key="series_result"), st.container(key="series_status")
    buttons = st.container(key="series_actions")
    with buttons:
        show_actions(series, trials)

    @st.fragment(run_every=POLL_EVERY_S if is_live else POLL_SELDOM_S)
    def live() -> None:
        if st.query_params.get(SERIES_PARAMETER) != series_id:
            st.rerun()  # one of its runs was opened, which is for the whole page
        now = store.get(series_id)
        trials_now = store.trials(series_id)
        if _offers(now, trials_now) != _offers(series, trials):
            st.rerun()  # other buttons, and perhaps no more polling
        _keep_going(now, trials_now)
        with status:
            st.html(_status(now, trials_now))
        with result:
            st.html((seeds_headline if now.kind == "seeds" else sweep_headline)(trials_now))
        with st.container(key="series_charts"):
            (show_seeds if now.kind == "seeds" else show_sweep)(now, trials_now)
        _show_runs(now, trials_now)
        title = json.dumps(series_words.tab_title(now, trials_now, page_title))
        st.html(_TITLE.format(title=title, tick=len(trials_now)), unsafe_allow_javascript=True)

    live()


def _offers(series: Series, trials: Sequence[Trial]) -> tuple[object, ...]:
    """What decides which buttons there are."""
    works = any(trial.run.state in ("queued", *ACTIVE) for trial in trials)
    finishes = any(trial.outcome == "finished" for trial in trials)
    return series.name, series.stopped_at, series.deleted_at, is_under_way(series, trials), works, finishes


def _keep_going(series: Series, trials: Sequence[Trial]) -> None:
    """Whoever held the slot may have ended without a word."""
    if not is_under_way(series, trials) or any(trial.run.state in ACTIVE for trial in trials):
        return
    last = max((trial.run.finished_at or 0.0 for trial in trials), default=0.0)
    executor = get_executor()
    if time.time() - max(last, series.created_at) > IDLE_S and executor.capacity().n_free:
        executor.start_waiting()


def _heading(series: Series) -> str:
    told = f"{series.config['model']} on {series_words.dataset_title(series)}, {series_words.subject(series)}"
    return f'<div class="cp-run"><h2>{escape(series.name)}</h2><p class="cp-small">{escape(told)}</p></div>'


def _status(series: Series, trials: Sequence[Trial]) -> str:
    reason = f'<p class="cp-reason">{escape(series.error)}</p>' if series.error else ""
    share = 100 * series_words.share(series, trials)
    bar = f'<span class="cp-track"><span style="width:{share:.1f}%"></span></span>'
    return (
        '<div class="cp-run" role="status"><div class="cp-state">'
        f"<b>{escape(series_words.headline(series, trials))}</b><span>{series_words.left(series, trials)}</span></div>"
        f"{bar if is_under_way(series, trials) else ''}"
        f'<p class="cp-small">{escape(series_words.ends(trials))}</p>{reason}</div>'
    )


def _show_runs(series: Series, trials: Sequence[Trial]) -> None:
    """The best first; what trains or waits stands above them."""
    ranked = sorted(trials, key=_rank)
    shown = ranked if st.session_state.get("series_all") else ranked[:N_LISTED]
    with st.container(key="series_runs", gap=None):
        for trial in shown:
            key = f"series_run_{trial.run.id}"
            words = series_words.line(series, trial)
            st.button(words, key=key, type="tertiary", width="stretch", on_click=open_run, args=(trial.run.id,))
        if len(ranked) > N_LISTED:
            st.space("small")
            st.checkbox(f"All {len(ranked)} runs", key="series_all")


def _rank(trial: Trial) -> tuple[int, float, int]:
    group = {"running": 0, "finished": 1, "pruned": 2}.get(trial.outcome, 3)
    figure = trial.run.accuracy if trial.value is None else trial.value
    return group, -(figure or 0.0) if group else 0.0, trial.number
