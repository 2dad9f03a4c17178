"""What can be done with a series as a whole."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.runs.queueing import MAX_NAME_CHARS
from cnnplay.runs.schema import ACTIVE
from cnnplay.runs.series import SeriesStore, with_validation
from cnnplay.runs.series_records import Series, Trial, best_of
from cnnplay.training.config import TrainConfig
from cnnplay.ui import series_form
from cnnplay.ui.run_actions import do, open_run, open_series
from cnnplay.ui.run_queue import get_executor, get_store
from cnnplay.ui.train_fields import form, set_form

N_CHECKED = 3
"""Seeds over which the best settings of a sweep are tried again."""


def submit_series(config: TrainConfig, *, name: str, parent_id: str | None = None) -> None:
    """Makes the series that the form asks for, starts its first run and opens it."""

    def deed() -> None:
        from cnnplay.runs.origin import find_origin, parent_of

        now, store = series_form.several(), SeriesStore(get_store())
        find_origin(config, get_store())
        if now.kind == "sweep":
            chosen = with_validation(config, get_dataset_spec(config.dataset).n_train)
            made = store.create_sweep(chosen, series_form.space(form()), now.n_runs, name=f"Sweep of {name}")
        else:
            parent = parent_id or parent_of(config)
            made = store.create_seeds(config, now.n_seeds, name=f"{name}, {now.n_seeds} seeds", parent_id=parent)
        get_executor().start_waiting()
        open_series(made.id)

    do(deed)


def show_actions(series: Series, trials: Sequence[Trial]) -> None:
    """The buttons of a series, in one row."""
    works = any(trial.run.state in ("queued", *ACTIVE) for trial in trials)
    best = best_of(trials) if series.kind == "sweep" else None
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.container(key="stop_series", width="content"):
            if series.stopped_at is None and (works or series.makes_more):
                st.button("Stop all", key="series_stop", on_click=lambda: do(lambda: _store().stop(series.id)))
            elif series.stopped_at is not None and not works:
                st.button("Go on", key="series_go_on", on_click=lambda: do(lambda: _go_on(series.id)))
        if best is not None:
            st.button(
                "Take the best",
                key="series_take",
                on_click=_take,
                args=(best, 1),
                help="Puts its settings into the form.",
            )
            st.button(
                f"Best over {N_CHECKED} seeds", key="series_check", on_click=_take, args=(best, N_CHECKED),
                help="Puts it into the form, to be trained with other seeds: the best of many was lucky as well.",
            )  # fmt: skip
        with st.popover("More", key="series_more"):
            key = f"series_name_{series.id}"
            st.text_input(
                "Name", series.name, max_chars=MAX_NAME_CHARS, key=key,
                on_change=lambda: do(lambda: _store().rename(series.id, st.session_state[key])),
            )  # fmt: skip
            if not any(trial.run.state in ACTIVE for trial in trials):
                st.button(
                    "Delete with its runs", key="series_delete", on_click=lambda: do(lambda: _store().delete(series.id))
                )


def show_deleted(series: Series) -> None:
    """What is left of a deleted series: the way back."""
    st.info("This series was deleted with its runs. It can be brought back for a day.")
    st.button("Undo", key="series_undelete", on_click=lambda: do(lambda: _store().undelete(series.id)))


def _store() -> SeriesStore:
    return SeriesStore(get_store())


def _go_on(series_id: str) -> None:
    _store().go_on(series_id)
    get_executor().start_waiting()


def _take(best: Trial, n_seeds: int) -> None:
    """The settings of a run into the form; with another seed than the sweep's where they are to be checked."""

    def fill() -> None:
        config = best.run.train_config
        if n_seeds > 1:
            config = replace(config, seed=config.seed + 1)
            series_form.change(kind="seeds", n_seeds=n_seeds)
        else:
            series_form.change(kind="one")
        set_form(config.to_json(), parent_id=best.run.id)
        open_run(None)

    do(fill)
