"""Multi-stop truckloads: orders of shops in a few areas, apart, joined afterwards, and planned together at once.

Seeded, no database, by the example tariffs of freight by class and of whole trucks: what is timed are planning's
deciders. Every truckload is looked at by the independent checker. Times are those of the processor.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import cos, pi, sin
from pathlib import Path
from random import Random

from benchmarks.measuring import Figure, alone
from doorstep.intake.tariffs.read import TariffsIn, read_tariffs
from doorstep.planning.answers import Plan
from doorstep.planning.check import check_plan
from doorstep.planning.check_joint import check_joint
from doorstep.planning.consolidate import Alone, Joint, consolidate
from doorstep.planning.plan import plan
from doorstep.planning.values import Deciders, Demand, FreeUnits, Need, OpenOrder, PlanQuestion, Reservation, SiteSupply
from doorstep.terms.calendar import Window
from doorstep.terms.item import Item
from doorstep.terms.parcel import Size
from doorstep.terms.places import Locality, Position
from doorstep.terms.service import CarrierService

SEEDS = 8
CHICAGO = Locality("US-606", "60623", False, Position(41_850_000, -87_710_000))
# One lane of the example's truck, to US-5: head of postcodes, and where the middle of the area lies.
AREAS = (
    ("US-532", 43_040_000, -87_910_000),
    ("US-537", 43_070_000, -89_400_000),
    ("US-543", 44_510_000, -88_010_000),
    ("US-503", 41_590_000, -93_620_000),
    ("US-554", 44_980_000, -93_270_000),
)
SHOPS = (2, 8)  # in an area
MOST_UDEG = 400_000  # of a shop from the middle: some 45 km
UNITS, UNIT_G = (4, 24), (15_000, 40_000)


def with_trucks(known: tuple[CarrierService, ...], examples: Path) -> tuple[CarrierService, ...]:
    """The services with the example's truck, which is as fast as the freight among them."""
    read = read_tariffs(examples / "tariffs" / "truck.toml")
    if not isinstance(read, TariffsIn):
        raise ValueError(f"the example cannot be read: {read}")
    haul = next(each for each in known if each.service_id == "haul")
    transit = {"": haul.transit_ppm["B"]}
    truck = replace(haul, service_id="truck", name="Truck", tariff=read.tariffs[0].tariff, transit_ppm=transit)
    return (*known, truck)


def figures(known: tuple[CarrierService, ...], decide: Deciders, now: datetime) -> list[Figure]:
    """What is saved afterwards and at once, how many orders go by truck, how long it takes, what is wrong."""
    apart_minor = joined_minor = each_minor = at_once_minor = orders = after = at_once = wrong = 0
    spent: Counter[str] = Counter()
    trucks: Counter[str] = Counter()
    stops: Counter[int] = Counter()
    for seed in range(SEEDS):
        question = asked(known, now, Random(seed))
        orders += len(question.orders)
        apart = plan(question, replace(decide, joint_up=None))
        begin = time.process_time()
        found = consolidate(question, [as_planned(question, apart)], decide)
        spent["after"] += int(1e6 * (time.process_time() - begin))
        apart_minor += apart.total_minor
        joined_minor += apart.total_minor - sum(joint.saves_minor for joint in found)
        by_truck = [joint for joint in found if joint.members[0].stop_no]
        after += sum(len(joint.members) for joint in by_truck)
        trucks["after"] += len(by_truck)
        stops.update(len({member.stop_no for member in joint.members}) for joint in by_truck)
        wrong += sum(len(_problems(question, joint, decide)) for joint in found)
        for name, how in (("each", replace(decide, by_road=None)), ("at once", decide)):
            begin = time.process_time()
            made = plan(question, how)
            spent[name] += int(1e6 * (time.process_time() - begin))
            if name == "each":
                each_minor += made.total_minor
                continue
            at_once_minor += made.total_minor
            loads = [load for load in made.loads if any(load.stop_nos)]
            at_once += sum(len(load.order_ids) for load in loads)
            trucks["at once"] += len(loads)
            wrong += len(check_plan(question, made, decide.joint_up))
    areas = SEEDS * len(AREAS)
    told = ", ".join(f"{count} with {number}" for number, count in sorted(stops.items()))
    note = f"{orders} orders in {areas} areas, {after} on {trucks['after']} trucks: {told} stops; {wrong} wrong"
    name = "shops of an area"
    return [
        alone(f"{name}: saved afterwards of the plan's cost", "%", _share(apart_minor, joined_minor), note),
        alone(f"{name}: decided afterwards", "ms an area", spent["after"] / 1_000 / areas, "of processor"),
        alone(
            *(f"{name}: saved at once of the plan without truckloads", "%", _share(each_minor, at_once_minor)),
            f"{at_once} orders on {trucks['at once']} trucks; plans checked, truckloads priced anew",
        ),
        alone(
            *(f"{name}: planned at once", "ms an area", spent["at once"] / 1_000 / areas),
            f"of processor; {spent['each'] / 1_000 / areas:.1f} without truckloads",
        ),
    ]


def _share(before_minor: int, after_minor: int) -> float:
    return 100 * (before_minor - after_minor) / before_minor


def _problems(question: PlanQuestion, joint: Joint, decide: Deciders) -> list[str]:
    if decide.joint_up is None:
        raise ValueError("nothing is joined without a price for it")
    return check_joint(question, joint, decide.joint_up, decide.goes_in)


def as_planned(question: PlanQuestion, told: Plan) -> list[Alone]:
    """Every order that goes in one shipment, as it is planned."""
    made = {order.order_id: order.shipments for order in told.orders}
    return [
        Alone(order, f"F{name}", made[name][0].service_id, made[name][0].departs)
        for order in question.orders
        if len(made[name := order.demand.order_id]) == 1
    ]


def asked(known: tuple[CarrierService, ...], now: datetime, chance: Random) -> PlanQuestion:
    """Orders of shops, each with goods of its own that are held, promised within three to ten days."""
    orders = []
    for area, north, east in AREAS:
        for shop in range(chance.randint(*SHOPS)):
            far, turn = MOST_UDEG * chance.random() ** 0.5, 2 * pi * chance.random()
            lies = Position(north + round(far * sin(turn)), east + round(far * cos(turn)))
            locality = Locality(area, f"{area[3:]}{chance.randrange(100):02d}", False, lies)
            orders += [
                _order(f"{area}-{shop}-{n}", locality, now.date(), chance) for n in range(chance.choice((1, 1, 1, 2)))
            ]
    free = tuple(FreeUnits(need.item.item_id, 0) for order in orders for need in order.demand.needs)
    site = SiteSupply("CS", CHICAGO.area, known[0].calendar, free, locality=CHICAGO)
    return PlanQuestion(now, tuple(orders), (site,), known)


def _order(name: str, locality: Locality, today: date, chance: Random) -> OpenOrder:
    size = Size(chance.randrange(300, 600), chance.randrange(250, 400), chance.randrange(200, 400))
    item = Item(name, name, size, chance.randrange(*UNIT_G), own_container=True)
    units = chance.randint(*UNITS)
    window = Window(today, today + timedelta(days=chance.randint(3, 10)), 950_000)
    demand = Demand(name, (Need(1, item, units),), locality.area, locality=locality)
    held = (Reservation(1, name, "CS", "", None, units),)
    return OpenOrder(demand, window, held=held, delivers_to=(name.rpartition("-")[0],))
