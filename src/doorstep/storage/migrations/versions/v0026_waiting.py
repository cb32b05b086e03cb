"""Fulfilment orders that wait for their day."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the column. Of what was planned before, nothing waits: the journal does not say."""
    op.execute("ALTER TABLE fulfilment ADD COLUMN waits_for_day BOOLEAN DEFAULT 'false' NOT NULL")
