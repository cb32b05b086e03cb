"""What work takes is learned in shares of what was expected of it: examples and laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doorstep.promising.handling import HANDLING_STEP_S, Shipment, Work, handling, seen, work_of
from doorstep.promising.learned import NOTHING, Seen, together
from doorstep.promising.mass import WHOLE
from doorstep.promising.priors import WORK_PRIOR
from doorstep.terms.calendar import Calendar

CHICAGO = Calendar("America/Chicago")
MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)  # nine in the morning there
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AN_HOUR = Work(own_s=3_600, station_s=300)
counted = st.builds(
    lambda taken, waiting: Seen.of(taken, 0, {}, waiting),
    *(st.dictionaries(st.integers(0, 100).map(str), st.integers(1, 90_000), max_size=6) for _ in range(2)),
)


def shipment(cleared_at: datetime, took: timedelta | None, tells: bool = True) -> Shipment:
    packed_at = None if took is None else cleared_at + took
    return Shipment(cleared_at, cleared_at + MINUTE, packed_at, tells)


def test_a_site_that_has_seen_nothing_works_as_is_believed_of_any() -> None:
    assert work_of(NOTHING, NOTHING) == WORK_PRIOR
    assert seen([], AN_HOUR, CHICAGO, MONDAY) == NOTHING


def test_an_hour_and_a_half_for_an_hour_of_work_is_told_as_150_per_cent() -> None:
    told = seen([shipment(MONDAY, 90 * MINUTE)], AN_HOUR, CHICAGO, MONDAY + 2 * HOUR)
    assert told == Seen(days=((30, 1_000),))


def test_what_stood_before_it_was_expected_of_it() -> None:
    # Twelve before it at five minutes each are an hour more: two hours were expected, and it took three.
    before = [shipment(MONDAY - HOUR, 3 * HOUR, tells=False) for _ in range(12)]
    told = seen([*before, shipment(MONDAY, 3 * HOUR)], AN_HOUR, CHICAGO, MONDAY + 4 * HOUR)
    assert told == Seen(days=((30, 1_000),))


def test_nights_and_weekends_are_no_work() -> None:
    # Friday half an hour before the shop shuts at six, packed on Monday half an hour after it opened.
    friday = datetime(2026, 3, 6, 23, 30, tzinfo=UTC)
    opens = CHICAGO.work_done(friday, 3_600) - friday
    told = seen([shipment(friday, opens)], AN_HOUR, CHICAGO, friday + 7 * 24 * HOUR)
    assert [step for step, _ in told.days] == [20]


def test_what_was_done_four_weeks_ago_weighs_half() -> None:
    told = seen([shipment(MONDAY, HOUR)], AN_HOUR, CHICAGO, MONDAY + timedelta(days=28))
    assert told == Seen(days=((20, 500),))


def test_what_waits_says_that_work_takes_longer_than_it_has_waited() -> None:
    quick = [shipment(MONDAY - timedelta(days=3), 45 * MINUTE) for _ in range(100)]
    waits = [shipment(MONDAY, None) for _ in range(100)]
    known = seen(quick, AN_HOUR, CHICAGO, MONDAY)
    now = seen(quick + waits, AN_HOUR, CHICAGO, MONDAY + 2 * HOUR)
    assert work_of(known, known).by(20) > 800_000
    assert work_of(now, now).by(20) < 600_000


def test_a_site_moves_from_all_sites_to_its_own_counts_as_they_grow() -> None:
    slow, quick = Seen.of({"40": 1_000_000}, 0), Seen.of({"16": 9_000_000}, 0)
    of_all = together([slow, quick])
    assert work_of(NOTHING, of_all).quantile(800_000) == 16
    assert work_of(Seen.of({"40": 2_000}, 0), of_all).quantile(800_000) == 16
    assert work_of(slow, of_all).quantile(100_000) == 40


@given(site=counted, others=counted, own_s=st.integers(1, 20_000), queue_s=st.integers(0, 90_000))
def test_handling_is_whole_and_never_flatters(site: Seen, others: Seen, own_s: int, queue_s: int) -> None:
    work = work_of(site, together([site, others]))
    made = handling(work, own_s, queue_s)
    assert sum(made.ppm) + made.never_ppm == WHOLE
    for step, _ in work.points():
        seconds = (own_s + queue_s) * step * 5 // 100
        assert made.by(seconds // HANDLING_STEP_S) <= work.by(step)


@given(site=counted, own_s=st.integers(1, 20_000), queue_s=st.integers(0, 90_000), more_s=st.integers(0, 90_000))
def test_a_longer_queue_never_makes_handling_shorter(site: Seen, own_s: int, queue_s: int, more_s: int) -> None:
    work = work_of(site, site)
    short, long = handling(work, own_s, queue_s), handling(work, own_s, queue_s + more_s)
    assert all(long.by(step) <= short.by(step) for step in range(short.start, short.start + len(short.ppm)))
