"""Sites that others run: what was agreed with them, what they were asked and said; what goals say of scarce stock."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column, with terms that change nothing, and the table; say in the goals what was meant till now."""
    sql = Path(__file__).with_name("v0017_nodes.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
