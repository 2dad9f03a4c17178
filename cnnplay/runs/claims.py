"""What workers read and write: the claim of a run, its heartbeat, its curves and its end.

A claim hands out a token. Everything that a worker writes is conditional on its token: one that was taken for dead,
but only slept, finds its run out of its hands and can change nothing any more.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from cnnplay.errors import CnnplayError
from cnnplay.runs.database import Database
from cnnplay.runs.records import Metric, Run, finite_or_none, layers_to_json
from cnnplay.runs.schema import ACTIVE, State, artefacts, jobs, metrics, milestones, runs
from cnnplay.runs.transitions import end_job, interrupt_stale, move, read_run
from cnnplay.training.events import Milestone
from cnnplay.training.recipes import TAUGHT

Outcome = Literal["finished", "failed", "interrupted"]


class LostRunError(CnnplayError):
    """This worker's run was resumed by another, or ended without it."""


@dataclass(frozen=True)
class Claim:
    """A run that is one worker's own: the token that shows it, and the slot that it may use."""

    run_id: str
    worker: str
    slot: int


def claim_next(database: Database, *, place: str, n_slots: int, run_id: str | None = None) -> Claim | None:
    """Takes the run that has waited longest, if a slot is free; no other process can take the same run or slot.

    Teaching takes seconds, and somebody waits for it: where all slots are taken, one more is there for such runs alone.

    Args:
        database: of the store.
        place: only runs whose files are there.
        n_slots: how many runs may be worked on at a time, but for that one.
        run_id: only this one.

    Returns:
        The claim, or None where nothing waits or no slot is free.

    Raises:
        StoreError: the store cannot be written.
    """
    with database.write(locks_queue=True) as connection:
        now = database.now(connection)
        interrupt_stale(connection, now)
        is_open = (jobs.c.place == place) & jobs.c.ended_at.is_(None)
        used = set(connection.scalars(select(jobs.c.slot).where(is_open, jobs.c.claimed_at.is_not(None))))
        free = [slot for slot in range(n_slots) if slot not in used]
        waiting = select(jobs.c.id, jobs.c.run_id).where(is_open, jobs.c.claimed_at.is_(None)).order_by(jobs.c.id)
        if not free and n_slots not in used:
            free = [n_slots]
            waiting = waiting.join(runs, runs.c.id == jobs.c.run_id).where(runs.c.recipe == TAUGHT)
        if run_id is not None:
            waiting = waiting.where(jobs.c.run_id == run_id)
        job = connection.execute(waiting.limit(1)).first()
        if job is None or not free:
            return None
        claim = Claim(job.run_id, str(uuid.uuid4()), free[0])
        connection.execute(update(jobs).where(jobs.c.id == job.id).values(claimed_at=now, slot=claim.slot))
        waits = runs.c.state == "queued"
        moved = move(connection, job.run_id, "running", where=waits, worker=claim.worker, heartbeat_at=now, error=None)
        assert moved, "a waiting job belongs to a queued run: both are written in one transaction"
        return claim


