"""Series of runs in the store: made, read, stopped as a whole, and deleted with all that belongs to them."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from cnnplay.errors import ConfigError, InputError
from cnnplay.runs.place import this_place
from cnnplay.runs.queueing import check_name, enqueue, insert_run, unqueue
from cnnplay.runs.schema import ACTIVE, ENDED, RESUMABLE, State, metrics, runs, series
from cnnplay.runs.series_records import SEEDS_BOUNDS, SWEEP_BOUNDS, Series, SeriesKind, Trial, series_from_row
from cnnplay.runs.series_rows import halt_series, read_series, read_trials, run_name, runs_of
from cnnplay.runs.series_space import Space, apply
from cnnplay.runs.store import RunStore
from cnnplay.runs.transitions import move
from cnnplay.training.config import BOUNDS, TrainConfig

VALIDATION_SHARE = 0.1
"""Of the training pictures, kept out for a sweep to choose by."""


class SeriesStore:
    """The series of a run store; safe to share between threads.

    Args:
        store: holds their runs.
    """

    def __init__(self, store: RunStore) -> None:
        self._store, self._database = store, store.database

    def create_seeds(self, config: TrainConfig, n_runs: int, *, name: str, parent_id: str | None = None) -> Series:
        """The same configuration with the seeds from its own on, all at the end of the queue.

        Args:
            config: of the first run.
            n_runs: within `SEEDS_BOUNDS`.
            name: for people.
            parent_id: the run that they start from or repeat.

        Raises:
            ConfigError: too few or too many runs, or a seed that is too high.
            InputError: the name is empty or too long.
            StoreError: the store cannot be written.
        """
        _check_number(n_runs, SEEDS_BOUNDS, of="A series of seeds")
        if config.seed + n_runs - 1 > BOUNDS["seed"][1]:
            raise ConfigError(f"seed is {config.seed}, and {n_runs} seeds from there go too far. Take a lower one.")
        label = check_name(name, of="series")
        with self._database.write(locks_queue=True) as connection:
            series_id = self._insert(connection, "seeds", config, None, n_runs, n_made=n_runs, name=label)
            for number in range(n_runs):
                each = replace(config, seed=config.seed + number)
                own = {"series_id": series_id, "number": number, "params": {"seed": each.seed}, "parent_id": parent_id}
                now, named = self._database.now(connection), run_name(label, f"seed {each.seed}")
                insert_run(connection, each, now=now, place=this_place(), name=named, **own)
            return read_series(connection, series_id)

    def create_sweep(self, config: TrainConfig, space: Space, n_runs: int, *, name: str) -> Series:
        """A sweep without a run; `advance` makes one after the other.

        Args:
            config: what its runs have in common, with pictures kept out to choose by, see `with_validation`.
            space: what it chooses.
            n_runs: within `SWEEP_BOUNDS`.
            name: for people.

        Raises:
            ConfigError: too few or too many runs, no pictures kept out, or a space that does not fit.
            InputError: the name is empty or too long.
            StoreError: the store cannot be written.
        """
        _check_number(n_runs, SWEEP_BOUNDS, of="A sweep")
        if not config.val_size:
            raise ConfigError("A sweep chooses by pictures kept out of training, and val_size is 0. Keep some out.")
        apply(config, space.start(config))
        label = check_name(name, of="series")
        with self._database.write() as connection:
            return read_series(connection, self._insert(connection, "sweep", config, space, n_runs, name=label))

    def get(self, series_id: str) -> Series:
        """The series of that full id, deleted or not.

        Raises:
            InputError: there is none.
            StoreError: the store cannot be read.
        """
        with self._database.read() as connection:
            return read_series(connection, series_id)

    def list_series(self, *, limit: int | None = None) -> tuple[Series, ...]:
        """All that were not deleted, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        query = select(series).where(series.c.deleted_at.is_(None)).order_by(series.c.created_at.desc(), series.c.id)
        with self._database.read() as connection:
            return tuple(series_from_row(row) for row in connection.execute(query.limit(limit)).mappings())

    def count_states(self, series_ids: Sequence[str]) -> dict[str, Counter[State]]:
        """How many runs of each series are in each state, without those that were deleted.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = runs.c.series_id.in_(series_ids) & runs.c.deleted_at.is_(None)
        query = select(runs.c.series_id, runs.c.state, func.count()).where(wanted)
        found: dict[str, Counter[State]] = {series_id: Counter() for series_id in series_ids}
        with self._database.read() as connection:
            for series_id, state, n in connection.execute(query.group_by(runs.c.series_id, runs.c.state)):
                found[series_id][state] = n
        return found

    def trials(self, series_id: str) -> tuple[Trial, ...]:
        """Its runs that were not deleted by themselves, in order, with their validation accuracies.

        Raises:
            StoreError: the store cannot be read.
        """
        self._store.interrupt_stale()
        with self._database.read() as connection:
            return read_trials(connection, series_id)

    def training_curves(self, series_id: str) -> dict[str, list[tuple[float, float]]]:
        """Epoch and training accuracy (0..1) after each epoch, by the run's id.

        Raises:
            StoreError: the store cannot be read.
        """
        is_mine = (runs.c.series_id == series_id) & (metrics.c.kind == "epoch")
        query = select(metrics.c.run_id, metrics.c.epoch, metrics.c.accuracy).join(runs, runs.c.id == metrics.c.run_id)
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        with self._database.read() as connection:
            for run_id, epoch, value in connection.execute(
                query.where(is_mine).order_by(runs.c.number, metrics.c.step)
            ):
                found[run_id].append((round(epoch, 3), value))
        return dict(found)

    def stop(self, series_id: str) -> Series:
        """No further runs; those that wait are taken out of the queue, those that train save their state and end.

        Raises:
            InputError: there is no such series.
            StoreError: the store cannot be written.
        """
        with self._database.write(locks_queue=True) as connection:
            halt_series(connection, series_id, self._database.now(connection))
            for run in runs_of(connection, series_id):
                if not unqueue(connection, run.id, self._database.now(connection)):
                    move(connection, run.id, "stopping")
            return read_series(connection, series_id)

    def go_on(self, series_id: str) -> Series:
        """Takes up a series that was stopped: what was interrupted or failed waits again, but for what it pruned.

        Raises:
            InputError: there is no such series, or it was deleted.
            StoreError: the store cannot be written.
        """
        with self._database.write(locks_queue=True) as connection:
            found = read_series(connection, series_id)
            if found.deleted_at is not None:
                raise InputError(f"The series {found.name!r} was deleted. Bring it back first.")
            mine = series.c.id == series_id
            connection.execute(update(series).where(mine).values(stopped_at=None, error=None))
            can = runs.c.state.in_(RESUMABLE) & runs.c.pruned_at.is_(None) & runs.c.deleted_at.is_(None)
            for run in runs_of(connection, series_id):
                if move(connection, run.id, "queued", where=can, worker=None, error=None, finished_at=None):
                    enqueue(connection, run.id, found.place, self._database.now(connection))
            return read_series(connection, series_id)

    def rename(self, series_id: str, name: str) -> Series:
        """Gives a series another name; its runs keep theirs.

        Raises:
            InputError: there is no such series, or the name is empty or too long.
            StoreError: the store cannot be written.
        """
        label = check_name(name, of="series")
        with self._database.write() as connection:
            connection.execute(update(series).where(series.c.id == series_id).values(name=label))
            return read_series(connection, series_id)

    def delete(self, series_id: str) -> Series:
        """Takes a series and all its runs out of the lists; `undelete` brings them back until they are purged.

        Raises:
            InputError: there is no such series, or a worker holds a run of it.
            StoreError: the store cannot be written.
        """
        self._store.interrupt_stale()
        with self._database.write(locks_queue=True) as connection:
            now, found = self._database.now(connection), read_series(connection, series_id)
            mine = runs_of(connection, series_id)
            if any(run.state in ACTIVE for run in mine):
                raise InputError(f"A run of {found.name!r} still trains. Stop the series first.")
            for run in mine:
                unqueue(connection, run.id, now)
            gone = (runs.c.series_id == series_id) & runs.c.state.in_(ENDED) & runs.c.deleted_at.is_(None)
            connection.execute(update(runs).where(gone).values(deleted_at=now))
            connection.execute(update(series).where(series.c.id == series_id).values(deleted_at=now))
            return read_series(connection, series_id)

    def undelete(self, series_id: str) -> Series:
        """Brings a deleted series back with the runs that it had then; one that was under way stands still.

        Raises:
            InputError: there is no such series, or it has been purged.
            StoreError: the store cannot be written.
        """
        with self._database.write(locks_queue=True) as connection:
            found = read_series(connection, series_id)
            together = (runs.c.series_id == series_id) & (runs.c.deleted_at == found.deleted_at)
            connection.execute(update(runs).where(together).values(deleted_at=None))
            stopped_at = found.stopped_at or (found.deleted_at if found.n_made < found.n_runs else None)
            values = {"deleted_at": None, "stopped_at": stopped_at}
            connection.execute(update(series).where(series.c.id == series_id).values(values))
            return read_series(connection, series_id)

    def _insert(
        self,
        connection: Connection,
        kind: SeriesKind,
        config: TrainConfig,
        space: Space | None,
        n_runs: int,
        *,
        name: str,
        n_made: int = 0,
    ) -> str:
        series_id = str(uuid.uuid4())
        values: dict[str, Any] = {
            "id": series_id,
            "kind": kind,
            "name": name,
            "place": this_place(),
            "config": config.to_json(),
            "space": space.to_json() if space else None,
            "n_runs": n_runs,
            "n_made": n_made,
            "created_at": self._database.now(connection),
        }
        connection.execute(insert(series).values(values))
        return series_id


def with_validation(config: TrainConfig, n_train: int) -> TrainConfig:
    """The configuration as a sweep needs it: pictures kept out to choose by, and no look at the test set on the way.

    Args:
        config: of the form.
        n_train: training pictures of its data set.
    """
    val_size = config.val_size or max(1, round(n_train * VALIDATION_SHARE))
    return replace(config, val_size=val_size, test_every_epoch=False)


def _check_number(n_runs: int, bounds: tuple[int, int], *, of: str) -> None:
    low, high = bounds
    if not low <= n_runs <= high:
        raise ConfigError(f"{of} has {low} to {high} runs, not {n_runs}.")
