"""Many parcels at once cost what each costs alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.carriers.bills import Bill
from doorstep.carriers.matrix import WHY, Parcels, matrix
from doorstep.carriers.parcels import bill
from doorstep.carriers.rating import parcel_tariff
from doorstep.carriers.sheets import Grid
from doorstep.terms.measures import Measure, measure
from doorstep.terms.tariff import (
    Beyond,
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
from tests.carriers.test_rating import TARIFF

ZONES = ("2", "5", "8")
TO = ("US-606", "US-100", "US-996", "CA-M5V")
DAYS = (None, date(2026, 1, 4), date(2026, 3, 1), date(2026, 12, 24))
MARKS = ("tube", "perishable")
amounts = st.integers(0, 20_000)
shares = st.sampled_from([10_000, 123_456, 500_000, 999_999])
by_zone = st.dictionaries(st.sampled_from(ZONES), amounts, min_size=1)


def perhaps(*texts: str) -> st.SearchStrategy[Measure | None]:
    return st.sampled_from([None, *map(measure, texts)])


conditions = st.builds(
    Condition,
    longest=perhaps("22 in", "30.5 in", "1 m"),
    second=perhaps("30 in", "11 3/8 in"),
    girth=perhaps("108 in", "2.7 m"),
    volume=perhaps("1728 in3", "2 ft3", "30 l"),
    actual=perhaps("50 lb", "15.999 oz", "3 kg"),
    billable=perhaps(
        "20 lb",
    ),
    residential=st.sampled_from([None, None, True, False]),
    marks=st.frozensets(st.sampled_from(MARKS), max_size=1),
    area=st.sampled_from(["", "", "far"]),
    zones=st.sampled_from([frozenset(), frozenset({"2", "8"})]),
    first_day=st.sampled_from([None, None, date(2026, 1, 15)]),
    last_day=st.sampled_from([None, None, date(2026, 12, 1)]),
)
surcharges = st.builds(
    Surcharge,
    name=st.just("more"),
    kind=st.sampled_from([ChargeKind.RESIDENTIAL, ChargeKind.OVERSIZE]),
    price_minor=by_zone | st.builds(lambda minor: {"": minor}, amounts),
    share_ppm=st.sampled_from([0, 0, 25_000]),
    when=conditions,
    group=st.sampled_from(["", "a", "b"]),
    fuelled=st.booleans(),
)
discounts = st.builds(
    Discount,
    account=st.sampled_from(["acme", "other"]),
    share_ppm=shares,
    of=st.sampled_from([ChargeKind.BASE, ChargeKind.FUEL, ChargeKind.RESIDENTIAL]),
    when=conditions,
)


@st.composite
def tables(draw: st.DrawFn) -> PriceTable:
    by = draw(st.sampled_from([By.WEIGHT, By.WEIGHT, By.VOLUME, By.PIECE]))
    unit, least = {By.WEIGHT: ("lb", 4), By.VOLUME: ("ft3", 10), By.PIECE: ("", 1)}[by]
    limits = sorted(draw(st.sets(st.integers(1, 280), min_size=1, max_size=8)))
    steps = tuple(PriceStep(Measure(limit, least, unit), draw(by_zone)) for limit in limits)
    beyond = None
    if by is By.WEIGHT and draw(st.booleans()):
        beyond = Beyond(measure("1 lb"), draw(by_zone), measure("150 lb"))
    return PriceTable(by, steps, draw(conditions), beyond)


dimensionals = st.builds(
    Dimensional,
    volume=st.sampled_from([measure("166 in3"), measure("139 in3"), measure("5000 cm3")]),
    weight=st.sampled_from([measure("1 lb"), measure("1 kg")]),
    to=perhaps("1 lb", "0.5 kg"),
    over=perhaps("1728 in3"),
)


@st.composite
def tariffs(draw: st.DrawFn) -> ParcelTariff:
    rounding = draw(st.sampled_from(list(Rounding)))
    return ParcelTariff(
        tariff_id="any",
        currency="USD",
        zones=(ZoneRule("US-6", "US-6", "2"), ZoneRule("", "US-1", "5"), ZoneRule("", "US-9", "8")),
        tables=(*draw(st.lists(tables(), max_size=2)), PriceTable(By.WEIGHT, draw(tables()).steps))
        if draw(st.booleans())
        else (PriceTable(By.WEIGHT, tuple(PriceStep(measure(f"{n} lb"), draw(by_zone)) for n in (1, 5, 70))),),
        sides=rounding,
        side_to=None if rounding is Rounding.EXACT else measure(draw(st.sampled_from(["1 in", "1/4 in", "1 cm"]))),
        weight_to=draw(perhaps("1 lb")),
        dimensional=draw(st.none() | dimensionals),
        limits=draw(st.builds(Limits, perhaps("108 in"), perhaps("130 in"), perhaps("20 ft3"), perhaps("70 lb"))),
        surcharges=tuple(draw(st.lists(surcharges, max_size=5))),
        fuel=draw(st.sampled_from([(), (Fuel(145_000),), (Fuel(100_000), Fuel(155_000, date(2026, 2, 1)))])),
        discounts=tuple(draw(st.lists(discounts, max_size=3))),
        minimum_minor=draw(st.just({}) | by_zone),
        areas={"far": frozenset({"US-99", "CA-"})},
        first_day=draw(st.sampled_from([None, date(2026, 1, 5)])),
    )


@st.composite
def batches(draw: st.DrawFn) -> Parcels:
    grid = draw(st.sampled_from([Grid("g", 1, "mm", 1), Grid("oz", 16, "in", 8), Grid("lb", 100, "in", 64)]))
    count = draw(st.integers(1, 12))
    side = {"mm": 1_600, "in": 60 * grid.length_per}[grid.length_unit]
    weight = {"g": 40_000, "oz": 1_300 * 16, "lb": 9_000}[grid.weight_unit]
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    share = draw(st.sampled_from([10, 3, 1]))
    return Parcels(
        grid=grid,
        weights=chance.integers(1, weight // share + 1, count),
        sides=chance.integers(1, side // share + 1, (count, 3)),
        destinations=TO,
        to=chance.integers(0, len(TO), count).astype(np.int32),
        days=DAYS,
        day=chance.integers(0, len(DAYS), count).astype(np.int32),
        residential=chance.integers(0, 2, count).astype(np.bool_),
        mark_names=MARKS,
        marks=chance.integers(0, 4, count),
        account=draw(st.sampled_from(["", "acme"])),
    )


def alone(tariff: ParcelTariff, parcels: Parcels, origin: str, place: int) -> Any:
    found = bill(tariff, parcels.at(place, origin))
    return found.total_minor if isinstance(found, Bill) else found.why


@settings(max_examples=150)
@given(st.lists(tariffs(), min_size=1, max_size=3), batches())
def test_many_at_once_cost_to_the_cent_what_each_costs_alone(several: list[ParcelTariff], parcels: Parcels) -> None:
    origins = ("US-606", "US-900")
    totals = matrix(several, origins, parcels)
    for number, tariff in enumerate(several):
        for at, origin in enumerate(origins):
            for place in range(len(parcels.weights)):
                total = int(totals[number, at, place])
                assert (WHY[total] if total < 0 else total) == alone(tariff, parcels, origin, place)


def test_measures_too_fine_for_64_bits_are_rated_one_by_one_and_right() -> None:
    tariff = parcel_tariff(TARIFF)
    grid = Grid("g", 10**9, "mm", 10**6)
    parcels = Parcels(
        *(grid, np.array([500 * 10**9]), np.array([[400 * 10**6, 300 * 10**6, 200 * 10**6]])),
        *(("US-802",), np.zeros(1, np.int32)),
    )
    assert matrix([tariff], ["US-606"], parcels)[0, 0, 0] == alone(tariff, parcels, "US-606", 0) == 1_018


def test_arrays_that_do_not_go_together_and_measures_of_nothing_are_told() -> None:
    one, zero = np.ones(1, np.int64), np.zeros(1, np.int32)
    grid = Grid("g", 1, "mm", 1)
    for wrong in (
        Parcels(grid, one, np.ones((2, 3), np.int64), ("",), zero),
        Parcels(grid, one * 0, np.ones((1, 3), np.int64), ("",), zero),
        Parcels(grid, one, np.ones((1, 3), np.int64), (), zero),
    ):
        with pytest.raises(ValueError, match=r"one length|above zero|outside"):
            matrix([parcel_tariff(TARIFF)], ["US-606"], wrong)
