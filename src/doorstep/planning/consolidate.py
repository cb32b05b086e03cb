"""Consolidation: planned orders to one consignee, or to several of one area by truck, go as one shipment where that
costs less and every promise holds.

Each order keeps its goods, cartons and labels; what is shared is the carriage. Parcel carriers bill each parcel, so
joining saves nothing with them; freight is billed by the shipment, so it may. Which of them, and on which day, falls
out of the cost. A truck to several consignees unloads at one after the other (`planning.stops`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doorstep.carriers.stops import takes_stops
from doorstep.planning.choices import Choice, choices, ship_by
from doorstep.planning.quote import full_days
from doorstep.planning.stops import by_stop, over_stops
from doorstep.planning.truckloads import truckload
from doorstep.planning.values import Boxed, BoxedParcel, Deciders, OpenOrder, PlanQuestion
from doorstep.planning.ways import Desk, Option
from doorstep.promising.arrivals import Leg
from doorstep.terms.money import share_out
from doorstep.terms.places import Locality
from doorstep.terms.service import CarrierService

_MOST_WAYS = 400  # of one order that are looked at
_MOST_REJECTED = 3


@dataclass(frozen=True, slots=True)
class Alone:
    """An order with one planned fulfilment order, as it would go by itself."""

    order: OpenOrder
    fulfilment_id: str
    service_id: str
    departs: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """An order in a joint shipment: its share of the freight, its whole cost so and alone, minor units.

    `ship_by` is the last departure with which its promise still holds, `in_window_ppm` P(it is kept). `stop_no` is
    where in the order of driving the truck unloads it, 0 where all goes to one consignee; it is there `later_seconds`
    later than by the way straight to it.
    """

    order_id: str
    fulfilment_id: str
    freight_minor: int
    cost_minor: int  # freight, cartons and handling
    alone_minor: int
    ship_by: datetime
    in_window_ppm: int
    stop_no: int = 0
    later_seconds: int = 0


@dataclass(frozen=True, slots=True)
class RejectedJoint:
    """Another way to send the same orders together: what it costs, or why it cannot be (0: no cost)."""

    service_id: str
    departs: datetime
    cost_minor: int
    why: str


@dataclass(frozen=True, slots=True)
class Joint:
    """Orders that go as one shipment. Costs are with cartons, handling and expected lateness, minor units. `parcels`
    and `legs` are each member's, as it is expected to go."""

    site_id: str
    service_id: str
    tariff_id: str
    travels_as: str
    departs: datetime
    members: tuple[Member, ...]
    freight_minor: int
    cost_minor: int
    alone_minor: int
    rejected: tuple[RejectedJoint, ...]
    parcels: tuple[tuple[BoxedParcel, ...], ...]
    legs: tuple[Leg, ...]

    @property
    def saves_minor(self) -> int:
        return self.alone_minor - self.cost_minor

    @property
    def by_stop(self) -> tuple[tuple[BoxedParcel, ...], ...]:
        """The parcels that are unloaded at each stop, in the order of driving."""
        return by_stop([member.stop_no for member in self.members], self.parcels)


def consolidate(question: PlanQuestion, groups: Sequence[Sequence[Alone]], deciders: Deciders) -> tuple[Joint, ...]:
    """The cheapest joint shipments of groups of orders, to one consignee or to one area, where they save money; the
    greatest saving first.

    An order goes along only from the stock that it holds, by a service that may take it, and where its promise holds
    as surely as it must. Orders that cannot go along, or with which the rest saves less, are left as they are planned.
    An order may be in several groups; it goes in the shipment that saves most.
    """
    desk = Desk(
        question.now,
        question.sites,
        question.services,
        replace(question.costs, most_ways=_MOST_WAYS),
        deciders,
        question.transits,
    )
    each = {alone.order.demand.order_id: alone for group in groups for alone in group}
    going = {order_id: _going(alone, question, desk) for order_id, alone in each.items()}
    left = [{alone.order.demand.order_id for alone in group} for group in groups]
    known: dict[int, Joint | None] = {}
    found: list[Joint] = []
    while True:
        for number, order_ids in enumerate(left):
            if number not in known:
                group = (mine for order_id in sorted(order_ids) if (mine := going[order_id]) is not None)
                known[number] = _best(list(group), question, desk, deciders)
        joints = [joint for joint in known.values() if joint is not None]
        if not joints:
            return tuple(found)
        best = min(joints, key=_greatest_first)
        found.append(best)
        gone = {member.order_id for member in best.members}
        for number, order_ids in enumerate(left):
            if not gone.isdisjoint(order_ids):
                order_ids -= gone
                del known[number]


