from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.rating import NoRate, NoRateWhy, Rated, rate, zone_of
from doorstep.terms.parcel import Size
from doorstep.terms.service import CarrierService, Tariff, WeightStep, ZoneRule

TARIFF = Tariff(
    tariff_id="ground-2026",
    currency="USD",
    zones=(
        ZoneRule("", "US", "8"),
        ZoneRule("US-606", "US-6", "2"),
        ZoneRule("US", "US-6", "4"),
        ZoneRule("US", "US-802", "5"),
    ),
    steps=(  # out of order on purpose: price lists come as they come
        WeightStep(5_000, {"2": 700, "4": 800, "5": 905}),
        WeightStep(1_000, {"2": 500, "4": 600, "5": 705, "8": 999}),
        WeightStep(30_000, {"2": 1_500, "4": 1_800, "5": 2_005}),
    ),
    dim_divisor_cm3_per_kg=5_000,
    fuel_ppm=125_000,
    max_length_mm=1_200,
    max_girth_mm=2_600,
)
GROUND = CarrierService("ground", "local", "Ground", TARIFF, transit_ppm={}, cut_offs={})
SMALL = Size(100, 100, 100)


def rated(size: Size = SMALL, weight_g: int = 500, to: str = "US-802", service: CarrierService = GROUND) -> Rated:
    answer = rate(service, size, weight_g, "US-606", to)
    assert isinstance(answer, Rated), answer
    return answer


def refused(size: Size = SMALL, weight_g: int = 500, to: str = "US-802") -> NoRate:
    answer = rate(GROUND, size, weight_g, "US-606", to)
    assert isinstance(answer, NoRate), answer
    return answer


def test_a_price_shows_zone_weight_base_and_fuel() -> None:
    assert rated() == Rated(
        service_id="ground",
        tariff_id="ground-2026",
        currency="USD",
        zone="5",
        actual_g=500,
        dimensional_g=200,
        billable_g=500,
        step_g=1_000,
        base_minor=705,
        fuel_minor=88,  # 88.125
    )
    assert rated().total_minor == 793


def test_half_a_cent_of_fuel_is_charged_as_a_cent() -> None:
    service = replace(GROUND, tariff=replace(TARIFF, fuel_ppm=100_000))
    assert rated(service=service).fuel_minor == 71  # 70.5


def test_the_longest_destination_decides_the_zone_and_then_the_longest_origin() -> None:
    assert rated(to="US-802").zone == "5"
    assert rated(to="US-611").zone == "2"
    assert rated(to="US-100").zone == "8"
    elsewhere = rate(GROUND, SMALL, 500, "US-100", "US-611")
    assert isinstance(elsewhere, Rated)
    assert elsewhere.zone == "4"


def test_a_near_destination_outweighs_a_near_origin() -> None:
    rules = (ZoneRule("US-606", "US", "by origin"), ZoneRule("", "US-802", "by destination"))
    assert zone_of(rules, "US-606", "US-802") == "by destination"
    assert zone_of(rules, "US-606", "US-803") == "by origin"
    assert zone_of(rules, "US-100", "DE-101") is None


@pytest.mark.parametrize(("weight_g", "step_g"), [(1_000, 1_000), (1_001, 5_000), (5_000, 5_000), (5_001, 30_000)])
def test_a_weight_step_ends_with_its_last_gram(weight_g: int, step_g: int) -> None:
    assert rated(weight_g=weight_g).step_g == step_g


def test_a_light_but_bulky_parcel_pays_for_its_volume() -> None:
    bulky = rated(Size(400, 300, 200), 500)
    assert (bulky.dimensional_g, bulky.billable_g, bulky.step_g) == (4_800, 4_800, 5_000)


def test_a_tariff_without_a_divisor_looks_at_the_scale_alone() -> None:
    service = replace(GROUND, tariff=replace(TARIFF, dim_divisor_cm3_per_kg=0))
    assert rated(Size(400, 300, 200), 500, service=service).billable_g == 500


@given(st.tuples(*[st.integers(1, 400)] * 3), st.integers(1, 6_000), st.integers(1, 3_000))
def test_weights_are_never_rounded_down_and_never_by_a_whole_gram(
    sides: tuple[int, int, int], divisor: int, weight_g: int
) -> None:
    tariff = replace(TARIFF, dim_divisor_cm3_per_kg=divisor, steps=(WeightStep(10**9, {"5": 1}),))
    answer = rated(Size(*sides), weight_g, service=replace(GROUND, tariff=tariff))
    exact_g = Fraction(sides[0] * sides[1] * sides[2], 1_000) / divisor * 1_000
    assert exact_g <= answer.dimensional_g < exact_g + 1
    assert answer.billable_g == max(weight_g, answer.dimensional_g)


def test_a_no_says_what_binds_what_it_needs_and_what_is_allowed() -> None:
    assert refused(to="DE-101").why is NoRateWhy.NO_ZONE
    assert "US-606 to DE-101" in refused(to="DE-101").says
    assert refused(Size(10, 1_201, 10)) == NoRate(NoRateWhy.TOO_LONG, "ground", 1_201, 1_200, unit="mm")
    assert refused(Size(500, 601, 500)) == NoRate(NoRateWhy.GIRTH, "ground", 2_601, 2_600, unit="mm")
    assert refused(weight_g=30_001) == NoRate(NoRateWhy.TOO_HEAVY, "ground", 30_001, 30_000, unit="g")
    assert "30000 g at most, this parcel has 30001 g" in refused(weight_g=30_001).says


def test_a_limit_is_still_allowed() -> None:
    assert rated(Size(1_200, 50, 50)).zone == "5"
    assert rated(Size(600, 500, 500), 500).billable_g == 30_000


def test_the_heaviest_a_zone_takes_is_its_own() -> None:
    assert refused(weight_g=1_001, to="US-100") == NoRate(NoRateWhy.TOO_HEAVY, "ground", 1_001, 1_000, unit="g")


def test_a_parcel_turned_on_its_side_costs_the_same() -> None:
    assert rated(Size(400, 300, 200)) == rated(Size(200, 400, 300))


@pytest.mark.parametrize(("size", "weight_g"), [(SMALL, 0), (Size(0, 1, 1), 1), (Size(1, 1, -1), 1)])
def test_an_unknown_measure_is_not_rated_as_if_it_were_nothing(size: Size, weight_g: int) -> None:
    with pytest.raises(ValueError, match="cannot be rated"):
        rate(GROUND, size, weight_g, "US-606", "US-802")
