"""A series as the store knows it: runs of one configuration that belong together, and what each of them came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import RowMapping

from cnnplay.runs.records import Run
from cnnplay.runs.schema import ACTIVE
from cnnplay.runs.series_space import Space
from cnnplay.runs.transitions import DEAD_WORKER
from cnnplay.training.config import TrainConfig

SeriesKind = Literal["seeds", "sweep"]
SEEDS_BOUNDS, SWEEP_BOUNDS = (2, 20), (2, 100)
"""Fewest and most runs of each kind."""
MOST_STARTS = 3
"""A run whose worker dies without a word is taken up by itself, until it was started so often."""
DIED_TOO_OFTEN = f"The worker stopped without a word, {MOST_STARTS} times; the run goes on from its last saved state."
Outcome = Literal["running", "finished", "pruned", "failed", "stopped"]


@dataclass(frozen=True, kw_only=True)
class Series:
    """Several runs of one configuration; times are seconds since 1970.

    Attributes:
        id: UUID.
        kind: "seeds", the same with other seeds; "sweep", with other settings.
        name: chosen by the user.
        place: where the files of its runs are.
        config: what they have in common, see `train_config`.
        space: what a sweep chooses; None for seeds.
        n_runs, n_made: how many runs it is to have, and how many have been made.
        created_at, stopped_at, deleted_at: None where that has not happened.
        error: why it stopped by itself; None where the user asked for it.
    """

    id: str
    kind: SeriesKind
    name: str
    place: str
    config: Mapping[str, Any]
    space: Space | None
    n_runs: int
    n_made: int
    created_at: float
    stopped_at: float | None
    error: str | None
    deleted_at: float | None

    @property
    def train_config(self) -> TrainConfig:
        """The common configuration, checked.

        Raises:
            ConfigError: it was written by another version, with other fields.
        """
        return TrainConfig.from_json(self.config)

    @property
    def makes_more(self) -> bool:
        """Whether it is still to make runs."""
        return self.n_made < self.n_runs and self.stopped_at is None and self.deleted_at is None


@dataclass(frozen=True)
class Trial:
    """One run of a series, and how well it read the pictures kept out.

    Attributes:
        run: as the store has it.
        outcome: what it counts as: "pruned", the sweep stopped it; "stopped", somebody did.
        epochs: number of the epoch and validation accuracy (0..1) after it, in order.
    """

    run: Run
    outcome: Outcome
    epochs: tuple[tuple[int, float], ...]

    @property
    def number(self) -> int:
        """Place in the series, from 0."""
        return self.run.number or 0

    @property
    def params(self) -> dict[str, Any]:
        """What was chosen for it."""
        return dict(self.run.params or {})

    @property
    def value(self) -> float | None:
        """Validation accuracy of the network that it has come to so far, 0..1; None before its first epoch is done.

        With patience the best epoch's weights are kept, without it the last one's.
        """
        if not self.epochs:
            return None
        return max(v for _, v in self.epochs) if self.run.config.get("patience") else self.epochs[-1][1]


def is_dead(run: Run) -> bool:
    """Whether its worker ended without a word, and its series will take it up again."""
    return run.state == "interrupted" and run.error == DEAD_WORKER


def outcome_of(run: Run) -> Outcome:
    """What a run counts as in its series; one that waits counts as running, and so does one that is to be taken up."""
    match run.state:
        case "finished" | "failed":
            return run.state
        case "interrupted" if not is_dead(run):
            if run.error == DIED_TOO_OFTEN:
                return "failed"
            return "stopped" if run.pruned_at is None else "pruned"
        case _:
            return "running"


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """The finished run with the highest validation accuracy, the first of several; None as long as there is none."""
    finished = [trial for trial in trials if trial.outcome == "finished" and trial.value is not None]
    return max(finished, key=lambda trial: (trial.value or 0.0, -trial.number), default=None)


def is_under_way(series: Series, trials: Sequence[Trial]) -> bool:
    """Whether a run of it waits, trains or is to be taken up, or another is still to be made."""
    takes_up = series.stopped_at is None and any(is_dead(trial.run) for trial in trials)
    return series.makes_more or takes_up or any(trial.run.state in ("queued", *ACTIVE) for trial in trials)


def series_from_row(row: RowMapping) -> Series:
    """A row of the table as a record.

    Raises:
        ConfigError: its space was written by another version.
    """
    space = None if row["space"] is None else Space.from_json(row["space"])
    return Series(**{**row, "space": space})
