"""A service is told by its fingerprint, so that its long tariff is sent to a process once only."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Worked out by the database itself from what the service says."""
    op.execute("ALTER TABLE service ADD fingerprint text NOT NULL GENERATED ALWAYS AS (md5(service::text)) STORED")
