"""Goals: what the company wants stands in a table of its own."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table, and move what planning weighs out of the company into it."""
    sql = Path(__file__).with_name("v0006_goals.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
