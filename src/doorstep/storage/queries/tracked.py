"""What a customer's page shows of an order, in two round trips: who may see it, then everything about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from doorstep.storage.transaction import Query, Transaction

DAYS_AFTER_DELIVERY = 60

# Wrong, expired and revoked are one and the same answer: no row.
_OPENED = (
    "SELECT o.order_id, o.person_ref, o.reference, o.state, o.stopped, o.placed_at, o.cleared_at, o.delivered_on, "
    "least(t.expires_at, o.delivered_on + interval '61 days') AS expires_at "
    "FROM tracking_link t JOIN orders o USING (order_id) WHERE t.token_hash = %s AND t.revoked_at IS NULL "
    "AND t.expires_at > %s AND (o.delivered_on IS NULL OR o.delivered_on + interval '61 days' > %s)"
)


def opened_query(token_hash: bytes, now: datetime) -> Query:
    """The order that a link leads to, with when the link ends: in time, or 60 days after the day of delivery."""
    return (_OPENED, token_hash, now, now)


_PROMISES = (
    "SELECT revision, first_day, last_day, cause, caused_by, promised_at FROM promise "
    "WHERE order_id = %s AND line_no = 0 ORDER BY revision"
)
_PARCELS = (
    "SELECT p.sscc, p.fulfilment_id, p.state, p.milestone, p.eta, p.packed_at, p.handed_over_at, p.delivered_at, "
    "coalesce(s.service ->> 'name', l.carrier_id, '') AS carrier, coalesce(l.state, '') AS label_state FROM parcel p "
    "LEFT JOIN LATERAL (SELECT * FROM label WHERE label.sscc = p.sscc ORDER BY label_id DESC LIMIT 1) l ON true "
    "LEFT JOIN service s USING (service_id) "
    "WHERE p.order_id = %s AND p.state <> 'unpacked' ORDER BY p.packed_at, p.sscc"
)
_SCANS = (
    "SELECT s.sscc, s.milestone, s.scanned_at, s.scan_place FROM parcel p JOIN scan s USING (sscc) "
    "WHERE p.order_id = %s AND p.state <> 'unpacked' AND s.parked = '' ORDER BY s.scanned_at DESC, s.message_id DESC"
)
_CONTENTS = (
    "SELECT p.sscc, c.item_id, coalesce(i.item ->> 'description', c.item_id) AS description, "
    "sum(c.quantity)::int AS quantity FROM parcel p JOIN parcel_content c USING (sscc) "
    "LEFT JOIN item i USING (item_id) WHERE p.order_id = %s AND p.state <> 'unpacked' "
    "GROUP BY p.sscc, c.item_id, i.item ORDER BY p.sscc, c.item_id"
)
_WANTED = (
    "SELECT d.item_id, coalesce(i.item ->> 'description', d.item_id) AS description, sum(d.wanted)::int AS quantity "
    "FROM demand d LEFT JOIN item i USING (item_id) WHERE d.order_id = %s GROUP BY d.item_id, i.item ORDER BY d.item_id"
)


def about_queries(order_id: str) -> tuple[Query, ...]:
    """Its promises; its parcels; their scans, newest first; their contents; what is wanted."""
    return tuple((sql, order_id) for sql in (_PROMISES, _PARCELS, _SCANS, _CONTENTS, _WANTED))


def live_links(tx: Transaction, order_id: str) -> int:
    """How many ways lead to the page of an order now."""
    sql = (
        "SELECT count(*)::int AS live FROM tracking_link WHERE order_id = %s AND revoked_at IS NULL AND expires_at > %s"
    )
    row: Any = tx.one(sql, order_id, tx.now)
    return int(row.live)
