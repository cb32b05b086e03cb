"""A shipment of several parcels is there when the last of them is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorstep.promising.mass import WHOLE, Mass, last_of
from doorstep.promising.parcels import LEANS_ON, Parting, apart_ppm, last_parcel, parting_ppm
from doorstep.promising.priors import PARTING_PPM
from tests.promising.test_masses import masses

HALVES = Mass.published((500_000, 500_000))


def test_one_parcel_is_there_when_it_is_there() -> None:
    assert last_parcel(HALVES, 1, WHOLE) == HALVES


def test_parcels_that_come_as_one_take_as_long_as_one() -> None:
    assert last_parcel(HALVES, 5, 0) == HALVES


def test_of_two_that_travel_each_by_itself_one_is_later_in_three_cases_of_four() -> None:
    assert last_parcel(HALVES, 2, WHOLE).ppm == (250_000, 750_000)
    # As often as not as one: half way between a half and a quarter.
    assert last_parcel(HALVES, 2, WHOLE // 2).ppm == (375_000, 625_000)


@given(masses(), st.integers(1, 9))
def test_each_by_itself_they_are_as_the_last_of_so_many(transit: Mass, parcels: int) -> None:
    apart, alone = last_parcel(transit, parcels, WHOLE), last_of([transit] * parcels)
    for point in range(alone.start, alone.start + len(alone.ppm)):
        assert abs(apart.by(point) - alone.by(point)) <= 1


@given(masses(), st.integers(1, 40), st.integers(0, WHOLE))
def test_more_parcels_are_never_there_sooner(transit: Mass, parcels: int, parting: int) -> None:
    fewer, more = (last_parcel(transit, many, parting) for many in (parcels, parcels + 1))
    for point in range(transit.start, transit.start + len(transit.ppm)):
        assert more.by(point) <= fewer.by(point) <= transit.by(point)


def test_what_would_come_apart_is_told_of_what_comes() -> None:
    assert apart_ppm(HALVES, 2) == WHOLE // 2
    assert apart_ppm(HALVES, 3) == WHOLE * 3 // 4
    assert apart_ppm(Mass.published((250_000, 250_000)), 2) == WHOLE // 2
    assert apart_ppm(Mass(0, (), WHOLE), 2) == 0


def test_with_nothing_seen_parting_is_as_stated_and_with_much_as_seen() -> None:
    assert parting_ppm(Parting()) == PARTING_PPM > parting_ppm(Parting(), freight=True)
    assert parting_ppm(Parting(LEANS_ON * WHOLE, LEANS_ON * WHOLE)) == (PARTING_PPM + WHOLE) // 2
    assert parting_ppm(Parting(WHOLE, 1_000 * WHOLE)) == WHOLE
