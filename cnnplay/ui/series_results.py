"""What a series came to: mean and spread of seeds; the best run of a sweep, its history, and what mattered."""

import json
from collections.abc import Sequence
from html import escape

import streamlit as st

from cnnplay.evaluation.spread import MIN_RUNS, measure_spread
from cnnplay.figures.series import Attempt, importance_bars, seed_curves, sweep_history
from cnnplay.figures.template import CONFIG
from cnnplay.runs.series import SeriesStore
from cnnplay.runs.series_records import Series, Trial, best_of
from cnnplay.runs.series_study import N_FOR_IMPORTANCE, importances
from cnnplay.ui import series_words
from cnnplay.ui.run_queue import get_store
from cnnplay.ui.train_fields import FIELDS
from cnnplay.words import accuracy


def show_seeds(series: Series, trials: Sequence[Trial]) -> None:
    """The curves of all, their mean and how far apart they are."""
    curves, what = _curves(series, trials)
    figure = seed_curves(curves, what=what, revision=series.id)
    with st.container(key="series_curves"):
        st.plotly_chart(figure, key="seed_curves", theme=None, config=CONFIG, alt=f"Accuracy of each run, {what}")


def seeds_headline(trials: Sequence[Trial]) -> str:
    """The mean test accuracy with its spread, as HTML."""
    accuracies = [trial.run.accuracy for trial in trials if trial.run.accuracy is not None]
    spread = measure_spread(accuracies)
    if spread is None:
        n = len(accuracies) or "none"
        return f'<p class="cp-small">No spread can be told from fewer than {MIN_RUNS} finished runs; {n} so far.</p>'
    interval = f"{100 * spread.low:.2f} to {accuracy(spread.high)}"
    return (
        f'<div class="cp-result"><b>{accuracy(spread.mean)}</b><div>'
        f"<span>± {100 * spread.std:.2f} points, the standard deviation of {spread.n} runs</span>"
        f'<span class="cp-small">mean of the test pictures; its 95 % t-interval {interval}</span></div></div>'
    )


def _curves(series: Series, trials: Sequence[Trial]) -> tuple[dict[str, list[tuple[float, float]]], str]:
    """Validation accuracies by epoch where there are any, else training accuracies."""
    names = {trial.run.id: f"seed {trial.params['seed']}" for trial in trials}
    if series.config.get("val_size"):
        found = {names[trial.run.id]: [(float(e), v) for e, v in trial.epochs] for trial in trials if trial.epochs}
        return found, "validation"
    curves = SeriesStore(get_store()).training_curves(series.id)
    return {names[run_id]: list(curve) for run_id, curve in curves.items() if run_id in names}, "training"


def show_sweep(series: Series, trials: Sequence[Trial]) -> None:
    """How it went, and what mattered."""
    attempts = [
        Attempt(trial.number + 1, trial.value, trial.outcome == "finished", series_words.params(trial.params))
        for trial in trials
        if trial.value is not None and trial.outcome != "running"
    ]
    with st.container(key="series_history"):
        if attempts:
            figure = sweep_history(attempts, n_runs=series.n_runs, revision=series.id)
            st.plotly_chart(figure, key="sweep_history", theme=None, config=CONFIG, alt="Accuracy of each run in order")
        else:
            st.html('<div class="cp-empty"><p>Each run becomes a dot here when it ends.</p></div>')
    _show_importances(series, trials)


def sweep_headline(trials: Sequence[Trial]) -> str:
    """The best run so far, as HTML."""
    best = best_of(trials)
    if best is None or best.value is None:
        return '<p class="cp-small">No run is finished yet.</p>'
    tested = f"; {accuracy(best.run.accuracy)} of the test pictures" if best.run.accuracy is not None else ""
    return (
        f'<div class="cp-result"><b>{accuracy(best.value)}</b><div>'
        f"<span>of the pictures kept out: run {best.number + 1} is the best{tested}</span>"
        f'<span class="cp-small">{escape(series_words.params(best.params))}</span></div></div>'
    )


def _show_importances(series: Series, trials: Sequence[Trial]) -> None:
    if series.space is None or len(series.space.dimensions) < 2:
        return
    finished = [trial for trial in trials if trial.outcome == "finished"]
    if len(finished) < N_FOR_IMPORTANCE:
        st.caption(
            f"Which setting mattered can be told from {N_FOR_IMPORTANCE} finished runs on, and roughly even then."
        )
        return
    known = json.dumps([(trial.number, trial.value, trial.params) for trial in finished], sort_keys=True)
    shares = _importances(series, finished, known=known)
    if not shares:
        st.caption("All finished runs read the pictures equally well: no setting mattered.")
        return
    figure = importance_bars({FIELDS[name].label: share for name, share in shares.items()})
    st.plotly_chart(figure, key="sweep_importance", theme=None, config=CONFIG, alt=_in_words(shares))
    st.caption(
        f"Share of the differences in accuracy that goes with each setting (fANOVA), from {len(finished)} runs that "
        "were finished. From so few it is rough."
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _importances(_series: Series, _finished: Sequence[Trial], *, known: str) -> dict[str, float]:  # noqa: ARG001 - the key
    assert _series.space is not None
    return importances(_series.space, _finished)


def _in_words(shares: dict[str, float]) -> str:
    told = ", ".join(f"{series_words.label(name)} {100 * share:.0f} %" for name, share in shares.items())
    return f"Importance of each setting: {told}"
