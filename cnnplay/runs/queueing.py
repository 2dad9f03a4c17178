"""How runs come into the store and its queue, and out of the queue again; all inside somebody's transaction."""

import uuid
from typing import Any, Protocol

from sqlalchemy import Connection, insert

from cnnplay.errors import InputError
from cnnplay.runs.schema import jobs, runs
from cnnplay.runs.transitions import end_job, move

MAX_NAME_CHARS = 200


class Work(Protocol):
    """What is done in a run: a training, or a measurement."""

    @property
    def model(self) -> str:
        """Registry key of the architecture."""

    @property
    def dataset(self) -> str:
        """Key of the data set."""

    @property
    def recipe(self) -> str:
        """How it is trained."""

    @property
    def epochs(self) -> float:
        """Passes over the pictures."""

    def to_json(self) -> dict[str, Any]:
        """All of it, as JSON values."""


def check_name(name: str, *, of: str = "run") -> str:
    """A name without needless spaces.

    Args:
        name: as it was typed.
        of: what has it.

    Raises:
        InputError: it is empty or too long.
    """
    label = " ".join(name.split())
    if not 1 <= len(label) <= MAX_NAME_CHARS:
        raise InputError(f"A {of}'s name has 1 to {MAX_NAME_CHARS} characters, not {len(label)}.")
    return label


def insert_run(connection: Connection, config: Work, *, now: float, place: str, name: str, **values: Any) -> str:
    """A new run at the end of the queue.

    Args:
        connection: in a writing transaction that holds the queue.
        config: what to do.
        now: seconds since 1970.
        place: where its files will be.
        name: checked.
        values: further columns.

    Returns:
        Its id.
    """
    run_id = str(uuid.uuid4())
    row = {
        "id": run_id,
        "name": name,
        "state": "queued",
        "model": config.model,
        "dataset": config.dataset,
        "recipe": config.recipe,
        "config": config.to_json(),
        "created_at": now,
        "step": 0,
        "epoch": 0.0,
        "epochs": config.epochs,
        **values,
    }
    connection.execute(insert(runs).values(row))
    enqueue(connection, run_id, place, now)
    return run_id


def enqueue(connection: Connection, run_id: str, place: str, now: float) -> None:
    """Puts a queued run at the end of the queue."""
    connection.execute(insert(jobs).values(run_id=run_id, place=place, queued_at=now))


def unqueue(connection: Connection, run_id: str, now: float) -> bool:
    """Takes a run out of the queue.

    Returns:
        Whether it was in there.
    """
    is_out = move(connection, run_id, "interrupted", where=runs.c.state == "queued", error=None)
    if is_out:
        end_job(connection, run_id, now)
    return is_out
