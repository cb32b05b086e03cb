"""Consolidation: planned orders to a few addresses, apart and together, by the example tariffs of parcels and freight;
then orders of one area on a truck with several stops (`benchmarks.truckloads`).

Seeded, no database: what is timed is planning's decider. Every joint shipment is looked at by a second opinion: it
costs less than its orders apart, keeps each promise, shares its freight whole, and prices itself anew to the cent.
Times are those of the processor.
"""

from __future__ import annotations

import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from rich.console import Console

from benchmarks import truckloads
from benchmarks.measuring import Figure, alone
from doorstep.carriers.bills import NoRate
from doorstep.carriers.distance import Haul
from doorstep.carriers.shipments import Piece
from doorstep.intake.company import CompanyIn, read_company
from doorstep.intake.tariffs.read import TariffsIn, read_tariffs
from doorstep.planning.compose import deciders
from doorstep.planning.consolidate import Alone, Joint, consolidate
from doorstep.planning.freight import is_freight, whole_shipment
from doorstep.planning.plan import plan
from doorstep.planning.values import Deciders, Demand, FreeUnits, Need, OpenOrder, PlanQuestion, Reservation, SiteSupply
from doorstep.terms.calendar import Window
from doorstep.terms.item import Item
from doorstep.terms.parcel import Carton, Size
from doorstep.terms.places import Locality
from doorstep.terms.service import CarrierService

EXAMPLES = Path(__file__).parents[1] / "examples"
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
ADDRESSES, SEEDS = 20, 2
Mix = tuple[str, tuple[int, int], tuple[int, int], tuple[int, int]]
# (name, orders to an address, units of an order, grams of a unit)
MIXES: tuple[Mix, ...] = (
    ("homes: light orders", (2, 3), (1, 3), (200, 3_000)),
    ("trade: heavy orders", (2, 5), (2, 12), (4_000, 12_000)),
)
CARTONS = (
    Carton("S", Size(250, 180, 130), Size(256, 186, 140), 120, 8_000, 60),
    Carton("M", Size(420, 300, 240), Size(426, 306, 250), 320, 15_000, 130),
    Carton("L", Size(600, 400, 400), Size(608, 408, 412), 700, 28_000, 240),
)


def services() -> tuple[CarrierService, ...]:
    """Two carriers of parcels of the corner shop's file, and freight by class that is as fast as the slower."""
    company = read_company(tomllib.loads((EXAMPLES / "corner_shop.toml").read_text(encoding="utf-8")))
    read = read_tariffs(EXAMPLES / "tariffs" / "ltl.toml")
    if not isinstance(company, CompanyIn) or not isinstance(read, TariffsIn):
        raise ValueError(f"the examples cannot be read: {company} {read}")
    slow = next(each for each in company.services if each.service_id == "steady-ground")
    haul = replace(
        slow,
        service_id="haul",
        carrier_id="haul",
        name="Haul",
        tariff=read.tariffs[0].tariff,
        account="HEARTH",
        transit_ppm={"A": slow.transit_ppm["near"], "B": slow.transit_ppm["far"]},
    )
    return (*company.services, haul)


def run(console: Console) -> list[Figure]:
    """Each mix over the seeds: what is saved, how many orders go together, how long it takes, what is wrong."""
    known = services()
    decide = deciders(CARTONS, "USD", on=NOW.date())
    _figure(MIXES[0], known, decide, seeds=1)  # loads and compiles what stacks pallets
    figures = []
    for mix in MIXES:
        figures += _figure(mix, known, decide, SEEDS)
        console.print(f"{mix[0]}: done")
    return [*figures, *truckloads.figures(truckloads.with_trucks(known, EXAMPLES), decide, NOW)]


