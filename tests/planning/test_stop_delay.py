"""When a stop of an own vehicle is to be expected, and why it is late: the nearest cause is told, and told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from doorstep.planning.stop_delay import Cause, Drive, Expected, Halt, Rest, expected, standing

DAY = date(2026, 3, 2)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


OUT = Drive("out", DAY, at(11), at(11))


def halt(hour: int, minute: int = 0, state: str = "planned", **more: object) -> Halt:
    """A stop planned for a time, of which the consignee was told that it comes until an hour after."""
    planned = at(hour, minute)
    return replace(Halt(state, planned, planned + timedelta(hours=1)), **more)  # type: ignore[arg-type]


def causes(found: tuple[Expected, ...]) -> list[Cause | None]:
    return [one.late.cause if one.late else None for one in found]


def test_a_route_on_its_plan_has_nothing_late() -> None:
    halts = [halt(11, 20, "done", at=at(11, 24)), halt(12), halt(13)]
    found = expected(OUT, halts, at(11, 40))
    assert [one.at for one in found] == [at(11, 24), at(12), at(13)]
    assert causes(found) == [None, None, None]
    assert standing(OUT, halts, at(11, 40)) is None


def test_a_stop_of_which_nothing_is_told_moves_all_that_come_after_it_by_as_much() -> None:
    halts = [halt(11, 20, "done", at=at(11, 24)), halt(12), halt(13)]
    found = expected(OUT, halts, at(13, 10))
    assert [one.at for one in found] == [at(11, 24), at(13, 10), at(14, 10)]
    assert causes(found) == [None, Cause.OVERDUE, Cause.OVERDUE]
    assert [one.late.by for one in found if one.late] == [timedelta(minutes=10)] * 2
    whole = standing(OUT, halts, at(13, 10))
    assert whole is not None
    assert (whole.cause, whole.by, whole.halt) == (Cause.OVERDUE, timedelta(minutes=70), 1)


def test_a_vehicle_that_should_have_left_is_late_at_every_stop_by_as_much() -> None:
    waiting = Drive("planned", DAY, at(11), None)
    found = expected(waiting, [halt(11, 20), halt(12)], at(12, 30))
    assert [one.at for one in found] == [at(12, 50), at(13, 30)]
    assert causes(found) == [Cause.NOT_LEFT, Cause.NOT_LEFT]
    assert causes(expected(waiting, [halt(11, 20)], at(10))) == [None]


def test_a_stop_that_the_plan_itself_brings_late_says_what_moved_it_there() -> None:
    later = replace(halt(14), told_until=at(13))
    tried = replace(later, at=at(11, 30))
    assert causes(expected(OUT, [later], at(11, 10))) == [Cause.PLANNED]
    assert causes(expected(OUT, [tried], at(11, 40))) == [Cause.TRIED]
    failed = halt(11, 20, "failed", at=at(11, 22))
    slow = halt(11, 20, "done", at=at(11, 45))
    for before in (failed, slow):
        (_, late) = expected(OUT, [before, later], at(11, 50))
        assert late.late is not None
        assert (late.late.cause, late.late.halt) == (Cause.HELD_UP, 0)
    left_late = replace(OUT, left_at=at(11, 30))
    assert causes(expected(left_late, [later], at(11, 40))) == [Cause.LEFT_LATE]
    # It is late of itself, also where the whole route is behind.
    assert causes(expected(OUT, [tried], at(14, 30))) == [Cause.TRIED]


def test_hours_of_the_consignee_and_the_promised_day_count_too() -> None:
    closing = halt(12, closes_at=at(12, 15))
    assert causes(expected(OUT, [closing], at(11, 10))) == [None]
    (late,) = expected(OUT, [closing], at(12, 40))
    assert late.late is not None
    assert (late.late.cause, late.late.by) == (Cause.CLOSED, timedelta(minutes=25))
    for promised, cause in ((DAY, None), (DAY - timedelta(days=2), Cause.DAY_PAST)):
        assert causes(expected(OUT, [halt(12, promised_by=promised)], at(11, 10))) == [cause]


def test_what_was_done_late_stays_late_and_what_failed_is_not_called_late() -> None:
    late, failed = halt(12, state="done", at=at(13, 20)), halt(12, state="failed", at=at(13, 20))
    assert causes(expected(replace(OUT, state="ended"), [late, failed], at(15))) == [Cause.PLANNED, None]


def test_a_break_is_no_delay_and_what_moves_into_it_comes_after_it() -> None:
    resting = replace(OUT, rest=Rest(at(12), at(12, 30)))
    halts = [halt(11, 30), halt(11, 50), halt(13)]
    # Ten minutes behind: the second is pushed to the break's begin, and so past it; the third by ten minutes only.
    assert [one.at for one in expected(resting, halts, at(11, 40))] == [at(11, 40), at(12, 30), at(13, 10)]
    # In the break nothing becomes later, and after it only by what was worked since.
    for now, by in ((at(12), 30), (at(12, 20), 30), (at(12, 30), 30), (at(12, 40), 40)):
        behind = standing(resting, halts, now)
        assert behind is not None
        assert behind.by == timedelta(minutes=by)
    assert [one.at for one in expected(resting, halts, at(12, 20))] == [at(12, 30), at(12, 50), at(13, 30)]
    waiting = replace(resting, state="planned", left_at=None, leaves_at=at(11, 50))
    assert [one.at for one in expected(waiting, [halt(11, 55), halt(12, 40)], at(12, 35))] == [at(12, 40), at(12, 55)]
    # A route that is not behind stays where it is, its break too.
    assert [one.at for one in expected(resting, [halt(12), halt(12, 30)], at(11, 40))] == [at(12), at(12, 30)]
