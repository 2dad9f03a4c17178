"""The doctor's sentence about a run, and the remedy in one click."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from html import escape

import numpy as np
import streamlit as st

from cnnplay.data.store import is_available, load_dataset
from cnnplay.errors import CnnplayError, ConfigError
from cnnplay.runs.records import Run
from cnnplay.training.config import TrainConfig
from cnnplay.training.doctor import Diagnosis, History, examine
from cnnplay.ui.run_actions import do, open_run, submit
from cnnplay.ui.run_points import Trace
from cnnplay.ui.run_words import POLLED
from cnnplay.ui.train_fields import set_form

N_SHOWN = 2


def show_diagnosis(run: Run, trace: Trace) -> None:
    """The worst sentences with their evidence; the worst one's remedy as buttons. A healthy run gets nothing."""
    found = diagnose(run, trace)[:N_SHOWN]
    # Even if it is nothing: a fragment can fill a place outside of it only where the full run did so.
    st.html(f"<div>{''.join(_sentence(each) for each in found)}</div>")
    if not found:
        return
    worst = found[0]
    if not worst.remedy:
        return
    with st.container(horizontal=True, gap="small", key="run_remedy"):
        st.button(f"Start again {worst.remedy_label}", key="train_remedy", on_click=_start_again, args=(run, worst))
        st.button("Into the form", key="train_remedy_form", type="tertiary", on_click=_into_form, args=(run, worst))


def diagnose(run: Run, trace: Trace) -> tuple[Diagnosis, ...]:
    """What ails a run, the worst first; nothing for one whose configuration is of another version."""
    if not trace.points or not run.n_steps:
        return ()
    try:
        config = run.train_config
    except ConfigError:
        return ()
    return examine(
        History(
            config=config,
            points=trace.points,
            n_steps=run.n_steps,
            milestones=trace.milestones,
            class_counts=_class_counts(run.dataset),
            is_over=run.state not in POLLED,
        )
    )


@lru_cache(maxsize=16)
def _class_counts(dataset: str) -> Mapping[str, int] | None:
    """Training pictures of each class, or None where the set is no longer here."""
    try:
        if not is_available(dataset):
            return None
        data = load_dataset(dataset)
    except CnnplayError:
        return None
    counts = np.bincount(np.asarray(data.train_labels), minlength=len(data.spec.classes))
    return dict(zip(data.spec.classes, counts.tolist(), strict=True))


def _sentence(diagnosis: Diagnosis) -> str:
    advice = "" if diagnosis.remedy else f" <span>{escape(diagnosis.remedy_label)}</span>"
    return (
        f'<div class="cp-doctor cp-{diagnosis.severity}"><p><b>{escape(diagnosis.sentence)}</b>{advice}</p>'
        f'<p class="cp-small">{escape(diagnosis.evidence)}</p></div>'
    )


def corrected(run: Run, diagnosis: Diagnosis) -> TrainConfig:
    """The run's configuration with the remedy in it.

    Raises:
        ConfigError: it was written by another version.
    """
    return replace(run.train_config, **diagnosis.remedy)


def _start_again(run: Run, diagnosis: Diagnosis) -> None:
    do(lambda: submit(corrected(run, diagnosis), name=f"{run.name}, mended"[:200], parent_id=run.id))
    st.rerun()


def _into_form(run: Run, diagnosis: Diagnosis) -> None:
    do(lambda: set_form(corrected(run, diagnosis).to_json(), parent_id=run.id))
    open_run(None)
    st.rerun()
