"""Which shipments of several parcels came on more than one day, of each service."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Nothing is learned of it yet."""
    for column in ("expected_apart_ppm", "apart_ppm"):
        op.execute(f"ALTER TABLE transit ADD COLUMN {column} BIGINT DEFAULT '0' NOT NULL")
