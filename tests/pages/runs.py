"""Runs for the pages to show: real rows in a real store, with untrained networks in their folders."""

from pathlib import Path

from cnnplay.models.card import checkpoint_files
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build
from cnnplay.runs.claims import ClaimedRun, Outcome, claim_next
from cnnplay.runs.executor import this_place
from cnnplay.runs.records import Run
from cnnplay.runs.snapshots import snapshot_name
from cnnplay.runs.store import open_store
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig
from cnnplay.training.events import Milestone

N_SLOTS = 20


def save(path: Path, model: str, **options: object) -> Path:
    save_weights(build(model, **options), path, key=model, options=options)
    return path


def add_run(
    model: str,
    dataset: str,
    name: str,
    *,
    end: Outcome | None = "finished",
    snapshots: tuple[int, ...] = (),
    **options: object,
) -> Run:
    """A run that has ended so, or None for one that still trains; with final weights if it is finished."""
    store = open_store()
    config = TrainConfig(model=model, dataset=dataset, model_options=options, epochs=2)
    run = store.create(config, place=this_place(), name=name)
    claim = claim_next(store.database, place=this_place(), n_slots=N_SLOTS)
    assert claim is not None
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=30, n_steps=60)
    for step in snapshots:
        save(run_dir(run.id) / snapshot_name(step), model, **options)
    if end == "finished":
        save(checkpoint_files(run_dir(run.id), model, dataset).weights, model, **options)
    if end is not None:
        claimed.end(end, accuracy=0.875 if end == "finished" else None)
    return store.get(run.id)


def add_stopped_run(steps: tuple[int, ...]) -> str:
    """A run that was stopped after snapshots of untrained networks at these steps of its 8."""
    store = open_store()
    run = store.create(TrainConfig(model="cnn6", dataset="mnist-5k", epochs=2), place=this_place())
    claim = claim_next(store.database, place=this_place(), n_slots=N_SLOTS)
    assert claim is not None
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=0, n_steps=8)
    for step in steps:
        save(run_dir(run.id) / snapshot_name(step), "cnn6")
        claimed.add_milestones({Milestone(step=step, epoch=step / 4, layers=()): snapshot_name(step)})
    claimed.end("interrupted", error=None)
    return run.id
