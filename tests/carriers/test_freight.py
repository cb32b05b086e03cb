"""Pallets, trucks and vans by their tariffs, each bill worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from doorstep.carriers.bills import Bill, NoRate, NoRateWhy
from doorstep.carriers.freight import Freight, Handled, Trip, UnknownNameError, ltl_bill, truck_bill, van_bill
from doorstep.carriers.rating import Rated, rate
from doorstep.intake.tariffs.read import TariffsIn, read_tariffs
from doorstep.terms.measures import measure, sides
from doorstep.terms.parcel import Size
from doorstep.terms.service import CarrierService

EXAMPLES = Path(__file__).parents[2] / "examples" / "tariffs"
PALLET = sides("48 x 40 x 50 in")


def tariff(name: str) -> Any:
    told = read_tariffs(EXAMPLES / f"{name}.toml")
    assert isinstance(told, TariffsIn)
    assert not told.problems
    return told.tariffs[0].tariff


def lines(found: Bill | NoRate) -> list[tuple[str, int]]:
    assert isinstance(found, Bill), found
    return [(charge.name, charge.minor) for charge in found.charges]


def shipment(weight: str, quantity: int = 1, freight_class: str = "", **more: Any) -> Freight:
    unit = Handled(measure(weight), PALLET, quantity, freight_class)
    return Freight((unit,), "US-60623", "US-53202", **more)


def test_a_class_pays_its_hundredweights_less_the_discount_plus_fuel() -> None:
    # 640 lb at 70.05; 58 % off; 26.4 % fuel.
    assert lines(ltl_bill(tariff("ltl"), shipment("640 lb", freight_class="70", account="HEARTH"))) == [
        ("linehaul", 44_832), ("discount", -26_003), ("fuel", 4_971),
    ]  # fmt: skip


def test_a_shipment_just_below_a_break_pays_as_if_it_had_reached_it() -> None:
    # 480 lb at 88.15 are 423.12; 500 lb at 70.05 are 350.25.
    assert lines(ltl_bill(tariff("ltl"), shipment("480 lb", freight_class="70")))[0] == ("linehaul", 35_025)


def test_the_class_follows_the_density_and_a_minimum_is_reached() -> None:
    # 48 x 40 x 50 in are 55.56 ft3: 400 lb are 7.2 lb/ft3, class 175; 450 lb reach 8, class 100.
    assert lines(ltl_bill(tariff("ltl"), shipment("400 lb")))[0] == ("linehaul", 78_560)
    assert lines(ltl_bill(tariff("ltl"), shipment("450 lb")))[0] == ("linehaul", 47_550)  # as 500 lb at 95.10
    assert lines(ltl_bill(tariff("ltl"), shipment("60 lb", freight_class="70")))[:2] == [
        ("linehaul", 5_289), ("to the minimum charge", 6_511),
    ]  # fmt: skip


def test_accessorials_keep_their_bounds_and_unknown_ones_are_told() -> None:
    found = lines(
        ltl_bill(tariff("ltl"), shipment("640 lb", freight_class="70", accessorials=("inside", "residential")))
    )
    assert found[1:] == [("inside", 9_500), ("residential", 11_000), ("fuel", 14_740)]  # 26.4 % of 448.32 + 110.00
    with pytest.raises(UnknownNameError, match="no accessorial 'crane'; there are liftgate"):
        ltl_bill(tariff("ltl"), shipment("640 lb", accessorials=("crane",)))


def test_pallets_pay_for_the_floor_they_take() -> None:
    def spaces(*units: Handled) -> Bill | NoRate:
        return ltl_bill(tariff("pallets"), Freight(units, "DE-20095", "DE-10115"))

    euro = Handled(measure("300 kg"), sides("120 x 80 x 150 cm"), 2)
    long = Handled(measure("500 kg"), sides("200 x 80 x 100 cm"))
    assert lines(spaces(euro))[0] == ("linehaul", 14_200)
    assert lines(spaces(euro, long))[0] == ("linehaul", 23_100)
    assert lines(spaces(euro, long, long))[0] == ("linehaul", 31_500)  # two spaces more at 42.00 each
    assert spaces(Handled(measure("13 t"), sides("120 x 80 x 150 cm"))) == NoRate(
        NoRateWhy.TOO_HEAVY, "spedition-palette-2026", 13, 12, unit="t"
    )


def test_a_truck_pays_miles_stops_waiting_and_fuel() -> None:
    trip = Trip("US-60623", "US-75201", measure("9000 lb"), stops=1, waited_seconds=(7_200, 9_001))
    # 967 miles at 2.355; three begun quarters of an hour at 60.00 an hour; 967 at 0.585.
    assert lines(truck_bill(tariff("truck"), trip)) == [
        ("linehaul", 227_729), ("stops", 7_500), ("detention", 4_500), ("fuel by distance", 56_570),
    ]  # fmt: skip
    near = Trip("US-60623", "US-53202", distance=measure("92.4 mi"))
    assert lines(truck_bill(tariff("truck"), near))[0] == ("linehaul", 65_000)
    with pytest.raises(ValueError, match="states no distance"):
        truck_bill(tariff("truck"), Trip("US-60623", "US-53202"))


def test_a_van_pays_its_route_kilometres_hours_and_stops() -> None:
    found = van_bill(tariff("van"), distance_m=86_400, seconds=5 * 3_600 + 1_200, stops=14)
    assert lines(found) == [("route", 3_500), ("distance", 3_560), ("time", 16_800), ("stops", 1_050)]


def test_freight_is_rated_where_parcels_are_and_a_van_is_not() -> None:
    def by(name: str) -> Rated | NoRate:
        service = CarrierService(name, "any", name, tariff(name), {}, {})
        return rate(service, Size(1_219, 1_016, 1_270), 290_299, "US-606", "US-532", on=date(2026, 3, 2))

    pallet = by("ltl")
    assert isinstance(pallet, Rated)
    assert (pallet.base_minor, pallet.fuel_minor) == (60_864, 16_068)  # 641 lb rounds as 640.0, class 100
    no = by("van")
    assert isinstance(no, NoRate)
    assert "by the route" in no.says
