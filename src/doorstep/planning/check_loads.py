"""The checker's part for orders that go as one shipment: who may, from where, when, and what their freight comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from doorstep.planning.answers import OrderPlan, Plan, PlannedLoad, Reason
from doorstep.planning.values import Boxed, JointUp, OpenOrder, PlanQuestion
from doorstep.terms.calendar import Calendar


def check_loads(question: PlanQuestion, plan: Plan, price: JointUp | None) -> Iterator[str]:
    """What is wrong with the plan's loads, one sentence each. With `price` their freight is reckoned anew."""
    asked = {order.demand.order_id: order for order in question.orders}
    answers = {order.order_id: order for order in plan.orders}
    goes = Counter(order_id for load in plan.loads for order_id in load.order_ids)
    yield from (f"{order_id} goes in {loads} loads" for order_id, loads in goes.items() if loads > 1)
    for order_id, answer in answers.items():
        if (Reason.TOGETHER in answer.reasons) != (order_id in goes):
            yield f"{order_id} does not say rightly whether it goes with others"
    for load in plan.loads:
        name = f"the load of {', '.join(load.order_ids)}"
        if not set(load.order_ids) <= asked.keys():
            yield f"{name} has orders that were not asked for"
            continue
        yield from (f"{name} {problem}" for problem in _load(question, load, asked, answers, price))


def _load(
    question: PlanQuestion,
    load: PlannedLoad,
    asked: Mapping[str, OpenOrder],
    answers: Mapping[str, OrderPlan],
    price: JointUp | None,
) -> Iterator[str]:
    orders = [asked[order_id] for order_id in load.order_ids]
    if len(orders) < 2:
        yield "is of one order"
    if not len(load.order_ids) == len(load.stop_nos) == len(load.later_seconds):
        yield "does not tell every order's stop"
        return
    stops, problems = stops_of(load.order_ids, load.stop_nos, asked)
    yield from problems
    if problems:
        return
    shipments = [shipment for order_id in load.order_ids for shipment in answers[order_id].shipments]
    ways = {(shipment.site_id, shipment.service_id, shipment.departs) for shipment in shipments}
    if len(shipments) != len(orders) or ways != {(load.site_id, load.service_id, load.departs)}:
        yield f"does not go as one shipment from {load.site_id} by {load.service_id} at {load.departs}"
        return
    parcels = [parcel for shipment in shipments for parcel in shipment.parcels]
    shared = sum(parcel.freight_minor for parcel in parcels)
    if shared != load.freight_minor:
        yield f"has a freight of {load.freight_minor}, of which {shared} is shared out"
    if sum(answers[order_id].cost.total_minor for order_id in load.order_ids) != load.cost_minor:
        yield f"does not cost {load.cost_minor}"
    if price is None:
        return
    service = next(each for each in question.services if each.service_id == load.service_id)
    site = next(each for each in question.sites if each.site_id == load.site_id)
    told = price(parcels, service, site.lies, [asked[mine[0]].demand.lies for mine in stops])
    freight_minor = sum(parcel.freight_minor for parcel in told.parcels) if isinstance(told, Boxed) else None
    if freight_minor != load.freight_minor:
        yield f"has a freight of {load.freight_minor}, its carrier's price is {freight_minor}"
    later = dict(enumerate(told.later_seconds, 1)) if isinstance(told, Boxed) else {}
    if load.later_seconds != tuple(later.get(stop_no, 0) for stop_no in load.stop_nos):
        yield f"is {load.later_seconds} seconds later at its stops, not {later}"


def behind_others(question: PlanQuestion, plan: Plan) -> dict[str, tuple[int, list[Calendar]]]:
    """Of a truck with several stops: by how many seconds each order is there later, and the calendars of those who are
    served before it."""
    asked = {order.demand.order_id: order for order in question.orders}
    found = {}
    for load in plan.loads:
        if asked.keys() >= set(load.order_ids) and len(load.order_ids) == len(load.stop_nos):
            others = before(load.order_ids, load.stop_nos, asked)
            for order_id, later_seconds in zip(load.order_ids, load.later_seconds, strict=False):
                found[order_id] = (later_seconds, others[order_id])
    return found


def stops_of(
    order_ids: Sequence[str], stop_nos: Sequence[int], asked: Mapping[str, OpenOrder]
) -> tuple[tuple[tuple[str, ...], ...], list[str]]:
    """The orders by stop in the order of driving (one consignee: one stop), and what is wrong with the stops."""
    at = dict(zip(order_ids, stop_nos, strict=True))
    numbers = sorted(set(stop_nos))
    stops = tuple(tuple(order_id for order_id in order_ids if at[order_id] == number) for number in numbers)
    consignees = [{asked[order_id].delivers_to for order_id in mine} for mine in stops]
    if numbers != [0] and numbers != list(range(1, len(numbers) + 1)):
        return stops, [f"has the stops {numbers}"]
    if any(len(mine) > 1 for mine in consignees):
        return stops, ["goes to more than one consignee at a stop"]
    if len(set().union(*consignees)) < len(stops) or numbers == [1]:
        return stops, ["goes to a consignee twice, or has stops for one alone"]
    return stops, []


def before(
    order_ids: Sequence[str], stop_nos: Sequence[int], asked: Mapping[str, OpenOrder]
) -> dict[str, list[Calendar]]:
    """The calendars of those who are served before each order, where they have one."""
    at = dict(zip(order_ids, stop_nos, strict=True))
    return {
        order_id: [
            calendar
            for other in order_ids
            if at[other] < at[order_id] and (calendar := asked[other].demand.receives) is not None
        ]
        for order_id in order_ids
    }
