"""Least cost against service, with today's point on it: of one order, of a class of customers, of the company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from doorstep.flow.consignees import consignees
from doorstep.flow.joined import not_joined
from doorstep.flow.office import Office, company_of, deciders_of
from doorstep.flow.plan_world import question_of
from doorstep.flow.supply import costs_of, needs_of, parts_of, site_supplies, spared
from doorstep.goals.rates import interval_ppm, share_ppm
from doorstep.planning.courses import Standing, desk_of, open_served, quoted_served
from doorstep.planning.frontier import Frontier, Served, frontier, frontier_of_one
from doorstep.planning.plan import plan
from doorstep.planning.quote import quote
from doorstep.planning.values import Demand, QuoteQuestion
from doorstep.planning.ways import Desk
from doorstep.storage.queries import learning, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Window
from doorstep.terms.company import Company
from doorstep.terms.goals import Goals
from doorstep.terms.order import Terms
from doorstep.terms.refusals import Refusal, Why

MOST_OPEN = 100  # open orders of a class or the company that are looked at, the newest
ENOUGH = 40  # where fewer are open, so many in all: the newest others join as if they were ordered again now


@dataclass(frozen=True, slots=True)
class Measured:
    """How the promises first made to these customers ended: `kept` of `judged`, with Wilson's interval of the share."""

    judged: int
    kept: int
    kept_ppm: int | None
    low_ppm: int
    high_ppm: int


@dataclass(frozen=True, slots=True)
class FrontierView:
    """The frontier of an order (`order_id`), of a class (`customer_class`), or of the company (neither).

    `as_promised` are open orders, with what they hold and as they are planned; `as_if_now` others, as if ordered again
    now. `left_out` could not be sent now, or go as one shipment with others. `promised` is the promise of one order
    alone. Costs are those of all orders together. `frontier` None: there is none to show, and `says` tells why.
    """

    order_id: str
    customer_class: str | None
    currency: str
    as_promised: int
    as_if_now: int
    left_out: int
    promised: Window | None
    measured: Measured
    frontier: Frontier | None
    says: str = ""


def frontier_of_order(office: Office, order_id: str) -> FrontierView | Refusal:
    """One order: as it is planned where it is still open, else as if it were ordered again now."""
    with office.store.reading(wide=True) as tx:
        if orders.order(tx, order_id) is None:
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        return _told(tx, order_id=order_id)


def frontier_of(office: Office, customer_class: str | None = None) -> FrontierView:
    """All orders of a class of customers ('': those of none); None: of the company."""
    with office.store.reading(wide=True) as tx:
        return _told(tx, customer_class)


def served_in(
    tx: Transaction, customer_class: str | None, goals: Goals, most: int
) -> tuple[tuple[Served, ...], tuple[Served, ...], int]:
    """So many orders that a frontier is drawn of: open ones, others as if ordered under these goals, how many are left
    out.
    """
    return _served(tx, company_of(tx), goals, customer_class, "", most, most)


def _told(tx: Transaction, customer_class: str | None = None, order_id: str = "") -> FrontierView:
    company, goals = company_of(tx), master.goals(tx)
    promised, asked, left_out = _served(tx, company, goals, customer_class, order_id)
    served = (*promised, *asked)
    return FrontierView(
        order_id=order_id,
        customer_class=customer_class,
        currency=company.currency,
        as_promised=len(promised),
        as_if_now=len(asked),
        left_out=left_out,
        promised=served[0].promised if order_id and served else None,
        measured=measured_in(tx, customer_class),
        frontier=None if not served else frontier_of_one(served[0]) if order_id else frontier(served),
        says="" if served else _why_none(order_id, left_out),
    )


def _why_none(order_id: str, left_out: int) -> str:
    if order_id:
        return "There is no way to send this order now: see doorstep explain."
    return "None of these orders can be sent now." if left_out else "No order was placed by such customers yet."


_MEASURED = (
    "SELECT count(*) AS judged, count(*) FILTER (WHERE s.kept) AS kept FROM score s JOIN orders o USING (order_id) "
    "WHERE s.against = 'first' AND (%s::text IS NULL OR coalesce(o.terms ->> 'customer_class', '') = %s)"
)


def measured_in(tx: Transaction, customer_class: str | None) -> Measured:
    """How the promises first made to a class ended; None: to all."""
    (row,) = tx.rows(_MEASURED, customer_class, customer_class)
    low, high = interval_ppm(row.kept, row.judged)
    return Measured(row.judged, row.kept, share_ppm(row.kept, row.judged), low, high)


