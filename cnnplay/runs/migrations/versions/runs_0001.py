"""The first tables: runs, jobs, metrics, artefacts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    _create_runs()
    _create_jobs()
    op.create_table(
        "metrics",
        sa.Column("run_id", sa.String(36), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.Double, nullable=False),
        sa.Column("elapsed_s", sa.Double, nullable=False),
        sa.Column("loss", sa.Double),
        sa.Column("accuracy", sa.Double, nullable=False),
        sa.Column("lr", sa.Double),
        sa.Column("images_per_s", sa.Double),
        sa.Column("val_accuracy", sa.Double),
        sa.Column("test_accuracy", sa.Double),
    )
    op.create_table(
        "artefacts",
        sa.Column("run_id", sa.String(36), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("recipe", sa.String(64), nullable=False),
        sa.Column("config", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("heartbeat_at", sa.Double),
        sa.Column("worker", sa.String(36)),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("n_steps", sa.Integer),
        sa.Column("epoch", sa.Double, nullable=False),
        sa.Column("epochs", sa.Double, nullable=False),
        sa.Column("accuracy", sa.Double),
        sa.Column("error", sa.Text),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(36), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("place", sa.String(36), nullable=False),
        sa.Column("queued_at", sa.Double, nullable=False),
        sa.Column("claimed_at", sa.Double),
        sa.Column("slot", sa.Integer),
        sa.Column("ended_at", sa.Double),
        sqlite_autoincrement=True,
    )
    is_open = sa.text("ended_at IS NULL")
    is_held = sa.text("ended_at IS NULL AND claimed_at IS NOT NULL")
    for name, columns, where in (
        ("one_open_job_per_run", ["run_id"], is_open),
        ("one_job_per_slot", ["place", "slot"], is_held),
    ):
        op.create_index(name, "jobs", columns, unique=True, sqlite_where=where, postgresql_where=where)
