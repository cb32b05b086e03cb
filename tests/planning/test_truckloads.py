"""Orders to several consignees of one area on one truck: a multi-stop truckload."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from doorstep.carriers.shipments import Piece
from doorstep.carriers.stops import Roads
from doorstep.planning.answers import Plan
from doorstep.planning.check import check_plan
from doorstep.planning.check_joint import check_joint
from doorstep.planning.compose import deciders
from doorstep.planning.consolidate import Alone, Joint, consolidate
from doorstep.planning.freight import loads_up
from doorstep.planning.plan import plan
from doorstep.planning.stops import sequence
from doorstep.planning.values import Demand, FreeUnits, Need, OpenOrder, PlanQuestion, Reservation, SiteSupply
from doorstep.promising.arrivals import Leg, arrivals, behind
from doorstep.promising.mass import WHOLE, Mass
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.freight import Each, LtlTariff, TruckLane, TruckTariff
from doorstep.terms.item import Item
from doorstep.terms.measures import Measure, Sides
from doorstep.terms.parcel import Size
from doorstep.terms.places import Locality, Position
from doorstep.terms.service import CarrierService
from doorstep.terms.tariff import ZoneRule
from tests.planning.corner_shop import CHICAGO, MONDAY, NOW

CRATE = Item("CRATE", "a crate of lamps", Size(600, 400, 400), 60_000, own_container=True)
CHICAGO_LIES = Position(41_850_000, -87_650_000)
# Milwaukee, Racine and Kenosha lie along the lake, north of Chicago.
LIE = {
    "milwaukee": ("US-532", "53202", Position(43_040_000, -87_910_000)),
    "racine": ("US-534", "53403", Position(42_730_000, -87_780_000)),
    "kenosha": ("US-531", "53140", Position(42_580_000, -87_820_000)),
    "new york": ("US-100", "10001", Position(40_750_000, -74_000_000)),
}
TRUCK = TruckTariff(
    "lake-2026",
    "USD",
    (TruckLane("US-6", "US-53", Each(300)), TruckLane("US-6", "US-1", Each(250))),
    stop_minor=5_000,
    most=Measure(20, 1, "t"),
    most_stops=3,
    stops_within=Measure(100, 1, "km"),
    stop_seconds=1_800,
    speed_kmh=60,
)
PALLETS = LtlTariff(
    "haul-2026", "USD", (ZoneRule("", "US-", "all"),), pallets_minor={"all": (20_000, 38_000, 55_000)},
    pallet=Measure(1_200, 1, "mm"), pallet_width=Measure(1_000, 1, "mm"),
)  # fmt: skip


def service(name: str, tariff: TruckTariff | LtlTariff, transit: tuple[int, ...]) -> CarrierService:
    return CarrierService(name, name, name.title(), tariff, {"": transit}, {"CS": time(16)}, mode="freight")


HAUL = service("haul", PALLETS, (0, 1_000_000))


def truck(**otherwise: object) -> CarrierService:
    return service("truck", replace(TRUCK, **otherwise), (0, 1_000_000))  # type: ignore[arg-type]


LAKE_SHORE = TruckLane("US-6", "US-53", Each(200), minimum_minor=20_000)
CHEAP = truck(lanes=(LAKE_SHORE,))  # cheap enough to take all three in any order


def order(name: str, town: str, *, days: int = 8, crates: int = 6, receives: Calendar | None = None) -> OpenOrder:
    """Crates for a shop of its own in a town, each order with the crates that it needs."""
    area, postcode, lies = LIE[town]
    locality = Locality(area, postcode, False, lies)
    demand = Demand(name, (Need(1, CRATE, crates),), area, receives=receives, locality=locality)
    held = (Reservation(1, "CRATE", "CS", "", None, crates),)
    window = Window(MONDAY, MONDAY + timedelta(days=days), 950_000)
    return OpenOrder(demand, window, held=held, delivers_to=(name, town))


def asked(*orders: OpenOrder, by: CarrierService | None = None) -> PlanQuestion:
    locality = Locality("US-606", "60623", False, CHICAGO_LIES)
    site = SiteSupply("CS", "US-606", CHICAGO, (FreeUnits("CRATE", 0),), locality=locality)
    return PlanQuestion(NOW, orders, (site,), (HAUL, by or truck()))


TOWNS = (("A", "milwaukee"), ("B", "racine"), ("C", "kenosha"))
THREE = tuple(order(name, town) for name, town in TOWNS)


def joined(question: PlanQuestion) -> tuple[Joint, ...]:
    """What goes together of the orders as they are planned; none of it is taken unchecked."""
    decide = deciders((), "USD", on=MONDAY)
    told = plan(question, replace(decide, joint_up=None))  # each by itself
    alone = [
        Alone(each, f"F{each.demand.order_id}", made.shipments[0].service_id, made.shipments[0].departs)
        for each, made in zip(question.orders, told.orders, strict=True)
        if len(made.shipments) == 1
    ]
    found = consolidate(question, [alone], decide)
    assert decide.joint_up is not None
    for joint in found:
        assert check_joint(question, joint, decide.joint_up, decide.goes_in) == []
    return found


def planned(question: PlanQuestion) -> Plan:
    """The plan, which no test takes unchecked, its truckloads priced anew."""
    decide = deciders((), "USD", on=MONDAY)
    made = plan(question, decide)
    assert check_plan(question, made, decide.joint_up) == []
    assert made.bound_minor <= made.total_minor <= plan(question, replace(decide, joint_up=None)).total_minor
    return made


def driven(joint: Joint) -> list[str]:
    return [member.order_id for member in sorted(joint.members, key=lambda member: member.stop_no)]


def test_shops_of_one_area_share_a_truck_that_costs_less_than_their_pallets() -> None:
    (joint,) = joined(asked(*THREE))
    assert joint.service_id == "truck"
    assert joint.travels_as == "one truck with 3 stops"
    assert driven(joint) == ["C", "B", "A"]  # from the nearest to the farthest
    assert joint.freight_minor < 3 * 20_000
    assert sum(member.freight_minor for member in joint.members) == joint.freight_minor
    first, second, third = sorted(joint.members, key=lambda member: member.stop_no)
    assert first.later_seconds == 0
    assert 1_800 <= second.later_seconds < third.later_seconds


def test_a_shop_of_another_lane_gets_its_own_shipment() -> None:
    (joint,) = joined(asked(*THREE, order("D", "new york")))
    assert driven(joint) == ["C", "B", "A"]


@pytest.mark.parametrize(
    "otherwise",
    [
        {"most_stops": 0},
        {"stops_within": Measure(10, 1, "km")},
        {"most": Measure(700, 1, "kg")},
        {"stop_minor": 40_000},
    ],
    ids=["makes no stops", "stops too far apart", "no room for two", "stops too dear"],
)
def test_shops_go_apart_where_the_truck_may_not_cannot_or_costs_more(otherwise: dict[str, object]) -> None:
    question = asked(*THREE, by=truck(**otherwise))
    assert joined(question) == ()


def test_a_truck_takes_no_more_stops_than_its_tariff_says() -> None:
    by = service("truck", replace(TRUCK, lanes=(LAKE_SHORE,), most_stops=1), (0, 1_000_000))
    (joint,) = joined(asked(*THREE, by=by))
    assert len(joint.members) == 2


def test_an_area_gets_as_many_trucks_as_save_something() -> None:
    """One stop before the last each: of four shops along the lake two and two go together."""
    by = truck(lanes=(LAKE_SHORE,), most_stops=1)
    again = order("D", "milwaukee")
    found = joined(asked(*THREE, again, by=by))
    assert sorted(len(joint.members) for joint in found) == [2, 2]
    assert {member.order_id for joint in found for member in joint.members} == {"A", "B", "C", "D"}
    assert [joint.saves_minor for joint in found] == sorted((joint.saves_minor for joint in found), reverse=True)


def test_who_is_hurried_is_unloaded_first_though_the_way_is_longer() -> None:
    crates = {"A": "milwaukee", "B": "racine", "C": "kenosha"}
    # With half an hour at each stop behind two others Milwaukee would have a day more too often.
    hurried = [order(name, town, days=1 if name == "A" else 8) for name, town in crates.items()]
    (joint,) = joined(asked(*hurried, by=CHEAP))
    assert driven(joint)[0] == "A"
    assert len(joint.members) == 3
    assert joint.freight_minor > joined(asked(*(order(*each) for each in crates.items()), by=CHEAP))[0].freight_minor


def test_nobody_goes_along_whose_promise_would_not_hold() -> None:
    hurried = [order(name, town, days=1) for name, town in (("A", "milwaukee"), ("B", "racine"), ("C", "kenosha"))]
    assert joined(asked(*hurried)) == ()


def test_what_does_not_go_into_the_truck_stop_by_stop_does_not_go_along() -> None:
    # A crate is 600 by 400 by 400 mm, each shop wants six; the volume is there for all of them in each of these.
    three = Sides(4_800, 800, 600, 1, "mm")  # no second layer: room for sixteen
    (joint,) = joined(asked(*THREE, by=truck(lanes=(LAKE_SHORE,), trailer=three)))
    assert len(joint.members) == 2
    assert joined(asked(*THREE, by=truck(lanes=(LAKE_SHORE,), trailer=three._replace(width=390)))) == ()
    (load,) = planned(asked(*THREE, by=truck(lanes=(LAKE_SHORE,), trailer=three))).loads
    assert len(load.order_ids) == 2


def test_what_is_unloaded_first_stands_free_when_it_is() -> None:
    by = truck(trailer=Sides(600, 400, 800, 1, "mm"))
    whole, half = Piece(Size(600, 400, 400), 9_000), Piece(Size(300, 400, 400), 4_000)
    assert loads_up(by, [[half], [whole]])  # the half stands on the whole
    assert not loads_up(by, [[whole], [half]])
    assert loads_up(truck(), [[whole] * 99, [half]])  # nobody says what it measures


def test_what_may_not_be_on_the_way_so_long_is_not_unloaded_behind_others() -> None:
    def fish(hours: int) -> PlanQuestion:
        item = replace(CRATE, transit_hours=hours)
        return asked(*(replace(o, demand=replace(o.demand, needs=(Need(1, item, 6),))) for o in THREE))

    assert joined(fish(24)) == ()  # there the next day at 17:00, 19 hours later; behind another it may be a day more
    assert len(joined(fish(72))[0].members) == 3


def test_a_truck_waits_for_a_shop_that_is_closed_and_who_comes_after_it_waits_too() -> None:
    thursdays = Calendar("America/Chicago", frozenset({3}))
    orders = [order("A", "milwaukee", days=2), order("B", "racine"), order("C", "kenosha", receives=thursdays)]
    (joint,) = joined(asked(*orders, by=CHEAP))  # A by Wednesday
    assert driven(joint).index("A") < driven(joint).index("C")
    (joint,) = joined(asked(order("A", "milwaukee"), *orders[1:], by=CHEAP))
    assert driven(joint) == ["C", "B", "A"]
    *_, last = sorted(zip(joint.members, joint.legs, strict=True), key=lambda each: each[0].stop_no)
    assert arrivals(last[1]).start == date(2026, 3, 5).toordinal()  # Thursday, though Milwaukee takes in on any day


def test_orders_to_one_shop_are_one_stop() -> None:
    again = replace(order("D", "milwaukee"), delivers_to=("A", "milwaukee"))
    (joint,) = joined(asked(order("A", "milwaukee"), order("B", "racine"), again))
    stops = {member.order_id: member.stop_no for member in joint.members}
    assert stops["A"] == stops["D"] != stops["B"]
    assert joint.travels_as == "one truck with 2 stops"


def test_the_checker_finds_what_is_wrong_with_a_truckload() -> None:
    question = asked(*THREE)
    (joint,) = joined(question)
    price = deciders((), "USD", on=MONDAY).joint_up
    assert price is not None
    first, *others = joint.members
    today = Window(MONDAY, MONDAY, 950_000)
    hurried = replace(question, orders=tuple(replace(each, agreed=today) for each in question.orders))
    wrong = {
        "its carrier's price": replace(joint, freight_minor=joint.freight_minor - 1,
            members=(replace(first, freight_minor=first.freight_minor - 1), *others)),
        "share its freight": replace(joint, freight_minor=joint.freight_minor - 1),
        "seconds later": replace(joint, members=(replace(first, later_seconds=first.later_seconds + 1), *others)),
        "has the stops": replace(joint, members=(replace(first, stop_no=7), *others)),
        "consignee at a stop": replace(joint, members=(replace(first, stop_no=others[0].stop_no), *others)),
        "its leg is not": replace(joint, legs=(replace(joint.legs[0], transit=Mass.certain(1)), *joint.legs[1:])),
        "must leave by": replace(joint, members=(replace(first, ship_by=NOW - timedelta(days=1)), *others)),
    }  # fmt: skip
    for says, told in wrong.items():
        assert any(says in problem for problem in check_joint(question, told, price)), says
    assert any("its promise is kept" in problem for problem in check_joint(hurried, joint, price))
    small = replace(question, services=(HAUL, truck(trailer=Sides(600, 400, 400, 1, "mm"))))
    goes_in = deciders((), "USD", on=MONDAY).goes_in
    assert any("does not go into its truck" in problem for problem in check_joint(small, joint, price, goes_in))


def test_planning_sends_shops_of_one_area_on_one_truck_at_once() -> None:
    made = planned(asked(*THREE, order("D", "new york")))
    (load,) = made.loads
    assert dict(zip(load.order_ids, load.stop_nos, strict=True)) == {"A": 3, "B": 2, "C": 1}
    assert load.travels_as == "one truck with 3 stops"
    (joint,) = joined(asked(*THREE))
    assert (load.freight_minor, load.cost_minor) == (joint.freight_minor, joint.cost_minor)
    assert made.each_minor - made.total_minor == load.saves_minor == joint.saves_minor


def test_planning_sends_nobody_by_truck_whose_promise_would_not_hold() -> None:
    assert not planned(asked(*(order(name, town, days=1) for name, town in TOWNS))).loads
    (load,) = planned(asked(*(order(name, town, days=1 if name == "A" else 8) for name, town in TOWNS), by=CHEAP)).loads
    assert dict(zip(load.order_ids, load.stop_nos, strict=True))["A"] == 1


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_with_truckloads_is_never_dearer_and_the_checker_accepts_it(seed: int) -> None:
    chance = random.Random(seed)
    orders = []
    for number in range(chance.randint(2, 9)):
        town = chance.choice(list(LIE))
        days, crates = chance.randint(1, 8), chance.randint(1, 8)
        receives = chance.choice([None, None, Calendar("America/Chicago", frozenset({1, 3}))])
        made = order(f"O{number}", town, days=days, crates=crates, receives=receives)
        shop = (chance.choice(("one", "another")), town)
        orders.append(replace(made, delivers_to=shop))
    minimum = TruckLane("US-6", "US-53", Each(chance.choice((100, 200, 300))), minimum_minor=15_000)
    by = truck(lanes=(minimum,), most_stops=chance.randint(1, 3), stop_minor=chance.choice((0, 5_000)))
    question = asked(*orders, by=by)
    planned(question)
    joined(question)


def test_the_checker_finds_what_is_wrong_with_a_planned_truckload() -> None:
    question = asked(*THREE)
    made = planned(question)
    (load,) = made.loads
    price = deciders((), "USD", on=MONDAY).joint_up
    wrong = {
        "seconds later at its stops": replace(load, later_seconds=(0, 0, 0)),
        "is not what site and service state": replace(load, later_seconds=(90_000, 0, 0)),
        "its carrier's price": replace(load, stop_nos=(1, 2, 3)),
        "has the stops": replace(load, stop_nos=(1, 2, 4)),
        "more than one consignee at a stop": replace(load, stop_nos=(1, 1, 2)),
        "does not tell every order's stop": replace(load, stop_nos=(1, 2)),
    }
    for says, told in wrong.items():
        problems = check_plan(question, replace(made, loads=(told,)), price)
        assert any(says in problem for problem in problems), (says, problems)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_the_stops_is_the_shortest_in_which_all_come_in_time(seed: int) -> None:
    chance = random.Random(seed)
    number = chance.randint(1, 5)
    places = range(number + 1)
    metres = tuple(tuple(0 if a == b else chance.randint(1_000, 90_000) for b in places) for a in places)
    ways = Roads(metres, metres, 600, chance.choice([None, 40_000, 60_000]), bool(seed % 2))
    latest = {place: chance.choice([20_000, 100_000, 400_000]) for place in range(1, number + 1)}

    def billed(way: tuple[int, ...]) -> int:
        return ways.detour_m(way) + (0 if ways.states else metres[0][way[-1]])

    def allowed(way: tuple[int, ...]) -> bool:
        near = all(ways.within_m is None or metres[a][b] <= ways.within_m for a, b in itertools.pairwise(way))
        return near and all(later <= latest[place] for place, later in zip(way, ways.later_seconds(way), strict=True))

    found = sequence(ways, lambda place, later, _: later <= latest[place])
    possible = [way for way in itertools.permutations(range(1, number + 1)) if allowed(way)]
    assert (found is None) == (not possible)
    if found is not None:
        assert allowed(found)
        assert billed(found) == min(map(billed, possible))


def test_a_delay_of_a_part_of_the_working_day_is_a_day_more_as_often_as_that_part() -> None:
    carrier = Calendar("UTC", opens=time(8), closes=time(16))
    leg = Leg(NOW, Mass.certain(0), Calendar("UTC"), time(17), Mass.certain(1), carrier)
    straight, later = arrivals(leg), behind(leg, 2 * 3_600, ())
    assert later is not None
    tuesday, wednesday = date(2026, 3, 3).toordinal(), date(2026, 3, 4).toordinal()
    assert list(straight.points()) == [(tuesday, WHOLE)]
    assert list(arrivals(later).points()) == [(tuesday, 750_000), (wednesday, 250_000)]
    weekend = Calendar("UTC", frozenset({5, 6}))
    mondays = Calendar("UTC", frozenset({0}))
    assert behind(leg, 0, (weekend, mondays)) is None
