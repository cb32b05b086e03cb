"""Licences, ages, cold goods, shelf life: what hangs on who gets it and on how long it is on its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.dangerous_goods import Mark, Paper
from doorstep.carriers.may_ship import Ban, Rule
from doorstep.carriers.rules import WHAT_TO_DO
from doorstep.terms.item import Coolant, Equipment, Item, Temperature
from doorstep.terms.order import Licence
from doorstep.terms.sending import Consignee, Goods, Trip
from doorstep.terms.service import CarrierService, Tariff
from tests.carriers.asking import asked_of, may_it_ship

ROAD = CarrierService("r", "c", "Road", Tariff("t", "USD", (), ()), {}, {}, hazards=frozenset({"9"}))
AIR = replace(ROAD, service_id="a", name="Air", by_air=True)
FISH = Item("FISH", "Fish", temperature=Temperature.CHILLED, transit_hours=48, coolant=Coolant.GEL, weight_g=2_000)
ICE = replace(FISH, item_id="ICE", temperature=Temperature.FROZEN, coolant=Coolant.DRY_ICE, coolant_g=2_500)
GIN, SERUM = Item("GIN", "Gin", min_age=21), Item("SERUM", "Serum", licence="pharmacy")
FRIDAY = date(2026, 3, 6)
OVERNIGHT, WEEKEND = Trip(date(2026, 3, 3), date(2026, 3, 4), 26), Trip(FRIDAY, date(2026, 3, 9), 74, days_off=2)


def rule(goods: Item | Goods, service: CarrierService = ROAD, **more: object) -> str | None:
    no = may_it_ship([goods], service, "US-606", **more)  # type: ignore[arg-type]
    if no is not None:
        assert no.source
        assert no.do == WHAT_TO_DO[Rule(no.rule)]
    return no.rule if no else None


def test_cold_goods_go_where_they_are_there_before_they_are_warm() -> None:
    assert rule(FISH) is None
    assert rule(FISH, trip=OVERNIGHT) is None
    assert rule(FISH, trip=replace(OVERNIGHT, hours=49)) == Rule.TOO_LONG_ON_ITS_WAY
    patient = replace(FISH, transit_hours=96)
    assert rule(patient, trip=WEEKEND) == Rule.COLD_OVER_DAYS_OFF
    assert rule(replace(patient, over_weekend=True), trip=WEEKEND) is None
    assert rule(FISH, replace(ROAD, keeps=frozenset({Temperature.CHILLED})), trip=WEEKEND) is None
    assert rule(ICE, replace(ROAD, keeps=frozenset({Temperature.CHILLED})), trip=WEEKEND) == Rule.TOO_LONG_ON_ITS_WAY


def test_cold_goods_of_which_nobody_said_how_they_stay_cold_go_nowhere() -> None:
    assert rule(replace(FISH, transit_hours=None)) == Rule.COLD_HOURS_UNKNOWN
    assert rule(replace(FISH, coolant=Coolant.NONE)) == Rule.COOLANT_MISSING
    assert rule(replace(FISH, coolant=Coolant.NONE), replace(ROAD, keeps=frozenset({Temperature.CHILLED}))) is None


def test_dry_ice_flies_weighed_with_who_takes_it_and_is_marked() -> None:
    assert rule(ICE, AIR) is None
    assert rule(ICE, replace(AIR, hazards=frozenset({"3"}))) == Rule.DRY_ICE_BY_AIR
    assert rule(replace(ICE, coolant_g=None), AIR) == Rule.DRY_ICE_BY_AIR
    assert rule(replace(ICE, coolant_g=None), ROAD) is None
    flown = asked_of([ICE], AIR)
    assert flown.marks == ((Mark.DRY_ICE, "2.500 kg"), (Mark.CLASS_LABEL, "9"), (Mark.KEEP, "frozen"))
    assert flown.papers == (Paper.DRY_ICE_ON_WAYBILL,)


def test_spirits_go_only_where_somebody_looks_at_the_age() -> None:
    assert rule(GIN) == Rule.AGE_NOT_CHECKED
    assert rule(GIN, replace(ROAD, checks_age=18)) == Rule.AGE_NOT_CHECKED
    assert rule(GIN, replace(ROAD, checks_age=21)) is None
    assert asked_of([GIN], ROAD).marks == ((Mark.AGE, "21+"),)


def test_a_licence_must_be_there_and_hold_on_the_day_of_arrival() -> None:
    def holder(until: date | None) -> Consignee:
        return Consignee(licences=(Licence("pharmacy", "P-1", until), Licence("alcohol", "A-1")))

    assert rule(SERUM) == Rule.LICENCE_MISSING
    assert rule(SERUM, consignee=holder(None)) is None
    assert rule(SERUM, consignee=holder(date(2026, 3, 3)), on=date(2026, 3, 3)) is None
    assert rule(SERUM, consignee=holder(date(2026, 3, 3)), on=date(2026, 3, 4)) == Rule.LICENCE_EXPIRED
    assert rule(SERUM, consignee=holder(date(2026, 3, 3)), trip=OVERNIGHT) == Rule.LICENCE_EXPIRED


def test_a_lot_must_be_good_for_as_long_as_agreed_when_it_is_there() -> None:
    wants = Consignee(shelf_life_days=30)
    lot = Goods(Item("TEA", "Tea"), expires_on=date(2026, 4, 3))
    assert rule(lot, consignee=wants, trip=OVERNIGHT) is None
    assert rule(replace(lot, expires_on=date(2026, 4, 2)), consignee=wants, trip=OVERNIGHT) == Rule.SHELF_LIFE
    assert rule(replace(lot, expires_on=date(2026, 4, 2)), consignee=wants) is None


def test_what_lies_in_one_parcel_is_weighed_together() -> None:
    tins = Item("TINS", "Tins", hazard="3", un_number="1263", packing_group="II", weight_g=900, limited_quantity=True)
    takes = replace(ROAD, hazards=frozenset({"LQ", "9"}))
    assert rule(Goods(tins, 30), takes, parcel_g=29_000) is None
    assert rule(Goods(tins, 34), takes, parcel_g=30_001) == Rule.LIMITED_TOO_HEAVY
    drill = Item("DRILL", "Drill", hazard="9", un_number="3481", equipment=Equipment.IN, lithium_mwh=90_000)
    assert rule(Goods(drill, 3), AIR, parcel_g=4_900) is None
    assert rule(Goods(drill, 3), AIR, parcel_g=6_000) == Rule.LITHIUM_TOO_HEAVY
    assert rule(Goods(replace(drill, battery_g=600), 3), AIR, parcel_g=6_000) is None
    assert rule(Goods(replace(drill, battery_g=600), 9), AIR, parcel_g=20_000) == Rule.LITHIUM_TOO_HEAVY
    coins = Item("COINS", "Cells", hazard="9", un_number="3090", lithium_mg=900, lithium_cell=True, weight_g=3)
    freighter = replace(AIR, cargo_aircraft=True)
    assert rule(Goods(coins, 800), freighter, parcel_g=2_600) is None
    assert rule(Goods(coins, 850), freighter, parcel_g=2_700) == Rule.LITHIUM_TOO_HEAVY
    assert rule(Goods(coins, 9_990), ROAD, parcel_g=30_001) == Rule.LITHIUM_TOO_HEAVY


def test_batteries_beside_their_equipment_fly_at_30_percent_since_2026() -> None:
    beside = Item("KIT", "Kit", hazard="9", un_number="3481", equipment=Equipment.WITH, lithium_mwh=90_000)
    assert rule(beside, AIR) == Rule.LITHIUM_CHARGED
    assert rule(replace(beside, charge_percent=30), AIR) is None
    assert rule(replace(beside, lithium_mwh=2_700), AIR) is None
    assert rule(replace(beside, equipment=Equipment.IN), AIR) is None


@pytest.mark.parametrize(
    ("ban", "forbids"),
    [
        (Ban("b", "no", postcode="606"), True),
        (Ban("b", "no", postcode="60612"), True),
        (Ban("b", "no", postcode="607"), False),
        (Ban("b", "no", by_air=True), False),
        (Ban("b", "no", abroad=True), False),
        (Ban("b", "no", licence="pharmacy"), True),
        (Ban("b", "no", service_id="other"), False),
        (Ban("b", "no", first_day=date(2026, 3, 4)), False),
        (Ban("b", "no", last_day=date(2026, 3, 3)), True),
    ],
)
def test_a_ban_covers_what_it_names_while_it_holds(ban: Ban, forbids: bool) -> None:
    holder = Consignee(licences=(Licence("pharmacy", "P-1"),))
    told = may_it_ship([SERUM], ROAD, "US-606", [ban], consignee=holder, on=date(2026, 3, 3), from_country="US")
    assert (told is not None) == forbids
    if told:
        assert told.source == "the company's own file, as of 2026-01-02"


@given(
    st.builds(
        replace,
        st.sampled_from([FISH, ICE, GIN, SERUM]),
        transit_hours=st.sampled_from([None, 24, 80]),
        min_age=st.sampled_from([0, 18]),
        over_weekend=st.booleans(),
    ),
    st.builds(
        replace,
        st.sampled_from([ROAD, AIR]),
        checks_age=st.sampled_from([0, 18, 21]),
        keeps=st.frozensets(st.sampled_from([Temperature.CHILLED, Temperature.FROZEN])),
    ),
    st.sampled_from([None, OVERNIGHT, WEEKEND]),
)
def test_what_is_let_pass_breaks_no_rule_told_in_other_words(
    item: Item, service: CarrierService, trip: Trip | None
) -> None:
    if may_it_ship([item], service, "US", trip=trip):
        return
    assert item.min_age <= service.checks_age
    assert not item.licence
    warm = item.temperature is Temperature.AMBIENT or item.temperature in service.keeps
    assert warm or (item.coolant and item.transit_hours)
    if trip and not warm:
        assert (item.transit_hours or 0) >= trip.hours
        assert item.over_weekend or not trip.days_off
