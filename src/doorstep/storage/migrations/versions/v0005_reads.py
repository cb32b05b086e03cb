"""Reading: what the pages look for is found by index; links to the customer's page."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add columns and indexes, and fill the columns from what the views hold already."""
    sql = Path(__file__).with_name("v0005_reads.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
