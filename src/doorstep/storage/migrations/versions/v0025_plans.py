"""Plans made together: runs, what stock and room are worth, and how an order's plan hangs on others."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the tables, add the columns, and tell goals of before how plans are changed."""
    sql = Path(__file__).with_name("v0025_plans.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
