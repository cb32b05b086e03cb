from __future__ import annotations

import pytest

from doorstep.carriers.may_ship import Ban, Forbidden, Rule
from doorstep.carriers.rules import SOURCES, WHAT_TO_DO
from doorstep.terms.item import Equipment, Item
from doorstep.terms.service import CarrierService, Tariff
from tests.carriers.asking import DATED, SOURCE, may_it_ship

TARIFF = Tariff("t", "USD", (), ())
SOCKS, SCOOTER = (
    Item("SOCKS", "Socks"),
    Item(
        "SCOOTER",
        "Scooter, charged a little",
        hazard="9",
        un_number="3481",
        equipment=Equipment.IN,
        lithium_mwh=300_000,
    ),
)
PAINT, TOXIC = (
    Item("PAINT", "Paint", hazard="3", un_number="1263", packing_group="II"),
    Item("TOXIC", "Toxic gas", hazard="2.3"),
)


def service(*hazards: str, by_air: bool = False) -> CarrierService:
    return CarrierService(
        "s", "local", "Local", TARIFF, transit_ppm={}, cut_offs={}, by_air=by_air, hazards=frozenset(hazards)
    )


def rule_of(no: Forbidden | None) -> str | None:
    return no.rule if no else None


def test_harmless_goods_go_by_road_and_by_air() -> None:
    assert may_it_ship([SOCKS], service(), "US") is None
    assert may_it_ship([SOCKS], service(by_air=True), "US") is None


def test_dangerous_goods_go_where_the_service_takes_their_class() -> None:
    assert may_it_ship([SOCKS, PAINT], service("3"), "US") is None
    no = may_it_ship([SOCKS, PAINT], service("9"), "US")
    assert no == Forbidden(
        Rule.HAZARD_NOT_TAKEN,
        "PAINT is of class 3, which Local does not take",
        item_id="PAINT",
        hazard="3",
        do=WHAT_TO_DO[Rule.HAZARD_NOT_TAKEN],
        source=SOURCES[Rule.HAZARD_NOT_TAKEN],
    )


@pytest.mark.parametrize("item", [SCOOTER, PAINT])
def test_batteries_and_flammables_do_not_fly_unless_the_service_names_them(item: Item) -> None:
    assert rule_of(may_it_ship([item], service(by_air=True), "US")) == Rule.HAZARD_BY_AIR
    assert may_it_ship([item], service(item.hazard, by_air=True), "US") is None


def test_a_whole_class_covers_its_divisions_on_the_road_but_not_in_the_air() -> None:
    assert may_it_ship([TOXIC], service("2"), "US") is None
    assert rule_of(may_it_ship([TOXIC], service("2", by_air=True), "US")) == Rule.HAZARD_BY_AIR
    assert rule_of(may_it_ship([TOXIC], service("2.1"), "US")) == Rule.HAZARD_NOT_TAKEN


def test_a_hazard_nobody_knows_ships_nowhere_even_when_the_service_lists_it() -> None:
    odd = Item("ODD", "Odd", hazard="lithium")
    assert rule_of(may_it_ship([odd], service("lithium"), "US")) == Rule.HAZARD_UNKNOWN


@pytest.mark.parametrize("country", ["", "usa", "us", "U1", "ÄÖ"])
def test_a_country_that_cannot_be_told_cannot_be_checked(country: str) -> None:
    assert rule_of(may_it_ship([SOCKS], service(), country)) == Rule.COUNTRY_UNKNOWN


def test_bans_of_law_company_and_carrier_cite_their_own_rule() -> None:
    bans = [
        Ban("sanctions-2026-1", "nothing goes there", country="XX"),
        Ban("law-7", "no gas to Elsewhere", country="EE", hazard="2"),
        Ban("local-socks", "Local takes no socks", carrier_id="local", item_id="SOCKS"),
        Ban("other-paint", "Other takes no paint", carrier_id="other", hazard="3"),
    ]
    everything = service("2", "3", "9")
    assert may_it_ship([PAINT], everything, "XX", bans) == Forbidden(
        "sanctions-2026-1", "nothing goes there", source=f"{SOURCE}, as of {DATED}"
    )
    assert rule_of(may_it_ship([TOXIC], everything, "EE", bans)) == "law-7"
    assert may_it_ship([TOXIC], everything, "US", bans) is None
    assert rule_of(may_it_ship([PAINT, SOCKS], everything, "US", bans)) == "local-socks"
    assert may_it_ship([PAINT], everything, "US", bans) is None


def test_a_destination_is_banned_for_an_empty_list_of_goods_too() -> None:
    assert may_it_ship([], service(), "XX", [Ban("sanctions", "no", country="XX")])
