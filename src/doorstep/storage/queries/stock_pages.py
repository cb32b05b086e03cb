"""Pages of stock and of what is to come, each found after the key that the page before ended with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from doorstep.storage.transaction import Transaction

_NAMED = "(%s = '' OR i.item_id ILIKE %s OR i.item ->> 'description' ILIKE %s)"


def _named(text: str) -> tuple[str, str, str]:
    """An id that begins with the text, or a description that holds it; what LIKE reads as a pattern is meant as is."""
    meant = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return text, f"{meant}%", f"%{meant}%"


def stock_keys(
    tx: Transaction, text: str, site_id: str, wanting: bool, after: tuple[str, str], at_most: int
) -> list[Any]:
    """Rows (item_id, site_id, description) of items that a site has, had or expects."""
    return tx.rows(
        "SELECT k.item_id, k.site_id, i.item ->> 'description' AS description FROM ("
        "SELECT item_id, site_id FROM pool UNION SELECT item_id, site_id FROM inbound WHERE expected > received"
        f") k JOIN item i USING (item_id) WHERE (k.item_id, k.site_id) > (%s, %s) AND {_NAMED} "
        "AND (%s = '' OR k.site_id = %s) "
        "AND (NOT %s OR EXISTS (SELECT FROM demand d WHERE d.item_id = k.item_id AND d.waiting > 0)) "
        "ORDER BY k.item_id, k.site_id LIMIT %s",
        *after,
        *_named(text),
        site_id,
        site_id,
        wanting,
        at_most,
    )


def lots(tx: Transaction, keys: Sequence[Any]) -> list[Any]:
    """Rows (item_id, site_id, lot, expires_on, on_hand, held) of items at sites, what expires first on top."""
    return tx.rows(
        "SELECT p.item_id, p.site_id, p.lot, l.expires_on, p.on_hand, p.held FROM pool p "
        "JOIN unnest(%s::text[], %s::text[]) AS k (item_id, site_id) USING (item_id, site_id) "
        "LEFT JOIN lot l ON l.item_id = p.item_id AND l.lot = p.lot ORDER BY l.expires_on, p.lot",
        *_columns(keys),
    )


def to_come(tx: Transaction, keys: Sequence[Any]) -> list[Any]:
    """Rows (item_id, site_id, quantity, due_at) of what is still to come of these, and when next."""
    return tx.rows(
        "SELECT n.item_id, n.site_id, sum(n.expected - n.received)::bigint AS quantity, min(n.due_at) AS due_at "
        "FROM inbound n JOIN unnest(%s::text[], %s::text[]) AS k (item_id, site_id) USING (item_id, site_id) "
        "WHERE n.expected > n.received GROUP BY 1, 2",
        *_columns(keys),
    )


def _columns(keys: Sequence[Any]) -> tuple[list[str], list[str]]:
    return [key.item_id for key in keys], [key.site_id for key in keys]


def waiting(tx: Transaction, item_ids: Sequence[str]) -> dict[str, int]:
    """Units that open orders wait for, by item; items nobody waits for are missing."""
    rows = tx.rows(
        "SELECT item_id, sum(waiting)::bigint AS units FROM demand WHERE waiting > 0 AND item_id = ANY(%s) GROUP BY 1",
        list(item_ids),
    )
    return {row.item_id: row.units for row in rows}


def inbounds(tx: Transaction, text: str, site_id: str, after: tuple[datetime, str] | None, at_most: int) -> list[Any]:
    """What is still to come, the next due first."""
    due_at, inbound_id = after or (None, "")
    return tx.rows(
        "SELECT n.inbound_id, n.item_id, i.item ->> 'description' AS description, n.site_id, n.supplier_id, "
        "n.expected, n.received, n.held, n.due_at FROM inbound n JOIN item i USING (item_id) "
        f"WHERE n.expected > n.received AND {_NAMED} AND (%s = '' OR n.site_id = %s) "
        "AND (%s::timestamptz IS NULL OR (n.due_at, n.inbound_id) > (%s, %s)) "
        "ORDER BY n.due_at, n.inbound_id LIMIT %s",
        *_named(text),
        site_id,
        site_id,
        due_at,
        due_at,
        inbound_id,
        at_most,
    )
