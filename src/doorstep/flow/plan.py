"""Planning: all open orders together, again and again until release. A plan may change, a promise may not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import Fulfilment, FulfilmentCancelled, FulfilmentLine, ShipmentPlanned
from doorstep.events.orders import HandOffMade
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, HoldsMoved, StockHeld
from doorstep.flow.consignees import consignees
from doorstep.flow.joined import end_broken, not_joined
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of, deciders_of
from doorstep.flow.price_book import price_queries
from doorstep.flow.promise import holds_of, reservation_of
from doorstep.flow.reasons import bills_otherwise
from doorstep.flow.slack import slack_before_departure
from doorstep.flow.supply import costs_of, needs_of, reserved_at, site_supplies, supply_queries
from doorstep.planning.answers import OrderPlan, Plan, Shipment
from doorstep.planning.plan import plan
from doorstep.planning.values import Demand, OpenOrder, PlanQuestion, Reservation, SiteSupply
from doorstep.storage.changes import GuardLostError
from doorstep.storage.queries import learning, legal, master, nodes, orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.calendar import Window
from doorstep.terms.company import Company
from doorstep.terms.goals import Goals
from doorstep.terms.refusals import Refusal

MOST_AT_ONCE = 500
RETRY_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning came to: orders planned anew, orders that wait, the plan's cost and its lower bound."""

    orders: tuple[str, ...]
    waiting: tuple[str, ...]
    cost_minor: int
    bound_minor: int


def plan_open_orders(
    office: Office, who: Who = CLOCKWORK, at_most: int = MOST_AT_ONCE, only_asked: bool = False
) -> Planned:
    """Plan up to `at_most` open orders together. Orders that cannot be shipped now keep what they hold and wait.

    With `only_asked` an order that is planned is left as it is, unless somebody asked for it, the time it was to leave
    has passed, or it holds what one that was asked for waits for: new orders then cost no more the more are open.
    """

    def step(tx: Transaction) -> Planned:
        company = company_of(tx)
        end_broken(tx, Scribe(who, tx.now))
        asked = orders.asked_for(tx, PLAN_ORDERS)  # before anything it may be about is read
        rows = not_joined(tx, (orders.to_plan_now if only_asked else orders.plannable)(tx, PLAN_ORDERS, at_most), asked)
        if not rows:
            _settle_due(tx, (), (), asked)
            return Planned((), (), 0, 0)
        world, answer = propose(tx, company, rows)
        return _record(office, tx, Scribe(who, tx.now), company, world, answer, asked)

    told = office.store.run(step)
    if isinstance(told, Refusal):
        raise TypeError("planning does not refuse")
    return told


def propose(tx: Transaction, company: Company, rows: Sequence[Any]) -> tuple[World, Plan]:
    """The plan of these orders as things stand, with what it rests on; nothing is recorded."""
    world, question = question_of(tx, company, rows)
    return world, plan(question, deciders_of(tx, company))


def question_of(tx: Transaction, company: Company, rows: Sequence[Any]) -> tuple[World, PlanQuestion]:
    """What planning is asked of these orders as things stand, with what it rests on."""
    _ask_ahead(tx, rows)
    goals = master.goals(tx)
    world = _read(tx, rows, goals)
    sites = site_supplies(tx, company, world.item_ids, [row.order_id for row in rows])
    _check_held(world, sites)
    transits = learning.transits(tx)
    services = master.services(tx)
    return world, PlanQuestion(tx.now, world.open_orders, sites, services, costs_of(goals), transits=transits)


def _ask_ahead(tx: Transaction, rows: Sequence[Any]) -> None:
    """What is known to be asked of these orders, in one round trip."""
    order_ids = [row.order_id for row in rows]
    tx.ahead(
        stock.holds_query(order_ids),  # first: what is held is read before what is free
        orders.demand_query(order_ids),
        orders.agreed_query(order_ids),
        master.lies_of_orders(order_ids),
        legal.customers_query({row.customer_id for row in rows}),
        nodes.said_no_query(order_ids),
        *(master.GOALS, master.SITES, master.SERVICES, master.CARTONS, legal.RULES),
        *price_queries(tx.now.date()),
    )


