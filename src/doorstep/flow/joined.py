"""Joint shipments beside planning: what is joined stays so until somebody asks for a plan, and ends with a member."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from doorstep.events.consolidation import ConsolidationEnded, Joined, ShipmentsConsolidated
from doorstep.flow.office import Scribe
from doorstep.flow.words import joined as listed
from doorstep.storage.queries import consolidation, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.money import Money


def not_joined(tx: Transaction, rows: Sequence[Any], *, unless_asked: bool = True) -> list[Any]:
    """The orders without those that go as one shipment with others, unless a plan is asked for by now for one of these.

    Where others of it are released, only the order itself counts: what goes with those is left alone. A plan that is
    asked for later, as where goods that come should have left, does not count yet.
    """
    joined = consolidation.joined(tx, [row.order_id for row in rows])
    asked = orders.asked_by_now(tx, PLAN_ORDERS) if joined and unless_asked else set()
    looked_at = {each.consolidation_id for order_id, each in joined.items() if each.whole and order_id in asked}
    return [
        row
        for row in rows
        if row.order_id not in joined or row.order_id in asked or joined[row.order_id].consolidation_id in looked_at
    ]


def end_broken(tx: Transaction, scribe: Scribe) -> tuple[str, ...]:
    """End joint shipments that lost a member, and ask for a plan of who is left: their orders."""
    left: list[str] = []
    for row in consolidation.broken(tx):
        tx.record(scribe(ConsolidationEnded(row.consolidation_id, tuple(row.order_ids)), cause="a member left"))
        left += row.order_ids
    for order_id in left:
        tx.later(PLAN_ORDERS, order_id, tx.now)
    return tuple(left)


def other_way(orders: int, service_id: str, departs: datetime, cost_minor: int, why: str) -> str:
    """Another way to send so many orders together, as plans keep the ways that they rejected."""
    return f"{orders} orders as one shipment by {service_id}, leaving {departs:%Y-%m-%d}: {why}, {cost_minor}"


class SentTogether(Protocol):
    """A way for several orders to go as one shipment, as planning and consolidation find it."""

    @property
    def site_id(self) -> str: ...
    @property
    def service_id(self) -> str: ...
    @property
    def tariff_id(self) -> str: ...
    @property
    def travels_as(self) -> str: ...
    @property
    def departs(self) -> datetime: ...
    @property
    def freight_minor(self) -> int: ...
    @property
    def cost_minor(self) -> int: ...


def consolidated(
    consolidation_id: str,
    sent: SentTogether,
    members: Iterable[Joined],
    alone_minor: int,
    others: Iterable[tuple[str, datetime, int, str]],
) -> ShipmentsConsolidated:
    """What is recorded of it. `others`: service, departure, cost and why not, of each way that was rejected."""
    joined = tuple(members)
    return ShipmentsConsolidated(
        consolidation_id=consolidation_id,
        site_id=sent.site_id,
        service_id=sent.service_id,
        tariff_id=sent.tariff_id,
        travels_as=sent.travels_as,
        departs=sent.departs,
        members=joined,
        freight_minor=sent.freight_minor,
        cost_minor=sent.cost_minor,
        alone_minor=alone_minor,
        rejected=tuple(other_way(len(joined), *other) for other in others),
    )


def stop_of(tx: Transaction, order_id: str, fulfilment_id: str) -> str:
    """Where a truck with several stops unloads a fulfilment order, for its papers: `stop 2 of one truck with 3 stops`
    with the joint shipment's number; '' where it has no stop of its own."""
    mine = (row for row in consolidation.of_order(tx, order_id) if row.fulfilment_id == fulfilment_id and row.stop_no)
    return next((f"stop {row.stop_no} of {row.travels_as}, {row.consolidation_id}" for row in mine), "")


def reasons_of(tx: Transaction, order_id: str, currency: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why an order goes as one shipment with others, in words, and the other ways to join them as plans keep them."""
    reasons, rejected = [], []
    for row in consolidation.of_order(tx, order_id):
        stop = f", unloaded at stop {row.stop_no}" if row.stop_no else ""
        others = [other for other in row.order_ids if other != order_id]
        apart, together = Money(row.alone_minor, currency), Money(row.cost_minor, currency)
        reasons.append(
            f"it goes with {listed(others)} as one shipment, {row.travels_as} by {row.service_id}{stop}: "
            f"{together} for all of them instead of {apart} apart"
        )
        rejected += row.rejected
    return tuple(reasons), tuple(rejected)
