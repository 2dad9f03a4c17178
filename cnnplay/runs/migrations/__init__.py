"""The history of the run store's tables, for Alembic; `cnnplay.runs.database` applies it at the first use."""
