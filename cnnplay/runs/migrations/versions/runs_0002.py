"""Looks inside a run (gradients, memory, milestones), deletion that can be taken back, and where a run comes from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the columns and the table."""
    op.add_column("runs", sa.Column("deleted_at", sa.Double))
    op.add_column("runs", sa.Column("parent_id", sa.String(36)))
    op.add_column("metrics", sa.Column("grad_norms", sa.JSON(none_as_null=True)))
    op.add_column("metrics", sa.Column("memory_bytes", sa.BigInteger))
    op.create_table(
        "milestones",
        sa.Column("run_id", sa.String(36), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.Double, nullable=False),
        sa.Column("layers", sa.JSON, nullable=False),
        sa.Column("snapshot", sa.Text),
    )
