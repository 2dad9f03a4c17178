"""The curves of the run that a visitor looks at, fetched as they grow and kept for the visit."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from cnnplay.figures.downsample import kept_indices
from cnnplay.runs.records import Metric, MilestoneRecord, Run
from cnnplay.runs.store import RunStore
from cnnplay.ui import state

MOST_POINTS, LEFT_POINTS = 8_000, 2_000
"""Past so many, a curve is thinned to so many by loss and as many by accuracy: a visit
stays small, however long it is."""
LOOK_AGAIN = 1.15
"""Milestones grow further and further apart: they are fetched again when the step has grown by this factor."""


@dataclass
class Trace:
    """What is known of one run's curves; `worker` changes when the run is resumed, and may then redo some steps."""

    run_id: str
    worker: str | None
    points: list[Metric] = field(default_factory=list)
    milestones: tuple[MilestoneRecord, ...] = ()
    looked_at: int = -1


def follow(store: RunStore, run: Run) -> Trace:
    """The run's curves up to now; only what is new is fetched.

    Raises:
        StoreError: the store cannot be read.
    """
    trace: Trace | None = st.session_state.get(state.TRAIN_TRACE)
    if trace is None or (trace.run_id, trace.worker) != (run.id, run.worker):
        trace = st.session_state[state.TRAIN_TRACE] = Trace(run.id, run.worker)
    _add_points(store, run, trace)
    if run.step > LOOK_AGAIN * trace.looked_at or (run.finished_at and trace.looked_at < run.step):
        trace.milestones, trace.looked_at = store.milestones(run.id), run.step
    return trace


def _add_points(store: RunStore, run: Run, trace: Trace) -> None:
    """An epoch's point comes a moment after the last step's, with the same step: that step is asked for again."""
    known = trace.points[-1].step if trace.points else 0
    wanted = LEFT_POINTS * 2 if not trace.points else None
    new = store.metrics(run.id, after_step=known - 1, max_points=wanted)
    had = {(point.kind, point.step) for point in trace.points if point.step >= known}
    trace.points += [point for point in new if (point.kind, point.step) not in had]
    # A worker that begins again takes back what it had not saved.
    trace.points = thinned([point for point in trace.points if point.step <= run.step])


def thinned(points: list[Metric]) -> list[Metric]:
    """The same curves with fewer points, where there are very many."""
    if len(points) <= MOST_POINTS:
        return points
    kept = {*kept_indices([p.loss for p in points], LEFT_POINTS).tolist()}
    kept |= {*kept_indices([p.accuracy for p in points], LEFT_POINTS).tolist()}
    return [point for at, point in enumerate(points) if at in kept or point.kind == "epoch"]


def last_of(points: Sequence[Metric]) -> Metric | None:
    """The newest point between two reports, which alone tells rate, speed and memory."""
    return next((point for point in reversed(points) if point.kind == "train"), None)
