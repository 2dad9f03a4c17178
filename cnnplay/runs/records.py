"""What the run store hands out: frozen copies of its rows."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import RowMapping

from cnnplay.runs.schema import Kind, State
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig
from cnnplay.training.events import LayerStats

PointKind = Literal["train", "epoch"]
SHORT_ID_CHARS = 8
IMPORTED = "imported"
"""Recipe of a run that was never trained here: its network or its curves came as a file."""
UNKNOWN = -1.0
"""In the table, an accuracy that nobody knows: there every point has one, and SQLite could allow otherwise only by
copying all of them."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run as the store knows it, a training or a measurement; all times are seconds since 1970.

    Attributes:
        id: UUID.
        name: chosen by the user.
        state: where it stands.
        model, dataset, recipe: what is trained, on what and how.
        config: the whole configuration, see `train_config`.
        created_at, started_at, finished_at, heartbeat_at: None where that has not happened.
        worker: token of the process that works on it, or that did last; None before and while it is queued.
        step, n_steps: training steps done, and in all (None before the first start).
        epoch, epochs: passes over the training pictures, done and in all.
        accuracy: on the test set, 0..1, once finished; while it is extended, that of the shorter training.
        error: why it failed or was interrupted; None where the user asked for it.
        deleted_at: when it was deleted; None unless it was.
        parent_id: the run that it started from or repeats; that one may be gone.
        series_id, number: the series that it belongs to, and its place in there from 0; None for a run of its own.
        params: what was chosen for it in its series: name of each setting and its value.
        pruned_at: when its sweep stopped it; None unless it did.
        kind: what is done in it; of a measurement, `config` says what of which network, and a step is a picture.
    """

    id: str
    name: str
    state: State
    model: str
    dataset: str
    recipe: str
    config: Mapping[str, Any]
    created_at: float
    started_at: float | None
    finished_at: float | None
    heartbeat_at: float | None
    worker: str | None
    step: int
    n_steps: int | None
    epoch: float
    epochs: float
    accuracy: float | None
    error: str | None
    deleted_at: float | None
    parent_id: str | None
    series_id: str | None
    number: int | None
    params: Mapping[str, Any] | None
    pruned_at: float | None
    kind: Kind = "training"

    @property
    def short_id(self) -> str:
        """The beginning of the id, for people."""
        return self.id[:SHORT_ID_CHARS]

    @property
    def is_imported(self) -> bool:
        """Whether its network or its curves came as a file, and it was not trained here."""
        return self.recipe == IMPORTED

    @property
    def train_config(self) -> TrainConfig:
        """The configuration, checked.

        Raises:
            ConfigError: it was written by another version, with other fields.
        """
        return TrainConfig.from_json(self.config)

    def to_json(self) -> dict[str, Any]:
        """All that concerns a reader, as JSON values, with the folder of its files."""
        values = asdict(self) | {"config": dict(self.config), "folder": str(run_dir(self.id))}
        del values["worker"]
        return values


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One point of a run's curves.

    Attributes:
        kind: "train", the mean of the steps since the point before; "epoch", a whole pass.
        step: training steps done; of a run and a kind there is one point a step.
        epoch: passes done.
        elapsed_s: seconds of training, over all resumptions.
        loss: mean cross-entropy; None where it was not a finite number.
        accuracy: on the training pictures, 0..1; NaN where curves came as a file that does not tell.
        lr, images_per_s: of the last step, and since the point before; only for "train".
        val_accuracy, test_accuracy: 0..1; only for "epoch", None where they are not read.
        grad_norms: of each layer's weight in the last step, in the order of the network, without those that were not
            finite; only for "train".
        memory_bytes: most memory that training took so far; only for "train".
    """

    kind: PointKind
    step: int
    epoch: float
    elapsed_s: float
    loss: float | None
    accuracy: float
    lr: float | None = None
    images_per_s: float | None = None
    val_accuracy: float | None = None
    test_accuracy: float | None = None
    grad_norms: Mapping[str, float] | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class MilestoneRecord:
    """A look inside a run at one of its milestones.

    Attributes:
        step, epoch: training steps and passes done.
        layers: in the order in which they are computed.
        snapshot: the weights at that step; None where they are not on this machine, or no longer.
    """

    step: int
    epoch: float
    layers: tuple[LayerStats, ...]
    snapshot: Path | None


def run_from_row(row: RowMapping) -> Run:
    """A row of the table as a record."""
    return Run(**row)


def metric_from_row(row: RowMapping) -> Metric:
    """A row of the table as a record."""
    values = {name: value for name, value in row.items() if name != "run_id"}
    return Metric(**values | ({"accuracy": math.nan} if row["accuracy"] == UNKNOWN else {}))


def metric_to_row(point: Metric) -> dict[str, Any]:
    """The inverse of `metric_from_row`, without the id of the run."""
    return asdict(point) | ({"accuracy": UNKNOWN} if math.isnan(point.accuracy) else {})


def milestone_from_row(row: RowMapping) -> MilestoneRecord:
    """A row of the table as a record."""
    path = None if row["snapshot"] is None else run_dir(row["run_id"]) / row["snapshot"]
    return MilestoneRecord(
        step=row["step"],
        epoch=row["epoch"],
        layers=tuple(_layer_from_json(values) for values in row["layers"]),
        snapshot=path if path is not None and path.is_file() else None,
    )


def layers_to_json(layers: tuple[LayerStats, ...]) -> list[dict[str, Any]]:
    """As JSON values, among which there are neither infinities nor NaN: null stands for both."""
    return [{name: finite_or_none(value) for name, value in asdict(layer).items()} for layer in layers]


def finite_or_none(value: Any) -> Any:
    """Any value but an infinity or NaN, for which None stands."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _layer_from_json(values: Mapping[str, Any]) -> LayerStats:
    measured = {name: math.nan if values[name] is None else values[name] for name in ("mean", "std")}
    return LayerStats(**{**values, **measured})
