"""One training run from a configuration to a checkpoint with its card, interruptible at any moment."""

import signal as signals
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn

from cnnplay import __version__
from cnnplay.data.store import Dataset, content_hash, image_hashes, load_dataset
from cnnplay.evaluation.accuracy import measure_accuracy, per_class_accuracy
from cnnplay.models.arithmetic import count_macs, count_parameters
from cnnplay.models.card import Card, CheckpointFiles, checkpoint_files, write_card
from cnnplay.models.checkpoint import load_model, save_weights
from cnnplay.models.forward import compute_logits
from cnnplay.models.registry import get_spec
from cnnplay.runs.calibrate import calibrate
from cnnplay.runs.state_file import STATE_SUFFIX, StateFile, sync
from cnnplay.settings import PROJECT_DIR
from cnnplay.training.config import TrainConfig
from cnnplay.training.device import describe_hardware
from cnnplay.training.events import EpochEnded, Event, Finished, Halted, Paused, Progress
from cnnplay.training.loop import Signal, Trainer
from cnnplay.training.sources import training_pictures

SAVE_EVERY_S = 60.0
LIMITS = {
    (1, 28, 28): (
        "Reads one digit at a time, in the form of MNIST: light ink on black, 20 pixels tall, centred by mass.",
        "MNIST was written by Americans around 1990; other ways of writing a 1, 4, 7 or 9 are rarer in it.",
        "It always prefers one of the ten digits; what is none of them can only be doubted.",
    ),
    (3, 32, 32): (
        "Knows ten things and no others, and sees 32 x 32 pixels.",
        "CIFAR-10 shows one thing in the middle of each picture; small, cut-off or several things confuse it.",
        "Its doubt about other things was fitted on textures and drawings, not on photos of other things.",
    ),
}
"""What the networks of each kind of picture cannot do, for their cards."""


def state_path(files: CheckpointFiles) -> Path:
    """Where an unfinished run keeps its state."""
    return files.weights.with_suffix(STATE_SUFFIX)


def _ignore(event: Event) -> None:
    """For those who need no events."""


def _nothing() -> None:
    """For those who have nothing to do."""


def run_job(
    config: TrainConfig,
    folder: Path,
    *,
    signal: Callable[[], Signal] = lambda: "go",
    on_event: Callable[[Event], None] = _ignore,
    before_save: Callable[[], None] = _nothing,
    save_every_s: float = SAVE_EVERY_S,
) -> Card | None:
    """Trains, saves and measures; goes on where an interrupted run of the same configuration stopped.

    The state is saved at the start, every `save_every_s`, in a pause and when halted, always after the events up to
    it. What a killed process leaves behind half-written is removed by the next.

    Args:
        config: the run.
        folder: gets the weights, the card, the test probabilities and, meanwhile, the state.
        signal: asked between batches: "go", "pause" or "halt".
        on_event: told every event.
        before_save: called before each save of the state; where it raises, nothing is saved and that ends the run.
        save_every_s: seconds between two saves; more for networks that take long to save.

    Returns:
        The card, or None when halted; the state then waits in the folder.

    Raises:
        DataError: the data set cannot be read.
        CheckpointError: the folder holds the state of another configuration.
        ConfigError: the configuration does not fit this machine or the data.
        OSError: the disk is full, or cannot be written; the last state is untouched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = checkpoint_files(folder, config.model, config.dataset)
    dataset = load_dataset(config.dataset)
    sources = training_pictures(config, dataset)
    trainer = Trainer(
        config, sources.train, scribbles=sources.scribbles, validation=sources.validation, test=sources.test
    )
    state = StateFile(state_path(files), save_every_s=save_every_s)
    with _no_half_written(files):
        saved = state.load(config)
        if saved is not None:
            trainer.load_state(saved)
        last_epoch = EpochEnded(**saved["last_epoch"]) if saved and saved.get("last_epoch") else None
        for event in trainer.run(signal):
            on_event(event)
            if isinstance(event, EpochEnded):
                last_epoch = event
            if isinstance(event, Finished):
                card = _conclude(trainer, dataset, files, event, last_epoch)
                for path in (files.weights, files.card, files.test_probs, folder):
                    sync(path)
                state.path.unlink(missing_ok=True)
                return card
            asked = isinstance(event, Paused | Halted)
            if asked or (state.is_due() and not _is_within_epoch_end(event, trainer)):
                before_save()
                state.save({**trainer.state(), "last_epoch": asdict(last_epoch) if last_epoch else None})
    return None


def _is_within_epoch_end(event: Event, trainer: Trainer) -> bool:
    """Between an epoch's last step and its `EpochEnded`: a run resumed from there would never report the epoch."""
    at_end = trainer.step % trainer.feed.steps_per_epoch == 0 or trainer.step == trainer.n_steps
    return isinstance(event, Progress) and at_end


