"""The own fleet: vehicles, routes, stops, costs; how carriers collect: agreements, manifests, pickups."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create the tables."""
    sql = Path(__file__).with_name("v0024_fleet.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
