"""Who wants an item of which there may be too little, and what is there for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from doorstep.storage.transaction import Transaction

_UNRELEASED = "h.state = 'active' AND h.place_id = '' AND h.item_id = d.item_id AND h.line_no = d.line_no"


def claimants(tx: Transaction, item_id: str) -> list[Any]:
    """Rows (order_id, customer_id, placed_at, terms_text, cleared_at, agreed_by, wanted, on_hand) of orders that want
    units of the item that nobody picks yet, locked for this step. `on_hand` is what they hold of what stands in bins.

    Orders that are put on hold keep what they have and want nothing more now.
    """
    return tx.rows(
        "SELECT o.order_id, o.customer_id, o.placed_at, o.terms::text AS terms_text, o.cleared_at, o.agreed_by, "
        "w.wanted, w.on_hand FROM orders o CROSS JOIN LATERAL (SELECT "
        "coalesce(sum(d.waiting + h.held), 0)::bigint AS wanted, coalesce(sum(h.on_hand), 0)::bigint AS on_hand "
        "FROM demand d CROSS JOIN LATERAL (SELECT coalesce(sum(h.quantity), 0) AS held, "
        "coalesce(sum(h.quantity) FILTER (WHERE h.inbound_id = ''), 0) AS on_hand "
        f"FROM hold h WHERE h.order_id = d.order_id AND {_UNRELEASED}) h "
        "WHERE d.order_id = o.order_id AND d.item_id = %s) w "
        "WHERE o.order_id IN (SELECT order_id FROM demand WHERE item_id = %s AND waiting > 0 "
        "UNION SELECT order_id FROM hold WHERE item_id = %s AND state = 'active' AND place_id = '') "
        "AND o.state = 'open' AND NOT o.stopped AND w.wanted > 0 ORDER BY o.order_id FOR UPDATE OF o",
        item_id,
        item_id,
        item_id,
    )


def earned(tx: Transaction, order_ids: Collection[str]) -> dict[str, int]:
    """What each order leaves over, in minor units: the value of its lines less what its planned shipments cost."""
    rows = tx.rows(
        "SELECT o.order_id, (SELECT coalesce(sum((l.ordered - l.cancelled) * (i.item ->> 'price_minor')::bigint), 0) "
        "FROM order_line l JOIN item i USING (item_id) WHERE l.order_id = o.order_id) - "
        "(SELECT coalesce(sum(f.cost_minor), 0) FROM fulfilment f WHERE f.order_id = o.order_id "
        "AND f.state <> 'cancelled') AS minor FROM unnest(%s::text[]) AS o (order_id)",
        list(order_ids),
    )
    return {row.order_id: int(row.minor) for row in rows}


def in_the_bins(tx: Transaction, item_id: str) -> int:
    """Units on hand of the item, at all sites, that nobody picks: free or reserved."""
    row = tx.one(
        "SELECT coalesce(sum(p.on_hand), 0)::bigint - coalesce((SELECT sum(h.quantity) FROM hold h "
        "WHERE h.item_id = %s AND h.state = 'active' AND h.place_id <> ''), 0)::bigint AS units "
        "FROM pool p WHERE p.item_id = %s",
        item_id,
        item_id,
    )
    return int(row.units)


def free_and_held_by_class(tx: Transaction, item_ids: Collection[str]) -> dict[str, tuple[int, dict[str, int]]]:
    """Of each item: units that are on hand, and how many of them orders of each class of customers hold."""
    rows = tx.rows(
        "SELECT item_id, sum(on_hand)::bigint AS units FROM pool WHERE item_id = ANY(%s) GROUP BY item_id",
        list(item_ids),
    )
    found: dict[str, tuple[int, dict[str, int]]] = {row.item_id: (int(row.units), {}) for row in rows}
    held = tx.rows(
        "SELECT h.item_id, coalesce(o.terms ->> 'customer_class', '') AS customer_class, "
        "sum(h.quantity)::bigint AS units FROM hold h JOIN orders o USING (order_id) "
        "WHERE h.item_id = ANY(%s) AND h.state = 'active' AND h.inbound_id = '' "
        "GROUP BY h.item_id, o.terms ->> 'customer_class'",
        list(item_ids),
    )
    for row in held:
        if row.item_id in found:
            found[row.item_id][1][row.customer_class] = int(row.units)
    return found
