"""What carriers bill in the end."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the table of what was learned of bills."""
    op.execute(
        "CREATE TABLE billing (service_id TEXT NOT NULL, steps JSONB NOT NULL, until DATE NOT NULL, "
        "PRIMARY KEY (service_id))"
    )
