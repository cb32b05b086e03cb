"""Parcels under way of which nothing was heard for a while."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from doorstep.storage.queries.floor import OWN_VEHICLES
from doorstep.storage.transaction import Transaction


def silent(
    tx: Transaction, carrier_ids: Collection[str], since: datetime, given_up: datetime, at_most: int
) -> list[Any]:
    """Rows (carrier_id, tracking_number): up to `at_most` a carrier, in another order each hour.

    Silent is a parcel on the road whose last scan, else its hand-over, was before `since`, and after `given_up`.
    """
    return tx.rows(
        "SELECT carrier_id, tracking_number FROM ("
        "  SELECT l.carrier_id, l.tracking_number, p.sscc, coalesce(s.last, p.handed_over_at, p.packed_at) AS heard, "
        "    row_number() OVER (PARTITION BY l.carrier_id "
        "      ORDER BY md5(p.sscc || date_trunc('hour', %s::timestamptz)::text)) AS number "
        "  FROM parcel p JOIN label l ON l.sscc = p.sscc AND l.state = 'bought' "
        "  LEFT JOIN LATERAL (SELECT max(scanned_at) AS last FROM scan WHERE scan.sscc = p.sscc) s ON true "
        f"  WHERE p.state = 'handed_over' AND l.carrier_id = ANY(%s) AND NOT {OWN_VEHICLES}) found "
        "WHERE heard < %s AND heard > %s AND number <= %s ORDER BY carrier_id, number",
        tx.now,
        list(carrier_ids),
        since,
        given_up,
        at_most,
    )
