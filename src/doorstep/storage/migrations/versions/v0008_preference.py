"""What is promised, the cheapest or the soonest: a term of orders and customers, not of classes alone."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Say in every row what was meant as long as nothing was said."""
    sql = Path(__file__).with_name("v0008_preference.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
