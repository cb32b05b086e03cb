"""What Alembic runs: on a connection it is handed, in the transaction that is open on it."""

from __future__ import annotations

from alembic import context

from doorstep.storage.tables import PERMANENT, VIEWS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[PERMANENT, VIEWS],
    version_table="schema_version",
)
with context.begin_transaction():
    context.run_migrations()
