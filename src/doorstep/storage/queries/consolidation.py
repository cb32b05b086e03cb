"""Orders that travel as one shipment: those that stand, those that have lost a member, what is told of an order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from doorstep.storage.transaction import Query, Transaction

# Whether a member still goes as the joint shipment does.
_GOES = "f.state <> 'cancelled' AND f.service_id = c.service_id AND f.departs = c.departs"


def joined(tx: Transaction, order_ids: Collection[str]) -> dict[str, Any]:
    """Those of the orders that are planned, not released, in a joint shipment that has not left, by their number: rows
    (consolidation_id, whole), whole where no other order of it is released."""
    rows = tx.rows(
        "SELECT m.order_id, c.consolidation_id, NOT EXISTS (SELECT FROM consolidation_member o JOIN fulfilment g "
        "USING (fulfilment_id) WHERE o.consolidation_id = c.consolidation_id AND g.state NOT IN "
        "('planned', 'cancelled')) AS whole FROM consolidation_member m JOIN consolidation c USING (consolidation_id) "
        f"JOIN fulfilment f USING (fulfilment_id) WHERE c.state = 'joined' AND {_GOES} AND f.state = 'planned' "
        "AND c.departs > %s AND m.order_id = ANY(%s)",
        tx.now,
        list(order_ids),
    )
    return {row.order_id: row for row in rows}


def sent_with(tx: Transaction, order_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """With which orders each planned order goes as one shipment, itself among them; with none where that has ended or
    has lost a member. An order that was in no joint shipment, as it is planned now, is missing."""
    return {row.order_id: frozenset(row.order_ids or ()) for row in tx.rows(*sent_with_query(order_ids))}


def sent_with_query(order_ids: Collection[str]) -> Query:
    return (
        f"SELECT mine.order_id, CASE WHEN c.state = 'joined' AND bool_and({_GOES}) THEN array_agg(m.order_id) END "
        "AS order_ids FROM consolidation_member mine JOIN fulfilment p ON p.fulfilment_id = mine.fulfilment_id "
        "JOIN consolidation c ON c.consolidation_id = mine.consolidation_id JOIN consolidation_member m "
        "ON m.consolidation_id = mine.consolidation_id JOIN fulfilment f ON f.fulfilment_id = m.fulfilment_id "
        "WHERE mine.order_id = ANY(%s) AND p.state = 'planned' GROUP BY mine.order_id, c.consolidation_id "
        "ORDER BY c.consolidation_id",
        list(order_ids),
    )


def broken(tx: Transaction) -> list[Any]:
    """Rows (consolidation_id, order_ids): joint shipments that lost a member before they left, and who is left of each
    and not released."""
    return tx.rows(*broken_query(tx.now))


def broken_query(now: datetime) -> Query:
    return (
        "SELECT c.consolidation_id, coalesce(array_agg(m.order_id ORDER BY m.order_id) "
        f"FILTER (WHERE {_GOES} AND f.state = 'planned'), '{{}}') AS order_ids FROM consolidation c "
        "JOIN consolidation_member m USING (consolidation_id) JOIN fulfilment f USING (fulfilment_id) "
        f"WHERE c.state = 'joined' AND c.departs > %s GROUP BY c.consolidation_id HAVING NOT bool_and({_GOES}) "
        "ORDER BY c.consolidation_id",
        now,
    )


def waited_for(tx: Transaction, fulfilment_ids: Collection[str], until: datetime) -> dict[str, str]:
    """Those of the fulfilment orders whose joint shipment leaves after `until` and is not packed whole, each with a
    member that is not."""
    return {row.fulfilment_id: row.order_id for row in tx.rows(*waited_for_query(fulfilment_ids, until))}


def waited_for_query(fulfilment_ids: Collection[str], until: datetime) -> Query:
    return (
        "SELECT DISTINCT ON (m.fulfilment_id) m.fulfilment_id, o.order_id FROM consolidation_member m "
        "JOIN consolidation c USING (consolidation_id) JOIN fulfilment mine ON mine.fulfilment_id = m.fulfilment_id "
        "JOIN consolidation_member o ON o.consolidation_id = m.consolidation_id "
        "JOIN fulfilment f ON f.fulfilment_id = o.fulfilment_id JOIN orders ON orders.order_id = o.order_id "
        f"WHERE m.fulfilment_id = ANY(%s) AND c.state = 'joined' AND c.departs > %s AND {_GOES} "
        "AND mine.service_id = c.service_id AND mine.departs = c.departs "
        "AND f.state IN ('planned', 'released', 'picked') AND NOT orders.stopped "
        "ORDER BY m.fulfilment_id, o.order_id",
        list(fulfilment_ids),
        until,
    )


def packed_beside(tx: Transaction, fulfilment_ids: Collection[str]) -> list[str]:
    """Other fulfilment orders that are packed and go as one shipment with these."""
    rows = tx.rows(
        "SELECT DISTINCT o.fulfilment_id FROM consolidation_member m JOIN consolidation c USING (consolidation_id) "
        "JOIN consolidation_member o ON o.consolidation_id = m.consolidation_id "
        "JOIN fulfilment f ON f.fulfilment_id = o.fulfilment_id "
        f"WHERE m.fulfilment_id = ANY(%s) AND c.state = 'joined' AND {_GOES} AND f.state = 'packed' "
        "AND NOT o.fulfilment_id = ANY(%s) ORDER BY o.fulfilment_id",
        list(fulfilment_ids),
        list(fulfilment_ids),
    )
    return [row.fulfilment_id for row in rows]


def later_seconds(tx: Transaction, fulfilment_id: str, service_id: str) -> int:
    """By how much later than by the way straight to it a truck with several stops of the service reaches it."""
    rows = tx.rows(
        "SELECT m.later_seconds FROM consolidation_member m JOIN consolidation c USING (consolidation_id) "
        f"JOIN fulfilment f USING (fulfilment_id) WHERE c.state = 'joined' AND {_GOES} "
        "AND m.fulfilment_id = %s AND c.service_id = %s",
        fulfilment_id,
        service_id,
    )
    return int(rows[0].later_seconds) if rows else 0


def of_order(tx: Transaction, order_id: str) -> list[Any]:
    """The joint shipments that the order goes with, each with its members' orders."""
    return tx.rows(
        "SELECT c.*, array(SELECT o.order_id FROM consolidation_member o WHERE o.consolidation_id = c.consolidation_id "
        "ORDER BY o.order_id) AS order_ids, m.freight_minor AS share_minor, m.alone_minor AS by_itself_minor, "
        "m.stop_no, m.fulfilment_id "
        "FROM consolidation c JOIN consolidation_member m USING (consolidation_id) JOIN fulfilment f "
        f"USING (fulfilment_id) WHERE c.state = 'joined' AND {_GOES} AND m.order_id = %s ORDER BY c.consolidation_id",
        order_id,
    )
