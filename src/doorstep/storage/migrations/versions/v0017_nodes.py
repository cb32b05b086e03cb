"""Sites that others run: what was agreed with them, and what they were asked and said."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column, with terms that change nothing, and create the table."""
    sql = Path(__file__).with_name("v0017_nodes.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