class ClaimedRun:
    """One worker's hold on its run.

    Every method raises StoreError where the store cannot be used, and all but `state` LostRunError where the run is no
    longer this worker's own.
    """

    def __init__(self, database: Database, claim: Claim) -> None:
        self.claim = claim
        self._database = database

    def state(self) -> State | None:
        """Where the run stands, as others may have changed it; None when it is no longer this worker's."""
        query = select(runs.c.state).where(runs.c.id == self.claim.run_id, runs.c.worker == self.claim.worker)
        with self._database.read() as connection:
            state: State | None = connection.scalar(query)
            return state

    def beat(self) -> None:
        """Shows that the worker lives."""
        with self._database.write() as connection:
            self._write(connection, {"heartbeat_at": self._database.now(connection)})

    def attach(self, *, step: int, n_steps: int) -> Run:
        """The training begins or goes on: what lies past the step is removed, for it is about to be made again."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            run = read_run(connection, self.claim.run_id)
            epoch = run.epochs * step / n_steps
            started_at = run.started_at if run.started_at is not None else now
            self._write(
                connection,
                {"step": step, "n_steps": n_steps, "epoch": epoch, "started_at": started_at, "heartbeat_at": now},
            )
            for table in (metrics, milestones):
                past = (table.c.run_id == self.claim.run_id) & (table.c.step > step)
                connection.execute(delete(table).where(past))
            return read_run(connection, self.claim.run_id)

    def move_on(self, *, step: int, n_steps: int) -> None:
        """So much of a measurement is done; a heartbeat as well."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            started_at = read_run(connection, self.claim.run_id).started_at
            progress = {"step": step, "n_steps": n_steps, "epoch": step / n_steps if n_steps else 1.0}
            times = {"started_at": now if started_at is None else started_at, "heartbeat_at": now}
            self._write(connection, {**progress, **times})

    def add_metrics(self, points: Sequence[Metric]) -> None:
        """Appends points of the curves and moves the progress, in one transaction; a heartbeat as well."""
        if not points:
            return
        rows = [{"run_id": self.claim.run_id, **_finite(point)} for point in points]
        with self._database.write() as connection:
            last, now = points[-1], self._database.now(connection)
            self._write(connection, {"step": last.step, "epoch": last.epoch, "heartbeat_at": now})
            connection.execute(insert(metrics), rows)

    def add_milestones(self, reached: Mapping[Milestone, str | None]) -> None:
        """Keeps looks inside; one at the step of another, from before the run was resumed, takes its place.

        Args:
            reached: with the name of each one's snapshot in the folder of the run, or None.
        """
        if not reached:
            return
        run_id = self.claim.run_id
        rows = [
            {
                "run_id": run_id,
                "step": milestone.step,
                "epoch": milestone.epoch,
                "layers": layers_to_json(milestone.layers),
                "snapshot": snapshot,
            }
            for milestone, snapshot in reached.items()
        ]
        with self._database.write() as connection:
            self._write(connection, {"heartbeat_at": self._database.now(connection)})
            steps = milestones.c.step.in_([milestone.step for milestone in reached])
            connection.execute(delete(milestones).where(milestones.c.run_id == run_id, steps))
            connection.execute(insert(milestones), rows)

    def end(
        self,
        outcome: Outcome,
        *,
        error: str | None = None,
        accuracy: float | None = None,
        files: Mapping[str, int] | None = None,
        pruned: bool = False,
    ) -> None:
        """The work is over: the slot is free.

        Args:
            outcome: the last state.
            error: why it failed or was interrupted.
            accuracy: on the test set, 0..1, of a finished run. What an earlier training left stays known without.
            files: names and sizes in bytes of what a finished run leaves in its folder.
            pruned: whether it was its sweep that interrupted it.

        Raises:
            LostRunError: the run is no longer this worker's own, or has ended already.
        """
        run_id = self.claim.run_id
        result: dict[str, Any] = {"accuracy": accuracy} if outcome == "finished" else {}
        with self._database.write(locks_queue=True) as connection:
            now = self._database.now(connection)
            if pruned:
                result["pruned_at"] = now
            mine = runs.c.worker == self.claim.worker
            if not move(connection, run_id, outcome, where=mine, finished_at=now, error=error, **result):
                raise LostRunError(f"Run {run_id} is no longer this worker's.")
            end_job(connection, run_id, now)
            if outcome == "finished":
                connection.execute(delete(artefacts).where(artefacts.c.run_id == run_id))
                rows = _artefact_rows(run_id, files or {}, now)
                if rows:
                    connection.execute(insert(artefacts), rows)

    def _write(self, connection: Connection, values: Mapping[str, float | int]) -> None:
        # A worker that was taken for dead may still hand in what it has, as long as nobody resumed its run.
        states = runs.c.state.in_((*ACTIVE, "interrupted"))
        mine = (runs.c.id == self.claim.run_id) & (runs.c.worker == self.claim.worker) & states
        if connection.execute(update(runs).where(mine).values(**values)).rowcount != 1:
            raise LostRunError(f"Run {self.claim.run_id} is no longer this worker's.")


def _artefact_rows(run_id: str, files: Mapping[str, int], now: float) -> list[dict[str, str | float]]:
    return [{"run_id": run_id, "name": name, "size_bytes": size, "created_at": now} for name, size in files.items()]


def _finite(point: Metric) -> dict[str, Any]:
    """A row without infinities and NaN, which neither every database nor JSON has."""
    norms = point.grad_norms
    if norms is not None:
        norms = {name: norm for name, norm in norms.items() if finite_or_none(norm) is not None}
    return {**asdict(point), "loss": finite_or_none(point.loss), "grad_norms": norms}


def read_claim(database: Database, run_id: str, worker: str) -> Claim | None:
    """The claim of that token, or None where it holds no longer.

    Raises:
        StoreError: the store cannot be read.
    """
    query = (
        select(jobs.c.slot)
        .join(runs, runs.c.id == jobs.c.run_id)
        .where(jobs.c.run_id == run_id, jobs.c.ended_at.is_(None), runs.c.worker == worker, runs.c.state.in_(ACTIVE))
    )
    with database.read() as connection:
        slot = connection.scalar(query)
    return None if slot is None else Claim(run_id, worker, slot)
