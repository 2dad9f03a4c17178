"""Series: several runs of one configuration, or a sweep over some of its settings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns and the table."""
    op.add_column("runs", sa.Column("series_id", sa.String(36)))
    op.add_column("runs", sa.Column("number", sa.Integer))
    op.add_column("runs", sa.Column("params", sa.JSON(none_as_null=True)))
    op.add_column("runs", sa.Column("pruned_at", sa.Double))
    op.create_index("ix_runs_series_id", "runs", ["series_id"])
    op.create_table(
        "series",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("place", sa.String(36), nullable=False),
        sa.Column("config", sa.JSON, nullable=False),
        sa.Column("space", sa.JSON(none_as_null=True)),
        sa.Column("n_runs", sa.Integer, nullable=False),
        sa.Column("n_made", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("stopped_at", sa.Double),
        sa.Column("error", sa.Text),
        sa.Column("deleted_at", sa.Double),
    )