def _greatest_first(joint: Joint) -> tuple[int, str]:
    return -joint.saves_minor, joint.members[0].order_id


@dataclass(frozen=True, slots=True)
class _Going:
    """An order, and what it may go by: its choices by service and departure, and the one that it is planned with."""

    alone: Alone
    by: dict[tuple[str, datetime], Choice]
    planned: Choice


def _best(going: Sequence[_Going], question: PlanQuestion, desk: Desk, deciders: Deciders) -> Joint | None:
    services = {service.service_id: service for service in question.services}
    tried: list[Joint] = []
    rejected: list[RejectedJoint] = []
    for service_id, departs in sorted({key for each in going for key in each.by}):
        with_it = [each for each in going if (service_id, departs) in each.by]
        several = _consignees(with_it) > 1
        if len(with_it) < 2 or (several and not takes_stops(services[service_id].tariff)):
            continue
        together = _together(services[service_id], departs, desk, deciders)
        joint = (
            _truckload(with_it, services[service_id], departs, together, deciders)
            if several
            else _grown(with_it, together)
        )
        if joint is not None and joint.saves_minor > 0:
            tried.append(joint)
        elif joint is not None:
            rejected.append(RejectedJoint(service_id, departs, joint.cost_minor, "costs more than each by itself"))
    if not tried:
        return None
    best = min(tried, key=lambda joint: (-joint.saves_minor, joint.departs, joint.service_id))
    others = [RejectedJoint(j.service_id, j.departs, j.cost_minor, "saves less") for j in tried if j is not best]
    told = sorted([*others, *rejected], key=lambda each: (each.cost_minor, each.departs))
    return replace(best, rejected=tuple(told[:_MOST_REJECTED]))


def _going(alone: Alone, question: PlanQuestion, desk: Desk) -> _Going | None:
    """None where the order does not hold all that it wants at one site, or where its plan is none any more."""
    order = alone.order
    pool = desk.supply.with_held(list(order.held))
    found, _ = choices(order, desk, pool, full_days(question.sites))
    by: dict[tuple[str, datetime], Choice] = {}
    planned = None
    for choice in found:
        if choice.way is None or len(choice.way.options) != 1:
            continue
        (option,) = choice.way.options
        if sorted(option.taken, key=repr) != sorted(order.held, key=repr):
            continue
        key = (option.service_id, option.departs)
        if choice.holds:
            by.setdefault(key, choice)
        if option.service_id == alone.service_id and option.departs == alone.departs:
            planned = choice
    return None if planned is None else _Going(alone, by, planned)


_Together = Callable[[Sequence[_Going]], Joint | None]


def _together(service: CarrierService, departs: datetime, desk: Desk, deciders: Deciders) -> _Together:
    return lambda going: _joint(going, service, departs, desk, deciders)


def _consignees(going: Sequence[_Going]) -> int:
    return len({each.alone.order.delivers_to for each in going})


def _truckload(
    with_it: Sequence[_Going], service: CarrierService, departs: datetime, together: _Together, deciders: Deciders
) -> Joint | None:
    """The orders to some consignees on one truck; None where it cannot serve two of them."""
    leaving = (service.service_id, departs)
    drops: dict[tuple[str, ...], list[_Going]] = {}
    for each in with_it:
        drops.setdefault(each.alone.order.delivers_to, []).append(each)
    return truckload(
        list(drops.values()),
        lambda each: each.planned.cost.total_minor - _beside_freight(each.by[leaving]),
        lambda each: _option(each.by[leaving]).freight_minor,
        together,
        lambda joint: deciders.goes_in is None or deciders.goes_in(service, joint.by_stop),
    )


