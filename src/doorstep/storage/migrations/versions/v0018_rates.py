"""What carriers said last that parcels cost, by lane and measures: shown, marked, while one of them does not answer."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the table; drop two that nothing was ever written to."""
    sql = Path(__file__).with_name("v0018_rates.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
