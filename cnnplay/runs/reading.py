"""The reading side of the run store: runs, their curves and milestones, the queue, and the disk that they take."""

import re
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, func, select

from cnnplay.errors import InputError
from cnnplay.runs.database import Database
from cnnplay.runs.disk import folder_bytes
from cnnplay.runs.records import Metric, MilestoneRecord, Run, metric_from_row, milestone_from_row, run_from_row
from cnnplay.runs.schema import Kind, artefacts, jobs, metrics, milestones, runs
from cnnplay.runs.transitions import find_stale, interrupt_stale, read_run
from cnnplay.settings import run_dir

MIN_PREFIX_CHARS = 4
_LOOKS_LIKE_ID = re.compile(rf"[0-9a-f][0-9a-f-]{{{MIN_PREFIX_CHARS - 1},35}}")


class RunReader:
    """What can be read of runs; safe to share between threads.

    Whoever reads a run through it first marks those whose worker has died as interrupted.

    Args:
        database: where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, run_id: str) -> Run:
        """The run of that full id, deleted or not.

        Raises:
            InputError: there is none.
            StoreError: the store cannot be read.
        """
        self.interrupt_stale()
        with self.database.read() as connection:
            return read_run(connection, run_id)

    def find(self, prefix: str) -> Run:
        """The run whose id begins so, deleted or not.

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
        self.interrupt_stale()
        query = select(runs).where(runs.c.id.startswith(text, autoescape=True)).order_by(runs.c.created_at)
        with self.database.read() as connection:
            found = [run_from_row(row) for row in connection.execute(query).mappings()]
        if not found:
            raise InputError(f"There is no run {prefix!r}. See: python -m cnnplay runs list.")
        if len(found) > 1:
            raise InputError(f"{prefix!r} begins the ids of {len(found)} runs. Give more of it: {_ids(found)}.")
        return found[0]

    def list_runs(
        self, *, limit: int | None = None, deleted: bool = False, alone: bool = False, kind: Kind = "training"
    ) -> tuple[Run, ...]:
        """All trainings, the newest first, or all measurements.

        Args:
            limit: the most that are wanted.
            deleted: those that were deleted, instead of the others.
            alone: only those that belong to no series.
            kind: which of the two.

        Raises:
            StoreError: the store cannot be read.
        """
        self.interrupt_stale()
        shown = runs.c.deleted_at.is_not(None) if deleted else runs.c.deleted_at.is_(None)
        query = select(runs).where(shown, runs.c.kind == kind).order_by(runs.c.created_at.desc(), runs.c.id)
        if alone:
            query = query.where(runs.c.series_id.is_(None))
        with self.database.read() as connection:
            return tuple(run_from_row(row) for row in connection.execute(query.limit(limit)).mappings())

    def metrics(self, run_id: str, *, after_step: int = -1, max_points: int | None = None) -> tuple[Metric, ...]:
        """The points of a run's curves past a step, in the order of their steps.

        Args:
            run_id: UUID.
            after_step: only points of later steps.
            max_points: of each kind, at least 2; more are thinned evenly, and the first and last of each stay.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (metrics.c.run_id == run_id) & (metrics.c.step > after_step)
        query = select(metrics).where(wanted) if max_points is None else _thinned(wanted, max(2, max_points))
        columns = query.selected_columns
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(columns.step, columns.kind.desc())).mappings()
            return tuple(metric_from_row(row) for row in rows)

    def milestones(self, run_id: str) -> tuple[MilestoneRecord, ...]:
        """The looks inside a run, in the order of their steps.

        Raises:
            StoreError: the store cannot be read.
        """
        query = select(milestones).where(milestones.c.run_id == run_id).order_by(milestones.c.step)
        with self.database.read() as connection:
            return tuple(milestone_from_row(row) for row in connection.execute(query).mappings())

    def artefacts(self, run_id: str) -> dict[str, int]:
        """Names of the files that a finished run left in its folder, and their sizes in bytes.

        Raises:
            StoreError: the store cannot be read.
        """
        query = select(artefacts.c.name, artefacts.c.size_bytes).where(artefacts.c.run_id == run_id)
        with self.database.read() as connection:
            return {row.name: row.size_bytes for row in connection.execute(query.order_by(artefacts.c.name))}

    def disk_use(self) -> tuple[tuple[str, int], ...]:
        """Ids of the trainings with files on this machine, deleted ones as well, and the bytes of each, most first.

        Raises:
            StoreError: the store cannot be read.
        """
        with self.database.read() as connection:
            ids = list(connection.scalars(select(runs.c.id).where(runs.c.kind == "training")))
        used = ((run_id, folder_bytes(run_dir(run_id))) for run_id in ids)
        return tuple(sorted((each for each in used if each[1]), key=lambda each: -each[1]))

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
        self.interrupt_stale()
        held = (jobs.c.place == place) & jobs.c.claimed_at.is_not(None) & jobs.c.ended_at.is_(None)
        with self.database.read() as connection:
            return frozenset(connection.scalars(select(jobs.c.slot).where(held)))

    def close(self) -> None:
        """Gives the connections back."""
        self.database.close()

    def interrupt_stale(self) -> None:
        """Marks runs whose worker has died as interrupted.

        Raises:
            StoreError: the store cannot be used.
        """
        # It looks first: readers take no write lock as long as all hearts beat.
        with self.database.read() as connection:
            if not find_stale(connection, self.database.now(connection)):
                return
        with self.database.write(locks_queue=True) as connection:
            interrupt_stale(connection, self.database.now(connection))


def _thinned(wanted: ColumnElement[bool], max_points: int) -> Select[Any]:
    """Of n points of a kind, those at which floor(i * (max_points - 1) / (n - 1)) grows, i from 0; all where n is less.

    The database counts and chooses, so that only what is kept is read.
    """
    kind, step = metrics.c.kind, metrics.c.step
    number = func.row_number().over(partition_by=kind, order_by=step) - 1
    last = func.count().over(partition_by=kind) - 1
    keys = select(kind, step, number.label("number"), last.label("last")).where(wanted).subquery()
    n_gaps, last_gap = max_points - 1, func.nullif(keys.c.last, 0, type_=Integer)
    grows = keys.c.number * n_gaps // last_gap > (keys.c.number - 1) * n_gaps // last_gap
    is_kept = (keys.c.kind == kind) & (keys.c.step == step) & ((keys.c.number == 0) | grows)
    return select(metrics).join(keys, is_kept).where(wanted)


def looks_like_run_id(text: str) -> bool:
    """Whether a word could be a run's id or the beginning of one."""
    return _LOOKS_LIKE_ID.fullmatch(text) is not None


def _ids(found: list[Run]) -> str:
    shown = [run.id[: 2 * MIN_PREFIX_CHARS + 5] for run in found[:5]]
    return ", ".join(shown) + (", ..." if len(found) > len(shown) else "")
