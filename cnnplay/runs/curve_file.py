"""The curve of a training that no store keeps: one point an epoch, in a small file beside the card."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from cnnplay.errors import CheckpointError
from cnnplay.models.card import CheckpointFiles
from cnnplay.runs.records import Metric, finite_or_none
from cnnplay.training.events import EpochEnded

CURVE_SUFFIX = ".curve.json"
_KEPT = ("epoch", "step", "elapsed_s", "loss", "accuracy", "val_accuracy", "test_accuracy")


def curve_path(files: CheckpointFiles) -> Path:
    """Where the curve of a checkpoint lies; networks that were trained before curves were kept have none."""
    return files.weights.with_suffix(CURVE_SUFFIX)


def epoch_point(event: EpochEnded, *, step: int, epoch: float) -> Metric:
    """The end of an epoch as a point of a curve.

    Args:
        event: of the training.
        step: training steps done by then.
        epoch: passes done by then.
    """
    return Metric(
        kind="epoch",
        step=step,
        epoch=epoch,
        elapsed_s=event.elapsed_s,
        loss=finite_or_none(event.train_loss),
        accuracy=event.train_accuracy,
        val_accuracy=event.val_accuracy,
        test_accuracy=event.test_accuracy,
    )


def point_to_json(point: Metric) -> dict[str, Any]:
    """What a curve keeps of a point, as plain JSON values."""
    return {name: value for name, value in asdict(point).items() if name in _KEPT}


def point_from_json(values: dict[str, Any]) -> Metric:
    """The inverse of `point_to_json`.

    Raises:
        TypeError: these values are no point.
    """
    return Metric(kind="epoch", **values)


def write_curve(path: Path, points: Sequence[Metric]) -> None:
    """Writes a curve, whole or not at all.

    Args:
        path: of the file.
        points: the ends of all epochs, in order.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    lines = ",\n".join(f"  {json.dumps(point_to_json(point))}" for point in points)
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(f'{{\n "points": [\n{lines}\n ]\n}}\n', encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read_curve(path: Path) -> tuple[Metric, ...]:
    """The ends of all epochs, in order; none where no curve was kept.

    Raises:
        CheckpointError: the file is not a curve.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        known = {field.name for field in fields(Metric)} - {"kind"}
        points = values["points"]
        return tuple(point_from_json({name: each[name] for name in each if name in known}) for each in points)
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise CheckpointError(f"{path} is not the curve of a training ({error}). Delete it or restore it.") from error
