"""Consolidated loads in the joint plan: orders to one consignee go as one shipment where that costs less."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from doorstep.planning import blocks
from doorstep.planning.answers import Plan, Reason
from doorstep.planning.blocks import JointColumn
from doorstep.planning.check import check_plan
from doorstep.planning.consolidate import Alone, consolidate
from doorstep.planning.joint.select import THOROUGH
from doorstep.planning.limited import Column, Limited
from doorstep.planning.plan import plan
from doorstep.planning.prices import solve
from doorstep.planning.supply import RowKey
from doorstep.planning.values import DayKey, OpenOrder, PlanQuestion, SiteSupply, Standing
from doorstep.terms.item import Item
from tests.planning import corner_shop as cs
from tests.planning.test_joint_shipments import JOINING, joint_up

HOME = ("Ada", "1 Main Street")


def order(name: str, *wanted: tuple[Item, int], days: int = 8, to: tuple[str, ...] = HOME) -> OpenOrder:
    return replace(cs.open_order(cs.demand(*wanted, order_id=name), days), delivers_to=to)


def asked(orders: list[OpenOrder], *sites: SiteSupply) -> PlanQuestion:
    return PlanQuestion(cs.NOW, tuple(orders), sites, (cs.POST, cs.SWIFT))


def planned(question: PlanQuestion) -> Plan:
    """The plan, which no test takes unchecked, its loads priced anew."""
    made = plan(question, JOINING)
    assert check_plan(question, made, joint_up) == []
    return made


def sites(made: Plan) -> list[list[str]]:
    return [[shipment.site_id for shipment in each.shipments] for each in made.orders]


TEA_AND_MUG = asked(
    [order("A", (cs.TEA, 1)), order("B", (cs.MUG, 1))],
    cs.shop(*cs.stock(TEA=5)),
    cs.warehouse(*cs.stock(TEA=5, MUG=5)),
)


def test_two_orders_that_go_from_two_sites_apart_go_from_one_together() -> None:
    apart = plan(TEA_AND_MUG, cs.DECIDERS)  # without a price for one shipment of both
    assert sites(apart) == [["CS"], ["WH"]]
    made = planned(TEA_AND_MUG)
    assert sites(made) == [["WH"], ["WH"]]
    (load,) = made.loads
    # By the post the tea costs 320 from Chicago, the mug 520 from New York; both as one 250 and 13 for 650 grams.
    assert load.freight_minor == 263
    assert made.each_minor - made.total_minor == load.saves_minor == 320 + 520 - 263
    assert [each.cost.freight_minor for each in made.orders] == [100, 163]  # each saves as it would have paid
    assert made.gap_minor == 0
    assert all(each.reasons[0] is Reason.TOGETHER for each in made.orders)
    assert {runner.with_orders for runner in made.orders[0].runners_up} == {("B",), ()}
    assert len({shipment.ship_by for each in made.orders for shipment in each.shipments}) == 1


def test_who_goes_elsewhere_or_is_in_a_hurry_is_in_no_load() -> None:
    orders = [order("A", (cs.TEA, 1)), order("B", (cs.TEA, 1)), order("C", (cs.TEA, 1), to=("Bea",))]
    made = planned(asked([*orders, order("D", (cs.TEA, 1), days=1)], cs.shop(*cs.stock(TEA=9))))
    assert [load.order_ids for load in made.loads] == [("A", "B")]


def test_a_load_takes_the_room_of_one_shipment() -> None:
    orders = [order(name, (cs.TEA, 1), days=9) for name in "ABC"]
    made = planned(asked([*orders, order("D", (cs.TEA, 1), to=())], cs.shop(*cs.stock(TEA=9), daily_shipments=2)))
    leaving = Counter(shipment.departs for each in made.orders for shipment in each.shipments)
    assert list(leaving.values()) == [4]


def test_a_plan_that_stands_is_not_changed_for_a_load_that_gains_too_little() -> None:
    before = plan(TEA_AND_MUG, cs.DECIDERS)
    standing = [
        tuple(Standing(s.site_id, s.service_id, s.departs.date(), ((1, item, 1),)) for s in each.shipments)
        for each, item in zip(before.orders, ("TEA", "MUG"), strict=True)
    ]
    orders = tuple(replace(o, planned=stood) for o, stood in zip(TEA_AND_MUG.orders, standing, strict=True))
    for gain_minor, loads in ((570, 1), (580, 0)):
        made = planned(replace(TEA_AND_MUG, orders=orders, move_gain_minor=gain_minor))
        assert len(made.loads) == loads
    assert not planned(replace(TEA_AND_MUG, orders=orders, most_moved=0)).loads


def test_the_checker_finds_what_is_wrong_with_a_load() -> None:
    made = planned(TEA_AND_MUG)
    (load,) = made.loads
    first = made.orders[0]
    spoilt: list[tuple[str, Plan]] = [
        ("goes in 2 loads", replace(made, loads=(load, load))),
        ("is of one order", replace(made, loads=(replace(load, order_ids=("A",)),))),
        ("its carrier's price", replace(made, loads=(replace(load, freight_minor=262),))),
        ("is shared out", replace(made, loads=(replace(load, freight_minor=262),))),
        ("does not cost", replace(made, loads=(replace(load, cost_minor=1),))),
        ("as one shipment", replace(made, loads=(replace(load, service_id="SWIFT"),))),
        ("whether it goes with others", replace(made, loads=())),
        ("not asked for", replace(made, loads=(replace(load, order_ids=("A", "Z")),))),
        ("room", made),
    ]
    for says, wrong in spoilt:
        (wh,) = (site for site in TEA_AND_MUG.sites if site.site_id == "WH")
        full = replace(TEA_AND_MUG, sites=(TEA_AND_MUG.sites[0], replace(wh, daily_shipments=0)))
        assert any(says in problem for problem in check_plan(full if says == "room" else TEA_AND_MUG, wrong, joint_up))
    elsewhere = replace(TEA_AND_MUG, orders=(replace(TEA_AND_MUG.orders[0], delivers_to=()), TEA_AND_MUG.orders[1]))
    assert any("more than one consignee" in problem for problem in check_plan(elsewhere, made))
    assert first.least_minor == first.cost.total_minor


def seeded(seed: int) -> PlanQuestion:
    """Orders of a few consignees for goods of two sites, of which and of whose days there may be too little."""
    chance = random.Random(seed)
    goods = (cs.TEA, cs.MUG, cs.HONEY)
    orders = [
        order(
            f"O{n}",
            *((item, chance.randint(1, 3)) for item in chance.sample(goods, chance.randint(1, 2))),
            days=chance.choice((2, 5, 8, 10)),
            to=chance.choice((HOME, ("Bea",), ("Cid",), ())),
        )
        for n in range(chance.randint(3, 9))
    ]
    most = chance.choice((4, 9, 30))
    free = [cs.stock(**{item.item_id: chance.randint(0, most) for item in goods}) for _ in range(2)]
    room = chance.choice((None, 1, 2, 4))
    return asked(orders, cs.shop(*free[0], daily_shipments=room), cs.warehouse(*free[1]))


def consolidated_afterwards(question: PlanQuestion, made: Plan) -> int:
    """What a plan without loads saves where its orders are joined once it stands."""
    used: Counter[tuple[str, str, str]] = Counter()
    leaving: Counter[tuple[str, date]] = Counter()
    alone: dict[tuple[object, ...], list[Alone]] = {}
    of_site = {site.site_id: site for site in question.sites}
    for each, told in zip(question.orders, made.orders, strict=True):
        for r in told.reservations:
            used[r.site_id, r.item_id, r.lot] += r.quantity
        for shipment in told.shipments:
            leaving[shipment.site_id, of_site[shipment.site_id].calendar.day_of(shipment.departs)] += 1
        if len(told.shipments) == 1 and each.delivers_to:
            (shipment,) = told.shipments
            held = replace(each, held=told.reservations)
            going = Alone(held, f"F{told.order_id}", shipment.service_id, shipment.departs)
            alone.setdefault((shipment.site_id, each.delivers_to), []).append(going)
    left = tuple(
        replace(
            site,
            free=tuple(replace(u, quantity=u.quantity - used[site.site_id, u.item_id, u.lot]) for u in site.free),
            booked={day: units for (site_id, day), units in leaving.items() if site_id == site.site_id},
        )
        for site in question.sites
    )
    groups = [group for group in alone.values() if len(group) > 1]
    return sum(joint.saves_minor for joint in consolidate(replace(question, sites=left), groups, JOINING))


@pytest.mark.parametrize("seed", range(40))
def test_a_plan_with_loads_costs_no_more_than_one_without_that_is_consolidated_afterwards(seed: int) -> None:
    question = seeded(seed)
    without = plan(question, cs.DECIDERS)
    made = planned(question)
    assert made.each_minor == without.total_minor
    assert made.bound_minor <= made.total_minor <= without.total_minor - consolidated_afterwards(question, without)
    assert all(load.saves_minor > 0 for load in made.loads)


def _tables(chance: random.Random) -> tuple[list[list[Column]], list[JointColumn], dict[Limited, int]]:
    keys: list[Limited] = [RowKey("CS", "TEA", "", None), RowKey("CS", "MUG", "", None), DayKey("CS", cs.MONDAY)]

    def column(low: int, high: int) -> Column:
        return Column(chance.randint(low, high), {key: chance.randint(0, 2) for key in chance.sample(keys, 2)})

    orders = chance.randint(2, 5)
    table = [[*(column(10, 99) for _ in range(3)), Column(300, {})] for _ in range(orders)]
    joint = [
        JointColumn(who, tuple(column(1, 70) for _ in who))
        for who in (tuple(sorted(chance.sample(range(orders), chance.randint(2, orders)))) for _ in range(4))
    ]
    return table, joint, {key: chance.randint(1, 4) for key in keys}


def _selections(
    table: list[list[Column]], joint: list[JointColumn], room: dict[Limited, int]
) -> Iterator[list[Column]]:
    """Everything that can be: each order's column, or its part of a joint one."""
    for chosen in product((False, True), repeat=len(joint)):
        taken = [column for column, wanted in zip(joint, chosen, strict=True) if wanted]
        parts = {o: part for column in taken for o, part in zip(column.orders, column.parts, strict=True)}
        if len(parts) < sum(len(column.orders) for column in taken):
            continue
        for picks in product(*([parts[o]] if o in parts else ways for o, ways in enumerate(table))):
            used: Counter[Limited] = Counter()
            for column in picks:
                used.update(column.uses)
            if all(units <= room[key] for key, units in used.items()):
                yield list(picks)


@pytest.mark.parametrize("most", [blocks.MOST, 0])
def test_no_selection_with_joint_columns_costs_less_than_the_bound_and_every_order_finds_its_place(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MOST", most)
    for seed in range(12):
        chance = random.Random(seed)
        table, joint, room = _tables(chance)
        selections = list(_selections(table, joint, room))
        reached = chance.choice(selections)
        master = solve(table, room, reached, THOROUGH, joint)
        assert master.bound_minor <= min(_cost(picks) for picks in selections)
        found = {o: table[o][pick] for o, pick in enumerate(master.picks) if pick is not None}
        for j in master.joint:
            found.update(zip(joint[j].orders, joint[j].parts, strict=True))
        assert [found[o] for o in range(len(table))] in selections
        assert _cost(found.values()) <= _cost(reached)


def _cost(columns: Iterable[Column]) -> int:
    return sum(column.cost_minor for column in columns)
