"""Run by Alembic for each command; the program hands it its own connection and transaction."""

from alembic import context

from pipeline.dispatch.ledger_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table="ledger_version"
)
with context.begin_transaction():
    context.run_migrations()
