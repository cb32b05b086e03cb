"""The end of an order: delivered in full, and each of its promises kept or broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.orders import OrderDelivered, PromiseBroken, PromiseKept
from doorstep.flow.office import CLOCKWORK, Office, Scribe
from doorstep.goals.score import Delivery, Scored, score
from doorstep.storage.queries import master, orders
from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.order import Line
from doorstep.terms.service import CarrierService

_LAST_TO_END = timedelta(hours=12)  # nowhere does a day end later than twelve hours after UTC's


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order is scored by: what it wants, what was asked for, and what was promised, oldest promise first.

    `receives` is when its customer takes goods in, None where that was not agreed.
    """

    order_id: str
    lines: tuple[Line, ...]
    asked: Window | None
    promises: tuple[Window, ...]
    receives: Calendar | None = None

    def destination(self, service: CarrierService | None) -> Calendar:
        """On whose wall the days of delivery are read: the customer's, where it is known, else the carrier's."""
        return self.receives or (service.calendar if service else Calendar())

    def score(self, delivered: Sequence[Delivery], destination: Calendar, as_of: datetime) -> Scored:
        return score(
            [line for line in self.lines if line.quantity],
            delivered,
            asked=self.asked,
            first=self.promises[0] if self.promises else None,
            agreed=self.promises[-1] if self.promises else None,
            destination=destination,
            as_of=as_of,
        )


def wanted_queries(order_ids: Collection[str]) -> tuple[Query, Query, Query]:
    """What `wanted_of` reads."""
    return orders.asked(order_ids), orders.demand_query(order_ids), orders.promises_query(order_ids)


def wanted_of(asked: Iterable[Any], demand: Iterable[Any], promises: Iterable[Any]) -> dict[str, Wanted]:
    """The orders of these rows, by id."""
    lines, windows = defaultdict[str, list[Line]](list), defaultdict[str, list[Window]](list)
    for row in demand:
        lines[row.order_id].append(Line(row.line_no, row.item_id, row.wanted))
    for row in promises:
        if row.line_no == 0:
            windows[row.order_id].append(Window(row.first_day, row.last_day, row.ppm))
    return {
        row.order_id: Wanted(
            row.order_id,
            tuple(lines[row.order_id]),
            None if row.asked_by is None else Window(row.asked_from, row.asked_by, 0),
            tuple(windows[row.order_id]),
            master.calendar_of(row.receives) if row.receives else None,
        )
        for row in asked
    }


def score_if_complete(tx: Transaction, scribe: Scribe, order_id: str, at: datetime) -> None:
    """Where nothing of the order is missing any more: it is delivered, and its promises are scored."""
    wanted = _wanted(tx, order_id)
    service = master.service_delivered_last(tx, order_id)
    tx.record(*completed(scribe, wanted, _delivered(tx, order_id), wanted.destination(service), at))


def completed(
    scribe: Scribe, wanted: Wanted, delivered: Sequence[Delivery], destination: Calendar, at: datetime
) -> list[Fact]:
    """The end of an order of which nothing is missing any more; none where something is."""
    if _missing(wanted.lines, delivered):
        return []
    scored = wanted.score(delivered, destination, at)
    done = delivered_fact(scribe, wanted.order_id, delivered, destination)
    return [done, *scored_facts(scribe, wanted.order_id, scored)]


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
    scored = _wanted(tx, order_id).score(_delivered(tx, order_id), destination, as_of)
    facts = scored_facts(scribe, order_id, scored)
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


def _wanted(tx: Transaction, order_id: str) -> Wanted:
    return wanted_of(*tx.answers(*wanted_queries([order_id])))[order_id]


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
