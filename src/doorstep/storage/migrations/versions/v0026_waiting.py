"""Fulfilment orders that wait for their day; parcels on their way among what was learned."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the columns. Of what was planned and learned before, nothing waits: the journal does not say."""
    op.execute("ALTER TABLE fulfilment ADD COLUMN waits_for_day BOOLEAN DEFAULT 'false' NOT NULL")
    op.execute("ALTER TABLE transit ADD COLUMN waiting JSONB DEFAULT '{}' NOT NULL")
