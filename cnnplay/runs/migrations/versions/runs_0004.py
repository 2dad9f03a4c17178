"""Measurements: they wait and are worked on as trainings are, and are told from them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the column; all that there was is a training."""
    op.add_column("runs", sa.Column("kind", sa.String(16), nullable=False, server_default="training"))
