"""Alembic's entry point: it works on the connection that it is given, inside that connection's transaction."""

from alembic import context

from cnnplay.runs.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