def _figure(mix: Mix, known: tuple[CarrierService, ...], decide: Deciders, seeds: int) -> list[Figure]:
    apart = together = orders = joined = wrong = 0
    spent = 0.0
    modes: Counter[str] = Counter()
    for seed in range(seeds):
        question, addresses = asked(mix, known, Random(seed))
        planned = plan(question, decide)
        of_order = {order.order_id: order for order in planned.orders}
        groups = [
            [
                Alone(order, f"F{order.demand.order_id}", made.shipments[0].service_id, made.shipments[0].departs)
                for order in group
                if len((made := of_order[order.demand.order_id]).shipments) == 1
            ]
            for group in addresses
        ]
        begin = time.process_time()
        found = consolidate(question, groups, decide)
        spent += time.process_time() - begin
        orders += len(question.orders)
        apart += planned.total_minor
        together += planned.total_minor - sum(joint.saves_minor for joint in found)
        joined += sum(len(joint.members) for joint in found)
        modes.update(joint.travels_as.split(" ", 1)[1].rstrip("s") for joint in found)
        wrong += sum(1 for joint in found for _ in _wrong(joint, question, known))
    share = 100 * (apart - together) / apart
    how = ", ".join(f"{count} by {mode}" for mode, count in modes.most_common()) or "none"
    note = f"{orders} orders at {seeds * ADDRESSES} addresses, {joined} joined: {how}; {wrong} wrong"
    return [
        alone(f"{mix[0]}: saved of the plan's cost", "%", share, note),
        alone(f"{mix[0]}: decided", "ms an address", 1_000 * spent / (seeds * ADDRESSES), "of processor"),
    ]


def _wrong(joint: Joint, question: PlanQuestion, known: tuple[CarrierService, ...]) -> Iterator[str]:
    """What a second look finds wrong with a joint shipment."""
    wanted = {order.demand.order_id: order for order in question.orders}
    if joint.saves_minor <= 0 or len(joint.members) < 2:
        yield "saves nothing"
    if sum(member.freight_minor for member in joint.members) != joint.freight_minor:
        yield "is not shared whole"
    for member in joint.members:
        if member.in_window_ppm < wanted[member.order_id].demand.wanted_ppm or joint.departs > member.ship_by:
            yield f"breaks the promise of {member.order_id}"
    if len({wanted[member.order_id].demand.area for member in joint.members}) > 1:
        yield "goes to two places"
    service = next(each for each in known if each.service_id == joint.service_id)
    if is_freight(service):
        decide = deciders(CARTONS, "USD", on=NOW.date())
        sized = []
        for member in joint.members:
            demand = wanted[member.order_id].demand
            goods = [(need.item, need.quantity) for need in demand.needs]
            boxed = decide.carton_up(goods, service, Locality("US-606"), demand.lies)
            sized += [Piece(p.size, p.weight_g) for p in getattr(boxed, "parcels", ()) if p.size is not None]
        whole = whole_shipment(service, sized, Haul(Locality("US-606"), demand.lies, NOW.date()))
        if isinstance(whole, NoRate) or whole.bill.total_minor != joint.freight_minor:
            yield "is priced otherwise"


def asked(mix: Mix, known: tuple[CarrierService, ...], chance: Random) -> tuple[PlanQuestion, list[list[OpenOrder]]]:
    """Orders for goods of their own, each held, promised within three to ten days; the same by address."""
    addresses = []
    for place in range(ADDRESSES):
        area = chance.choice(("US-606", "US-604", "US-532", "US-100", "US-331"))
        addresses.append([_order(f"A{place}-{n}", area, mix, chance) for n in range(chance.randint(*mix[1]))])
    orders = tuple(order for group in addresses for order in group)
    free = tuple(FreeUnits(need.item.item_id, 0) for order in orders for need in order.demand.needs)
    site = SiteSupply("CS", "US-606", known[0].calendar, free)
    return PlanQuestion(NOW, orders, (site,), known), addresses


def _order(name: str, area: str, mix: Mix, chance: Random) -> OpenOrder:
    size = Size(chance.randrange(100, 380), chance.randrange(80, 280), chance.randrange(60, 220))
    item = Item(name, name, size, chance.randrange(*mix[3]))
    units = chance.randint(*mix[2])
    window = Window(date(2026, 3, 2), NOW.date() + timedelta(days=chance.randint(3, 10)), 950_000)
    demand = Demand(name, (Need(1, item, units),), area)
    return OpenOrder(demand, window, held=(Reservation(1, name, "CS", "", None, units),))
