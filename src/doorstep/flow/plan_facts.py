"""What a plan changes, written down: holds moved, shipments planned, the run with its bound and its prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from doorstep.events.consolidation import Joined, ShipmentsConsolidated
from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import Fulfilment, FulfilmentCancelled, FulfilmentLine, ShipmentPlanned
from doorstep.events.orders import HandOffMade
from doorstep.events.planning import PlanMade, ScarcePrice
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, HoldsMoved, StockHeld
from doorstep.flow.joined import consolidated
from doorstep.flow.office import Office, Scribe
from doorstep.flow.plan_world import World
from doorstep.flow.promise import holds_of, reservation_of
from doorstep.flow.reasons import bills_otherwise
from doorstep.flow.slack import slack_before_departure
from doorstep.flow.supply import reserved_at
from doorstep.flow.words import joined
from doorstep.planning.answers import OrderPlan, Plan, PlannedLoad, RunnerUp, Shipment
from doorstep.planning.values import DayKey, Reservation, Scarce, Standing
from doorstep.storage.queries import planning
from doorstep.storage.transaction import Transaction
from doorstep.terms.company import Company


@dataclass(frozen=True, slots=True)
class Changed:
    """An order whose plan is another than before: `CS by steady-ground on 2026-03-02`; '' where it has none."""

    order_id: str
    before: str
    after: str
    moved: bool  # it could have stayed


@dataclass(frozen=True, slots=True)
class Run:
    """The planning run that a plan is of: all that was planned together, and about which items.

    `whole`: all open orders were planned, so what has no price now is worth nothing. `plan_id` where it is written
    down already.
    """

    answer: Plan
    item_ids: Collection[str]
    whole: bool
    plan_id: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written down: the run, '' where nothing changed, and the plans that are other ones than before."""

    plan_id: str
    changed: tuple[Changed, ...]


def record_plan(
    office: Office, tx: Transaction, scribe: Scribe, company: Company, world: World, part: Plan, run: Run
) -> Recorded:
    """Write down what changes for the orders of `part`, which is the run's plan or some of its orders.

    Of orders that are to go as one shipment all are planned anew with it, or none.
    """
    changed = tuple(changes(world, part))
    anew = planned_anew(world, part, changed, run.answer)
    plan_id = run.plan_id or _record_run(office, tx, scribe, run, bool(anew))
    wait = waiting_together(part)
    made: dict[str, Fulfilment] = {}
    for order in part.orders:
        _move_holds(office, tx, scribe, world.holds[order.order_id], order)
        if not order.shipments:
            # It would break a rule, such as a lot's last day, if it were released as it was planned.
            for row, _ in world.planned.get(order.order_id, ()):
                tx.record(scribe(FulfilmentCancelled(row.fulfilment_id, order.order_id), cause="cannot be sent now"))
        elif order.order_id in anew:
            body = _planned(office, world, order, plan_id, len(run.answer.orders) - 1, order.order_id in wait)
            made[order.order_id] = body.fulfilments[0]
            tx.record(*planned_facts(scribe, company, body))
    for load in part.loads:
        if load.order_ids[0] in anew:
            tx.record(scribe(_consolidated(office, load, part, made), site=load.site_id, cause="plan"))
    return Recorded(plan_id, changed)


def _record_run(office: Office, tx: Transaction, scribe: Scribe, run: Run, changes: bool) -> str:
    if changes:
        tx.ahead(planning.prices_query(run.item_ids, tx.now.date()), planning.VERSIONS)
    prices = tuple(_new_prices(tx, run))
    if not changes and not prices:
        return ""
    answer = run.answer
    made = PlanMade(
        plan_id=office.ids.new("pln"),
        orders=len(answer.orders),
        waiting=sum(not order.shipments for order in answer.orders),
        moved=len(answer.moved),
        cost_minor=answer.total_minor,
        full_minor=answer.full_minor,
        bound_minor=answer.bound_minor,
        apart_minor=answer.apart_minor,
        prices=prices,
        inputs=planning.versions(tx),
    )
    tx.record(scribe(made))
    return made.plan_id


def changes(world: World, answer: Plan) -> Iterator[Changed]:
    """The orders that are planned otherwise than they are now."""
    before = {order.demand.order_id: order.planned for order in world.open_orders}
    moved = set(answer.moved)
    for order in answer.orders:
        after = tuple(sorted(_standing(shipment) for shipment in order.shipments))
        if after != before[order.order_id]:
            was, now = _in_words(before[order.order_id]), _in_words(after)
            yield Changed(order.order_id, was, now, order.order_id in moved)


