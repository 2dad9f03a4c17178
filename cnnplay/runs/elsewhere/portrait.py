"""All that the store knows of a run, in the names and numbers that other tools take."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnplay.models.card import Card, checkpoint_files, read_card
from cnnplay.runs.reading import RunReader
from cnnplay.runs.records import Metric, Run
from cnnplay.settings import run_dir
from cnnplay.training.config import flatten

Plain = bool | int | float | str
OF_CARD = ("code_version", "data_hash", "hardware", "device", "precision", "torch_version", "trained_at")
"""Facts on a card that nothing else knows of a run."""
CURVES: dict[str, tuple[str, ...]] = {
    "train": ("epoch", "loss", "accuracy", "lr", "images_per_s", "memory_bytes"),
    "epoch": ("epoch", "loss", "accuracy", "val_accuracy", "test_accuracy"),
}
"""What is drawn of the points of each kind; a gradient norm for each layer comes on top."""


@dataclass(frozen=True)
class Scalar:
    """One point of one curve.

    Attributes:
        step: training steps done.
        wall_s: when, seconds since 1970: the start of the run and its seconds of training, without its pauses.
        value: NaN where a loss was not finite.
    """

    step: int
    wall_s: float
    value: float


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """A run as others see it.

    Attributes:
        run: as the store has it.
        params: its configuration, flat: what lies inside of another setting has both names, with a dot.
        tags: where it stands and where it comes from, the words of its card among them.
        scalars: each curve by its name, in the order of its steps: "train/loss", "epoch/val_accuracy",
            "train/grad_norm/conv1", "final/accuracy".
        files: weights, card and answers to the test pictures, as far as they are on this machine.
    """

    run: Run
    params: Mapping[str, Plain]
    tags: Mapping[str, str]
    scalars: Mapping[str, Sequence[Scalar]]
    files: tuple[Path, ...]

    @property
    def started_at(self) -> float:
        """Seconds since 1970; where it has not begun, when it was made."""
        return self.run.created_at if self.run.started_at is None else self.run.started_at


def draw_portrait(store: RunReader, run: Run) -> Portrait:
    """Reads all that is known of a run, in whatever state it is.

    Raises:
        StoreError: the store cannot be read.
        CheckpointError: its card is damaged.
    """
    files = checkpoint_files(run_dir(run.id), run.model, run.dataset)
    card = read_card(files.card) if files.card.is_file() else None
    began = run.created_at if run.started_at is None else run.started_at
    scalars: dict[str, list[Scalar]] = {}
    for name, scalar in [*_scalars_of(store.metrics(run.id), began), *_result_of(run, card, began)]:
        scalars.setdefault(name, []).append(scalar)
    return Portrait(
        run=run,
        params={
            name: value if isinstance(value, Plain) else str(value)
            for name, value in flatten(run.config).items()
            if value is not None
        },
        tags=_tags_of(run, card),
        scalars=scalars,
        files=tuple(path for path in (files.weights, files.card, files.test_probs) if path.is_file()),
    )


def _scalars_of(points: Sequence[Metric], began: float) -> Iterator[tuple[str, Scalar]]:
    for point in points:
        when = began + point.elapsed_s
        for name in CURVES[point.kind]:
            value = getattr(point, name)
            if value is None and name == "loss":  # it was no finite number
                value = math.nan
            if value is not None and (name == "loss" or not math.isnan(value)):
                yield f"{point.kind}/{name}", Scalar(point.step, when, float(value))
        for layer, norm in (point.grad_norms or {}).items():
            yield f"{point.kind}/grad_norm/{layer}", Scalar(point.step, when, norm)


def _result_of(run: Run, card: Card | None, began: float) -> Iterator[tuple[str, Scalar]]:
    """The accuracy at the end, with its 95 % interval; while a run is extended, nobody knows how it will end."""
    if run.state != "finished" or run.accuracy is None:
        return
    when = began if run.finished_at is None else run.finished_at
    values = {"accuracy": run.accuracy}
    if card:
        values |= {"accuracy_low": card.accuracy_low, "accuracy_high": card.accuracy_high}
    for name, value in values.items():
        yield f"final/{name}", Scalar(run.step, when, value)


def _tags_of(run: Run, card: Card | None) -> dict[str, str]:
    known: dict[str, Any] = {
        "run_id": run.id,
        "state": run.state,
        "model": run.model,
        "dataset": run.dataset,
        "recipe": run.recipe,
        "seed": run.config.get("seed"),
        "parent_id": run.parent_id,
        "series_id": run.series_id,
        "error": run.error,
        **({name: getattr(card, name) for name in OF_CARD} if card else {}),
    }
    return {name: str(value) for name, value in known.items() if value not in (None, "")}