def _beside_freight(choice: Choice) -> int:
    return choice.cost.total_minor - choice.cost.freight_minor


def _grown(with_it: Sequence[_Going], together: _Together) -> Joint | None:
    """The orders together, without those with which the rest saves less, as long as leaving one out helps."""
    going = list(with_it)
    best = together(going)
    while best is not None and len(going) > 2:
        without = [
            (tried, [*going[:i], *going[i + 1 :]])
            for i in range(len(going))
            if (tried := together([*going[:i], *going[i + 1 :]])) is not None
        ]
        better = max(without, key=lambda each: each[0].saves_minor, default=None)
        if better is None or better[0].saves_minor <= best.saves_minor:
            break
        best, going = better
    return best


def _joint(
    going: Sequence[_Going], service: CarrierService, departs: datetime, desk: Desk, deciders: Deciders
) -> Joint | None:
    """The orders as one shipment; None where its carrier has no price for it, or a promise would not hold."""
    orders = [each.alone.order for each in going]
    by_itself = [each.by[service.service_id, departs] for each in going]
    stopped = over_stops(orders, by_itself, service, desk, deciders)
    if stopped is None:
        return None
    chosen = stopped.choices
    options = [_option(choice) for choice in chosen]
    parcels = [parcel for option in options for parcel in option.boxed.parcels]
    site = desk.supply.sites[options[0].day.site_id]
    boxed = _boxed(parcels, service, site.lies, stopped.places, deciders)
    if boxed is None:
        return None
    freight_minor = sum(parcel.freight_minor for parcel in boxed.parcels)
    # Each saves in the proportion in which it would have paid.
    shares = share_out(freight_minor, [_option(each.planned).freight_minor for each in going])
    members = tuple(
        Member(
            order_id=each.alone.order.demand.order_id,
            fulfilment_id=each.alone.fulfilment_id,
            freight_minor=share,
            cost_minor=share + option.cartons_minor + option.handling_minor,
            alone_minor=_option(each.planned).cost_minor,
            ship_by=_ship_by(choice, each.alone.order, desk),
            in_window_ppm=min(choice.line_ppm.values()),
            stop_no=stop_no,
            later_seconds=later_seconds,
        )
        for each, choice, option, share, stop_no, later_seconds in zip(
            *(going, chosen, options, shares, stopped.stop_nos, stopped.later_seconds), strict=True
        )
    )
    return Joint(
        site_id=site.site_id,
        service_id=service.service_id,
        tariff_id=boxed.tariff_id,
        travels_as=boxed.travels_as or f"{len(parcels)} parcels",
        departs=departs,
        members=members,
        freight_minor=freight_minor,
        cost_minor=sum(
            choice.cost.total_minor - option.freight_minor for choice, option in zip(chosen, options, strict=True)
        )
        + freight_minor,
        alone_minor=sum(each.planned.cost.total_minor for each in going),
        rejected=(),
        parcels=tuple(option.boxed.parcels for option in options),
        legs=tuple(option.leg for option in options),
    )


def _boxed(
    parcels: Sequence[BoxedParcel],
    service: CarrierService,
    origin: Locality,
    stops: Sequence[Locality],
    deciders: Deciders,
) -> Boxed | None:
    told = deciders.joint_up(parcels, service, origin, stops) if deciders.joint_up else None
    return told if isinstance(told, Boxed) else None


def _option(choice: Choice) -> Option:
    assert choice.way is not None
    return choice.way.options[0]


def _ship_by(choice: Choice, order: OpenOrder, desk: Desk) -> datetime:
    assert choice.way is not None
    return ship_by(choice.way, 0, order, desk)
