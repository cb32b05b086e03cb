"""Access: accounts, their passwords, sessions on the pages."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables of accounts and sessions."""
    sql = Path(__file__).with_name("v0007_access.sql").read_text(encoding="utf-8")
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)
