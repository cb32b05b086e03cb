"""Goals that say how much is to lie there, and how many shipments a site is to send on a day at most."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0021"


def upgrade() -> None:
    """Say in the goals what was meant till now: nothing."""
    sql = Path(__file__).with_name("v0023_supply_goals.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
