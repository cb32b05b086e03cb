"""The checker's part for orders that go as one shipment: who may, from where, when, and what their freight comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from doorstep.planning.answers import OrderPlan, Plan, PlannedLoad, Reason
from doorstep.planning.values import Boxed, JointUp, OpenOrder, PlanQuestion


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
    if not orders[0].delivers_to or len({order.delivers_to for order in orders}) > 1:
        yield "goes to more than one consignee"
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
    told = price(parcels, service, site.lies, (orders[0].demand.lies,))
    freight_minor = sum(parcel.freight_minor for parcel in told.parcels) if isinstance(told, Boxed) else None
    if freight_minor != load.freight_minor:
        yield f"has a freight of {load.freight_minor}, its carrier's price is {freight_minor}"
