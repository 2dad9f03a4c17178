"""The card of a trained network: what it is, how it came about, what was measured, on what."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from cnnplay.errors import CheckpointError
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.settings import checkpoints_dir


@dataclass(frozen=True, kw_only=True)
class Card:
    """Facts about one checkpoint; every figure was measured on the saved weights.

    Attributes:
        model, dataset, recipe, seed: what was trained, on what and how.
        config: the whole training configuration.
        data_hash: content hash of the data set.
        code_version: version and revision of the code that trained it.
        trained_at: date, ISO 8601.
        device, hardware, precision: what it was trained on.
        torch_version: of the training.
        wall_s: time of the training steps in seconds; where it shared the machine, longer than on a quiet one.
        images_per_s: training pictures a second over that time.
        n_params, macs: size of the network; macs for one picture.
        size_bytes: of the weights' file.
        accuracy: on the `n_test` test pictures, 0..1; each read once, plain.
        accuracy_low, accuracy_high: 95 % Wilson interval.
        accuracy_tta: the same with the recipe's own averaging over views; None where it has none.
        views: that averaging: "none", "mirror" or "mirror_shift".
        per_class_accuracy: class name to accuracy, 0..1.
        train_accuracy: over the last epoch, on augmented pictures.
        temperature: by which logits are divided before the softmax, fitted on one half of the test pictures.
        calibration_error_before, calibration_error: expected calibration error in 0..1 without and with it, on the
            other half.
        none_of_these: parameters of the "none of these" estimate and how it did on kinds of picture that it was not
            fitted on; empty where there is none.
        limits: in plain sentences, what it cannot do.
        classes: names of what it answers, in the order of its outputs; empty on cards that leave them to the data set.
    """

    model: str
    dataset: str
    recipe: str
    seed: int
    config: Mapping[str, Any]
    data_hash: str
    code_version: str
    trained_at: str
    device: str
    hardware: str
    precision: str
    torch_version: str
    wall_s: float
    images_per_s: float
    n_params: int
    macs: int
    size_bytes: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    n_test: int
    per_class_accuracy: Mapping[str, float]
    train_accuracy: float
    accuracy_tta: float | None = None
    views: Literal["none", "mirror", "mirror_shift"] = "none"
    temperature: float = 1.0
    calibration_error_before: float | None = None
    calibration_error: float | None = None
    none_of_these: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckpointFiles:
    """Paths of the three files of a checkpoint."""

    weights: Path
    card: Path
    test_probs: Path


def checkpoint_files(folder: Path, model: str, dataset: str) -> CheckpointFiles:
    """Where a checkpoint of this network on this data set lies in a folder."""
    stem = f"{model}-{dataset}"
    return CheckpointFiles(folder / f"{stem}.safetensors", folder / f"{stem}.json", folder / f"{stem}.test.safetensors")


def shipped_files(key: str) -> CheckpointFiles:
    """Where the shipped checkpoint of an architecture lies.

    Raises:
        InputError: no architecture has this key.
    """
    return checkpoint_files(checkpoints_dir(), key, get_spec(key).dataset)


def is_shipped(key: str) -> bool:
    """Whether a trained network of this architecture comes with the project."""
    files = shipped_files(key)
    return files.weights.is_file() and files.card.is_file()


def read_card(path: Path) -> Card:
    """Reads a card.

    Raises:
        CheckpointError: the file is missing, is not a card, or lacks a fact.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        known = {f.name for f in fields(Card)}
        for name in ("limits", "classes"):
            values[name] = tuple(values.get(name, ()))
        return Card(**{name: value for name, value in values.items() if name in known})
    except FileNotFoundError:
        raise CheckpointError(f"There is no card at {path}. Train the network, or restore the file.") from None
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{path} is not a card of a network ({error}). Restore the file.") from error


def write_card(path: Path, card: Card) -> None:
    """Writes a card as JSON, whole or not at all."""
    part = path.with_suffix(".json.part")
    part.write_text(json.dumps(asdict(card), indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def load_card(key: str) -> Card | None:
    """The card of the shipped checkpoint of an architecture, or None where none is shipped.

    Raises:
        CheckpointError: the card cannot be read.
    """
    return read_card(shipped_files(key).card) if is_shipped(key) else None


def list_cards() -> tuple[Card, ...]:
    """The cards of all shipped checkpoints, in the order of the registry."""
    return tuple(card for key in MODELS if (card := load_card(key)) is not None)
