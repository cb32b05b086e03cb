"""What carriers said last, for a parcel that is asked about while one of them does not answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from doorstep.storage.transaction import Transaction


def parcel_to_rate(tx: Transaction, sscc: str) -> Any:
    """A parcel with its measures, and where person and site are kept that it goes between; None where there is none."""
    return tx.one(
        "SELECT p.sscc, p.order_id, p.weight_g, p.length_mm, p.width_mm, p.height_mm, s.person_ref AS from_ref, "
        "s.calendar ->> 'zone' AS zone, o.person_ref AS to_ref FROM parcel p JOIN orders o USING (order_id) "
        "LEFT JOIN site s ON s.site_id = p.site_id WHERE p.sscc = %s",
        sscc,
    )


def last_rates(
    tx: Transaction,
    carrier_ids: Collection[str],
    lane: tuple[str, str],
    grams: int,
    sides: Sequence[int],
    since: datetime,
) -> dict[str, Any]:
    """By carrier, the newest word on the lane about a parcel that was no lighter and no smaller, told since then.

    Of several the one about the lightest such parcel: what is dearer than it has to be is no promise broken.
    """
    rows = tx.rows(
        "SELECT DISTINCT ON (carrier_id) carrier_id, offers, told_at FROM last_rate WHERE carrier_id = ANY(%s) "
        "AND from_area = %s AND to_area = %s AND weight_g >= %s AND length_mm >= %s AND width_mm >= %s "
        "AND height_mm >= %s AND told_at >= %s ORDER BY carrier_id, weight_g, told_at DESC",
        list(carrier_ids),
        *lane,
        grams,
        *sides,
        since,
    )
    return {row.carrier_id: row for row in rows}
