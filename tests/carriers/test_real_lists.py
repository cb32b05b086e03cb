"""The published lists of two carriers load whole, and every cell of them is priced as it is printed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from doorstep.carriers.bills import Bill, NoRate, NoRateWhy
from doorstep.carriers.parcels import Parcel, bill
from doorstep.intake.tariffs.read import TariffsIn, read_tariffs
from doorstep.terms.measures import Measure, Sides, sides
from doorstep.terms.refusals import Refusal
from doorstep.terms.tariff import ParcelTariff
from tests.carriers.real_lists import FEDEX, USPS, cells, fedex, unpacked, usps

ON = date(2026, 3, 2)
SMALL = sides("6 x 4 x 2 in")
LONG = Sides(40, 18, 18, 1, "in")  # 40 + 2 x (18 + 18) = 112 in


def loaded(path: Path) -> dict[str, ParcelTariff]:
    told = read_tariffs(path)
    assert isinstance(told, TariffsIn), told.says if isinstance(told, Refusal) else told
    assert not told.problems, told.problems[:3]
    return {each.tariff.tariff_id: each.tariff for each in told.tariffs if isinstance(each.tariff, ParcelTariff)}


def base(tariff: ParcelTariff, weight: Measure, size: Sides, to: str) -> int:
    found = bill(tariff, Parcel(weight, size, "US-9", to, ON))
    assert isinstance(found, Bill), found
    return found.charges[0].minor


def cents(text: str) -> int:
    return int(Decimal(text).scaleb(2))


def exactly(text: str, unit: str) -> Measure:
    exact = Fraction(text)
    return Measure(exact.numerator, exact.denominator, unit)


@pytest.mark.slow
def test_every_cell_of_the_usps_list_is_priced_as_printed(tmp_path: Path) -> None:
    path = unpacked(USPS, tmp_path)
    tariffs = loaded(usps(tmp_path))
    seen = 0
    for row in cells(path):
        tariff, to = tariffs[f"{row['service']} {row['price_class']}"], f"US-{row['zone']}"
        if row["unit"] == "oversized":
            found = base(tariff, exactly("3", "lb"), LONG, to)
        elif row["unit"] == "cuft":
            inches = Fraction(row["not_over"]) * 1728  # 12 x 12 x what is left of the cubic inches
            found = base(tariff, exactly("1", "lb"), _of(inches), to)
        else:
            # The list prints 15.999 oz as 0.999938 lb, rounded.
            ounces = row["not_over"] == "0.999938"
            found = base(tariff, exactly("15.999", "oz") if ounces else exactly(row["not_over"], "lb"), SMALL, to)
        assert found == cents(row["price_usd"]), row
        seen += 1
    assert seen == 3_987


def _of(inches: Fraction) -> Sides:
    """A box of exactly so many cubic inches or a little less: 12 x 12 x quarters of an inch."""
    return Sides(48, 48, int(inches * 4 // 144), 4, "in")


@pytest.mark.slow
def test_every_cell_of_the_fedex_list_is_priced_as_printed(tmp_path: Path) -> None:
    path = unpacked(FEDEX, tmp_path)
    services = sorted({(row["service"], row["packaging"], row["effective"]) for row in cells(path)})
    tariffs = loaded(fedex(tmp_path, services))
    seen = 0
    for row in cells(path):
        tariff = tariffs[f"{row['service']} {row['packaging']}"]
        first, _, last = row["zone"].partition("–")
        for zone in range(int(first), int(last or first) + 1):
            weight = exactly(row["not_over_lb"], "lb")
            assert base(tariff, weight, SMALL, f"US-{zone:02d}") == cents(row["price_usd"]), row
        seen += 1
    assert seen == 10_855


def test_usps_bills_with_size_by_the_printed_rules(tmp_path: Path) -> None:
    unpacked(USPS, tmp_path)
    ground = loaded(usps(tmp_path))["Ground Advantage retail"]

    def charged(weight: str, size: str, *marks: str) -> list[int]:
        parcel = Parcel(exactly(weight, "lb"), sides(size), "US-9", "US-8", ON, marks=frozenset(marks))
        found = bill(ground, parcel)
        assert isinstance(found, Bill), found
        return [charge.minor for charge in found.charges]

    assert charged("1", "6 x 4 x 2 in") == [1_245]
    # 12 x 12 x 12 in is not over a cubic foot: no dimensional weight.
    assert charged("1", "12 x 12 x 12 in") == [1_245]
    assert charged("1", "22 x 4 x 4 in", "nonstandard") == [1_245, 400]
    assert charged("1", "22 1/8 x 4 x 4 in") == [1_245, 400]
    assert charged("1", "30 1/2 x 4 x 4 in") == [1_245, 840]
    # 31 x 18 x 18 in = 10,044 in3: 60.5, so 61 lb; long, and over two cubic feet.
    seventy = charged("70", "6 x 4 x 2 in")[0]
    assert charged("1", "31 x 18 x 18 in")[1:] == [840, 1_800]
    assert charged("1", "31 x 18 x 18 in")[0] < seventy
    # 112 in of length and girth: the oversized price, whatever it weighs.
    assert charged("1", "40 x 18 x 18 in")[0] == 26_300
    no = bill(ground, Parcel(exactly("1", "lb"), sides("60 x 18 x 18 in"), "US-9", "US-8", ON))
    assert no == NoRate(NoRateWhy.GIRTH, "Ground Advantage retail", 132, 130, unit="in")
    early = bill(ground, Parcel(exactly("1", "lb"), SMALL, "US-9", "US-8", date(2025, 10, 4)))
    assert isinstance(early, NoRate)
    assert early.why is NoRateWhy.NOT_VALID
