"""Terms of carriers' bills; accruals that are released; what a claim is about."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the tables of billing terms and of released accruals; claims name order and parcel."""
    sql = Path(__file__).with_name("v0013_billing.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