@dataclass(frozen=True, slots=True)
class World:
    """What was read for planning: the orders as planning sees them, their holds and their planned fulfilment orders."""

    open_orders: tuple[OpenOrder, ...]
    holds: Mapping[str, Sequence[Hold]]
    planned: Mapping[str, Sequence[tuple[Any, frozenset[FulfilmentLine]]]]
    item_ids: Collection[str]


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
        *(query for query in supply_queries(item_ids) if query != master.SITES),
        *(orders.BOOKED, orders.fulfilments_query(order_ids), learning.TRANSITS),
    )
    items = master.items(tx, item_ids)
    agreed = orders.agreed(tx, order_ids)
    localities = master.localities(tx, order_ids)
    terms = {row.order_id: master.terms_of(row.terms_text) for row in rows}
    who = consignees(tx, rows)
    said_no = nodes.said_no(tx, order_ids)
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
        )
        for row in rows
    ]
    return World(tuple(found), holds, _planned(tx, order_ids), item_ids)


def _window(row: Any) -> Window:
    return Window(row.first_day, row.last_day, row.ppm)


def _planned(tx: Transaction, order_ids: Sequence[str]) -> dict[str, list[tuple[Any, frozenset[FulfilmentLine]]]]:
    rows = [row for row in orders.fulfilments(tx, order_ids) if row.state == "planned"]
    lines: dict[str, set[FulfilmentLine]] = defaultdict(set)
    for line in orders.fulfilment_lines(tx, [row.fulfilment_id for row in rows]):
        lines[line.fulfilment_id].add(FulfilmentLine(line.line_no, line.item_id, line.quantity))
    found: dict[str, list[tuple[Any, frozenset[FulfilmentLine]]]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append((row, frozenset(lines[row.fulfilment_id])))
    return found


def _check_held(world: World, sites: Sequence[SiteSupply]) -> None:
    """GuardLostError where what was held a moment ago lies in no row of supply any more: read again."""
    there: set[tuple[str, str, str, str | None]]
    there = {(site.site_id, units.item_id, units.lot, None) for site in sites for units in site.free}
    there |= {(site.site_id, coming.item_id, "", coming.inbound_id) for site in sites for coming in site.inbound}
    for held in (held for order in world.open_orders for held in order.held):
        if (held.site_id, held.item_id, held.lot, held.inbound_id) not in there:
            raise GuardLostError(f"{held.item_id} of line {held.line_no} moved while it was planned")


def _record(
    office: Office,
    tx: Transaction,
    scribe: Scribe,
    company: Company,
    world: World,
    answer: Plan,
    asked: Mapping[str, int],
) -> Planned:
    done: list[str] = []
    waits: list[str] = []
    coming: dict[str, datetime] = {}
    for order in answer.orders:
        _move_holds(office, tx, scribe, world.holds[order.order_id], order)
        if order.shipments:
            _record_shipments(office, tx, scribe, company, world, order)
            if any(reservation.inbound_id for reservation in order.reservations):
                coming[order.order_id] = min(shipment.departs for shipment in order.shipments)
            else:
                done.append(order.order_id)
        else:
            # It would break a rule, such as a lot's last day, if it were released as it was planned.
            for row, _ in world.planned.get(order.order_id, ()):
                tx.record(scribe(FulfilmentCancelled(row.fulfilment_id, order.order_id), cause="cannot be sent now"))
            waits.append(order.order_id)
    _settle_due(tx, done, waits, asked, coming)
    planned = tuple(order.order_id for order in answer.orders if order.shipments)
    return Planned(planned, tuple(waits), answer.total_minor, answer.bound_minor)


def _move_holds(office: Office, tx: Transaction, scribe: Scribe, held: Sequence[Hold], order: OrderPlan) -> None:
    """Keep what the plan wants kept, where it wants it kept; what already is so stays untouched."""
    wanted = reserved_at(order.reservations)
    ended = []
    for hold in held:
        (key,) = reserved_at([reservation_of(hold)])
        if wanted[key] >= hold.quantity:
            wanted[key] -= hold.quantity
        else:
            ended.append(hold)
    made = holds_of(order.order_id, _reservations(wanted), office.ids, None)
    if ended:
        tx.record(scribe(HoldsMoved(tuple(ended), made), cause="plan"))
    elif made:
        tx.record(scribe(StockHeld(made), cause="plan"))


def _reservations(units: Counter[tuple[int, str, str, str, str]]) -> list[Reservation]:
    return [
        Reservation(line_no, item_id, site_id, lot, inbound_id or None, quantity)
        for (line_no, item_id, site_id, lot, inbound_id), quantity in units.items()
        if quantity > 0
    ]


def _record_shipments(
    office: Office, tx: Transaction, scribe: Scribe, company: Company, world: World, order: OrderPlan
) -> None:
    before = world.planned.get(order.order_id, [])
    if _same(before, order.shipments):
        return
    fulfilments = tuple(
        Fulfilment(
            fulfilment_id=office.ids.new("ful"),
            site_id=shipment.site_id,
            service_id=shipment.service_id,
            departs=shipment.departs,
            ship_by=shipment.ship_by,
            lines=_lines(shipment),
            cost_minor=shipment.cost_minor,
        )
        for shipment in order.shipments
    )
    body = ShipmentPlanned(
        order_id=order.order_id,
        fulfilments=fulfilments,
        replaced=tuple(row.fulfilment_id for row, _ in before),
        cost_minor=order.cost.total_minor,
        bound_minor=order.least_minor,
        reasons=(*map(str, order.reasons), *bills_otherwise(order)),
        rejected=tuple(
            f"{' + '.join(f'{site} by {service}' for site, service in other.ways)}: {other.why}, {other.cost_minor}"
            for other in order.runners_up
        ),
    )
    tx.record(*planned_facts(scribe, company, body))


def planned_facts(scribe: Scribe, company: Company, body: ShipmentPlanned) -> list[Fact]:
    """An order has its plan: each of its fulfilment orders can be released."""
    facts = [scribe(body)]
    for made in body.fulfilments:
        slack = slack_before_departure(company, made.ship_by, scribe.now, Step.RELEASE)
        hand_off = HandOffMade(body.order_id, made.fulfilment_id, Step.PLAN, Step.RELEASE, slack)
        facts.append(scribe(hand_off, site=made.site_id))
    return facts


def _lines(shipment: Shipment) -> tuple[FulfilmentLine, ...]:
    units: Counter[tuple[int, str]] = Counter()
    for reservation in shipment.reservations:
        units[reservation.line_no, reservation.item_id] += reservation.quantity
    return tuple(FulfilmentLine(line_no, item_id, quantity) for (line_no, item_id), quantity in sorted(units.items()))


def _same(before: Sequence[tuple[Any, frozenset[FulfilmentLine]]], after: Sequence[Shipment]) -> bool:
    """Whether the plan is as it was, to the day of departure: then nobody on the floor is bothered."""
    old = sorted(repr((r.site_id, r.service_id, r.departs.date(), sorted(lines, key=repr))) for r, lines in before)
    new = sorted(repr((s.site_id, s.service_id, s.departs.date(), sorted(_lines(s), key=repr))) for s in after)
    return old == new


def _settle_due(
    tx: Transaction,
    done: Sequence[str],
    waits: Sequence[str],
    asked: Mapping[str, int],
    coming: Mapping[str, datetime] | None = None,
) -> None:
    """Planned orders need no timer; the ones that wait are looked at again, at the latest in an hour.

    Those planned out of what is `coming` are looked at when they were to leave: nobody tells of goods that never came.
    `asked` is how often each was asked for before planning read anything: who asked since, asked for another run.
    """
    tx.no_longer(PLAN_ORDERS, orders.asked_in_vain(tx, PLAN_ORDERS))
    tx.no_longer_unless_asked(PLAN_ORDERS, {order_id: asked[order_id] for order_id in done if order_id in asked})
    for order_id, departs in (coming or {}).items():
        tx.put_off(PLAN_ORDERS, order_id, int((departs - tx.now).total_seconds()) + 1, asked.get(order_id, 0))
    for order_id in waits:
        tx.put_off(PLAN_ORDERS, order_id, RETRY_SECONDS, asked.get(order_id, 0))
