"""The plan's independent checker: reads the question and the plan, and shares no code with what made the plan.

Only the distributions (`promising`) are shared: a promise is computed again from each shipment's stored leg.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from doorstep.carriers.shipments import is_freight
from doorstep.planning.answers import OrderPlan, Plan, Reason, Shipment
from doorstep.planning.check_loads import behind_others, check_loads
from doorstep.planning.values import (
    FreeUnits,
    Inbound,
    JointUp,
    OpenOrder,
    PlanQuestion,
    Reservation,
    SiteSupply,
    Standing,
)
from doorstep.promising.arrivals import arrivals, behind
from doorstep.promising.learned import learned_of, parting_of, transit
from doorstep.promising.mass import WHOLE, Mass, last_of
from doorstep.promising.window import days_late_ppm, kept_ppm

_Row = tuple[str, str, str, str | None]  # site, item, lot, inbound


def check_plan(question: PlanQuestion, plan: Plan, price: JointUp | None = None) -> list[str]:
    """Every way in which the plan breaks its question, one sentence each; empty: none. `price` prices loads anew."""
    planned = Counter(order.order_id for order in plan.orders)
    asked = Counter(order.demand.order_id for order in question.orders)
    problems = [f"{order_id} is not planned exactly once" for order_id in asked | planned if planned[order_id] != 1]
    problems += [f"{order_id} was not asked for" for order_id in planned - asked]
    if problems:
        return problems
    answers = {order.order_id: order for order in plan.orders}
    checker = _Checker(question, plan)
    problems += checker.stock(plan)
    problems += checker.room(plan)
    problems += checker.moves(plan)
    problems += check_loads(question, plan, price)
    for order in question.orders:
        problems += checker.order(order, answers[order.demand.order_id])
    if plan.bound_minor > plan.total_minor:
        problems.append(f"the bound {plan.bound_minor} is above the plan's cost {plan.total_minor}")
    return problems


def _standing(order: OrderPlan) -> tuple[Standing, ...]:
    found = []
    for shipment in order.shipments:
        units = Counter[tuple[int, str]]()
        for each in shipment.reservations:
            units[each.line_no, each.item_id] += each.quantity
        lines = tuple((*key, quantity) for key, quantity in sorted(units.items()))
        found.append(Standing(shipment.site_id, shipment.service_id, shipment.departs.date(), lines))
    return tuple(sorted(found))


def _row(reservation: Reservation) -> _Row:
    return (reservation.site_id, reservation.item_id, reservation.lot, reservation.inbound_id)


class _Checker:
    def __init__(self, question: PlanQuestion, plan: Plan) -> None:
        self.question = question
        # Of each load all orders but one: the load is one shipment.
        self.beside = {order_id for load in plan.loads for order_id in load.order_ids[1:]}
        self.together = {order_id for load in plan.loads for order_id in load.order_ids}
        self.behind = behind_others(question, plan)
        self.sites: dict[str, SiteSupply] = {site.site_id: site for site in question.sites}
        self.services = {service.service_id: service for service in question.services}
        self.rows: dict[_Row, FreeUnits | Inbound] = {}
        self.have: Counter[_Row] = Counter()
        for site in question.sites:
            for units in site.free:
                self.rows[site.site_id, units.item_id, units.lot, None] = units
                self.have[site.site_id, units.item_id, units.lot, None] += units.quantity
            for inbound in site.inbound:
                self.rows[site.site_id, inbound.item_id, "", inbound.inbound_id] = inbound
                self.have[site.site_id, inbound.item_id, "", inbound.inbound_id] += inbound.quantity
        for order in question.orders:
            for held in order.held:
                self.have[_row(held)] += held.quantity

    def stock(self, plan: Plan) -> Iterator[str]:
        used: Counter[_Row] = Counter()
        for order in plan.orders:
            for reservation in order.reservations:
                if reservation.quantity <= 0:
                    yield f"{order.order_id} reserves {reservation.quantity} of {reservation.item_id}"
                used[_row(reservation)] += reservation.quantity
        for row, units in used.items():
            if units > self.have[row]:
                yield f"{units} units are used of {row}, there are {self.have[row]}"

    def room(self, plan: Plan) -> Iterator[str]:
        leaving: Counter[tuple[str, date]] = Counter()
        for order in plan.orders:
            for shipment in order.shipments:
                if shipment.site_id in self.sites and order.order_id not in self.beside:
                    day = self.sites[shipment.site_id].calendar.day_of(shipment.departs)
                    leaving[shipment.site_id, day] += 1
        for (site_id, day), shipments in leaving.items():
            site = self.sites[site_id]
            if site.daily_shipments is not None and shipments + site.booked.get(day, 0) > site.daily_shipments:
                yield f"{site_id} has no room for {shipments} shipments on {day}"

    def moves(self, plan: Plan) -> Iterator[str]:
        """Plans that stood and were changed are counted; which could have stayed only whoever made the plan knows."""
        answers = {order.order_id: _standing(order) for order in plan.orders}
        before = [(order.demand.order_id, order.planned) for order in self.question.orders]
        changed = {order_id for order_id, planned in before if planned != answers[order_id]}
        for order_id in plan.moved:
            if order_id not in changed:
                yield f"{order_id} is told to be moved and is planned as it was"
        most = self.question.most_moved
        if most is not None and len(plan.moved) > most:
            yield f"{len(plan.moved)} plans are changed, {most} may be"

    def order(self, order: OpenOrder, answer: OrderPlan) -> Iterator[str]:
        name = order.demand.order_id
        if not answer.shipments:
            if answer.refusal is None or Reason.WAITS not in answer.reasons:
                yield f"{name} waits without a refusal"
            if answer.reservations != order.held:
                yield f"{name} waits but does not keep what it holds"
            if answer.cost.total_minor != self.question.costs.waits_minor:
                yield f"{name} waits at another cost than that of waiting"
            return
        problems = [*self._goods(order, answer), *self._terms(order, answer)]
        for shipment in answer.shipments:
            problems += self._shipment(order, shipment)
        yield from (f"{name}: {problem}" for problem in problems)
        if not problems:
            yield from (f"{name}: {problem}" for problem in (*self._promise(order, answer), *self._cost(order, answer)))

    def _goods(self, order: OpenOrder, answer: OrderPlan) -> Iterator[str]:
        wanted: Counter[tuple[int, str]] = Counter()
        for need in order.demand.needs:
            wanted[need.line_no, need.item.item_id] += need.quantity
        sent: Counter[tuple[int, str]] = Counter()
        for shipment in answer.shipments:
            for reservation in shipment.reservations:
                sent[reservation.line_no, reservation.item_id] += reservation.quantity
        for key in wanted | sent:
            if wanted[key] != sent[key]:
                yield f"line {key[0]} needs {wanted[key]} of {key[1]} and is sent {sent[key]}"
        if answer.reservations != tuple(r for shipment in answer.shipments for r in shipment.reservations):
            yield "what it reserves is not what it ships"

    def _terms(self, order: OpenOrder, answer: OrderPlan) -> Iterator[str]:
        terms, most = order.demand.terms, self.question.costs.most_shipments
        if terms.ship_complete:
            most = 1
        if len(answer.shipments) > min(most, terms.max_deliveries or most):
            yield f"comes in {len(answer.shipments)} shipments, more than its terms allow"
        if terms.backorder is False and any(reservation.inbound_id for reservation in answer.reservations):
            yield "waits for an inbound, though it takes no backorders"
        for reservation in answer.reservations:
            row = self.rows.get(_row(reservation))
            lasting = timedelta(days=terms.min_shelf_life_days or 0)
            last_day = order.window_of(reservation.line_no).last_day
            if row is not None and row.expires_on is not None and row.expires_on < last_day + lasting:
                yield f"lot {reservation.lot} of {reservation.item_id} does not last as long as wanted"

    def _shipment(self, order: OpenOrder, shipment: Shipment) -> Iterator[str]:
        site, service = self.sites.get(shipment.site_id), self.services.get(shipment.service_id)
        if site is None or service is None or site.site_id not in service.cut_offs:
            yield f"{shipment.service_id} does not serve {shipment.site_id}"
            return
        day, leg = site.calendar.day_of(shipment.departs), shipment.leg
        at_cut_off = shipment.departs == site.calendar.at(day, service.cut_offs[site.site_id])
        if not (at_cut_off and site.calendar.works_on(day) and service.calendar.works_on(day)):
            yield f"nothing departs from {site.site_id} at {shipment.departs}"
        if shipment.departs < self.question.now or shipment.ship_by < shipment.departs:
            yield f"departs at {shipment.departs}, too early or after its ship-by {shipment.ship_by}"
        published = tuple(service.transit_of(shipment.zone) or ())
        seen = learned_of(self.question.transits, service, site.area, order.demand.area, shipment.zone)
        straight = replace(
            leg,
            site=site.calendar,
            cut_off=service.cut_offs[site.site_id],
            transit=transit(seen, published),
            carrier=service.calendar,
            receives=order.demand.receives,
        )
        if leg != behind(straight, *self.behind.get(order.demand.order_id, (0, ()))):
            yield f"the leg of {shipment.site_id} by {shipment.service_id} is not what site and service state"
        alone = order.demand.order_id not in self.together
        parting = parting_of(self.question.transits, service.service_id, is_freight(service))
        if (alone and leg.parcels != len(shipment.parcels)) or leg.parting_ppm != (parting if leg.parcels > 1 else 0):
            yield f"reckons with {leg.parcels} parcels, each by itself in {leg.parting_ppm} ppm of cases"
        if leg.hold_until not in (None, shipment.departs):
            yield f"is held until {leg.hold_until}, yet departs at {shipment.departs}"
        released = self.question.now
        for reservation in shipment.reservations:
            if reservation.site_id != shipment.site_id:
                yield f"ships from {shipment.site_id} what is at {reservation.site_id}"
            row = self.rows.get(_row(reservation))
            if isinstance(row, Inbound):
                released = max(released, row.due_at)
            elif row is not None and leg.there_ppm > row.there_ppm * site.takes_ppm // WHOLE:
                yield f"is surer of {row.item_id} than its stock is"
        if leg.release_at != released:
            yield f"is released at {leg.release_at} instead of {released}"

    def _promise(self, order: OpenOrder, answer: OrderPlan) -> Iterator[str]:
        arrival = [arrivals(shipment.leg) for shipment in answer.shipments]
        lines: dict[int, list[Mass]] = {need.line_no: [] for need in order.demand.needs}
        for shipment, mass in zip(answer.shipments, arrival, strict=True):
            for line_no in {reservation.line_no for reservation in shipment.reservations}:
                lines[line_no].append(mass)
        kept = {line_no: kept_ppm(last_of(masses), order.window_of(line_no)) for line_no, masses in lines.items()}
        whole = kept_ppm(last_of(arrival), order.agreed)
        for shipment in answer.shipments:
            if shipment.in_window_ppm != min(kept[reservation.line_no] for reservation in shipment.reservations):
                yield f"{shipment.site_id} does not keep its lines' promises with {shipment.in_window_ppm} ppm"
        if answer.in_window_ppm != whole:
            yield f"keeps its promise with {whole} ppm, not {answer.in_window_ppm}"
        surely = min(whole, *kept.values())
        at_risk = surely < order.demand.wanted_ppm
        whole_minor = self.question.costs.broken_minor
        broken_minor = whole_minor // 2 - (-whole_minor * (WHOLE - surely) // WHOLE) if at_risk else 0
        if at_risk != (Reason.PROMISE_AT_RISK in answer.reasons) or answer.cost.broken_minor != broken_minor:
            yield "does not say rightly whether its promise is at risk"
        if at_risk and order.demand.order_id in self.together:
            yield "goes with others, though its promise does not hold then"

    def _handling_minor(self, shipment: Shipment) -> tuple[int, int]:
        """What could be avoided, and what is paid in any case."""
        site, costs = self.sites[shipment.site_id], self.question.costs
        own = (site.handling_order_minor, site.handling_unit_minor)
        usual = (costs.handling_order_minor, costs.handling_unit_minor)
        order_minor, unit_minor = (b if a is None else a for a, b in zip(own, usual, strict=True))
        full_minor = order_minor + unit_minor * sum(reservation.quantity for reservation in shipment.reservations)
        paid_minor = full_minor if site.shift_paid else 0
        worth_minor = sum(site.relief.get(r.item_id, 0) * r.quantity for r in shipment.reservations if not r.inbound_id)
        return max(full_minor - paid_minor - worth_minor, 0), paid_minor

    def _cost(self, order: OpenOrder, answer: OrderPlan) -> Iterator[str]:
        costs, cost = self.question.costs, answer.cost
        parcels = [parcel for shipment in answer.shipments for parcel in shipment.parcels]
        own = order.demand.late_day_minor
        late_day_minor = costs.late_day_minor if own is None else own
        late = days_late_ppm(
            last_of([arrivals(shipment.leg) for shipment in answer.shipments]), order.agreed.last_day, costs.never_days
        )
        right = {
            "freight": (cost.freight_minor, sum(parcel.freight_minor for parcel in parcels)),
            "cartons": (cost.cartons_minor, sum(parcel.carton_minor for parcel in parcels)),
            "handling": (
                cost.handling_minor,
                sum(self._handling_minor(shipment)[0] for shipment in answer.shipments),
            ),
            "handling that is paid": (
                cost.paid_minor,
                sum(self._handling_minor(shipment)[1] for shipment in answer.shipments),
            ),
            "split": (cost.split_minor, costs.split_minor * (len(answer.shipments) - 1)),
            "lateness": (cost.late_minor, -(-late * late_day_minor // WHOLE)),
            "shipments": (
                cost.freight_minor + cost.cartons_minor + cost.handling_minor,
                sum(shipment.cost_minor for shipment in answer.shipments),
            ),
        }
        yield from (f"{part} costs {should}, not {says}" for part, (says, should) in right.items() if says != should)
        if answer.least_minor > cost.total_minor:
            yield f"costs {cost.total_minor}, less than the least {answer.least_minor}"
