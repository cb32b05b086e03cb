"""Dated exchange rates."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the table."""
    op.execute(Path(__file__).with_name("v0019_exchange.sql").read_text(encoding="utf-8"))
