"""Numbers and dates in plain words, exact and never flattering."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.cli import words
from doorstep.cli.output import as_data
from doorstep.flow.hand_over import NotHandedOver
from doorstep.terms.refusals import Refusal, Why


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_601, "1 h"),
        (36_036, "10 h"),
        (3_725, "1 h 2 min"),
        (86_400, "1 d"),
        (183_600, "2 d 3 h"),
        (90_061, "1 d 1 h"),
    ],
)
def test_a_span_is_told_in_its_largest_unit_and_the_next(seconds: int, told: str) -> None:
    assert words.span(seconds) == told


def test_slack_that_is_overdrawn_is_late() -> None:
    assert words.slack(7_200) == "2 h to spare"
    assert words.slack(-90) == "1 min 30 s too late"


@pytest.mark.parametrize(("ppm", "told"), [(0, "0.0 %"), (953_999, "95.3 %"), (999_999, "99.9 %")])
def test_a_chance_is_rounded_down(ppm: int, told: str) -> None:
    assert words.chance(ppm) == told


@given(st.integers(0, 10**9))
def test_a_span_never_claims_more_than_there_is(seconds: int) -> None:
    sizes = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    told = words.span(seconds).split()
    total = sum(int(many) * sizes[unit] for many, unit in zip(told[::2], told[1::2], strict=True))
    below = {"d": "h", "h": "min", "min": "s", "s": "s"}[told[1]]
    assert total <= seconds < total + sizes[below] or total == seconds


def test_windows_and_moments_name_the_day() -> None:
    thursday, friday = date(2026, 3, 5), date(2026, 3, 6)
    assert words.window(None, thursday) == "by Thursday 5 March 2026"
    assert words.window(thursday, thursday) == "on Thursday 5 March 2026"
    assert words.window(thursday, friday) == "from Thursday 5 March 2026 to Friday 6 March 2026"
    assert words.short_window(thursday, friday) == "Thu 5 Mar to Fri 6 Mar 2026"
    assert words.short_window(date(2026, 12, 31), date(2027, 1, 4)) == "Thu 31 Dec 2026 to Mon 4 Jan 2027"
    assert (words.short_window(None, friday), words.short_window(friday, friday)) == (
        "by Fri 6 Mar 2026",
        "Fri 6 Mar 2026",
    )
    assert words.moment(datetime(2026, 3, 5, 2, tzinfo=UTC), "America/Chicago") == "Wed 4 Mar 2026, 20:00"
    assert (words.moment(None, "UTC"), words.day(None), words.short_day(None)) == ("-", "-", "-")


@pytest.mark.parametrize(
    ("name", "told"), [("OrderPlaced", "Order placed"), ("out_for_delivery", "Out for delivery"), ("", "")]
)
def test_names_in_code_are_told_as_words(name: str, told: str) -> None:
    assert words.plainly(name) == told


def test_a_refusal_within_an_answer_is_told_to_programs_by_its_code() -> None:
    kept = NotHandedOver("00614", Refusal(Why.WRONG_STATE, "It is open.", {"sscc": "00614"}))
    refused = {"refused": "wrong_state", "says": "It is open.", "concerns": {"sscc": "00614"}}
    assert as_data((kept,)) == [{"sscc": "00614", "refusal": refused}]
