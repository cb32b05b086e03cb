"""A carrier's own id of a label, and manifests and pickups asked for; how the line to each carrier stands."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column and create the tables."""
    sql = Path(__file__).with_name("v0016_carriers.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
