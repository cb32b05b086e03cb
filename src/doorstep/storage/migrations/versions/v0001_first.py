"""The first schema: journal, what cannot be rebuilt, and the views of orders, stock, floor and parcels."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    for name in ("v0001_permanent.sql", "v0001_views.sql"):
        sql = Path(__file__).with_name(name).read_text(encoding="utf-8")
        for statement in sql.split(";\n"):
            if statement.strip():
                op.execute(statement)
