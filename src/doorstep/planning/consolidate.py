"""Consolidation: planned orders to one consignee go as one shipment where that costs less and every promise holds.

Each order keeps its goods, cartons and labels; what is shared is the carriage. Parcel carriers bill each parcel, so
joining saves nothing with them; freight is billed by the shipment, so it may. Which of them, and on which day, falls
out of the cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doorstep.planning.choices import Choice, choices, ship_by
from doorstep.planning.quote import full_days
from doorstep.planning.values import Boxed, BoxedParcel, Deciders, OpenOrder, PlanQuestion
from doorstep.planning.ways import Desk, Option
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

    `ship_by` is the last departure with which its promise still holds, `in_window_ppm` P(it is kept).
    """

    order_id: str
    fulfilment_id: str
    freight_minor: int
    cost_minor: int  # freight, cartons and handling
    alone_minor: int
    ship_by: datetime
    in_window_ppm: int


@dataclass(frozen=True, slots=True)
class RejectedJoint:
    """Another way to send the same orders together: what it costs, or why it cannot be (0: no cost)."""

    service_id: str
    departs: datetime
    cost_minor: int
    why: str


@dataclass(frozen=True, slots=True)
class Joint:
    """Orders that go as one shipment. Costs are with cartons, handling and expected lateness, minor units."""

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

    @property
    def saves_minor(self) -> int:
        return self.alone_minor - self.cost_minor


def consolidate(question: PlanQuestion, groups: Sequence[Sequence[Alone]], deciders: Deciders) -> tuple[Joint, ...]:
    """The cheapest joint shipment of each group of orders to one consignee, where one saves money; the greatest saving
    first.

    An order goes along only from the stock that it holds, by a service that may take it, and where its promise holds
    as surely as it must. Orders that cannot go along, or with which the rest saves less, are left as they are planned.
    """
    desk = Desk(
        question.now,
        question.sites,
        question.services,
        replace(question.costs, most_ways=_MOST_WAYS),
        deciders,
        question.transits,
    )
    found = [joint for group in groups if (joint := _best(group, question, desk, deciders)) is not None]
    return tuple(sorted(found, key=lambda joint: (-joint.saves_minor, joint.members[0].order_id)))


@dataclass(frozen=True, slots=True)
class _Going:
    """An order, and what it may go by: its choices by service and departure, and the one that it is planned with."""

    alone: Alone
    by: dict[tuple[str, datetime], Choice]
    planned: Choice


def _best(group: Sequence[Alone], question: PlanQuestion, desk: Desk, deciders: Deciders) -> Joint | None:
    going = [each for alone in group if (each := _going(alone, question, desk)) is not None]
    services = {service.service_id: service for service in question.services}
    tried: list[Joint] = []
    rejected: list[RejectedJoint] = []
    for service_id, departs in sorted({key for each in going for key in each.by}):
        with_it = [each for each in going if (service_id, departs) in each.by]
        if len(with_it) < 2:
            continue
        joint = _grown(with_it, services[service_id], departs, desk, deciders)
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


def _grown(
    with_it: Sequence[_Going], service: CarrierService, departs: datetime, desk: Desk, deciders: Deciders
) -> Joint | None:
    """The orders together, without those with which the rest saves less, as long as leaving one out helps."""
    going = list(with_it)
    best = _joint(going, service, departs, desk, deciders)
    while best is not None and len(going) > 2:
        without = [
            (tried, [*going[:i], *going[i + 1 :]])
            for i in range(len(going))
            if (tried := _joint([*going[:i], *going[i + 1 :]], service, departs, desk, deciders)) is not None
        ]
        better = max(without, key=lambda each: each[0].saves_minor, default=None)
        if better is None or better[0].saves_minor <= best.saves_minor:
            break
        best, going = better
    return best


def _joint(
    going: Sequence[_Going], service: CarrierService, departs: datetime, desk: Desk, deciders: Deciders
) -> Joint | None:
    """The orders as one shipment; None where its carrier has no price for it."""
    chosen = [each.by[service.service_id, departs] for each in going]
    options = [_option(choice) for choice in chosen]
    parcels = [parcel for option in options for parcel in option.boxed.parcels]
    site = desk.supply.sites[options[0].day.site_id]
    boxed = _boxed(parcels, service, site.lies, going[0].alone.order.demand.lies, deciders)
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
        )
        for each, choice, option, share in zip(going, chosen, options, shares, strict=True)
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
    )


def _boxed(
    parcels: Sequence[BoxedParcel], service: CarrierService, origin: Locality, there: Locality, deciders: Deciders
) -> Boxed | None:
    told = deciders.joint_up(parcels, service, origin, there) if deciders.joint_up else None
    return told if isinstance(told, Boxed) else None


def _option(choice: Choice) -> Option:
    assert choice.way is not None
    return choice.way.options[0]


def _ship_by(choice: Choice, order: OpenOrder, desk: Desk) -> datetime:
    assert choice.way is not None
    return ship_by(choice.way, 0, order, desk)
