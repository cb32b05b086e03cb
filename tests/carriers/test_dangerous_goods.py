"""Dangerous goods by road and by air: UN numbers, limited quantities, lithium batteries, marks and papers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.dangerous_goods import Mark, Paper
from doorstep.carriers.may_ship import Rule
from doorstep.carriers.rules import WHAT_TO_DO
from doorstep.terms.item import Equipment, Item
from doorstep.terms.service import CarrierService, Tariff
from tests.carriers.asking import asked_of, may_it_ship

PACK = Item("PACK", "Battery pack", hazard="9", un_number="3480", lithium_mwh=90_000, charge_percent=30)
DRILL = Item("DRILL", "Drill", hazard="9", un_number="3481", equipment=Equipment.IN, lithium_mwh=90_000)
LAMP = Item("LAMP", "Lamp", hazard="9", un_number="3091", equipment=Equipment.WITH, lithium_mg=1_500)
COINS = Item("COINS", "Coin cells", hazard="9", un_number="3090", lithium_mg=900, lithium_cell=True)
PAINT = Item("PAINT", "Paint", hazard="3", un_number="1263", packing_group="II", weight_g=900)
TINS = replace(PAINT, item_id="TINS", limited_quantity=True)

ROAD = CarrierService("r", "c", "Road", Tariff("t", "USD", (), ()), {}, {}, hazards=frozenset({"3", "9"}))
PASSENGERS = replace(ROAD, service_id="p", name="Air", by_air=True)
CARGO = replace(PASSENGERS, service_id="f", name="Freighter", cargo_aircraft=True)


def rule(item: Item, service: CarrierService) -> str | None:
    no = may_it_ship([item], service, "US")
    return no.rule if no else None


@pytest.mark.parametrize("alone", [PACK, COINS])
def test_lithium_batteries_alone_go_by_road_and_freighter_and_never_with_passengers(alone: Item) -> None:
    assert rule(alone, ROAD) is None
    assert rule(alone, CARGO) is None
    assert rule(alone, PASSENGERS) == Rule.LITHIUM_ALONE_BY_AIR


def test_lithium_batteries_in_equipment_or_with_it_fly_with_passengers() -> None:
    assert rule(DRILL, PASSENGERS) is None
    assert rule(LAMP, PASSENGERS) is None


@pytest.mark.parametrize(
    ("item", "cited"),
    [
        (replace(DRILL, lithium_mwh=None), Rule.LITHIUM_UNKNOWN),
        (replace(DRILL, equipment=Equipment.NONE), Rule.LITHIUM_UNKNOWN),
        (replace(LAMP, lithium_mg=None, lithium_mwh=5), Rule.LITHIUM_UNKNOWN),
        (replace(PACK, charge_percent=31), Rule.LITHIUM_CHARGED),
        (replace(PACK, charge_percent=None), Rule.LITHIUM_CHARGED),
        (replace(DRILL, un_number=""), Rule.UN_UNKNOWN),
        (replace(PAINT, packing_group=""), Rule.GROUP_UNKNOWN),
    ],
)
def test_what_is_not_known_does_not_fly_and_still_goes_by_road(item: Item, cited: Rule) -> None:
    assert rule(item, CARGO) == cited
    assert rule(item, ROAD) is None


@pytest.mark.parametrize(
    ("item", "cited"),
    [
        (replace(DRILL, hazard="8"), Rule.UN_AND_CLASS_DIFFER),
        (replace(DRILL, hazard=""), Rule.HAZARD_UNKNOWN),
        (replace(PAINT, un_number="UN1263"), Rule.UN_UNKNOWN),
        (replace(PAINT, packing_group="2"), Rule.GROUP_UNKNOWN),
        (replace(TINS, packing_group="I"), Rule.LIMITED_NOT_ALLOWED),
        (replace(PACK, limited_quantity=True), Rule.LIMITED_NOT_ALLOWED),
        (replace(TINS, weight_g=30_001), Rule.LIMITED_TOO_HEAVY),
        (replace(TINS, weight_g=None), Rule.LIMITED_TOO_HEAVY),
    ],
)
def test_what_is_described_wrongly_goes_nowhere_and_says_what_to_do(item: Item, cited: Rule) -> None:
    no = may_it_ship([item], ROAD, "US")
    assert no is not None
    assert (no.rule, no.do) == (cited, WHAT_TO_DO[cited])


def test_limited_quantities_go_by_road_with_whoever_takes_them_and_not_by_air() -> None:
    takes = replace(ROAD, hazards=frozenset({"LQ"}))
    assert rule(TINS, takes) is None
    assert rule(PAINT, takes) == Rule.HAZARD_NOT_TAKEN
    assert rule(TINS, replace(takes, by_air=True)) == Rule.HAZARD_BY_AIR


def test_marks_and_papers_follow_from_goods_and_service() -> None:
    assert asked_of([TINS], ROAD).marks == ((Mark.LIMITED_QUANTITY, ""),)
    assert asked_of([DRILL], ROAD).marks == ((Mark.LITHIUM_BATTERY, "3481"),)
    assert not asked_of([TINS, DRILL], ROAD).papers
    big = asked_of([replace(DRILL, lithium_mwh=100_001)], ROAD)
    assert big.marks == ((Mark.UN_NUMBER, "3481"), (Mark.LITHIUM_LABEL, "9"))
    assert big.papers == (Paper.DECLARATION,)
    flown = asked_of([PACK], CARGO)
    assert flown.marks == ((Mark.LITHIUM_BATTERY, "3480"), (Mark.LITHIUM_LABEL, "9"), (Mark.CARGO_AIRCRAFT_ONLY, ""))
    assert flown.papers == (Paper.DECLARATION,)
    assert asked_of([PAINT], ROAD).marks == ((Mark.UN_NUMBER, "1263"), (Mark.CLASS_LABEL, "3"))


THINGS = st.builds(
    Item,
    item_id=st.just("X"),
    description=st.just("x"),
    hazard=st.sampled_from(["", "2.3", "3", "8", "9", "fire"]),
    un_number=st.sampled_from(["", "1263", "3090", "3091", "3480", "3481", "34"]),
    packing_group=st.sampled_from(["", "I", "II"]),
    limited_quantity=st.booleans(),
    equipment=st.sampled_from(Equipment),
    lithium_mwh=st.sampled_from([None, 20_000, 100_001]),
    lithium_mg=st.sampled_from([None, 1_000, 2_001]),
    lithium_cell=st.booleans(),
    charge_percent=st.sampled_from([None, 30, 80]),
)
WAYS = st.builds(
    replace,
    st.just(ROAD),
    by_air=st.booleans(),
    cargo_aircraft=st.booleans(),
    hazards=st.frozensets(st.sampled_from(["2", "3", "8", "9", "LQ"])),
)


@given(st.lists(THINGS, max_size=3), WAYS)
def test_goods_that_may_ship_together_may_each_and_none_slips_past_by_company(
    goods: list[Item], service: CarrierService
) -> None:
    no = may_it_ship(goods, service, "US")
    each = [may_it_ship([item], service, "US") for item in goods]
    assert no == next((found for found in each if found), None)
    if no is not None:
        assert no.do
        return
    for item in goods:
        flies = service.by_air and bool(item.un_number or item.hazard)
        assert not (flies and (item.un_number in ("", "3480", "3090") and not service.cargo_aircraft))
        assert bool(asked_of([item], service).marks) == bool(item.hazard)
