"""The stops of trucks that carry orders to several consignees."""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the columns. What was joined before goes to one consignee."""
    op.execute("ALTER TABLE consolidation_member ADD COLUMN stop_no BIGINT DEFAULT '0' NOT NULL")
    op.execute("ALTER TABLE consolidation_member ADD COLUMN later_seconds BIGINT DEFAULT '0' NOT NULL")
