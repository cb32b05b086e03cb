from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doorstep.terms.calendar import Calendar
from doorstep.terms.parcel import Milestone
from doorstep.tracking.eta import eta
from doorstep.tracking.track import ParcelTrack, Seen, track_of

M = Milestone
CALENDAR = Calendar(zone="America/Chicago", closed=frozenset({date(2026, 3, 5)}))
MONDAY = date(2026, 3, 2)


def chicago(days: int, hour: int) -> datetime:
    """That hour in Chicago, `days` after Monday."""
    return CALENDAR.at(MONDAY + timedelta(days=days), time(hour))


def expected(*scans: tuple[Milestone, datetime], now: datetime, transit_days: int = 2) -> datetime | None:
    track = track_of(Seen(str(n), milestone, "", instant) for n, (milestone, instant) in enumerate(scans))
    return eta(track, chicago(0, 17), transit_days, CALENDAR, time(19), now)


def test_before_the_hand_over_the_planned_departure_counts() -> None:
    assert expected(now=chicago(0, 9)) == chicago(2, 19)
    assert expected((M.LABEL_MADE, chicago(0, 9)), now=chicago(0, 10)) == chicago(2, 19)


def test_a_parcel_that_missed_its_departure_arrives_later_by_as_much() -> None:
    assert expected((M.LABEL_MADE, chicago(0, 9)), now=chicago(1, 10)) == chicago(4, 19), "Thursday is closed"


def test_from_the_hand_over_on_working_days_count_from_there() -> None:
    handed_over = (M.HANDED_OVER, chicago(1, 16))
    assert expected(handed_over, now=chicago(1, 17)) == chicago(4, 19)
    assert expected(handed_over, (M.IN_TRANSIT, chicago(2, 3)), now=chicago(2, 4)) == chicago(4, 19)
    assert expected(handed_over, now=chicago(1, 17), transit_days=3) == chicago(7, 19), "the weekend is between"


def test_out_for_delivery_means_today() -> None:
    assert expected((M.OUT_FOR_DELIVERY, chicago(1, 8)), now=chicago(1, 9)) == chicago(1, 19)


def test_after_a_vain_attempt_it_comes_on_the_next_working_day() -> None:
    assert expected((M.ATTEMPTED, chicago(2, 12)), now=chicago(2, 13)) == chicago(4, 19)


def test_a_held_parcel_does_not_come_today() -> None:
    scans = (M.HANDED_OVER, chicago(-3, 16)), (M.HELD, chicago(1, 8))
    assert expected(*scans, now=chicago(1, 9)) == chicago(2, 19)


def test_a_day_that_is_over_is_not_predicted() -> None:
    handed_over = (M.HANDED_OVER, chicago(-4, 16))
    assert expected(handed_over, now=chicago(1, 9)) == chicago(1, 19)
    assert expected(handed_over, now=chicago(1, 20)) == chicago(2, 19)


def test_what_is_there_or_not_coming_has_no_eta() -> None:
    for milestone in (M.DELIVERED, M.RETURNING, M.RETURNED, M.LOST):
        assert expected((milestone, chicago(1, 9)), now=chicago(1, 10)) is None


@given(
    st.lists(st.tuples(st.sampled_from(M), st.integers(0, 400)), max_size=6),
    st.integers(0, 500),
    st.integers(0, 10),
)
def test_an_eta_is_never_past_and_always_on_a_working_day(
    scans: list[tuple[Milestone, int]], hours: int, transit_days: int
) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    timed = [(milestone, start + timedelta(hours=hour)) for milestone, hour in scans]
    now = start + timedelta(hours=hours)
    answer = expected(*timed, now=now, transit_days=transit_days)
    assert answer is None or (answer >= now and CALENDAR.works_on(CALENDAR.day_of(answer)))


def test_a_parcel_never_seen_is_still_expected() -> None:
    assert eta(ParcelTrack(), chicago(0, 17), 0, CALENDAR, time(19), chicago(0, 9)) == chicago(0, 19)
