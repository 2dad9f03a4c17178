"""Trained networks on this machine: the shipped ones, those of runs, and files of weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnplay.errors import CheckpointError
from cnnplay.models.card import Card, checkpoint_files, is_shipped, read_card, shipped_files
from cnnplay.models.registry import get_spec
from cnnplay.runs.records import Run
from cnnplay.runs.schema import State
from cnnplay.runs.snapshots import list_snapshots, snapshot_name
from cnnplay.settings import run_dir
from cnnplay.training.events import milestone_steps

USABLE: tuple[State, ...] = ("finished", "running", "paused", "stopping", "interrupted")
"""States in which a run may have a network that is worth asking."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained network and what is known of it.

    Attributes:
        name: for files and people: a registry key, a run's name, or that of the file.
        weights: the safetensors file.
        dataset: key of the data set that it learned from; None where only the file or its card may tell.
        config: how it was trained, as JSON values; empty where nobody knows.
        is_extended: it had ended before, and went on to more epochs.
    """

    name: str
    weights: Path
    dataset: str | None = None
    config: Mapping[str, Any]
    is_extended: bool = False

    def read_card(self) -> Card | None:
        """Its card, where there is one beside the weights.

        Raises:
            CheckpointError: there is one that cannot be read.
        """
        return _read_card_beside(self.weights)


def trained_from_key(key: str) -> Trained:
    """The shipped network of an architecture.

    Raises:
        InputError: no architecture has this key.
        CheckpointError: it is not shipped with this copy, or its card cannot be read.
    """
    spec = get_spec(key)
    if not is_shipped(key):
        raise CheckpointError(
            f"No trained network {key!r} comes with this copy. Train it: python -m cnnplay train {key}."
        )
    files = shipped_files(key)
    return Trained(name=key, weights=files.weights, dataset=spec.dataset, config=read_card(files.card).config)


def trained_from_run(run: Run) -> Trained:
    """The network of a run.

    Raises:
        CheckpointError: it has none on this machine.
    """
    weights = find_weights(run)
    if weights is None and run.is_imported:
        raise CheckpointError(f"Run {run.short_id} came as curves alone: it has no network. Choose another run.")
    if weights is None:
        raise CheckpointError(
            f"Run {run.short_id} is {run.state}, epoch {run.epoch:.1f} of {run.epochs:g}; it has no network here yet. "
            f"See: python -m cnnplay runs show {run.short_id}."
        )
    return Trained(
        name=run.name, weights=weights, dataset=run.dataset, config=run.config, is_extended=_was_extended(run)
    )


def trained_from_file(path: Path) -> Trained:
    """The network in a file of weights.

    Raises:
        CheckpointError: there is a card beside it that cannot be read.
    """
    card = _read_card_beside(path)
    return Trained(name=path.stem, weights=path, config=card.config if card else {})


def find_weights(run: Run) -> Path | None:
    """The best that a run has on this machine: its final weights, or while it still learns its newest snapshot.

    An extended run keeps the weights of its shorter training until it is finished again: its snapshots are newer.
    """
    final = checkpoint_files(run_dir(run.id), run.model, run.dataset).weights
    if run.state == "finished":
        return final if final.is_file() else None
    snapshots = list_snapshots(run_dir(run.id))
    if snapshots:
        return snapshots[-1]
    return final if final.is_file() else None


def _was_extended(run: Run) -> bool:
    """A snapshot at a step that is no milestone of the whole run was made at an earlier end."""
    if run.n_steps is None:
        return False
    expected = {Path(snapshot_name(step)).name for step in (*milestone_steps(run.n_steps), run.step)}
    return any(path.name not in expected for path in list_snapshots(run_dir(run.id)))


def _read_card_beside(weights: Path) -> Card | None:
    path = weights.with_suffix(".json")
    return read_card(path) if path.is_file() else None
