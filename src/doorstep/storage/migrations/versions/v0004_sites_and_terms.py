"""Kinds of sites, packages that are not broken, and when a customer takes goods in."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Say in every row what was meant as long as nothing was said."""
    sql = Path(__file__).with_name("v0004_sites_and_terms.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
