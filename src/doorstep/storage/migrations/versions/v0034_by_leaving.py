"""Parcels by when they left a site: carriers are asked after all day, and took few of all that there ever were."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Of a million parcels it takes seconds."""
    op.execute("CREATE INDEX parcel_by_leaving ON parcel (site_id, handed_over_at) WHERE handed_over_at IS NOT NULL")
