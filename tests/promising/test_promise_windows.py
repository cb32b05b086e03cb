"""From release to the doorstep: what is promised follows from calendars, cut-offs and transit, to the bit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.promising.arrivals import Leg, arrivals, departures
from doorstep.promising.handling import HANDLING_STEP_S, handling
from doorstep.promising.mass import WHOLE, Mass
from doorstep.promising.priors import PRIOR_ONLY, WORK_PRIOR, lateness_prior
from doorstep.promising.window import Basis, days_late_ppm, kept_ppm, promise, promised, widest, window
from doorstep.terms.calendar import Calendar, Window

MONDAY = date(2026, 3, 2)
CHICAGO = Calendar("America/Chicago")
LEG = Leg(
    release_at=datetime(2026, 3, 2, 16, tzinfo=UTC),  # ten in the morning in Chicago
    handling=Mass.certain(3600 // HANDLING_STEP_S),
    site=CHICAGO,
    cut_off=time(16),
    transit=Mass.certain(2),
    carrier=Calendar(),
)


def day_of(leg: Leg) -> date:
    """The one day on which a certain leg arrives."""
    mass = arrivals(leg)
    assert mass.ppm == (WHOLE,)
    return date.fromordinal(mass.start)


def test_ready_before_the_cut_off_leaves_today_and_after_it_tomorrow() -> None:
    assert day_of(LEG) == MONDAY + timedelta(days=2)
    assert day_of(replace(LEG, handling=Mass.certain(24))) == MONDAY + timedelta(days=2)  # six hours: on the minute
    assert day_of(replace(LEG, handling=Mass.certain(25))) == MONDAY + timedelta(days=3)


def test_transit_counts_the_carriers_working_days_only() -> None:
    assert day_of(replace(LEG, transit=Mass.certain(5))) == MONDAY + timedelta(days=7)
    strike = Calendar(closed=frozenset({MONDAY + timedelta(days=1)}))
    assert day_of(replace(LEG, carrier=strike)) == MONDAY + timedelta(days=3)


def test_nothing_leaves_on_a_day_when_the_carrier_does_not_come() -> None:
    absent_today = Calendar(closed=frozenset({MONDAY}))
    assert day_of(replace(LEG, carrier=absent_today)) == MONDAY + timedelta(days=3)


def test_a_closed_consignee_takes_it_in_on_the_next_day() -> None:
    shut = Calendar(closed=frozenset({MONDAY + timedelta(days=2)}))
    assert day_of(replace(LEG, receives=shut)) == MONDAY + timedelta(days=3)


def test_where_nobody_works_on_the_same_days_it_never_arrives() -> None:
    weekend = Calendar(weekdays=frozenset({5, 6}))
    assert arrivals(replace(LEG, carrier=weekend)).never_ppm == WHOLE
    assert arrivals(replace(LEG, receives=weekend)).never_ppm == WHOLE


def test_holding_a_shipment_back_makes_it_leave_later() -> None:
    assert day_of(replace(LEG, hold_until=LEG.release_at + timedelta(days=1))) == MONDAY + timedelta(days=3)


def test_a_late_supplier_makes_the_delivery_late() -> None:
    assert day_of(replace(LEG, lateness=Mass.certain(1))) == MONDAY + timedelta(days=3)


def test_what_may_not_be_there_may_never_arrive() -> None:
    assert arrivals(replace(LEG, there_ppm=980_000)).never_ppm == 20_000


def test_a_slow_bench_misses_the_cut_off_as_often_as_stated() -> None:
    leg = replace(LEG, handling=Mass(24, (600_000, 400_000)))
    assert sorted(departures(leg).values()) == [400_000 * WHOLE, 600_000 * WHOLE]
    assert arrivals(leg).ppm == (600_000, 400_000)


@given(st.integers(0, 8 * 3600), st.integers(0, 30), st.integers(0, 14), st.integers(0, WHOLE))
def test_more_work_or_a_later_release_never_makes_it_sooner(own_s: int, hours: int, days: int, there: int) -> None:
    leg = replace(LEG, handling=handling(WORK_PRIOR, own_s, 0), there_ppm=there)
    worse = replace(leg, handling=handling(WORK_PRIOR, own_s, 3600), release_at=leg.release_at + timedelta(hours=hours))
    worse = replace(worse, lateness=Mass.certain(days))
    one, other = arrivals(leg), arrivals(worse)
    assert sum(one.ppm) + one.never_ppm == WHOLE
    for day in range(MONDAY.toordinal(), MONDAY.toordinal() + 40):
        assert other.by(day) <= one.by(day) + 1  # each is rounded down by less than one part


# --- windows ---------------------------------------------------------------------------------------------------------

SPREAD = Mass(MONDAY.toordinal(), (100_000, 500_000, 300_000, 90_000), 10_000)


@st.composite
def arrival_days(draw: st.DrawFn) -> Mass:
    weights = draw(st.lists(st.integers(0, 100), min_size=1, max_size=12))
    if not sum(weights):
        return Mass.certain(MONDAY.toordinal())
    whole = sum(weights) + draw(st.integers(0, 20))
    return Mass.rounded({MONDAY.toordinal() + i: weight for i, weight in enumerate(weights)}, whole)


@given(arrival_days(), st.integers(1, WHOLE), st.none() | st.integers(-3, 14))
def test_the_window_holds_as_wanted_and_no_shorter_one_does(mass: Mass, wanted: int, after: int | None) -> None:
    not_before = None if after is None else MONDAY + timedelta(days=after)
    found = window(mass, wanted, not_before)
    days = [MONDAY + timedelta(days=i) for i in range(20)]
    holding = [
        (last - first, first)
        for first in days
        for last in days
        if first <= last
        and (not_before is None or first >= not_before)
        and mass.inside(first.toordinal(), last.toordinal()) >= wanted
    ]
    if found is None:
        assert not holding
    else:
        assert found.first_day is not None
        assert (found.last_day - found.first_day, found.first_day) == min(holding)
        assert found.ppm == mass.inside(found.first_day.toordinal(), found.last_day.toordinal()) >= wanted
        assert kept_ppm(mass, found) == found.ppm


def test_the_tightest_window_leaves_out_the_unlikely_days() -> None:
    assert window(SPREAD, 780_000) == Window(MONDAY + timedelta(days=1), MONDAY + timedelta(days=2), 800_000)
    assert window(SPREAD, 990_000) == Window(MONDAY, MONDAY + timedelta(days=3), 990_000)
    assert window(SPREAD, 990_001) is None


def test_a_promise_that_cannot_be_as_sure_as_wanted_says_how_sure_it_is() -> None:
    assert promised(SPREAD, 995_000) == Window(MONDAY, MONDAY + timedelta(days=3), 990_000)
    assert widest(SPREAD, MONDAY + timedelta(days=9)) is None


def test_a_delivery_before_the_first_day_wanted_is_broken_not_kept() -> None:
    tuesday = MONDAY + timedelta(days=1)
    assert window(SPREAD, 890_000, tuesday) == Window(tuesday, MONDAY + timedelta(days=3), 890_000)
    assert window(SPREAD, 900_000, tuesday) is None


def test_expected_lateness_counts_days_and_takes_never_for_a_stated_number_of_them() -> None:
    assert days_late_ppm(SPREAD, MONDAY + timedelta(days=1), 30) == 300_000 + 2 * 90_000 + 30 * 10_000
    assert days_late_ppm(Mass.certain(MONDAY.toordinal()), MONDAY, 30) == 0


def test_a_window_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Window(MONDAY, MONDAY - timedelta(days=1), 0)


def test_a_stored_promise_is_made_again_to_the_bit() -> None:
    late = replace(
        LEG,
        handling=handling(WORK_PRIOR, 3600, 7200),
        transit=Mass.published((0, 600_000, 300_000, 90_000)),
        lateness=lateness_prior(),
        hold_until=LEG.release_at + timedelta(days=2),
        receives=Calendar("America/New_York", closed=frozenset({MONDAY})),
        there_ppm=997_000,
    )
    basis = Basis((LEG, late), 950_000, MONDAY + timedelta(days=3))
    again = Basis.from_json(json.loads(json.dumps(basis.to_json())))
    assert again == basis
    assert again.basis == PRIOR_ONLY
    assert promise(again) == promise(basis) is not None


def test_without_history_the_promise_is_wide() -> None:
    published = Mass.published((0, 500_000, 400_000, 90_000))
    prior = replace(LEG, handling=handling(WORK_PRIOR, 2 * 3600, 0), transit=published)
    found = promise(Basis((prior,), 950_000))
    assert found is not None
    assert found.first_day is not None
    assert found.last_day - found.first_day >= timedelta(days=2)
