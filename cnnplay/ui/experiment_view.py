"""One experiment from its question to its answer; a part of its own, where it has one, is found by its name."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import streamlit as st

from cnnplay.experiments.experiment import Experiment
from cnnplay.experiments.own_runs import find_own
from cnnplay.experiments.results import current, is_stale, read_result, shipped_path
from cnnplay.ui.experiment_answer import Answer, show_answer, show_why
from cnnplay.ui.experiment_guess import read_guess, show_guess, show_verdict
from cnnplay.ui.experiment_list import open_experiment
from cnnplay.ui.experiment_runs import show_runs
from cnnplay.ui.run_queue import get_store


def show_experiment(experiment: Experiment) -> None:
    """Question, guess, answer, why, and the way to run it.

    Args:
        experiment: any. Where there is a module `cnnplay.ui.experiment_KEY`, its `show_before(experiment)` stands above
            the guess, and its `show_answer(answer)` in place of the chart.

    Raises:
        CheckpointError: the shipped result is damaged.
        StoreError: the run store cannot be read.
    """
    st.button("← All questions", key="experiment_back", type="tertiary", on_click=open_experiment, args=(None,))
    with st.container(key="experiment"):
        st.html(f'<h2 class="cp-ask">{experiment.question}</h2>')
        if before := _own_part(experiment, "show_before"):
            before(experiment)
        guess = read_guess(experiment)
        if guess is None:
            show_guess(experiment)
            return
        measured = read_result(shipped_path(experiment.key), experiment.key)
        answer = Answer(experiment, current(experiment, measured), find_own(experiment, get_store()))
        show_verdict(experiment, answer.shipped, guess)
        if is_stale(experiment, measured):
            st.caption("Some of the shipped runs were measured with earlier settings and are left out.")
        with st.container(key="experiment_answer"):
            (_own_part(experiment, "show_answer") or show_answer)(answer)
        show_why(answer)
        show_runs(answer)


def _own_part(experiment: Experiment, function: str) -> Callable[..., None] | None:
    name = f"cnnplay.ui.experiment_{experiment.key}"
    found: Callable[..., None] | None = getattr(import_module(name), function, None) if find_spec(name) else None
    return found
