"""The list of questions, and the address of the one that is open: `/experiments?experiment=shuffled&guess=2`."""

from html import escape

import streamlit as st

from cnnplay.experiments.experiment import Experiment
from cnnplay.experiments.registry import get_experiment, list_experiments
from cnnplay.experiments.results import Result, is_complete, load_shipped
from cnnplay.ui.clickable import show_clickable
from cnnplay.words import count

EXPERIMENT_PARAMETER, GUESS_PARAMETER = "experiment", "guess"


def asked_experiment() -> Experiment | None:
    """The one that the address names, or None.

    Raises:
        InputError: it names one that does not exist.
    """
    key = st.query_params.get(EXPERIMENT_PARAMETER)
    return None if key is None else get_experiment(key)


def open_experiment(key: str | None) -> None:
    """Opens one, or goes back to the list; what the address said of another goes."""
    st.query_params.clear()
    if key is not None:
        st.query_params[EXPERIMENT_PARAMETER] = key


def show_list() -> None:
    """Every question, one click away.

    Raises:
        CheckpointError: a shipped result is damaged.
    """
    st.write(
        "Each of these is a question about networks that only training can answer. Guess first, then see what came "
        "out over several seeds, and run it yourself."
    )
    rows = "".join(_row(each, load_shipped(each)) for each in list_experiments())
    show_clickable(f'<div class="cp-questions">{rows}</div>', key="experiment_list", on_pick=open_experiment)


def _row(experiment: Experiment, result: Result) -> str:
    return (
        f'<a class="cp-question" href="?{EXPERIMENT_PARAMETER}={experiment.key}" data-pick="{experiment.key}">'
        f"<b>{escape(experiment.title)}</b><span>{escape(experiment.question)}</span>"
        f'<span class="cp-small">{escape(_standing(experiment, result))}</span></a>'
    )


def _standing(experiment: Experiment, result: Result) -> str:
    n_runs = sum(len(arm.seeds) for arm in result.arms)
    if not n_runs:
        return "Not measured yet: run it yourself."
    dates = sorted({seed.on.measured_at for arm in result.arms for seed in arm.seeds})
    done = "" if is_complete(experiment, result) else f", {len(result.arms)} of {len(experiment.arms)} settings so far"
    return f"{count(n_runs)} trainings, measured {dates[-1]}{done}"
