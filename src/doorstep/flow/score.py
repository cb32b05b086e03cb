"""The end of an order: delivered in full, and each of its promises kept or broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from doorstep.events.envelope import Fact
from doorstep.events.orders import OrderDelivered, PromiseBroken, PromiseKept
from doorstep.flow.office import CLOCKWORK, Office, Scribe
from doorstep.goals.score import Delivery, Scored, score
from doorstep.storage.queries import orders
from doorstep.storage.store import Transaction
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.order import Line

_LAST_TO_END = timedelta(hours=12)  # nowhere does a day end later than twelve hours after UTC's


def score_if_complete(tx: Transaction, scribe: Scribe, order_id: str, destination: Calendar, at: datetime) -> None:
    """Where nothing of the order is missing any more: it is delivered, and its promises are scored."""
    wanted = [Line(row.line_no, row.item_id, row.wanted) for row in orders.demand(tx, [order_id])]
    delivered = _delivered(tx, order_id)
    if not _missing(wanted, delivered):
        tx.record(delivered_fact(scribe, order_id, delivered, destination))
        record_score(tx, scribe, order_id, destination, at)


def _missing(wanted: Iterable[Line], delivered: Iterable[Delivery]) -> bool:
    units: Counter[tuple[int, str]] = Counter()
    for delivery in delivered:
        units[delivery.line_no, delivery.item_id] += delivery.quantity
    return any(units[line.line_no, line.item_id] < line.quantity for line in wanted)


def delivered_fact(scribe: Scribe, order_id: str, delivered: Sequence[Delivery], destination: Calendar) -> Fact:
    """The last parcel of an order is at the door."""
    last = max(delivery.at for delivery in delivered)
    return scribe(OrderDelivered(order_id, destination.day_of(last)), occurred_at=last)


def record_score(tx: Transaction, scribe: Scribe, order_id: str, destination: Calendar, as_of: datetime) -> int:
    """Record the verdicts that can be given by now; returns how many."""
    facts = scored_facts(scribe, order_id, _scored(tx, order_id, destination, as_of))
    tx.record(*facts)
    return len(facts)


def scored_facts(scribe: Scribe, order_id: str, scored: Scored) -> list[Fact]:
    """Each promise that can be judged: kept, or broken and why."""
    facts = []
    for verdict in scored.verdicts:
        about = (order_id, str(verdict.against), verdict.window.last_day, verdict.delivered_on)
        if verdict.broken is None:
            facts.append(scribe(PromiseKept(*about)))
        else:
            facts.append(scribe(PromiseBroken(*about, str(verdict.broken)), cause=str(verdict.broken)))
    return facts


def _scored(tx: Transaction, order_id: str, destination: Calendar, as_of: datetime) -> Scored:
    order = orders.order(tx, order_id)
    promises = [row for row in orders.promises(tx, [order_id]) if row.line_no == 0]
    windows = [Window(row.first_day, row.last_day, row.ppm) for row in promises]
    asked = None if order.asked_by is None else Window(order.asked_from, order.asked_by, 0)
    lines = [Line(row.line_no, row.item_id, row.wanted) for row in orders.demand(tx, [order_id]) if row.wanted]
    return score(
        lines,
        _delivered(tx, order_id),
        asked=asked,
        first=windows[0] if windows else None,
        agreed=windows[-1] if windows else None,
        destination=destination,
        as_of=as_of,
    )


def _delivered(tx: Transaction, order_id: str) -> list[Delivery]:
    rows = tx.rows(
        "SELECT c.line_no, c.item_id, c.quantity, p.delivered_at FROM parcel p JOIN parcel_content c USING (sscc) "
        "WHERE p.order_id = %s AND p.state = 'delivered' ORDER BY p.delivered_at, p.sscc, c.content_no",
        order_id,
    )
    return [Delivery(row.line_no, row.item_id, row.quantity, row.delivered_at) for row in rows]


def score_overdue(office: Office, at_most: int = 500) -> int:
    """Orders whose agreed window has passed without their goods: never delivered counts as broken. Returns how many."""

    def step(tx: Transaction) -> int:
        everywhere = tx.now - _LAST_TO_END  # a day that is over by then is over at every door
        rows = tx.rows(
            # A verdict with a day of delivery is of one that was withdrawn: the order would not be open else.
            "SELECT o.order_id FROM orders o WHERE o.state = 'open' AND o.cleared_at IS NOT NULL AND NOT EXISTS "
            "(SELECT FROM score s WHERE s.order_id = o.order_id AND s.against = 'agreed' AND s.delivered_on IS NULL) "
            "AND %s::date > (SELECT p.last_day FROM promise p WHERE p.order_id = o.order_id AND p.line_no = 0 "
            "ORDER BY p.revision DESC LIMIT 1) ORDER BY o.order_id LIMIT %s FOR UPDATE OF o SKIP LOCKED",
            everywhere,
            at_most,
        )
        scribe = Scribe(CLOCKWORK, tx.now)
        for row in rows:
            record_score(tx, scribe, row.order_id, Calendar(), everywhere)
        return len(rows)

    told = office.store.run(step)
    return told if isinstance(told, int) else 0
