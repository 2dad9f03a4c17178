"""How runs move from state to state: each move checks the old state in the very statement that writes the new one."""

from collections.abc import Sequence
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Connection, select, update

from cnnplay.errors import InputError
from cnnplay.runs.records import Run, run_from_row
from cnnplay.runs.schema import ACTIVE, TRANSITIONS, State, jobs, runs

STALE_AFTER_S = 15.0
"""A worker whose heart has not beaten for so long is taken for dead."""
DEAD_WORKER = "The worker stopped without a word; the run goes on from its last saved state."


def move(
    connection: Connection, run_id: str, target: State, *, where: ColumnElement[bool] | None = None, **values: Any
) -> bool:
    """Compare and set: moves a run if it is in a state that leads to `target`.

    Args:
        connection: in a writing transaction.
        run_id: UUID.
        target: the new state.
        where: a further condition.
        values: columns to set besides.

    Returns:
        Whether it moved.
    """
    statement = (
        update(runs).where(runs.c.id == run_id, runs.c.state.in_(_sources(target))).values(state=target, **values)
    )
    return connection.execute(statement if where is None else statement.where(where)).rowcount == 1


def move_or_refuse(connection: Connection, run_id: str, target: State, *, deed: str) -> None:
    """The same, for a user who asked for it.

    Raises:
        InputError: the run is in no state from which that is possible.
    """
    if not move(connection, run_id, target):
        refuse(connection, run_id, deed=deed, allowed=_sources(target))


def refuse(connection: Connection, run_id: str, *, deed: str, allowed: Sequence[State]) -> NoReturn:
    """Says why a run could not be moved.

    Args:
        connection: in a transaction.
        run_id: UUID.
        deed: what was asked for, as in "cannot be stopped".
        allowed: states of the runs that can be.

    Raises:
        InputError: always.
    """
    run = read_run(connection, run_id)
    if run.deleted_at is not None:
        raise InputError(
            f"Run {run.short_id} was deleted and cannot be {deed}. Bring it back first: "
            f"python -m cnnplay runs undelete {run.short_id}."
        )
    raise InputError(f"Run {run.short_id} is {run.state} and cannot be {deed}; only {', '.join(allowed)} runs can be.")


def _sources(target: State) -> list[State]:
    return [state for state, targets in TRANSITIONS.items() if target in targets]


def read_run(connection: Connection, run_id: str) -> Run:
    """The run of that full id.

    Raises:
        InputError: there is none.
    """
    row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().first()
    if row is None:
        raise InputError(f"There is no run {run_id!r}. See: python -m cnnplay runs list.")
    return run_from_row(row)


def end_job(connection: Connection, run_id: str, now: float) -> None:
    """Frees the run's place in the queue, or its slot."""
    connection.execute(update(jobs).where(jobs.c.run_id == run_id, jobs.c.ended_at.is_(None)).values(ended_at=now))


def find_stale(connection: Connection, now: float) -> list[str]:
    """Ids of the runs whose worker is taken for dead."""
    return list(connection.scalars(select(runs.c.id).where(_is_stale(now))))


def interrupt_stale(connection: Connection, now: float) -> list[str]:
    """Marks them as interrupted and frees their slots.

    Returns:
        Their ids.
    """
    stale = find_stale(connection, now)
    # The condition again: a heart may have beaten in between.
    moved = [
        run_id for run_id in stale if move(connection, run_id, "interrupted", where=_is_stale(now), error=DEAD_WORKER)
    ]
    for run_id in moved:
        end_job(connection, run_id, now)
    return moved


def _is_stale(now: float) -> ColumnElement[bool]:
    return runs.c.state.in_(ACTIVE) & (runs.c.heartbeat_at < now - STALE_AFTER_S)
