"""What planning reads: open orders with what they hold and how they are planned, and what there is for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.events.fulfilment import FulfilmentLine
from doorstep.events.stock import Hold
from doorstep.flow.consignees import consignees, same_consignee
from doorstep.flow.price_book import price_queries
from doorstep.flow.promise import reservation_of
from doorstep.flow.supply import costs_of, needs_of, site_supplies, supply_queries
from doorstep.planning.values import Demand, OpenOrder, PlanQuestion, SiteSupply, Standing
from doorstep.storage.changes import GuardLostError
from doorstep.storage.queries import consolidation, learning, legal, master, nodes, orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Window
from doorstep.terms.company import Company
from doorstep.terms.goals import Goals


@dataclass(frozen=True, slots=True)
class World:
    """What was read for planning: the orders as planning sees them, their holds and their planned fulfilment orders.

    `sent_with` tells which orders go with others as they are planned: with whom (`consolidation.sent_with`).
    """

    open_orders: tuple[OpenOrder, ...]
    holds: Mapping[str, Sequence[Hold]]
    planned: Mapping[str, Sequence[tuple[Any, frozenset[FulfilmentLine]]]]
    item_ids: Collection[str]
    sent_with: Mapping[str, frozenset[str]]


def question_of(tx: Transaction, company: Company, rows: Sequence[Any]) -> tuple[World, PlanQuestion]:
    """What planning is asked of these orders as things stand, with what it rests on."""
    _ask_ahead(tx, rows)
    goals = master.goals(tx)
    world = _read(tx, rows, goals)
    sites = site_supplies(tx, company, world.item_ids, [row.order_id for row in rows])
    _check_held(world, sites)
    transits = learning.transits(tx)
    services = master.services(tx)
    weights = goals.weights
    return world, PlanQuestion(
        now=tx.now,
        orders=world.open_orders,
        sites=sites,
        services=services,
        costs=costs_of(goals),
        transits=transits,
        most_moved=weights.most_moved,
        move_gain_minor=weights.move_gain_minor,
    )


def _ask_ahead(tx: Transaction, rows: Sequence[Any]) -> None:
    """What is known to be asked of these orders, in one round trip."""
    order_ids = [row.order_id for row in rows]
    tx.ahead(
        stock.holds_query(order_ids),  # first: what is held is read before what is free
        orders.demand_query(order_ids),
        orders.agreed_query(order_ids),
        master.lies_of_orders(order_ids),
        legal.customers_query({row.customer_id for row in rows}),
        master.addresses_query({row.person_ref for row in rows}),
        nodes.said_no_query(order_ids),
        *(master.GOALS, master.SITES, master.SERVICES, master.CARTONS, legal.RULES),
        *price_queries(tx.now.date()),
    )


def _read(tx: Transaction, rows: Sequence[Any], goals: Goals) -> World:
    order_ids = [row.order_id for row in rows]
    holds: dict[str, list[Hold]] = defaultdict(list)
    for hold in stock.holds_of_orders(tx, order_ids):
        if not hold.place_id:
            holds[hold.order_id].append(hold)
    units: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for row in orders.demand(tx, order_ids):
        reserved = sum(
            hold.quantity for hold in holds[row.order_id] if (hold.line_no, hold.item_id) == (row.line_no, row.item_id)
        )
        units[row.order_id].append((row.line_no, row.item_id, reserved + row.waiting))
    item_ids = {item_id for lines in units.values() for _, item_id, _ in lines}
    tx.ahead(
        master.items_query(item_ids),
        *supply_queries(tx, item_ids, order_ids),
        *(orders.fulfilments_query(order_ids), orders.planned_lines_query(order_ids), learning.TRANSITS),
        consolidation.sent_with_query(order_ids),
    )
    items = master.items(tx, item_ids)
    agreed = orders.agreed(tx, order_ids)
    localities = master.localities(tx, order_ids)
    terms = {row.order_id: master.terms_of(row.terms_text) for row in rows}
    who = consignees(tx, rows)
    said_no = nodes.said_no(tx, order_ids)
    planned = _planned(tx, order_ids)
    addresses = master.addresses(tx, {row.person_ref for row in rows})
    found = [
        OpenOrder(
            demand=Demand(
                order_id=row.order_id,
                needs=needs_of(units[row.order_id], items),
                area=row.area,
                terms=terms[row.order_id],
                asked_from=row.asked_from,
                asked_by=row.asked_by,
                receives=terms[row.order_id].receives,
                late_day_minor=goals.late_day_minor(terms[row.order_id].customer_class),
                consignee=who[row.order_id],
                not_from=said_no[row.order_id],
                locality=localities[row.order_id],
            ),
            agreed=_window(agreed[row.order_id][0]),
            line_windows={line_no: _window(r) for line_no, r in agreed[row.order_id].items() if line_no},
            held=tuple(reservation_of(hold) for hold in holds[row.order_id]),
            planned=_standing(planned.get(row.order_id, ())),
            delivers_to=same_consignee(addresses[row.person_ref]) if row.person_ref in addresses else (),
        )
        for row in rows
    ]
    return World(tuple(found), holds, planned, item_ids, consolidation.sent_with(tx, order_ids))


def _window(row: Any) -> Window:
    return Window(row.first_day, row.last_day, row.ppm)


def _planned(tx: Transaction, order_ids: Sequence[str]) -> dict[str, list[tuple[Any, frozenset[FulfilmentLine]]]]:
    rows = [row for row in orders.fulfilments(tx, order_ids) if row.state == "planned"]
    lines: dict[str, set[FulfilmentLine]] = defaultdict(set)
    for line in orders.planned_lines(tx, order_ids):
        lines[line.fulfilment_id].add(FulfilmentLine(line.line_no, line.item_id, line.quantity))
    found: dict[str, list[tuple[Any, frozenset[FulfilmentLine]]]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append((row, frozenset(lines[row.fulfilment_id])))
    return found


def _standing(planned: Sequence[tuple[Any, frozenset[FulfilmentLine]]]) -> tuple[Standing, ...]:
    found = []
    for row, lines in planned:
        units = tuple(sorted((line.line_no, line.item_id, line.quantity) for line in lines))
        found.append(Standing(row.site_id, row.service_id, row.departs.date(), units))
    return tuple(sorted(found))


def _check_held(world: World, sites: Sequence[SiteSupply]) -> None:
    """GuardLostError where what was held a moment ago lies in no row of supply any more: read again."""
    there: set[tuple[str, str, str, str | None]]
    there = {(site.site_id, units.item_id, units.lot, None) for site in sites for units in site.free}
    there |= {(site.site_id, coming.item_id, "", coming.inbound_id) for site in sites for coming in site.inbound}
    for held in (held for order in world.open_orders for held in order.held):
        if (held.site_id, held.item_id, held.lot, held.inbound_id) not in there:
            raise GuardLostError(f"{held.item_id} of line {held.line_no} moved while it was planned")
