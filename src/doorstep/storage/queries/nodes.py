"""Sites that say yes or no: what they were asked, what they answered."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from doorstep.storage.transaction import Query, Transaction


def answers(tx: Transaction) -> list[Any]:
    """Rows (site_id, yes, no): how often each site that was asked took a fulfilment order, and how often not."""
    return tx.rows(
        "SELECT site_id, count(*) FILTER (WHERE state = 'accepted') AS yes, "
        "count(*) FILTER (WHERE state = 'declined') AS no FROM asking WHERE state <> 'asked' "
        "GROUP BY site_id ORDER BY site_id"
    )


def asking(tx: Transaction, fulfilment_id: str) -> Any:
    return tx.one("SELECT * FROM asking WHERE fulfilment_id = %s FOR UPDATE", fulfilment_id)


def waiting(tx: Transaction, site_id: str = "") -> list[Any]:
    """What was asked and not answered yet, the next to run out first; of all sites where none is named."""
    return tx.rows(
        "SELECT a.*, o.area, o.agreed_by, s.calendar ->> 'zone' AS zone FROM asking a JOIN orders o USING (order_id) "
        "JOIN site s USING (site_id) WHERE a.state = 'asked' AND (%s = '' OR a.site_id = %s) "
        "ORDER BY a.answer_by, a.fulfilment_id",
        site_id,
        site_id,
    )


def said_no(tx: Transaction, order_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The sites that said no to each order."""
    found: dict[str, set[str]] = {order_id: set() for order_id in order_ids}
    for row in tx.rows(*said_no_query(order_ids)):
        found[row.order_id].add(row.site_id)
    return {order_id: frozenset(sites) for order_id, sites in found.items()}


def said_no_query(order_ids: Collection[str]) -> Query:
    return ("SELECT order_id, site_id FROM asking WHERE state = 'declined' AND order_id = ANY(%s)", list(order_ids))