@contextmanager
def _no_half_written(files: CheckpointFiles) -> Iterator[None]:
    def remove() -> None:
        for path in (files.weights, files.card, files.test_probs, state_path(files)):
            path.with_name(path.name + ".part").unlink(missing_ok=True)

    remove()
    try:
        yield
    finally:
        remove()


def _conclude(
    trainer: Trainer, dataset: Dataset, files: CheckpointFiles, finished: Finished, last_epoch: EpochEnded | None
) -> Card:
    """Saves the weights, reads them back, measures them once on the test set and writes the card."""
    config = trainer.config
    spec = get_spec(config.model)
    save_weights(trainer.model, files.weights, key=config.model, options=dict(config.model_options))
    _, model = load_model(files.weights)
    model.to(trainer.device)
    logits = compute_logits(model, spec, dataset.test_images)
    labels = np.asarray(dataset.test_labels)
    accuracy = measure_accuracy(logits, labels)
    card = Card(
        model=config.model,
        dataset=config.dataset,
        recipe=config.recipe,
        seed=config.seed,
        config=config.to_json(),
        data_hash=content_hash(dataset),
        code_version=code_version(),
        trained_at=datetime.now(UTC).date().isoformat(),
        device=trainer.device.type,
        hardware=describe_hardware(trainer.device),
        precision=trainer.precision,
        torch_version=torch.__version__.split("+")[0],
        wall_s=round(finished.elapsed_s, 1),
        images_per_s=round(finished.images_per_s, 1),
        n_params=count_parameters(model),
        macs=count_macs(model, spec.input_shape),
        size_bytes=files.weights.stat().st_size,
        accuracy=accuracy.value,
        accuracy_low=round(accuracy.low, 5),
        accuracy_high=round(accuracy.high, 5),
        n_test=accuracy.n,
        per_class_accuracy=per_class_accuracy(logits, labels, spec.classes),
        train_accuracy=round(last_epoch.train_accuracy, 5) if last_epoch else 0.0,
        accuracy_tta=_averaged_accuracy(model, config, dataset),
        views=config.views,
        limits=LIMITS.get(spec.input_shape, ()),
    )
    _save_test_probs(files.test_probs, dataset, logits)
    card = calibrate(card, model, spec, dataset)
    write_card(files.card, card)
    return card


def _averaged_accuracy(model: nn.Module, config: TrainConfig, dataset: Dataset) -> float | None:
    if config.views == "none":
        return None
    logits = compute_logits(model, get_spec(config.model), dataset.test_images, views=config.views)
    return measure_accuracy(logits, np.asarray(dataset.test_labels)).value


def _save_test_probs(path: Path, dataset: Dataset, logits: np.ndarray) -> None:
    """Keeps the answers to the test set, keyed by picture, so that they can be compared without the data."""
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    probs = (shifted / shifted.sum(1, keepdims=True)).astype(np.float16)
    part = path.with_name(path.name + ".part")
    save_file({"image_hash": image_hashes(dataset.test_images), "probs": probs}, part)
    part.chmod(0o644)
    part.replace(path)


def code_version() -> str:
    """The project's version, with the revision where it runs from a checkout."""
    command = ["git", "-C", str(PROJECT_DIR), "rev-parse", "--short", "HEAD"]
    try:
        revision = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return __version__
    return f"{__version__}+{revision}"


@contextmanager
def halt_on_signals() -> Iterator[Callable[[], Signal]]:
    """Turns SIGINT and SIGTERM into a halt between two batches, so that the state is saved; restores them after."""
    told = False

    def halt(_number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True

    old = {number: signals.signal(number, halt) for number in (signals.SIGINT, signals.SIGTERM)}
    try:
        yield lambda: "halt" if told else "go"
    finally:
        for number, handler in old.items():
            signals.signal(number, handler)
