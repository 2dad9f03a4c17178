"""What the run store hands out: frozen copies of its rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import RowMapping

from cnnplay.runs.schema import State
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig

Kind = Literal["train", "epoch"]
SHORT_ID_CHARS = 8


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training run as the store knows it; all times are seconds since 1970.

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
        accuracy: on the test set, 0..1, once finished.
        error: why it failed or was interrupted; None where the user asked for it.
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

    @property
    def short_id(self) -> str:
        """The beginning of the id, for people."""
        return self.id[:SHORT_ID_CHARS]

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
        accuracy: on the training pictures, 0..1.
        lr, images_per_s: of the last step, and since the point before; only for "train".
        val_accuracy, test_accuracy: 0..1; only for "epoch", None where they are not read.
    """

    kind: Kind
    step: int
    epoch: float
    elapsed_s: float
    loss: float | None
    accuracy: float
    lr: float | None = None
    images_per_s: float | None = None
    val_accuracy: float | None = None
    test_accuracy: float | None = None


def run_from_row(row: RowMapping) -> Run:
    """A row of the table as a record."""
    return Run(**row)


def metric_from_row(row: RowMapping) -> Metric:
    """A row of the table as a record."""
    return Metric(**{name: value for name, value in row.items() if name != "run_id"})
