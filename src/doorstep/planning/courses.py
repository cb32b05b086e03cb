"""The ways of orders as a frontier compares them: of open orders with what they hold, of others as if asked now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta

from doorstep.planning.answers import CostParts, Offer, OrderPlan, Plan, Shipment
from doorstep.planning.frontier import Course, Served
from doorstep.planning.quote import full_days
from doorstep.planning.supply import Free, row_of, together
from doorstep.planning.timetable import Ahead
from doorstep.planning.values import DayKey, Deciders, Demand, OpenOrder, PlanQuestion, QuoteQuestion
from doorstep.planning.ways import Desk, Option, Way
from doorstep.promising.arrivals import arrivals
from doorstep.promising.mass import last_of
from doorstep.terms.calendar import Window

Standing = Mapping[str, Collection[tuple[str, str, date]]]  # by order: site, service and day of each shipment


def open_served(question: PlanQuestion, answer: Plan, deciders: Deciders, standing: Standing) -> tuple[Served, ...]:
    """The orders of the question that can be sent. What an order is planned as (`standing`) is its way of today; one
    that is not planned, or cannot go like that any more, goes as the answer says.
    """
    desk = desk_of(question, deciders)
    pool = desk.supply.with_held([held for order in question.orders for held in order.held])
    full = frozenset(full_days(question.sites))
    found = (
        _open(order, planned, desk, pool, full, standing.get(order.demand.order_id, ()))
        for order, planned in zip(question.orders, answer.orders, strict=True)
    )
    return tuple(served for served in found if served is not None)


def desk_of(question: PlanQuestion | QuoteQuestion, deciders: Deciders) -> Desk:
    """Where ways are made for the question's orders."""
    return Desk(question.now, question.sites, question.services, question.costs, deciders, question.transits)


def _open(
    order: OpenOrder,
    planned: OrderPlan,
    desk: Desk,
    pool: Free,
    full: frozenset[DayKey],
    standing: Collection[tuple[str, str, date]],
) -> Served | None:
    demand = order.demand
    also = [together(order.held)] if order.held else []
    soon, _ = desk.ways(demand, pool, Ahead(demand.asked_from, full), also=also, held=order.held)
    waits, _ = desk.ways(demand, pool, Ahead(order.agreed.first_day, full, later=False), also=also, held=order.held)
    courses = tuple(dict.fromkeys(_course(way, demand, desk) for way in (*soon, *waits)))
    wanted = sorted(standing)
    today = next((course for course in courses if wanted and _leaving(course) == wanted), None)
    if today is None:
        if not planned.shipments:
            return None
        today = _chosen(planned.cost, planned.shipments)
    return Served(demand.order_id, order.agreed, demand.asked_from, (*courses, today), today)


def quoted_served(question: QuoteQuestion, offer: Offer, desk: Desk) -> Served:
    """An order as if asked now, which would be promised what the offer says."""
    demand = question.demand
    ahead = Ahead(demand.asked_from, frozenset(full_days(question.sites)), later=demand.asked_from is not None)
    ways, _ = desk.ways(demand, desk.supply.free, ahead)
    courses = tuple(dict.fromkeys(_course(way, demand, desk) for way in ways))
    today = _chosen(offer.cost, offer.shipments)
    window = Window(demand.asked_from, offer.order.window.last_day, offer.order.window.ppm)
    return Served(demand.order_id, window, demand.asked_from, (*courses, today), today)


def _course(way: Way, demand: Demand, desk: Desk) -> Course:
    return Course(
        ways=tuple((option.day.site_id, option.service_id) for option in way.options),
        leaves=tuple(option.day.day for option in way.options),
        cost_minor=spent_minor(way.cost),
        arrival=way.arrival_of(0),
        good_until=min(_last_days(way.options, demand, desk), default=None),
    )


def _last_days(options: Iterable[Option], demand: Demand, desk: Desk) -> Iterator[date]:
    for option in options:
        for reservation in option.taken:
            expires_on = desk.supply.rows[row_of(reservation)].expires_on
            if expires_on is not None:
                yield expires_on - timedelta(days=demand.shelf_life_days)


def spent_minor(cost: CostParts) -> int:
    """What is spent on a way, without the risk of breaking its promise."""
    return cost.freight_minor + cost.cartons_minor + cost.handling_minor + cost.split_minor


def _chosen(cost: CostParts, shipments: Collection[Shipment]) -> Course:
    return Course(
        ways=tuple((shipment.site_id, shipment.service_id) for shipment in shipments),
        leaves=tuple(shipment.leg.site.day_of(shipment.departs) for shipment in shipments),
        cost_minor=spent_minor(cost),
        arrival=last_of([arrivals(shipment.leg) for shipment in shipments]),
    )


def _leaving(course: Course) -> list[tuple[str, str, date]]:
    return sorted((site, service, on) for (site, service), on in zip(course.ways, course.leaves, strict=True))
