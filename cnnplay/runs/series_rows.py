"""Series and their runs as the tables have them, read and written inside somebody's transaction."""

import math
from collections import defaultdict

from sqlalchemy import Connection, select, update

from cnnplay.errors import InputError
from cnnplay.runs.queueing import check_name
from cnnplay.runs.records import Run, run_from_row
from cnnplay.runs.schema import metrics, runs, series
from cnnplay.runs.series_records import Series, Trial, outcome_of, series_from_row


def read_series(connection: Connection, series_id: str) -> Series:
    """The series of that full id.

    Raises:
        InputError: there is none.
    """
    row = connection.execute(select(series).where(series.c.id == series_id)).mappings().first()
    if row is None:
        raise InputError(f"There is no series {series_id[:40]!r}. Choose one that is listed, or start a new one.")
    return series_from_row(row)


def read_trials(connection: Connection, series_id: str) -> tuple[Trial, ...]:
    """Its runs that were not deleted by themselves, in order, with their validation accuracies."""
    mine = select(runs.c.id).where(runs.c.series_id == series_id)
    is_known = metrics.c.run_id.in_(mine) & (metrics.c.kind == "epoch") & metrics.c.val_accuracy.is_not(None)
    query = select(metrics.c.run_id, metrics.c.epoch, metrics.c.val_accuracy).where(is_known).order_by(metrics.c.step)
    epochs: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for run_id, epoch, val_accuracy in connection.execute(query):
        epochs[run_id].append((math.ceil(epoch - 1e-6), val_accuracy))
    return tuple(Trial(run, outcome_of(run), tuple(epochs[run.id])) for run in runs_of(connection, series_id))


def halt_series(connection: Connection, series_id: str, now: float, *, error: str | None = None) -> None:
    """A series makes no more runs; `error` says why, where nobody asked for it."""
    lives = (series.c.id == series_id) & series.c.stopped_at.is_(None)
    connection.execute(update(series).where(lives).values(stopped_at=now, error=error))


def run_name(name: str, what: str) -> str:
    """A run's name in a series of this name."""
    return check_name(f"{name[:150].rstrip()}, {what}")


def runs_of(connection: Connection, series_id: str) -> tuple[Run, ...]:
    """Its runs in order; not those that were deleted before their series was."""
    together = runs.c.deleted_at.is_not_distinct_from(series.c.deleted_at)
    query = select(runs).join(series, series.c.id == runs.c.series_id).where(series.c.id == series_id, together)
    return tuple(run_from_row(row) for row in connection.execute(query.order_by(runs.c.number)).mappings())
