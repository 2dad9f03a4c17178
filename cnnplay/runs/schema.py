"""The tables of the run store, and the states that a run can be in."""

from typing import Literal

from sqlalchemy import JSON, BigInteger, Column, Double, ForeignKey, Index, Integer, MetaData, String, Table, Text, and_

Kind = Literal["training", "measurement"]
"""What is done in a run; all but the first is only listed where it is asked for."""
State = Literal["queued", "running", "paused", "stopping", "finished", "failed", "interrupted"]

ACTIVE: tuple[State, ...] = ("running", "paused", "stopping")
"""States in which a worker holds the run and its heart beats."""
RESUMABLE: tuple[State, ...] = ("interrupted", "failed")
ENDED: tuple[State, ...] = ("finished", *RESUMABLE)

TRANSITIONS: dict[State, tuple[State, ...]] = {
    "queued": ("running", "interrupted"),
    "running": ("paused", "stopping", "finished", "failed", "interrupted"),
    "paused": ("running", "stopping", "finished", "failed", "interrupted"),
    "stopping": ("finished", "failed", "interrupted"),
    "interrupted": ("queued",),
    "failed": ("queued",),
    "finished": ("queued",),
}
"""From each state, where a run may go; a finished one only to be extended."""

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("model", String(64), nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("recipe", String(64), nullable=False),
    Column("config", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("heartbeat_at", Double),
    # Whoever writes as a worker has to show this token, which is new at every start.
    Column("worker", String(36)),
    Column("step", Integer, nullable=False),
    Column("n_steps", Integer),
    Column("epoch", Double, nullable=False),
    Column("epochs", Double, nullable=False),
    Column("accuracy", Double),
    Column("error", Text),
    Column("deleted_at", Double),
    # No foreign key: where a run comes from stays known when that one is gone.
    Column("parent_id", String(36)),
    # The series that it belongs to, its place in there from 0, and what was chosen for it there.
    Column("series_id", String(36), index=True),
    Column("number", Integer),
    Column("params", JSON(none_as_null=True)),
    # When its sweep stopped it; once resumed by hand, it is left alone.
    Column("pruned_at", Double),
    Column("kind", String(16), nullable=False, server_default="training"),
)

series = Table(
    "series",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("name", String(200), nullable=False),
    # The machine and folder that the files of its runs are in.
    Column("place", String(36), nullable=False),
    Column("config", JSON, nullable=False),
    Column("space", JSON(none_as_null=True)),
    Column("n_runs", Integer, nullable=False),
    # How many of them have been made; whoever makes the next counts here first.
    Column("n_made", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("stopped_at", Double),
    Column("error", Text),
    Column("deleted_at", Double),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(36), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    # The machine and folder that the run's files are in.
    Column("place", String(36), nullable=False),
    Column("queued_at", Double, nullable=False),
    Column("claimed_at", Double),
    Column("slot", Integer),
    Column("ended_at", Double),
    sqlite_autoincrement=True,
)
_open = jobs.c.ended_at.is_(None)
_held = and_(_open, jobs.c.claimed_at.is_not(None))
# The database itself refuses a second open job of one run, and a second job in one slot.
Index("one_open_job_per_run", jobs.c.run_id, unique=True, sqlite_where=_open, postgresql_where=_open)
Index("one_job_per_slot", jobs.c.place, jobs.c.slot, unique=True, sqlite_where=_held, postgresql_where=_held)

metrics = Table(
    "metrics",
    metadata,
    Column("run_id", String(36), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Double, nullable=False),
    Column("elapsed_s", Double, nullable=False),
    Column("loss", Double),
    Column("accuracy", Double, nullable=False),
    Column("lr", Double),
    Column("images_per_s", Double),
    Column("val_accuracy", Double),
    Column("test_accuracy", Double),
    Column("grad_norms", JSON(none_as_null=True)),
    Column("memory_bytes", BigInteger),
)

milestones = Table(
    "milestones",
    metadata,
    Column("run_id", String(36), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Double, nullable=False),
    Column("layers", JSON, nullable=False),
    Column("snapshot", Text),
)

artefacts = Table(
    "artefacts",
    metadata,
    Column("run_id", String(36), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
)
