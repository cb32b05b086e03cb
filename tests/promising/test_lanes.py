"""Transit by lane as it is now: from one service's trips to whole distributions of working days."""

from __future__ import annotations

from collections import Counter

import numpy as np

from doorstep.promising.lanes import Trip, transit_now
from doorstep.promising.learned import NEEDS
from doorstep.promising.mass import WHOLE, Mass

STANDARD = Mass.published((0, 300_000, 600_000, 80_000, 20_000))
NEAR, FAR, NEW = ("US-6", "US-5"), ("US-6", "US-9"), ("US-6", "US-1")


def trips(days: int, slow_from: int = 10**6, today: int | None = None) -> list[Trip]:
    """Forty parcels a day, near ones in 2 or 3 days, far ones in 4 to 6; from `slow_from` on in twice that."""
    chance, counted = np.random.default_rng(4), Counter[tuple[tuple[str, str], int, int | None]]()
    for day in range(days):
        for lane, least in ((NEAR, 2), (FAR, 4)):
            for took in least + chance.integers(0, least // 2 + 1, 20):
                came = day + int(took) * (2 if day >= slow_from else 1)
                counted[lane, day, None if today is not None and came > today else came] += 1
    return [Trip(lane, left, came, parcels) for (lane, left, came), parcels in counted.items()]


def test_with_few_parcels_nothing_is_said_but_what_was_counted() -> None:
    few = trips(4)
    assert sum(trip.parcels for trip in few) < NEEDS
    assert transit_now(few, STANDARD, 20) == {}


def test_each_lane_has_a_whole_distribution_of_its_own_and_the_service_one_of_all() -> None:
    said = transit_now(trips(60, today=59), STANDARD, 59)
    assert set(said) == {NEAR, FAR, ("", "")}
    for mass in said.values():
        assert sum(mass.ppm) + mass.never_ppm == WHOLE
    near, far, whole = (said[lane].quantile(900_000) for lane in (NEAR, FAR, ("", "")))
    assert near is not None
    assert far is not None
    assert near in (3, 4)
    assert far in (6, 7)
    assert whole is not None
    assert near <= whole <= far


def test_what_is_slow_now_is_told_before_it_has_come() -> None:
    calm, slow = (transit_now(trips(45, slow_from=since, today=44), STANDARD, 44)[FAR] for since in (10**6, 36))
    assert (slow.quantile(900_000) or 99) >= (calm.quantile(900_000) or 99) + 2


def test_the_order_in_which_trips_are_given_does_not_matter() -> None:
    given = trips(30, today=29)
    assert transit_now(given, STANDARD, 29) == transit_now(given[::-1], STANDARD, 29)


def test_a_service_that_delivers_on_the_day_of_departure_is_promised_for_that_day() -> None:
    same_day = [Trip(NEAR, day, day, 20) for day in range(80)]
    said = transit_now(same_day, Mass.certain(0), 79)
    assert said[NEAR].quantile(900_000) == 0
