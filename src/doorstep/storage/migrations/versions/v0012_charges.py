"""Charges of labels one by one; what an invoice settles."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Labels keep their charges, lines of invoices their order and what they settle."""
    sql = Path(__file__).with_name("v0012_charges.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
