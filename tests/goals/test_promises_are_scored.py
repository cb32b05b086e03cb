"""A promise is kept when all of it is there, right, and on one of the days promised, on the destination's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.goals.score import Against, Broken, Delivery, last_instant, score, slack
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.order import Line

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, day) for day in (3, 4, 5))
LINES = (Line(1, "TEA", 2), Line(2, "MUG", 1))
TOKYO = Calendar("Asia/Tokyo")
AGREED = Window(TUESDAY, WEDNESDAY, 950_000)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def all_on(day: date) -> list[Delivery]:
    return [Delivery(1, "TEA", 2, noon(day)), Delivery(2, "MUG", 1, noon(day))]


def judged(deliveries: list[Delivery], as_of: date = date(2026, 4, 1), where: Calendar | None = None) -> Broken | None:
    scored = score(
        LINES,
        deliveries,
        asked=None,
        first=None,
        agreed=AGREED,
        destination=where or Calendar(),
        as_of=noon(as_of),
    )
    verdict = scored.against(Against.AGREED)
    assert verdict is not None
    assert verdict.kept == (verdict.broken is None)
    return verdict.broken


def test_in_full_and_inside_the_window_is_kept() -> None:
    assert judged(all_on(TUESDAY)) is None
    assert judged(all_on(WEDNESDAY)) is None


def test_late_and_early_are_both_broken() -> None:
    assert judged(all_on(THURSDAY)) is Broken.LATE
    assert judged(all_on(TUESDAY - timedelta(days=1))) is Broken.EARLY


def test_the_order_is_there_when_its_last_unit_is() -> None:
    assert judged([Delivery(1, "TEA", 2, noon(date(2026, 3, 1))), Delivery(2, "MUG", 1, noon(WEDNESDAY))]) is None
    assert judged([Delivery(1, "TEA", 2, noon(TUESDAY)), Delivery(2, "MUG", 1, noon(THURSDAY))]) is Broken.LATE


def test_a_missing_unit_is_short_and_nothing_at_all_is_never_delivered() -> None:
    assert judged([Delivery(1, "TEA", 1, noon(TUESDAY)), Delivery(2, "MUG", 1, noon(TUESDAY))]) is Broken.SHORT
    assert judged([]) is Broken.NEVER_DELIVERED


def test_another_item_or_too_many_are_wrong() -> None:
    assert judged([*all_on(TUESDAY), Delivery(1, "TEA", 1, noon(TUESDAY))]) is Broken.WRONG
    assert judged([Delivery(1, "SOAP", 2, noon(TUESDAY)), Delivery(2, "MUG", 1, noon(TUESDAY))]) is Broken.WRONG


def test_the_date_is_the_one_on_the_wall_where_it_is_delivered() -> None:
    evening = [Delivery(d.line_no, d.item_id, d.quantity, d.at + timedelta(hours=8)) for d in all_on(WEDNESDAY)]
    assert judged(evening) is None
    assert judged(evening, where=TOKYO) is Broken.LATE


def test_each_fact_has_its_own_verdict_and_what_was_never_asked_has_none() -> None:
    agreed = Window(None, THURSDAY, 950_000)
    scored = score(
        LINES, all_on(THURSDAY), asked=None, first=AGREED, agreed=agreed, destination=Calendar(), as_of=noon(THURSDAY)
    )
    assert [(v.against, v.broken) for v in scored.verdicts] == [(Against.FIRST, Broken.LATE), (Against.AGREED, None)]
    assert scored.against(Against.ASKED) is None


def test_nothing_is_said_of_what_is_missing_until_the_window_has_passed() -> None:
    for as_of, told in ((WEDNESDAY, 0), (THURSDAY, 1)):
        scored = score(LINES, [], asked=None, first=None, agreed=AGREED, destination=Calendar(), as_of=noon(as_of))
        assert len(scored.verdicts) == told


@given(st.integers(-10, 10), st.integers(0, 5), st.integers(0, 5))
def test_a_complete_order_is_kept_exactly_on_the_days_of_its_window(day: int, first: int, length: int) -> None:
    agreed = Window(TUESDAY + timedelta(days=first), TUESDAY + timedelta(days=first + length), 950_000)
    delivered = TUESDAY + timedelta(days=day)
    scored = score(
        LINES, all_on(delivered), asked=None, first=None, agreed=agreed, destination=Calendar(), as_of=noon(delivered)
    )
    (verdict,) = scored.verdicts
    assert verdict.kept == agreed.takes(delivered)
    assert verdict.delivered_on == delivered


def test_slack_is_what_is_left_of_the_promise_after_the_work_that_remains() -> None:
    ends = last_instant(AGREED, TOKYO)
    assert ends == datetime(2026, 3, 4, 15, tzinfo=UTC)
    assert slack(ends, ends - timedelta(hours=5), 3 * 3600) == 2 * 3600
    assert slack(ends, ends - timedelta(hours=5), 6 * 3600) == -3600


@pytest.mark.parametrize("spent_s", [0, 1, 3600])
def test_every_second_spent_comes_off_the_slack(spent_s: int) -> None:
    ends = last_instant(AGREED, Calendar())
    start = noon(TUESDAY)
    assert slack(ends, start, 100) - slack(ends, start + timedelta(seconds=spent_s), 100) == spent_s
