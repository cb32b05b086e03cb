"""Other goals tried on what there is: the real path, taken twice in one step and rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from doorstep.flow.conflicts import as_things_stand
from doorstep.flow.goals import set_within
from doorstep.flow.office import CLOCKWORK, Office, Scribe, company_of
from doorstep.flow.place import Offered, quote_within
from doorstep.flow.plan import MOST_AT_ONCE, propose
from doorstep.goals.conflicts import Conflict
from doorstep.planning.answers import OrderPlan
from doorstep.storage.queries import master, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.calendar import Window
from doorstep.terms.company import Company
from doorstep.terms.goals import Goals
from doorstep.terms.order import Line, Order, Terms
from doorstep.terms.refusals import Refusal

_LOOKED_BACK = 500  # orders, newest first, among which one of each class is looked for


@dataclass(frozen=True, slots=True)
class Served:
    """How an order would be served under some goals: the promise, how surely it holds, from where, by what.

    `cost_minor` is the whole cost as those goals weigh it, `sent_minor` freight and cartons alone: what others are
    paid. Where it cannot be served `says` tells why, and there is nothing else.
    """

    first_day: date | None = None
    last_day: date | None = None
    ppm: int = 0
    sites: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    cost_minor: int = 0
    sent_minor: int = 0
    says: str = ""

    def same_way(self, other: Served) -> bool:
        """Whether the order would be promised and sent alike, whatever that is thought to cost."""
        mine = (self.first_day, self.last_day, self.sites, self.services, bool(self.says))
        return mine == (other.first_day, other.last_day, other.sites, other.services, bool(other.says))


@dataclass(frozen=True, slots=True)
class Tried:
    """One order under the goals that hold and under the others. `order_id` is '' for one that was only asked about."""

    order_id: str
    customer_id: str
    customer_class: str
    before: Served
    after: Served

    @property
    def changes(self) -> bool:
        return not self.before.same_way(self.after)


@dataclass(frozen=True, slots=True)
class Trial:
    """What other goals would change: `quotes` of orders as if placed now, and the plan of all open `orders`.

    Open orders keep their promises; how they are served may change. `all_orders` is False where more are open than are
    planned at once.
    """

    goals: Goals
    conflicts: tuple[Conflict, ...]
    currency: str
    quotes: tuple[Tried, ...]
    orders: tuple[Tried, ...]
    all_orders: bool


def try_goals(
    office: Office, goals: Goals, sample: Order | None = None, at_most: int = MOST_AT_ONCE
) -> Trial | Refusal:
    """What these goals would change if they were set now. Nothing is recorded.

    `sample` is the order to quote; without one, the newest of each class of customers as if it were placed again.
    """

    def step(tx: Transaction) -> Trial:
        company = company_of(tx)
        samples = [sample] if sample else list(_newest(tx))
        rows = orders.plannable(tx, PLAN_ORDERS, at_most)
        quotes_before = [_quoted(tx, order) for order in samples]
        plans_before = _planned(tx, company, rows)
        set_within(tx, Scribe(CLOCKWORK, tx.now), goals)
        tx.flush()
        quotes_after = [_quoted(tx, order) for order in samples]
        plans_after = _planned(tx, company, rows)
        return Trial(
            goals,
            tuple(as_things_stand(tx, goals)),
            company.currency,
            tuple(
                Tried("", order.customer_id, _class_of(tx, company, order), before, after)
                for order, before, after in zip(samples, quotes_before, quotes_after, strict=True)
            ),
            tuple(
                Tried(
                    row.order_id,
                    row.customer_id,
                    master.terms_of(row.terms_text).customer_class or "",
                    plans_before[row.order_id],
                    plans_after[row.order_id],
                )
                for row in rows
            ),
            len(rows) < at_most,
        )

    return office.store.run(step, dry_run=True)


def _newest(tx: Transaction) -> Iterator[Order]:
    """The newest order of each class of customers, as its customer would place it again now, asking for no date."""
    for row in orders.newest_by_class(tx, _LOOKED_BACK):
        ship_to = master.address(tx, row.person_ref)
        lines = [line for line in orders.lines(tx, row.order_id) if line.ordered > line.cancelled]
        if ship_to is not None and lines:
            wanted = tuple(Line(line.line_no, line.item_id, line.ordered - line.cancelled) for line in lines)
            yield Order(row.customer_id, wanted, ship_to, row.currency)


def _class_of(tx: Transaction, company: Company, order: Order) -> str:
    customer = master.customer(tx, order.customer_id)
    return (order.terms.over(customer.terms if customer else Terms())).over(company.terms).customer_class or ""


def _quoted(tx: Transaction, order: Order) -> Served:
    told = quote_within(tx, order)
    if isinstance(told, Refusal):
        return Served(says=told.says)
    offer: Offered = next(each for each in told if each.would_be_promised)
    whole = offer.promise
    way = (offer.sites, offer.services, offer.cost_minor, offer.sent_minor)
    return Served(whole.first_day, whole.last_day, whole.ppm, *way)


def _planned(tx: Transaction, company: Company, rows: Sequence[Any]) -> dict[str, Served]:
    """How each order would be served, planned together with all others."""
    if not rows:
        return {}
    world, answer = propose(tx, company, rows)
    agreed = {order.demand.order_id: order.agreed for order in world.open_orders}
    return {order.order_id: _served(agreed[order.order_id], order) for order in answer.orders}


def _served(agreed: Window, order: OrderPlan) -> Served:
    return Served(
        agreed.first_day,
        agreed.last_day,
        order.in_window_ppm,
        tuple(shipment.site_id for shipment in order.shipments),
        tuple(shipment.service_id for shipment in order.shipments),
        order.cost.total_minor,
        order.cost.freight_minor + order.cost.cartons_minor,
        order.refusal.says if order.refusal else "",
    )
