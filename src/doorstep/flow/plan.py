"""Planning: all open orders together, again and again until release. A plan may change, a promise may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.flow.joined import end_broken, not_joined
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of, deciders_of
from doorstep.flow.plan_facts import Changed, Run, record_plan
from doorstep.flow.plan_world import World, question_of
from doorstep.planning.answers import Plan
from doorstep.planning.plan import plan
from doorstep.storage.queries import consolidation, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.company import Company
from doorstep.terms.refusals import Refusal

MOST_AT_ONCE = 500
RETRY_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning came to: orders that were planned, orders that wait, and the plan's certificate.

    `cost_minor` is the avoidable cost of all of them, and no plan costs less than `bound_minor`; `full_minor` is the
    full cost. Planned one after the other they would cost `apart_minor`. `changed` are the plans that are other ones
    than before.
    """

    orders: tuple[str, ...]
    waiting: tuple[str, ...]
    cost_minor: int
    bound_minor: int
    full_minor: int = 0
    apart_minor: int = 0
    changed: tuple[Changed, ...] = ()


def plan_open_orders(
    office: Office,
    who: Who = CLOCKWORK,
    at_most: int = MOST_AT_ONCE,
    only_asked: bool = False,
    dry_run: bool = False,
) -> Planned:
    """Plan up to `at_most` open orders together. Orders that cannot be shipped now keep what they hold and wait.

    With `only_asked` an order that is planned is left as it is, unless somebody asked for it, the time it was to leave
    has passed, or it holds what one that was asked for waits for: new orders then cost no more the more are open.
    `dry_run` takes the same path and records nothing.
    """

    def step(tx: Transaction) -> Planned:
        wanted = (orders.to_plan_now_query if only_asked else orders.plannable_query)(PLAN_ORDERS, tx.now, at_most)
        asks = orders.asked_for_query(PLAN_ORDERS)  # before anything it may be about is read
        tx.ahead(master.COMPANY, consolidation.broken_query(tx.now), asks, wanted)
        company = company_of(tx)
        if end_broken(tx, Scribe(who, tx.now)):
            tx.flush()  # who is left is asked for by that, and planned together now
        asked = orders.asked_for(tx, PLAN_ORDERS)
        found = tx.rows(*wanted)
        rows = not_joined(tx, found)
        if not rows:
            _settle_due(tx, (), (), asked)
            return Planned((), (), 0, 0)
        world, answer = propose(tx, company, rows)
        whole = not only_asked and len(found) < at_most
        run = Run(answer, world.item_ids, whole)
        recorded = record_plan(office, tx, Scribe(who, tx.now), company, world, answer, run)
        settle(tx, answer, asked)
        return planned_of(answer, recorded.changed)

    told = office.store.run(step, dry_run=dry_run)
    if isinstance(told, Refusal):
        raise TypeError("planning does not refuse")
    return told


def propose(tx: Transaction, company: Company, rows: Sequence[Any]) -> tuple[World, Plan]:
    """The plan of these orders as things stand, with what it rests on; nothing is recorded."""
    world, question = question_of(tx, company, rows)
    return world, plan(question, deciders_of(tx, company))


def planned_of(answer: Plan, changed: tuple[Changed, ...]) -> Planned:
    """What is told of a plan."""
    sent = tuple(order.order_id for order in answer.orders if order.shipments)
    waits = tuple(order.order_id for order in answer.orders if not order.shipments)
    certificate = (answer.total_minor, answer.bound_minor, answer.full_minor, answer.apart_minor)
    return Planned(sent, waits, *certificate, changed)


def settle(tx: Transaction, answer: Plan, asked: Mapping[str, int]) -> None:
    """End and set the timers of the orders that were planned."""
    waits = [order.order_id for order in answer.orders if not order.shipments]
    coming = {
        order.order_id: min(shipment.departs for shipment in order.shipments)
        for order in answer.orders
        if order.shipments and any(reservation.inbound_id for reservation in order.reservations)
    }
    done = [order.order_id for order in answer.orders if order.shipments and order.order_id not in coming]
    _settle_due(tx, done, waits, asked, coming)


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
