"""What may ship: lists, reviews, what is stopped; and what is said of goods, services and customers for it."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the tables, and say in every row what was meant as long as nothing was said."""
    sql = Path(__file__).with_name("v0015_legal.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
