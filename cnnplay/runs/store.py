"""The run store: every training run with its state, its queue and its curves, in one database.

Here is the side of those who ask: pages and commands. What a worker writes is in `claims`.
"""

import re
import uuid
from functools import cache

from sqlalchemy import Connection, func, insert, select, update

from cnnplay.errors import InputError
from cnnplay.runs.database import Database
from cnnplay.runs.records import Metric, Run, metric_from_row, run_from_row
from cnnplay.runs.schema import ACTIVE, RESUMABLE, artefacts, jobs, metrics, runs
from cnnplay.runs.transitions import end_job, find_stale, interrupt_stale, move, move_or_refuse, read_run
from cnnplay.settings import database_url
from cnnplay.training.config import TrainConfig

MAX_NAME_CHARS = 200
MIN_PREFIX_CHARS = 4
_LOOKS_LIKE_ID = re.compile(rf"[0-9a-f][0-9a-f-]{{{MIN_PREFIX_CHARS - 1},35}}")


class RunStore:
    """Runs, their queue and their curves; safe to share between threads.

    Whoever reads a run through it first marks those whose worker has died as interrupted.

    Args:
        database: where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(self, config: TrainConfig, *, place: str, name: str | None = None) -> Run:
        """A new run at the end of the queue.

        Args:
            config: what to train.
            place: where its files will be, see `executor.this_place`.
            name: for people; by default from the configuration.

        Raises:
            InputError: the name is empty or too long.
            StoreError: the store cannot be written.
        """
        label = _check_name(name if name is not None else f"{config.model} {config.recipe}, seed {config.seed}")
        run_id = str(uuid.uuid4())
        with self.database.write(locks_queue=True) as connection:
            values = {
                "id": run_id,
                "name": label,
                "state": "queued",
                "model": config.model,
                "dataset": config.dataset,
                "recipe": config.recipe,
                "config": config.to_json(),
                "created_at": self.database.now(connection),
                "step": 0,
                "epoch": 0.0,
                "epochs": config.epochs,
            }
            connection.execute(insert(runs).values(values))
            self._enqueue(connection, run_id, place)
            return read_run(connection, run_id)

    def get(self, run_id: str) -> Run:
        """The run of that full id.

        Raises:
            InputError: there is none.
            StoreError: the store cannot be read.
        """
        self._interrupt_stale()
        with self.database.read() as connection:
            return read_run(connection, run_id)

    def find(self, prefix: str) -> Run:
        """The run whose id begins so.

        Args:
            prefix: the whole id, or at least four characters of its beginning.

        Raises:
            InputError: no run's id begins so, or that of several.
            StoreError: the store cannot be read.
        """
        text = prefix.strip().lower()
        if not looks_like_run_id(text):
            raise InputError(
                f"{prefix!r} is no run's id. Give at least its first {MIN_PREFIX_CHARS} characters; "
                "see: python -m cnnplay runs list."
            )
        self._interrupt_stale()
        query = select(runs).where(runs.c.id.startswith(text, autoescape=True)).order_by(runs.c.created_at)
        with self.database.read() as connection:
            found = [run_from_row(row) for row in connection.execute(query).mappings()]
        if not found:
            raise InputError(f"There is no run {prefix!r}. See: python -m cnnplay runs list.")
        if len(found) > 1:
            raise InputError(f"{prefix!r} begins the ids of {len(found)} runs. Give more of it: {_ids(found)}.")
        return found[0]

    def list_runs(self, *, limit: int | None = None) -> tuple[Run, ...]:
        """All runs, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        self._interrupt_stale()
        query = select(runs).order_by(runs.c.created_at.desc(), runs.c.id).limit(limit)
        with self.database.read() as connection:
            return tuple(run_from_row(row) for row in connection.execute(query).mappings())

    def metrics(self, run_id: str, *, after_step: int = -1) -> tuple[Metric, ...]:
        """The points of a run's curves past a step, in the order of their steps.

        Raises:
            StoreError: the store cannot be read.
        """
        query = select(metrics).where(metrics.c.run_id == run_id, metrics.c.step > after_step)
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(metrics.c.step, metrics.c.kind.desc())).mappings()
            return tuple(metric_from_row(row) for row in rows)

    def artefacts(self, run_id: str) -> dict[str, int]:
        """Names of the files that a finished run left in its folder, and their sizes in bytes.

        Raises:
            StoreError: the store cannot be read.
        """
        query = select(artefacts.c.name, artefacts.c.size_bytes).where(artefacts.c.run_id == run_id)
        with self.database.read() as connection:
            return {row.name: row.size_bytes for row in connection.execute(query.order_by(artefacts.c.name))}

    def count_waiting(self, place: str) -> int:
        """How many runs wait for a slot.

        Raises:
            StoreError: the store cannot be read.
        """
        waiting = (jobs.c.place == place) & jobs.c.claimed_at.is_(None) & jobs.c.ended_at.is_(None)
        with self.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(jobs).where(waiting)) or 0

    def used_slots(self, place: str) -> frozenset[int]:
        """Slots that a worker holds.

        Raises:
            StoreError: the store cannot be read.
        """
        self._interrupt_stale()
        held = (jobs.c.place == place) & jobs.c.claimed_at.is_not(None) & jobs.c.ended_at.is_(None)
        with self.database.read() as connection:
            return frozenset(connection.scalars(select(jobs.c.slot).where(held)))

    def pause(self, run_id: str) -> Run:
        """Asks a running run to wait; its worker keeps its slot and saves its state.

        Raises:
            InputError: it does not run.
            StoreError: the store cannot be written.
        """
        with self.database.write() as connection:
            move_or_refuse(connection, run_id, "paused", deed="paused")
            return read_run(connection, run_id)

    def stop(self, run_id: str) -> Run:
        """Takes a run out of the queue, or asks its worker to save its state and end; it can be resumed.

        Raises:
            InputError: it neither waits nor runs.
            StoreError: the store cannot be written.
        """
        self._interrupt_stale()
        with self.database.write(locks_queue=True) as connection:
            waits = runs.c.state == "queued"
            if move(connection, run_id, "interrupted", where=waits, error=None):
                end_job(connection, run_id, self.database.now(connection))
            elif read_run(connection, run_id).state != "stopping" and not move(connection, run_id, "stopping"):
                run = read_run(connection, run_id)
                raise InputError(
                    f"Run {run.short_id} is {run.state} and cannot be stopped; "
                    f"only queued, {', '.join(ACTIVE)} runs can be."
                )
            return read_run(connection, run_id)

    def resume(self, run_id: str, *, place: str) -> Run:
        """Lets a paused run go on, and puts one that was interrupted or failed into the queue again.

        Raises:
            InputError: it is in another state.
            StoreError: the store cannot be written.
        """
        self._interrupt_stale()
        with self.database.write(locks_queue=True) as connection:
            if move(connection, run_id, "running", where=runs.c.state == "paused"):
                return read_run(connection, run_id)
            # Without a token, a worker that was only thought dead can write no more.
            if not move(connection, run_id, "queued", worker=None, error=None, finished_at=None):
                run = read_run(connection, run_id)
                raise InputError(
                    f"Run {run.short_id} is {run.state} and cannot be resumed; "
                    f"only paused, {', '.join(RESUMABLE)} runs can be."
                )
            self._enqueue(connection, run_id, place)
            return read_run(connection, run_id)

    def rename(self, run_id: str, name: str) -> Run:
        """Gives a run another name.

        Raises:
            InputError: there is no such run, or the name is empty or too long.
            StoreError: the store cannot be written.
        """
        label = _check_name(name)
        with self.database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(name=label))
            return read_run(connection, run_id)

    def close(self) -> None:
        """Gives the connections back."""
        self.database.close()

    def _enqueue(self, connection: Connection, run_id: str, place: str) -> None:
        now = self.database.now(connection)
        connection.execute(insert(jobs).values(run_id=run_id, place=place, queued_at=now))

    def _interrupt_stale(self) -> None:
        """Looks first: readers take no write lock as long as all hearts beat."""
        with self.database.read() as connection:
            if not find_stale(connection, self.database.now(connection)):
                return
        with self.database.write(locks_queue=True) as connection:
            interrupt_stale(connection, self.database.now(connection))


def looks_like_run_id(text: str) -> bool:
    """Whether a word could be a run's id or the beginning of one."""
    return _LOOKS_LIKE_ID.fullmatch(text) is not None


def _check_name(name: str) -> str:
    label = " ".join(name.split())
    if not 1 <= len(label) <= MAX_NAME_CHARS:
        raise InputError(f"A run's name has 1 to {MAX_NAME_CHARS} characters, not {len(label)}.")
    return label


def _ids(found: list[Run]) -> str:
    shown = [run.id[: 2 * MIN_PREFIX_CHARS + 5] for run in found[:5]]
    return ", ".join(shown) + (", ..." if len(found) > len(shown) else "")


def open_store() -> RunStore:
    """The store of `CNNPLAY_DATABASE_URL`, by default in `CNNPLAY_HOME`; one for all who ask in this process.

    Raises:
        ConfigError: the address is none.
    """
    return _open(database_url())


@cache
def _open(url: str) -> RunStore:
    return RunStore(Database(url))
