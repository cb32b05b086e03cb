"""What goals are held against: orders of late, stock, what was wanted of items, how long new goods took to come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from doorstep.storage.transaction import Transaction

_LAST_INBOUNDS = 500


def placed_since(tx: Transaction, since: datetime) -> Any:
    """A row (orders, first_at) of the orders placed since then and not cancelled."""
    return tx.one(
        "SELECT count(*) AS orders, min(placed_at) AS first_at FROM orders "
        "WHERE placed_at >= %s AND state <> 'cancelled'",
        since,
    )


def on_hand(tx: Transaction, item_ids: Collection[str]) -> dict[str, int]:
    """Units of items in the pools of all sites, held or free."""
    rows = tx.rows(
        "SELECT item_id, sum(on_hand)::bigint AS units FROM pool WHERE item_id = ANY(%s) GROUP BY item_id",
        list(item_ids),
    )
    return {row.item_id: row.units for row in rows}


def wanted_by_day(tx: Transaction, first: date) -> list[Any]:
    """Rows (item_id, day, units) of what was ordered since a day, kits by their parts."""
    return tx.rows(
        "SELECT d.item_id, (o.placed_at AT TIME ZONE 'UTC')::date AS day, sum(d.wanted)::bigint AS units FROM demand d "
        "JOIN orders o USING (order_id) WHERE o.placed_at >= %s AND d.wanted > 0 GROUP BY 1, 2",
        datetime.combine(first, datetime.min.time(), tx.now.tzinfo),
    )


def lead_times(tx: Transaction) -> list[Any]:
    """Rows (item_id, ordered_at, due_at, received_at) of the last inbounds; `received_at` None: still on its way."""
    return tx.rows(
        "SELECT i.item_id, i.due_at, (SELECT min(j.occurred_at) FROM touched t JOIN journal j USING (event_id) "
        "WHERE t.object_type = 'inbound' AND t.object_id = i.inbound_id AND t.qualifier = 'expected') AS ordered_at, "
        "(SELECT min(j.occurred_at) FROM touched t JOIN journal j USING (event_id) "
        "WHERE t.object_type = 'inbound' AND t.object_id = i.inbound_id AND t.qualifier = 'received') AS received_at "
        "FROM (SELECT * FROM inbound ORDER BY inbound_id DESC LIMIT %s) i",
        _LAST_INBOUNDS,
    )


def shelves(tx: Transaction, item_ids: Collection[str] | None = None) -> list[Any]:
    """Rows (site_id, item_id, lot, on_hand, free, expires_on) of what lies at sites, of these items or of all."""
    return tx.rows(
        "SELECT p.site_id, p.item_id, p.lot, p.on_hand, p.on_hand - p.held AS free, l.expires_on FROM pool p "
        "LEFT JOIN lot l USING (item_id, lot) WHERE p.on_hand > 0 AND (%s::text[] IS NULL OR p.item_id = ANY(%s)) "
        "ORDER BY p.item_id, p.site_id",
        *([None if item_ids is None else list(item_ids)] * 2),
    )


def coming(tx: Transaction) -> dict[str, int]:
    """Units on their way by item."""
    rows = tx.rows(
        "SELECT item_id, sum(greatest(expected - received, 0))::bigint AS units FROM inbound GROUP BY item_id "
        "HAVING sum(greatest(expected - received, 0)) > 0"
    )
    return {row.item_id: row.units for row in rows}


def sent_by_site(tx: Transaction, since: datetime, item_ids: Collection[str] | None = None) -> list[Any]:
    """Rows (site_id, item_id, units) of what sites sent, or are to send, since then."""
    return tx.rows(
        "SELECT f.site_id, l.item_id, sum(l.quantity)::bigint AS units FROM fulfilment f JOIN fulfilment_line l "
        "USING (fulfilment_id) WHERE f.state <> 'cancelled' AND f.departs >= %s "
        "AND (%s::text[] IS NULL OR l.item_id = ANY(%s)) GROUP BY 1, 2",
        since,
        *([None if item_ids is None else list(item_ids)] * 2),
    )


def departures(tx: Transaction, since: datetime) -> list[Any]:
    """Rows (site_id, service_id, state, departs, ship_by) of the fulfilment orders planned to leave since then."""
    return tx.rows(
        "SELECT site_id, service_id, state, departs, ship_by FROM fulfilment "
        "WHERE state <> 'cancelled' AND departs >= %s",
        since,
    )


def bins(tx: Transaction, at_most: int) -> list[Any]:
    """Rows (site_id, place_id, item_id, units, counted_at, known_at, moves, short_picks) of the bins with most units:
    when all of their lots were last counted (None: one never was), or first filled; how often they moved and were
    picked short since.
    """
    return tx.rows(
        "SELECT p.site_id, b.place_id, b.item_id, sum(b.on_hand)::bigint AS units, "
        "CASE WHEN bool_and(b.counted_at IS NOT NULL) THEN min(b.counted_at) END AS counted_at, "
        "min(coalesce(b.counted_at, b.first_at)) AS known_at, "
        "sum(b.moves - b.counted_moves)::bigint AS moves, "
        "sum(b.short_picks - b.counted_short_picks)::bigint AS short_picks "
        "FROM balance b JOIN place p USING (place_id) WHERE p.kind = 'bin' AND b.on_hand > 0 GROUP BY 1, 2, 3 "
        "ORDER BY units DESC, 2, 3 LIMIT %s",
        at_most,
    )