def planned_anew(world: World, part: Plan, changed: Iterable[Changed], run: Plan) -> set[str]:
    """The orders of `part` whose plan is to be written down: those that changed, those of loads that are not yet, and
    those that went with others who have left them, for what they cost alone. A load that is one already and goes with
    what is released, so no part of the `run`, stays that."""
    planned = {order.order_id for order in run.orders}
    anew = {each.order_id for each in changed}
    for load in part.loads:
        mine = set(load.order_ids)
        if mine & anew or any(world.sent_with.get(order_id, frozenset()) & planned != mine for order_id in mine):
            anew |= mine
    left = {order_id for order_id, others in world.sent_with.items() if not others}
    return anew | {order.order_id for order in part.orders if order.order_id in left and order.shipments}


def _consolidated(
    office: Office, load: PlannedLoad, part: Plan, made: Mapping[str, Fulfilment]
) -> ShipmentsConsolidated:
    shares = {order.order_id: order.cost.freight_minor for order in part.orders}
    told = zip(load.order_ids, load.alone_minor, load.stop_nos, load.later_seconds, strict=True)
    members = (Joined(order_id, made[order_id].fulfilment_id, shares[order_id], *rest) for order_id, *rest in told)
    others = (
        (*other, "saves less" if other[2] < load.apart_minor else "costs more than each by itself")
        for other in load.others
    )
    return consolidated(office.ids.new("con"), load, members, load.apart_minor, others)


def _standing(shipment: Shipment) -> Standing:
    lines = tuple((line.line_no, line.item_id, line.quantity) for line in _lines(shipment))
    return Standing(shipment.site_id, shipment.service_id, shipment.departs.date(), lines)


def _in_words(shipments: Sequence[Standing]) -> str:
    return " + ".join(f"{each.site_id} by {each.service_id} on {each.day}" for each in shipments)


def _new_prices(tx: Transaction, run: Run) -> Iterator[ScarcePrice]:
    """Prices that are other than those that hold. Who plans a few orders knows of too little, but not of too much."""
    rows = tx.rows(*planning.prices_query(run.item_ids, tx.now.date()))
    known = {(row.site_id, row.item_id, row.inbound_id, planning.day_of(row)): row.minor for row in rows}
    found = {_place(key): minor for key, minor in run.answer.prices.items()}
    for place, minor in sorted(found.items(), key=repr):
        if minor > known.get(place, 0) or (run.whole and minor != known.get(place, 0)):
            yield ScarcePrice(*place, minor)
    for place in sorted(known.keys() - found.keys(), key=repr) if run.whole else ():
        yield ScarcePrice(*place, 0)


def _place(key: Scarce) -> tuple[str, str, str, date | None]:
    if isinstance(key, DayKey):
        return (key.site_id, "", "", key.day)
    return (key.site_id, key.item_id, key.inbound_id or "", None)


def waiting_together(part: Plan) -> set[str]:
    """The orders of loads of which one waits for its day: all of it then does."""
    waits = {order.order_id for order in part.orders if any(shipment.waits_for_day for shipment in order.shipments)}
    return {order_id for load in part.loads if waits & set(load.order_ids) for order_id in load.order_ids}


def _planned(
    office: Office, world: World, order: OrderPlan, plan_id: str, together: int, waits: bool
) -> ShipmentPlanned:
    fulfilments = tuple(
        Fulfilment(
            fulfilment_id=office.ids.new("ful"),
            site_id=shipment.site_id,
            service_id=shipment.service_id,
            departs=shipment.departs,
            ship_by=shipment.ship_by,
            lines=_lines(shipment),
            cost_minor=shipment.cost_minor,
            waits_for_day=shipment.waits_for_day or waits,
        )
        for shipment in order.shipments
    )
    return ShipmentPlanned(
        order_id=order.order_id,
        fulfilments=fulfilments,
        replaced=tuple(row.fulfilment_id for row, _ in world.planned.get(order.order_id, ())),
        cost_minor=order.cost.total_minor,
        bound_minor=order.least_minor,
        reasons=(*map(str, order.reasons), *bills_otherwise(order)),
        rejected=tuple(_way(other) for other in order.runners_up),
        full_minor=order.cost.full_minor,
        plan_id=plan_id,
        together=together,
        alone=_way(order.alone) if order.alone else "",
        moved_by=tuple(ScarcePrice(*_place(key), minor) for key, minor in order.moved_by),
    )


def _way(other: RunnerUp) -> str:
    """A way as plans keep it: `CS by swift-express: dearer, 3145`; with others, `CS by haul with ord_2: ...`."""
    way = " + ".join(f"{site} by {service}" for site, service in other.ways)
    with_them = f" with {joined(other.with_orders)}" if other.with_orders else ""
    return f"{way}{with_them}: {other.why}, {other.cost_minor}"


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


def _reservations(units: Mapping[tuple[int, str, str, str, str], int]) -> list[Reservation]:
    return [
        Reservation(line_no, item_id, site_id, lot, inbound_id or None, quantity)
        for (line_no, item_id, site_id, lot, inbound_id), quantity in units.items()
        if quantity > 0
    ]
