"""Masses are exact: whatever is done to them, they sum to one and never flatter a promise."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.promising.handling import handling
from doorstep.promising.mass import WHOLE, Mass, last_of
from doorstep.promising.priors import WORK_PRIOR, lateness_prior


@st.composite
def masses(draw: st.DrawFn) -> Mass:
    weights = draw(st.lists(st.integers(0, 1000), min_size=1, max_size=8))
    never = draw(st.integers(0, 300))
    start = draw(st.integers(-20, 20))
    whole = sum(weights) + never
    if not whole:
        return Mass.certain(start)
    return Mass.rounded({start + i: weight for i, weight in enumerate(weights)}, whole)


def exactly(mass: Mass) -> dict[int, Fraction]:
    return {point: Fraction(part, WHOLE) for point, part in mass.points()}


@given(masses(), masses(), st.integers(0, WHOLE), st.integers(-50, 50))
def test_masses_sum_to_one_after_any_operation(one: Mass, other: Mass, ppm: int, by: int) -> None:
    for mass in (one.convolve(other), one.shift(by), one.thinned(ppm), last_of([one, other]), last_of([one])):
        assert sum(mass.ppm) + mass.never_ppm == WHOLE


@given(masses(), masses())
def test_convolution_does_not_care_which_comes_first(one: Mass, other: Mass) -> None:
    assert one.convolve(other) == other.convolve(one)


@given(masses(), masses())
def test_rounding_never_overstates_and_is_off_by_less_than_one_part(one: Mass, other: Mass) -> None:
    true: dict[int, Fraction] = {}
    for mine, part in exactly(one).items():
        for theirs, share in exactly(other).items():
            true[mine + theirs] = true.get(mine + theirs, Fraction(0)) + part * share
    together = one.convolve(other)
    running = Fraction(0)
    for point in sorted(true):
        running += true[point]
        assert 0 <= running * WHOLE - together.by(point) < 1


@given(masses(), st.integers(-50, 50))
def test_waiting_a_certain_time_is_a_shift(mass: Mass, by: int) -> None:
    assert mass.convolve(Mass.certain(by)) == mass.shift(by)


@given(masses(), st.integers(1, WHOLE))
def test_a_quantile_is_the_least_point_that_is_sure_enough(mass: Mass, ppm: int) -> None:
    point = mass.quantile(ppm)
    if point is None:
        assert WHOLE - mass.never_ppm < ppm
    else:
        assert mass.by(point) >= ppm > mass.by(point - 1)


@given(masses(), masses())
def test_the_last_of_two_is_never_sooner_than_either(one: Mass, other: Mass) -> None:
    both = last_of([one, other])
    for point in range(-25, 60):
        assert both.by(point) <= min(one.by(point), other.by(point))
    assert both == last_of([other, one])


@given(masses())
def test_a_mass_comes_back_from_json_as_it_was(mass: Mass) -> None:
    assert Mass.from_json(mass.to_json()) == mass


@pytest.mark.parametrize(
    ("start", "ppm", "never"),
    [(0, (WHOLE - 1,), 0), (0, (WHOLE, -1), 1), (0, (0, WHOLE), 0), (0, (WHOLE, 0), 0), (3, (), WHOLE)],
)
def test_what_is_no_mass_is_refused(start: int, ppm: tuple[int, ...], never: int) -> None:
    with pytest.raises(ValueError, match="mass"):
        Mass(start, ppm, never)


def test_what_a_tariff_does_not_state_never_arrives() -> None:
    assert Mass.published((0, 700_000, 290_000)) == Mass(1, (700_000, 290_000), 10_000)


def test_a_longer_queue_makes_handling_longer_and_less_certain() -> None:
    quiet, busy = handling(WORK_PRIOR, 3600, 0), handling(WORK_PRIOR, 3600, 4 * 3600)
    assert all(busy.by(step) <= quiet.by(step) for step in range(100))
    assert len(busy.ppm) > len(quiet.ppm)


def test_one_delivery_in_a_hundred_from_a_supplier_never_comes() -> None:
    assert lateness_prior().never_ppm == 10_000
    assert lateness_prior().quantile(500_000) == 0


@given(masses(), st.integers(-30, 30))
def test_what_has_not_happened_by_a_day_can_only_happen_on_it_or_after(mass: Mass, day: int) -> None:
    left = mass.at_least(day)
    assert sum(left.ppm) + left.never_ppm == WHOLE
    assert all(point >= day for point, _ in left.points())
    certain = sum((part for point, part in exactly(mass).items() if point >= day), Fraction(mass.never_ppm, WHOLE))
    for point in range(day, mass.start + len(mass.ppm)):
        if certain:
            exact = sum((part for at, part in exactly(mass).items() if day <= at <= point), Fraction()) / certain
            assert 0 <= exact - Fraction(left.by(point), WHOLE) < Fraction(1, WHOLE)


def test_what_can_no_more_happen_never_does() -> None:
    assert Mass.certain(3).at_least(4) == Mass(0, (), WHOLE)
