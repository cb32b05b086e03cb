"""Planning everything that is open, however much: thought out over one look without a lock, written down in parts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from doorstep.flow.joined import not_joined
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of, deciders_of
from doorstep.flow.plan import MOST_AT_ONCE, Planned, plan_open_orders, planned_of, settle
from doorstep.flow.plan_facts import Changed, Recorded, Run, changes, planned_anew, record_plan
from doorstep.flow.plan_world import question_of
from doorstep.planning.answers import OrderPlan, Plan
from doorstep.planning.check import check_plan
from doorstep.planning.plan import plan
from doorstep.planning.values import JointUp, PlanQuestion
from doorstep.storage.queries import orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.refusals import Refusal

MOST_OPEN = 20_000


def plan_all_open(office: Office, who: Who = CLOCKWORK, at_once: int = MOST_AT_ONCE) -> Planned:
    """Plan all open orders together. Where they are more than `at_once`, nothing is locked while the plan is found.

    It is then written down in steps of so many orders, those first that let go of stock. A part is taken only where its
    orders are as they were and the checker finds it sound as things stand now; else its orders are planned anew.
    """
    with office.store.reading() as tx:
        asked = orders.asked_for(tx, PLAN_ORDERS)
        found = orders.open_now(tx, MOST_OPEN)
        rows = not_joined(tx, found)
        if len(found) > at_once:
            company = company_of(tx)
            world, question = question_of(tx, company, rows)
            deciders = deciders_of(tx, company)
    if len(found) <= at_once:
        return plan_open_orders(office, who, at_once)
    answer = plan(question, deciders)
    run = Run(answer, world.item_ids, len(found) < MOST_OPEN)
    changed: list[Changed] = []
    news = planned_anew(world, answer, changes(world, answer), answer) | asked.keys()
    for part in _parts(question, answer, news, at_once):
        told = office.store.run(lambda tx, part=part, run=run: _write(office, tx, who, question, part, run))  # type: ignore[misc]
        if isinstance(told, Refusal):
            raise TypeError("planning does not refuse")
        changed += told.changed
        run = replace(run, plan_id=run.plan_id or told.plan_id)
    return planned_of(answer, tuple(changed))


def _parts(
    question: PlanQuestion, answer: Plan, news: Collection[str], at_once: int
) -> Iterator[tuple[OrderPlan, ...]]:
    """The orders that something is written of, in parts: first those that hold other stock than before.

    Orders that go as one shipment are in one part, which may be the larger for it.
    """
    held = {order.demand.order_id: set(order.held) for order in question.orders}
    moves = {order.order_id for order in answer.orders if set(order.reservations) != held[order.order_id]}
    together = {order_id: load.order_ids for load in answer.loads for order_id in load.order_ids}
    going = dict.fromkeys(together.get(order.order_id, (order.order_id,)) for order in answer.orders)
    first = [each for each in going if not moves.isdisjoint(each)]
    then = [each for each in going if moves.isdisjoint(each) and any(order_id in news for order_id in each)]
    told = {order.order_id: order for order in answer.orders}
    part: list[OrderPlan] = []
    for each in (*first, *then):
        if part and len(part) + len(each) > at_once:
            yield tuple(part)
            part = []
        part += (told[order_id] for order_id in each)
    if part:
        yield tuple(part)


def _write(
    office: Office, tx: Transaction, who: Who, question: PlanQuestion, part: Sequence[OrderPlan], run: Run
) -> Recorded:
    company = company_of(tx)
    asked = orders.asked_for(tx, PLAN_ORDERS)
    rows = not_joined(tx, orders.still_plannable(tx, [order.order_id for order in part]))
    if not rows:
        return Recorded(run.plan_id, ())
    world, now = question_of(tx, company, rows)
    deciders = deciders_of(tx, company)
    found = _as_thought(question, now, part, run.answer, deciders.joint_up)
    if found is None:
        found = plan(now, deciders)
    recorded = record_plan(office, tx, Scribe(who, tx.now), company, world, found, run)
    settle(tx, found, asked)
    return recorded


def _as_thought(
    question: PlanQuestion, now: PlanQuestion, part: Sequence[OrderPlan], answer: Plan, price: JointUp | None
) -> Plan | None:
    """The plan of these orders as it was found; None where something about them or their supply is otherwise by now, or
    one of those that were to go as one shipment is no longer to be planned."""
    before = {order.demand.order_id: order for order in question.orders}
    if any(before[order.demand.order_id] != order for order in now.orders):
        return None
    here = {order.demand.order_id for order in now.orders}
    told = tuple(order for order in part if order.order_id in here)
    moved = tuple(order_id for order_id in answer.moved if order_id in here)
    # Of a load that has lost an order the checker says so.
    loads = tuple(load for load in answer.loads if not here.isdisjoint(load.order_ids))
    found = replace(answer, orders=told, moved=moved, loads=loads, bound_minor=0)
    return None if check_plan(replace(now, now=question.now), found, price) else found
