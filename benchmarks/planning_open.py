"""The flow's planning run over all open orders of the demo's company, its four sites flooded with orders at once.

A flood is placed as the demo's customers order, all in one hour, which is days of what the sites can send; then all of
it is planned in one run, and again with nothing new. Every plan passes its checker. Costs are avoidable costs in
cents. Seconds are CPU seconds of the process, the database's not among them.

The demo's file prices freight by the parcel, so nothing is saved by going together there; the same flood is planned
with freight by the shipment, too, by the example's tariff at the company's discount.
DOORSTEP_PLANS names sizes to take instead of all.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from doorstep.flow.joined import not_joined
from doorstep.flow.load import load_company
from doorstep.flow.office import Office, Who, company_of, deciders_of
from doorstep.flow.place import Placed, place_order
from doorstep.flow.plan import Planned, plan_open_orders
from doorstep.flow.plan_world import question_of
from doorstep.intake.orders import read_order
from doorstep.intake.tariffs.read import TariffsIn, read_tariffs
from doorstep.planning.answers import Plan
from doorstep.planning.check import check_plan
from doorstep.planning.joint.warm import warm
from doorstep.planning.plan import plan
from doorstep.storage import schema
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.queries import orders
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal
from doorstep.twin.market import Market
from doorstep.twin.setting import Setting, read_setting

SIZES = (300, 1_000, 3_000)
CLERK = Who("benchmark")
_EXAMPLE = Path(__file__).parents[1] / "examples" / "heating_parts"
_FREIGHT = Path(__file__).parents[1] / "examples" / "tariffs" / "ltl.toml"
_DAYS = 60


@dataclass(frozen=True)
class Figure:
    """One run. Gaps in thousandths of a per cent over the bound; `at_risk`
    promises were made as surely as wanted and hold less surely now.
    `saved_by_loads` is what the plan costs less than the one that was found
    before `loads`, joint shipments, were looked for: the search goes on with
    them, so it can be more than they save themselves."""

    what: str
    orders: int
    orders_per_second: int
    cost: int
    cost_one_after_another: int
    saved_milli_percent: int
    bound: int
    gap_milli_percent: int
    waiting: int
    at_risk: int
    plans_changed: int
    stood_and_changed: int
    loads: int
    orders_in_loads: int
    saved_by_loads: int
    checker_errors: int


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    warm()
    setting = read_setting(_EXAMPLE)
    if isinstance(setting, Refusal):
        raise ValueError(setting.says)
    figures, wanted = [], os.environ.get("DOORSTEP_PLANS", "").split()
    for size in (size for size in SIZES if not wanted or str(size) in wanted):
        for freight, priced in (("", setting), (", freight by the shipment", _by_the_shipment(setting))):
            office, clock = _opened(server, f"plan-open-{size}{'-freight' if freight else ''}", priced)
            placed = _flood(office, clock, priced, size)
            console.print(f"{placed} orders placed of {size}")
            for what in ("flood", "the same again"):
                figures.append(_measured(office, f"{what}{freight}", placed))
                console.print(str(figures[-1]))
                clock.advance(timedelta(minutes=15))
            office.store.close()
    return figures


def _by_the_shipment(setting: Setting) -> Setting:
    read = read_tariffs(_FREIGHT)
    if not isinstance(read, TariffsIn):
        raise ValueError(str(read))
    (ltl,) = read.tariffs
    services = [
        replace(each, tariff=ltl.tariff, account="HEARTH") if each.service_id == ltl.service_id else each
        for each in setting.company.services
    ]
    return replace(setting, company=setting.company.model_copy(update={"services": services}))


def _opened(server: EmbeddedServer, database: str, setting: Setting) -> tuple[Office, FalseClock]:
    server.ensure_database(database)
    clock = FalseClock(setting.begins_at + timedelta(hours=9))
    office = Office(Store(server.url(database), clock, Ids.seeded(clock, 1), 2))
    schema.create(office.store.engine)
    done = load_company(office, CLERK, setting.company)
    if isinstance(done, Refusal):
        raise ValueError(done.says)
    return office, clock


def _flood(office: Office, clock: FalseClock, setting: Setting, size: int) -> int:
    """How many of the market's orders, asking for no date, were taken; all are paid."""
    drawn = Market(setting.world, setting.company, 1).orders(setting.begins_at.date(), _DAYS)
    taken = 0
    for wanted in drawn:
        order = read_order(wanted.body)
        if isinstance(order, Refusal):
            raise ValueError(order.says)
        order = replace(order, cleared=True, asked_from=None, asked_by=None)
        taken += isinstance(place_order(office, CLERK, order, f"order-{order.reference}"), Placed)
        clock.advance(timedelta(seconds=2))
        if taken == size:
            break
    return taken


def _measured(office: Office, what: str, placed: int) -> Figure:
    made, errors, at_risk = _checked(office, placed)
    begin = time.process_time()
    told: Planned = plan_open_orders(office, CLERK, at_most=placed + 1)
    seconds = time.process_time() - begin
    many = len(told.orders) + len(told.waiting)
    return Figure(
        what=what,
        orders=many,
        orders_per_second=int(many / seconds),
        cost=told.cost_minor,
        cost_one_after_another=told.apart_minor,
        saved_milli_percent=(told.apart_minor - told.cost_minor) * 100_000 // max(told.apart_minor, 1),
        bound=told.bound_minor,
        gap_milli_percent=(told.cost_minor - told.bound_minor) * 100_000 // max(told.bound_minor, 1),
        waiting=len(told.waiting),
        at_risk=at_risk,
        plans_changed=len(told.changed),
        stood_and_changed=sum(each.moved for each in told.changed),
        loads=len(made.loads),
        orders_in_loads=sum(len(load.order_ids) for load in made.loads),
        saved_by_loads=made.each_minor - made.total_minor,
        checker_errors=errors,
    )


def _checked(office: Office, placed: int) -> tuple[Plan, int, int]:
    """The plan as it is about to be made, what the checker says of it, its loads priced anew, and how many promises it
    keeps too unsurely. Orders that already go as one shipment are left out, as planning leaves them."""
    with office.store.reading() as tx:
        company = company_of(tx)
        deciders = deciders_of(tx, company)
        _, question = question_of(tx, company, not_joined(tx, orders.open_now(tx, placed + 1), unless_asked=False))
        made = plan(question, deciders)
    sure = {each.demand.order_id for each in question.orders if each.agreed.ppm >= each.demand.wanted_ppm}
    at_risk = sum(order.cost.broken_minor > 0 and order.order_id in sure for order in made.orders)
    return made, len(check_plan(question, made, deciders.joint_up)), at_risk
