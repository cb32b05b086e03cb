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