def _served(
    tx: Transaction,
    company: Company,
    goals: Goals,
    customer_class: str | None,
    order_id: str,
    most_open: int = MOST_OPEN,
    enough: int = ENOUGH,
) -> tuple[tuple[Served, ...], tuple[Served, ...], int]:
    rows = not_joined(tx, orders.open_now(tx, most_open, customer_class, order_id), unless_asked=False)
    promised = _open(tx, company, rows) if rows else ()
    more = max((1 if order_id else enough) - len(rows), 0)
    others = orders.newest(tx, more, customer_class, order_id, [row.order_id for row in rows]) if more else []
    asked = tuple(_asked(tx, company, goals, others)) if others else ()
    return promised, asked, len(rows) - len(promised) + len(others) - len(asked)


def _open(tx: Transaction, company: Company, rows: Sequence[Any]) -> tuple[Served, ...]:
    _, asked = question_of(tx, company, rows)
    # What it would cost in a load says nothing of the order's own ways: each goes by itself.
    question = replace(asked, orders=tuple(replace(order, delivers_to=()) for order in asked.orders))
    deciders = deciders_of(tx, company)
    return open_served(question, plan(question, deciders), deciders, _standing(tx, [row.order_id for row in rows]))


def _standing(tx: Transaction, order_ids: Sequence[str]) -> Standing:
    """What is planned of each order, as site, service and day."""
    sites = master.sites(tx)
    found = defaultdict(list)
    for row in orders.fulfilments(tx, order_ids):
        if row.state == "planned":
            leaves = sites[row.site_id].calendar.day_of(row.departs)
            found[row.order_id].append((row.site_id, row.service_id, leaves))
    return found


def _asked(tx: Transaction, company: Company, goals: Goals, rows: Sequence[Any]) -> Iterator[Served]:
    """The orders as their customers would place them again now, asking for no date."""
    deciders, services, costs = deciders_of(tx, company), master.services(tx), costs_of(goals)
    transits = learning.transits(tx)
    demands = _demands(tx, company, goals, rows)
    item_ids = {need.item.item_id for demand in demands for need in demand.needs}
    supplies = site_supplies(tx, company, item_ids)
    desks: dict[str | None, tuple[Desk, QuoteQuestion]] = {}
    for demand in demands:
        name = demand.terms.customer_class
        if name not in desks:
            sites = spared(tx, supplies, goals, name, item_ids)
            question = QuoteQuestion(tx.now, demand, sites, services, costs, transits=transits)
            desks[name] = (desk_of(question, deciders), question)
        desk, alike = desks[name]
        question = QuoteQuestion(tx.now, demand, alike.sites, services, costs, transits=transits)
        answer = quote(question, deciders, desk)
        if answer.refusal is None:
            yield quoted_served(question, answer.preferred(demand.terms.preference), desk)


def _demands(tx: Transaction, company: Company, goals: Goals, rows: Sequence[Any]) -> list[Demand]:
    wanted = _wanted(tx, [row.order_id for row in rows])
    items = master.items(tx, {item_id for lines in wanted.values() for _, item_id, _ in lines})
    who, localities = consignees(tx, rows), master.localities(tx, [row.order_id for row in rows])
    terms = {
        customer_id: goals.resolved(known.terms if known else Terms(), company.terms)
        for customer_id in {row.customer_id for row in rows}
        for known in (master.customer(tx, customer_id),)
    }
    return [
        Demand(
            order_id=row.order_id,
            needs=needs_of(
                (
                    (line_no, part.item_id, units * part.quantity)
                    for line_no, item_id, units in wanted[row.order_id]
                    for part in parts_of(items[item_id])
                ),
                items,
            ),
            area=row.area,
            terms=terms[row.customer_id],
            receives=terms[row.customer_id].receives,
            late_day_minor=goals.late_day_minor(terms[row.customer_id].customer_class),
            consignee=who[row.order_id],
            locality=localities[row.order_id],
        )
        for row in rows
    ]


def _wanted(tx: Transaction, order_ids: Sequence[str]) -> Mapping[str, list[tuple[int, str, int]]]:
    """Line, item and units of each order, as ordered and not cancelled."""
    found = defaultdict(list)
    for row in orders.lines_of(tx, order_ids):
        if row.ordered > row.cancelled:
            found[row.order_id].append((row.line_no, row.item_id, row.ordered - row.cancelled))
    return found
