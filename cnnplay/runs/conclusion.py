"""The end of a run: its weights saved, measured once on the test set, calibrated, and described on a card."""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from torch import nn

from cnnplay import __version__
from cnnplay.data.store import Dataset, content_hash
from cnnplay.evaluation.accuracy import measure_accuracy, per_class_accuracy
from cnnplay.models.arithmetic import count_macs, count_parameters
from cnnplay.models.card import Card, CheckpointFiles, checkpoint_files, write_card
from cnnplay.models.checkpoint import load_model, save_weights
from cnnplay.models.forward import compute_logits
from cnnplay.models.registry import get_spec
from cnnplay.runs.answers import write_answers
from cnnplay.runs.calibrate import calibrate
from cnnplay.runs.rereading import DOUBT_TAKEN_OVER, find_before, make_receipt
from cnnplay.runs.state_file import sync
from cnnplay.runs.teaching import RECEIPT_NAME, write_receipt
from cnnplay.settings import PROJECT_DIR
from cnnplay.training.config import TrainConfig
from cnnplay.training.device import describe_hardware
from cnnplay.training.events import EpochEnded, Finished
from cnnplay.training.loop import Trainer

_DIGITS = (
    "Reads one digit at a time, in the form of MNIST: light ink on black, 20 pixels tall, centred by mass.",
    "MNIST was written by Americans around 1990; other ways of writing a 1, 4, 7 or 9 are rarer in it.",
    "It always prefers one of the ten digits; what is none of them can only be doubted.",
)
_OBJECTS = (
    "Knows ten things and no others, and sees 32 x 32 pixels.",
    "CIFAR-10 shows one thing in the middle of each picture; small, cut-off or several things confuse it.",
    "Its doubt about other things was fitted on textures and drawings, not on photos of other things.",
)
LIMITS = {"mnist": _DIGITS, "mnist-5k": _DIGITS, "cifar10": _OBJECTS}
"""What the networks of each data set cannot do, for their cards."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a card says of the training itself: see `Card`."""

    device: torch.device
    precision: str
    wall_s: float
    images_per_s: float
    train_accuracy: float


def unfinished_folder(files: CheckpointFiles) -> Path:
    """Where the files of a result are made; what is found there was left by a killed process."""
    return files.weights.with_suffix(".new")


def conclude(
    trainer: Trainer, dataset: Dataset, files: CheckpointFiles, finished: Finished, last_epoch: EpochEnded | None
) -> Card:
    """Saves the weights, reads them back, measures them once on the test set and writes the card.

    An older result in the place of the new one stays until the new one is complete.

    Args:
        trainer: at the end of its training.
        dataset: that it trained on.
        files: where the result will be.
        finished: its last event.
        last_epoch: of the training, or None where not one was reported.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    config = trainer.config
    made = checkpoint_files(unfinished_folder(files), config.model, config.dataset)
    save_weights(trainer.model, made.weights, key=config.model, options=dict(config.model_options))
    how = Circumstances(
        device=trainer.device,
        precision=trainer.precision,
        wall_s=finished.elapsed_s,
        images_per_s=finished.images_per_s,
        train_accuracy=last_epoch.train_accuracy if last_epoch else 0.0,
    )
    card = measure_result(config, dataset, made, how)
    receipt = made.weights.with_name(RECEIPT_NAME), files.weights.with_name(RECEIPT_NAME)
    rest = (made.test_probs, files.test_probs), (made.card, files.card)
    for new, path in ((made.weights, files.weights), *([receipt] if receipt[0].is_file() else []), *rest):
        sync(new)
        new.replace(path)
    sync(files.weights.parent)
    shutil.rmtree(unfinished_folder(files))
    return card


def measure_result(config: TrainConfig, dataset: Dataset, files: CheckpointFiles, how: Circumstances) -> Card:
    """Reads saved weights back, measures them once on the test set, calibrates them and writes their card.

    A network that was taught corrections gets a receipt as well; somebody waits for it, so that its doubt about other
    things is taken over from the network that it was, and its card says so.

    Args:
        config: of the run.
        dataset: that it trained on.
        files: the weights are there; the card, the answers to the test set and the receipt are made beside them.
        how: what the card says of the training itself.

    Raises:
        CheckpointError: the weights cannot be read.
        OSError: the disk is full, or cannot be written.
    """
    spec = get_spec(config.model)
    model = load_model(files.weights)[1].to(how.device)
    logits = compute_logits(model, spec, dataset.test_images)
    labels, before = np.asarray(dataset.test_labels), find_before(config)
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
        device=how.device.type,
        hardware=describe_hardware(how.device),
        precision=how.precision,
        torch_version=torch.__version__.split("+")[0],
        wall_s=round(how.wall_s, 1),
        images_per_s=round(how.images_per_s, 1),
        n_params=count_parameters(model),
        macs=count_macs(model, spec.input_shape),
        size_bytes=files.weights.stat().st_size,
        accuracy=accuracy.value,
        accuracy_low=round(accuracy.low, 5),
        accuracy_high=round(accuracy.high, 5),
        n_test=accuracy.n,
        per_class_accuracy=per_class_accuracy(logits, labels, dataset.spec.classes),
        train_accuracy=round(how.train_accuracy, 5),
        accuracy_tta=_averaged_accuracy(model, config, dataset),
        views=config.views,
        limits=(*LIMITS.get(config.dataset, ()), *([DOUBT_TAKEN_OVER] if before and before.doubt else [])),
        classes=dataset.spec.classes,
    )
    write_answers(files.test_probs, dataset, logits)
    card = calibrate(card, model, spec, dataset, logits=logits, taken_over=before.doubt if before else None)
    if before:
        write_receipt(files, make_receipt(config, dataset, before, model=model, card=card, logits=logits))
    write_card(files.card, card)
    return card


def _averaged_accuracy(model: nn.Module, config: TrainConfig, dataset: Dataset) -> float | None:
    if config.views == "none":
        return None
    logits = compute_logits(model, get_spec(config.model), dataset.test_images, views=config.views)
    return measure_accuracy(logits, np.asarray(dataset.test_labels)).value


def code_version() -> str:
    """The project's version, with the revision where it runs from a checkout."""
    command = ["git", "-C", str(PROJECT_DIR), "rev-parse", "--short", "HEAD"]
    try:
        revision = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return __version__
    return f"{__version__}+{revision}"
