"""Bills as a person works them out with a pencil: whole and fractional inches, pounds and ounces, exact fractions.

Nothing here comes from the code under test but the tariff's own words.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.bills import Bill
from doorstep.carriers.parcels import Parcel, bill
from doorstep.terms.measures import Measure, Sides, measure, sides
from doorstep.terms.tariff import (
    By,
    ChargeKind,
    Condition,
    Dimensional,
    Discount,
    Fuel,
    Limits,
    ParcelTariff,
    PriceStep,
    PriceTable,
    Rounding,
    Surcharge,
    ZoneRule,
)

INCH_MM, POUND_G = Fraction(254, 10), Fraction(45359237, 100000)
STEPS = [Fraction(1, 4), Fraction(1, 2), Fraction(15999, 16000), *map(Fraction, range(1, 71))]
PRICE = {step: 500 + 37 * number for number, step in enumerate(STEPS)}
LIST = ParcelTariff(
    tariff_id="list",
    currency="USD",
    zones=(ZoneRule("", "", "4"),),
    tables=(
        PriceTable(By.PIECE, (PriceStep(measure("1"), {"4": 9_999}),), Condition(girth=measure("108 in"))),
        PriceTable(
            By.WEIGHT,
            tuple(PriceStep(Measure(step.numerator, step.denominator, "lb"), {"4": PRICE[step]}) for step in STEPS),
        ),
    ),
    sides=Rounding.UP,
    side_to=measure("1 in"),
    dimensional=Dimensional(measure("166 in3"), measure("1 lb"), measure("1 lb"), measure("1728 in3")),
    limits=Limits(girth=measure("130 in"), weight=measure("70 lb")),
    surcharges=(
        Surcharge("long", ChargeKind.HANDLING, {"": 400}, when=Condition(longest=measure("22 in")), group="length"),
        Surcharge("longer", ChargeKind.HANDLING, {"": 840}, when=Condition(longest=measure("30 in")), group="length"),
        Surcharge("bulky", ChargeKind.HANDLING, {"": 1_800}, when=Condition(volume=measure("2 ft3")), fuelled=True),
    ),
    fuel=(Fuel(127_500),),
    discounts=(Discount("acme", 335_000),),
    minimum_minor={"": 600},
)


def half_up(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))


def by_hand(weight_lb: Fraction, rounded: list[int], account: str) -> int | None:
    """Cents; None where the list does not take it."""
    longest = max(rounded)
    girth = longest + 2 * (sum(rounded) - longest)
    volume = rounded[0] * rounded[1] * rounded[2]
    if girth > 130 or weight_lb > 70:
        return None
    billed = max(weight_lb, Fraction(ceil(Fraction(volume, 166)))) if volume > 1_728 else weight_lb
    if girth > 108:
        cents = 9_999
    elif billed > 70:
        return None
    else:
        cents = PRICE[min(step for step in STEPS if step >= billed)]
    if account == "acme":
        cents -= half_up(cents * Fraction(335, 1000))
    cents = max(cents, 600)
    bulky = 1_800 if volume > 3_456 else 0
    length = 840 if longest > 30 else 400 if longest > 22 else 0
    return cents + bulky + length + half_up((cents + bulky) * Fraction(1275, 10000))


def charged(weight: Measure, size: Sides, tariff: ParcelTariff = LIST, account: str = "") -> int | None:
    found = bill(tariff, Parcel(weight, size, "", "", account=account))
    return found.total_minor if isinstance(found, Bill) else None


accounts = st.sampled_from(["", "acme"])
pieces = st.sampled_from([1, 2, 8, 16, 64, 10, 3])


@given(st.tuples(*[st.integers(1, 2_400)] * 3), pieces, st.integers(1, 5_000), pieces, accounts)
def test_inches_and_pounds_are_rounded_once(
    ticks: tuple[int, int, int], per: int, pounds: int, parts: int, account: str
) -> None:
    exact = [Fraction(tick, per) for tick in ticks]
    weight = Fraction(pounds, parts)
    expected = by_hand(weight, [ceil(side) for side in exact], account)
    assert charged(Measure(pounds, parts, "lb"), Sides(*ticks, per, "in"), account=account) == expected


@given(st.tuples(*[st.integers(10, 1_500)] * 3), st.integers(1, 32_000), accounts)
def test_millimetres_and_grams_are_rounded_once_into_inches_and_pounds(
    size: tuple[int, int, int], grams: int, account: str
) -> None:
    exact = [Fraction(side) / INCH_MM for side in size]
    expected = by_hand(Fraction(grams) / POUND_G, [ceil(side) for side in exact], account)
    assert charged(Measure(grams, 1, "g"), Sides(*size, 1, "mm"), account=account) == expected


@given(st.tuples(*[st.integers(1, 1_600)] * 3), st.integers(1, 12_000), accounts)
def test_ounces_and_the_nearest_inch(ticks: tuple[int, int, int], ounces: int, account: str) -> None:
    exact = [Fraction(tick, 16) for tick in ticks]
    rounded = [max(half_up(side), 1) for side in exact]
    nearest = replace(LIST, sides=Rounding.NEAREST)
    expected = by_hand(Fraction(ounces, 160), rounded, account)
    assert charged(Measure(ounces, 10, "oz"), Sides(*ticks, 16, "in"), nearest, account) == expected


def test_a_cube_of_twelve_inches_is_billed_as_twelve_inches_and_not_as_305_millimetres() -> None:
    cube = bill(LIST, Parcel(measure("1 lb"), sides("12 x 12 x 12 in"), "", ""))
    rounded = bill(LIST, Parcel(measure("1 lb"), sides("305 x 305 x 305 mm"), "", ""))
    assert isinstance(cube, Bill)
    assert isinstance(rounded, Bill)
    assert (cube.billable, rounded.billable) == ("1 lb", "14 lb (dimensional)")


def test_a_bill_names_every_charge_and_adds_up() -> None:
    found = bill(LIST, Parcel(measure("3 lb"), sides("31 x 12 x 12 in"), "", "", account="acme"))
    assert isinstance(found, Bill)
    # 4,464 in3 / 166 = 26.9: 27 lb, the 29th step.
    base = PRICE[Fraction(27)]
    off = half_up(base * Fraction(335, 1000))
    fuel = half_up((base - off + 1_800) * Fraction(1275, 10000))
    assert [(charge.name, charge.minor) for charge in found.charges] == [
        ("base price", base), ("discount", -off), ("longer", 840), ("bulky", 1_800), ("fuel", fuel),
    ]  # fmt: skip
    assert found.total_minor == base - off + 840 + 1_800 + fuel


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("12 3/8 in", Fraction(99, 8)),
        ("12-3/8 in", Fraction(99, 8)),
        ('3/4"', Fraction(3, 4)),
        (".5 lb", Fraction(1, 2)),
    ],
)
def test_measures_are_read_as_people_write_them(text: str, exact: Fraction) -> None:
    found = measure(text)
    assert Fraction(found.ticks, found.per) == exact


def test_dated_prices_hold_on_their_days_alone() -> None:
    peak = Surcharge("peak", ChargeKind.PEAK, {"": 60}, when=Condition(first_day=date(2026, 11, 23)))
    dated = replace(
        LIST, surcharges=(peak,), fuel=(Fuel(0), Fuel(100_000, date(2026, 12, 1))), first_day=date(2026, 1, 5)
    )

    def on(day: date | None) -> int | None:
        found = bill(dated, Parcel(measure("1 lb"), sides("6 x 4 x 2 in"), "", "", day))
        return found.total_minor if isinstance(found, Bill) else None

    price = max(PRICE[Fraction(1)], 600)
    assert [on(date(2026, 1, 4)), on(date(2026, 1, 5)), on(date(2026, 11, 23))] == [None, price, price + 60]
    assert on(date(2026, 12, 1)) == price + 60 + half_up(Fraction(price, 10))
    assert on(None) == price + half_up(Fraction(price, 10))
