"""The run store: every training run with its state, its queue and its curves, in one database.

Here is the side of those who ask for something: pages and commands. What a worker writes is in `claims`.
"""

import shutil
from dataclasses import replace
from functools import cache

from sqlalchemy import ColumnElement, delete, func, select, update

from cnnplay.errors import InputError, StoreError
from cnnplay.runs.database import Database
from cnnplay.runs.place import this_place
from cnnplay.runs.queueing import check_name, enqueue, insert_run, unqueue
from cnnplay.runs.reading import RunReader
from cnnplay.runs.records import Run
from cnnplay.runs.schema import ACTIVE, ENDED, RESUMABLE, jobs, runs, series
from cnnplay.runs.transitions import move, move_or_refuse, read_run, refuse
from cnnplay.settings import database_url, run_dir
from cnnplay.training.config import TrainConfig

KEEP_DELETED_S = 24 * 3600.0
"""For so long a deletion can be taken back."""


class RunStore(RunReader):
    """Runs, their queue and their curves; safe to share between threads."""

    def create(self, config: TrainConfig, *, place: str, name: str | None = None, parent_id: str | None = None) -> Run:
        """A new run at the end of the queue.

        Args:
            config: what to train.
            place: where its files will be, see `this_place`.
            name: for people; by default from the configuration.
            parent_id: the run that it starts from or repeats.

        Raises:
            InputError: the name is empty or too long.
            StoreError: the store cannot be written.
        """
        label = check_name(name if name is not None else f"{config.model} {config.recipe}, seed {config.seed}")
        with self.database.write(locks_queue=True) as connection:
            now = self.database.now(connection)
            run_id = insert_run(connection, config, now=now, place=place, name=label, parent_id=parent_id)
            return read_run(connection, run_id)

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
        self.interrupt_stale()
        with self.database.write(locks_queue=True) as connection:
            is_told = unqueue(connection, run_id, self.database.now(connection)) or move(connection, run_id, "stopping")
            if not is_told and read_run(connection, run_id).state != "stopping":
                refuse(connection, run_id, deed="stopped", allowed=("queued", *ACTIVE))
            return read_run(connection, run_id)

    def resume(self, run_id: str, *, place: str) -> Run:
        """Lets a paused run go on, and puts one that was interrupted or failed into the queue again.

        Raises:
            InputError: it is in another state, or deleted.
            StoreError: the store cannot be written.
        """
        self.interrupt_stale()
        with self.database.write(locks_queue=True) as connection:
            if move(connection, run_id, "running", where=runs.c.state == "paused"):
                return read_run(connection, run_id)
            can = runs.c.state.in_(RESUMABLE) & runs.c.deleted_at.is_(None)
            # Without a token, a worker that was only thought dead can write no more.
            if not move(connection, run_id, "queued", where=can, worker=None, error=None, finished_at=None):
                refuse(connection, run_id, deed="resumed", allowed=("paused", *RESUMABLE))
            enqueue(connection, run_id, place, self.database.now(connection))
            return read_run(connection, run_id)

    def extend(self, run_id: str, epochs: float) -> Run:
        """Puts a run that has ended into the queue again, to go on from its last state to more epochs.

        The learning rate follows the schedule of the longer run from there. Until that has finished, the result of the
        shorter one stays. It waits where its files are.

        Args:
            run_id: UUID.
            epochs: in all.

        Raises:
            InputError: it has not ended, was deleted or imported, or has as many epochs already.
            ConfigError: a number of epochs that no run can have.
            StoreError: the store cannot be written.
        """
        self.interrupt_stale()
        with self.database.write(locks_queue=True) as connection:
            run = read_run(connection, run_id)
            if epochs <= run.epochs:
                raise InputError(f"Run {run.short_id} has {run.epochs:g} epochs. Give more than that, not {epochs:g}.")
            if run.kind == "measurement":
                raise InputError(f"Run {run.short_id} is a measurement, and no training that could go on. Choose one.")
            if run.is_imported:
                raise InputError(f"Run {run.short_id} was imported and cannot go on. Start a new one from its weights.")
            longer = replace(run.train_config, epochs=epochs).to_json()
            can = runs.c.state.in_(ENDED) & runs.c.deleted_at.is_(None)
            again = {"worker": None, "error": None, "finished_at": None, "n_steps": None}
            if not move(connection, run_id, "queued", where=can, config=longer, epochs=epochs, **again):
                refuse(connection, run_id, deed="extended", allowed=ENDED)
            place = connection.scalar(select(jobs.c.place).where(jobs.c.run_id == run_id).order_by(jobs.c.id.desc()))
            enqueue(connection, run_id, place or this_place(), self.database.now(connection))
            return read_run(connection, run_id)

    def rename(self, run_id: str, name: str) -> Run:
        """Gives a run another name.

        Raises:
            InputError: there is no such run, or the name is empty or too long.
            StoreError: the store cannot be written.
        """
        return self._set(run_id, name=check_name(name))

    def delete(self, run_id: str) -> Run:
        """Takes a run out of the list, and out of the queue; `undelete` brings it back until it is purged.

        Raises:
            InputError: there is no such run, or a worker holds it.
            StoreError: the store cannot be written.
        """
        self.interrupt_stale()
        with self.database.write(locks_queue=True) as connection:
            unqueue(connection, run_id, self.database.now(connection))
            ended = (runs.c.id == run_id) & runs.c.state.in_(ENDED)
            deleted_at = func.coalesce(runs.c.deleted_at, self.database.now(connection))
            if connection.execute(update(runs).where(ended).values(deleted_at=deleted_at)).rowcount != 1:
                refuse(connection, run_id, deed="deleted", allowed=("queued", *ENDED))
            return read_run(connection, run_id)

    def undelete(self, run_id: str) -> Run:
        """Brings a deleted run back; one that waited when it was deleted can be resumed.

        Raises:
            InputError: there is no such run, or it has been purged.
            StoreError: the store cannot be written.
        """
        return self._set(run_id, deleted_at=None)

    def purge_deleted(self, older_than_s: float = KEEP_DELETED_S) -> tuple[str, ...]:
        """Removes deleted runs for good, with all that is known of them and their files, where those are here.

        So are measurements that are finished: their figures are kept elsewhere, by the weights that they are of.

        Args:
            older_than_s: only those that were deleted, or finished, at least so many seconds ago.

        Returns:
            Their ids.

        Raises:
            StoreError: the store cannot be written, or a folder not be removed.
        """
        place = select(jobs.c.place).where(jobs.c.run_id == runs.c.id).order_by(jobs.c.id.desc()).limit(1)
        with self.database.read() as connection:
            before = self.database.now(connection) - older_than_s
            is_due = (runs.c.deleted_at <= before) | (_is_measured() & (runs.c.finished_at <= before))
            due = connection.execute(select(runs.c.id, place.scalar_subquery().label("place")).where(is_due)).all()
        # A run that was never queued is where its folder is.
        here = [row.id for row in due if row.place == this_place() or (row.place is None and run_dir(row.id).exists())]
        gone = tuple(run_id for run_id in here if self._purge(run_id))
        self._purge_series(older_than_s)
        return gone

    def _purge_series(self, older_than_s: float) -> None:
        """Those of which no run is left."""
        with self.database.write() as connection:
            is_due = series.c.deleted_at <= self.database.now(connection) - older_than_s
            is_empty = ~select(runs.c.id).where(runs.c.series_id == series.c.id).exists()
            connection.execute(delete(series).where(is_due, is_empty))

    def _purge(self, run_id: str) -> bool:
        """The row goes only where the folder goes as well; one that was brought back in between stays."""
        folder = run_dir(run_id)
        with self.database.write() as connection:
            may_go = runs.c.deleted_at.is_not(None) | _is_measured()
            gone = connection.execute(delete(runs).where(runs.c.id == run_id, may_go))
            try:
                if gone.rowcount and folder.exists():
                    shutil.rmtree(folder)
            except OSError as error:
                raise StoreError(f"{folder} cannot be removed ({error.strerror or error}). Remove it.") from error
            return gone.rowcount == 1

    def _set(self, run_id: str, **values: str | None) -> Run:
        with self.database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
            return read_run(connection, run_id)


def _is_measured() -> ColumnElement[bool]:
    return (runs.c.kind == "measurement") & (runs.c.state == "finished")


def open_store() -> RunStore:
    """The store of `CNNPLAY_DATABASE_URL`, by default in `CNNPLAY_HOME`; one for all who ask in this process.

    Raises:
        ConfigError: the address is none.
    """
    return _open(database_url())


@cache
def _open(url: str) -> RunStore:
    return RunStore(Database(url))
