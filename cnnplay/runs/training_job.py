"""One training run from a configuration to a checkpoint with its card, interruptible at any moment."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnnplay.data.store import Dataset, load_dataset
from cnnplay.models.card import Card, CheckpointFiles, checkpoint_files
from cnnplay.runs.conclusion import conclude, unfinished_folder
from cnnplay.runs.curve_file import curve_path, epoch_point, point_from_json, point_to_json, write_curve
from cnnplay.runs.halting import HaltedError
from cnnplay.runs.origin import load_origin
from cnnplay.runs.snapshots import Snapshots, remove_half_written
from cnnplay.runs.state_file import StateFile, state_path
from cnnplay.training.config import TrainConfig
from cnnplay.training.events import EpochEnded, Event, Finished, Halted, Milestone, Paused, Progress
from cnnplay.training.loop import Signal, Trainer
from cnnplay.training.sources import training_pictures

SAVE_EVERY_S = 60.0


def _ignore(event: Event) -> None:
    """For those who need no events."""


def _nothing() -> None:
    """For those who have nothing to do."""


def run_job(
    config: TrainConfig,
    folder: Path,
    *,
    signal: Callable[[], Signal] = lambda: "go",
    at_once: Callable[[], AbstractContextManager[None]] = nullcontext,
    on_event: Callable[[Event], None] = _ignore,
    before_save: Callable[[], None] = _nothing,
    save_every_s: float = SAVE_EVERY_S,
    keeps_history: bool = False,
) -> Card | None:
    """Trains, saves and measures; goes on where an interrupted run of the same configuration stopped.

    The state is saved at the start, every `save_every_s`, in a pause, when halted and at the end, always after the
    events up to it. What a killed process leaves behind half-written is removed by the next.

    Args:
        config: the run.
        folder: gets the weights, the card, the test probabilities and, meanwhile, the state; without a history, which
            the store has of its runs, the curve as well.
        signal: asked between batches: "go", "pause" or "halt".
        at_once: a context in which a halt comes as a `HaltedError`, for what lies before and after the batches.
        on_event: told every event.
        before_save: called before each save of the state; where it raises, nothing is saved and that ends the run.
        save_every_s: seconds between two saves; more for networks that take long to save.
        keeps_history: keep snapshots, and the last state, from which the run can be extended: the same configuration
            with more epochs goes on from there.

    Returns:
        The card, or None when halted; the state then waits in the folder.

    Raises:
        DataError: the data set cannot be read.
        CheckpointError: the folder holds the state of another configuration, or what it starts from has no weights.
        ConfigError: the configuration does not fit this machine or the data.
        InputError: what it starts from does not fit, or does not exist.
        OSError: the disk is full, or cannot be written; the last state is untouched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = checkpoint_files(folder, config.model, config.dataset)
    state = StateFile(state_path(files), save_every_s=save_every_s)
    with _no_half_written(files), suppress(HaltedError):
        with at_once():
            saved = state.load(config, may_be_shorter=keeps_history)
            dataset = load_dataset(config.dataset)
            trainer = _make_trainer(config, dataset, saved)
        snapshots = Snapshots(folder, key=config.model, options=dict(config.model_options)) if keeps_history else None
        epochs = _Epochs(saved)
        for event in trainer.run(signal):
            if snapshots and isinstance(event, Milestone):
                snapshots.keep(trainer.model, event.step)
            on_event(event)
            if isinstance(event, EpochEnded):
                epochs.add(event, trainer)
            asked = isinstance(event, Paused | Halted | Finished)
            if asked or (state.is_due() and not _is_within_epoch_end(event, trainer)):
                before_save()
                state.save({**trainer.state(), **epochs.state()})
            if isinstance(event, Finished):
                with at_once():
                    card = conclude(trainer, dataset, files, event, epochs.last)
                if not keeps_history:
                    epochs.write_curve(curve_path(files))
                    state.path.unlink()
                return card
    return None


class _Epochs:
    """The ends of the epochs so far. They are saved with the state, so that neither is ever ahead of the other.

    Args:
        saved: the state from which the run goes on, or None. One from before curves were kept gives no curve at all.
    """

    def __init__(self, saved: dict[str, Any] | None) -> None:
        self.last = EpochEnded(**saved["last_epoch"]) if saved and saved.get("last_epoch") else None
        known = saved.get("curve") if saved else []
        self._curve = None if known is None else [point_from_json(values) for values in known]

    def add(self, event: EpochEnded, trainer: Trainer) -> None:
        self.last = event
        if self._curve is not None:
            epoch = trainer.step / trainer.feed.steps_per_epoch
            self._curve.append(epoch_point(event, step=trainer.step, epoch=epoch))

    def state(self) -> dict[str, Any]:
        curve = {} if self._curve is None else {"curve": [point_to_json(point) for point in self._curve]}
        return {"last_epoch": asdict(self.last) if self.last else None, **curve}

    def write_curve(self, path: Path) -> None:
        """That of an earlier result does not stay beside the new card."""
        if self._curve is None:
            path.unlink(missing_ok=True)
        else:
            write_curve(path, self._curve)


def _make_trainer(config: TrainConfig, dataset: Dataset, saved: dict[str, Any] | None) -> Trainer:
    sources = training_pictures(config, dataset)
    trainer = Trainer(
        config,
        sources.train,
        scribbles=sources.scribbles,
        validation=sources.validation,
        test=sources.test,
        # What has a state no longer needs its origin, which may be gone.
        initial=load_origin(config) if saved is None else None,
    )
    if saved is not None:
        trainer.load_state(saved)
    return trainer


def _is_within_epoch_end(event: Event, trainer: Trainer) -> bool:
    """Between an epoch's last step and its `EpochEnded`: a run resumed from there would never report the epoch."""
    at_end = trainer.step % trainer.feed.steps_per_epoch == 0 or trainer.step == trainer.n_steps
    return isinstance(event, Progress) and at_end


@contextmanager
def _no_half_written(files: CheckpointFiles) -> Iterator[None]:
    def remove() -> None:
        state = state_path(files)
        state.with_name(state.name + ".part").unlink(missing_ok=True)
        shutil.rmtree(unfinished_folder(files), ignore_errors=True)
        remove_half_written(files.weights.parent)

    remove()
    try:
        yield
    finally:
        remove()
