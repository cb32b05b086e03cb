"""Imports: suppliers, what each file brought, remembered maps, and orders by their reference."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables of imports and suppliers."""
    sql = Path(__file__).with_name("v0002_imports.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
