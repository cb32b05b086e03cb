"""Parcels at the dock, and by when they left a site: carriers are asked after all day, and few of all there ever were
are theirs now."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Of a million parcels it takes seconds, for which whoever packs or hands over waits."""
    op.execute("CREATE INDEX parcel_at_dock ON parcel (site_id) WHERE state = 'packed'")
    op.execute("CREATE INDEX parcel_by_leaving ON parcel (site_id, handed_over_at) WHERE handed_over_at IS NOT NULL")
