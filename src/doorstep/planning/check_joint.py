"""The independent checker of joint shipments: reads the question and what was found, and shares no code with the
search.

Only the distributions (`promising`) are shared, and the carrier's price: a truck's stops, their times, every promise
and what the freight comes to are reckoned anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from doorstep.planning.check_loads import before, stops_of
from doorstep.planning.consolidate import Joint, Member
from doorstep.planning.values import Boxed, GoesIn, JointUp, OpenOrder, PlanQuestion
from doorstep.promising.arrivals import Leg, arrivals, behind
from doorstep.promising.learned import learned_of, transit
from doorstep.promising.window import kept_ppm
from doorstep.terms.calendar import Calendar
from doorstep.terms.service import CarrierService


def check_joint(question: PlanQuestion, joint: Joint, price: JointUp, goes_in: GoesIn | None = None) -> list[str]:
    """Every way in which a joint shipment is not what it says, one sentence each; empty: none. With `goes_in` a truck
    with several stops is loaded anew."""
    asked = {order.demand.order_id: order for order in question.orders}
    name = f"the shipment of {', '.join(member.order_id for member in joint.members)}"
    if len(joint.members) < 2 or not {member.order_id for member in joint.members} <= asked.keys():
        return [f"{name} is not of several orders that were asked for"]
    about = ([member.order_id for member in joint.members], [member.stop_no for member in joint.members], asked)
    stops, problems = stops_of(*about)
    problems = [*problems, *_told(joint)]
    if problems:
        return [f"{name} {problem}" for problem in problems]
    service = next(each for each in question.services if each.service_id == joint.service_id)
    site = next(each for each in question.sites if each.site_id == joint.site_id)
    parcels = [parcel for mine in joint.parcels for parcel in mine]
    boxed = price(parcels, service, site.lies, [asked[mine[0]].demand.lies for mine in stops])
    if not isinstance(boxed, Boxed):
        return [f"{name} has no price: {boxed.says}"]
    if (freight_minor := sum(parcel.freight_minor for parcel in boxed.parcels)) != joint.freight_minor:
        problems.append(f"has a freight of {joint.freight_minor}, its carrier's price is {freight_minor}")
    if goes_in and len(stops) > 1:
        of_order = {member.order_id: mine for member, mine in zip(joint.members, joint.parcels, strict=True)}
        if not goes_in(service, [[one for order_id in mine for one in of_order[order_id]] for mine in stops]):
            problems.append("does not go into its truck")
    later, others = dict(enumerate(boxed.later_seconds, 1)), before(*about)
    for member, leg in zip(joint.members, joint.legs, strict=True):
        if member.later_seconds != later.get(member.stop_no, 0):
            problems.append(f"reaches {member.order_id} {later.get(member.stop_no, 0)} seconds later")
        straight = _straight(question, joint, service, boxed.zone, asked[member.order_id], leg)
        problems += (
            f"breaks {member.order_id}: {problem}"
            for problem in _member(
                question, joint, member, asked[member.order_id], leg, straight, others[member.order_id]
            )
        )
    return [f"{name} {problem}" for problem in problems]


def _told(joint: Joint) -> Iterator[str]:
    if sum(member.freight_minor for member in joint.members) != joint.freight_minor:
        yield "does not share its freight whole"
    if joint.saves_minor <= 0:
        yield f"costs {joint.cost_minor} together and {joint.alone_minor} apart"


def _straight(
    question: PlanQuestion, joint: Joint, service: CarrierService, zone: str, order: OpenOrder, leg: Leg
) -> Leg:
    """The leg straight to the order's consignee, as site, service and what was seen of the lane state it."""
    site = next(each for each in question.sites if each.site_id == joint.site_id)
    seen = learned_of(question.transits, service, site.area, order.demand.area, zone)
    return replace(
        leg,
        site=site.calendar,
        cut_off=service.cut_offs[site.site_id],
        transit=transit(seen, tuple(service.transit_of(zone) or ())),
        carrier=service.calendar,
        receives=order.demand.receives,
    )


def _member(
    question: PlanQuestion,
    joint: Joint,
    member: Member,
    order: OpenOrder,
    leg: Leg,
    straight: Leg,
    others: Sequence[Calendar],
) -> Iterator[str]:
    if leg != behind(straight, member.later_seconds, others):
        yield "its leg is not what site, service and the stops before it come to"
    if not question.now <= joint.departs <= member.ship_by or leg.hold_until not in (None, joint.departs):
        yield f"it must leave by {member.ship_by}"
    arrival = arrivals(leg)
    windows = [order.agreed, *(order.window_of(need.line_no) for need in order.demand.needs)]
    kept = min(kept_ppm(arrival, window) for window in windows)
    if kept != member.in_window_ppm or kept < order.demand.wanted_ppm:
        yield f"its promise is kept with {kept} ppm, {member.in_window_ppm} are told, {order.demand.wanted_ppm} wanted"
