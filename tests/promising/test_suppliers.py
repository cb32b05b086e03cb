"""How late suppliers come is counted from what they brought."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doorstep.promising.learned import NOTHING, Seen, together
from doorstep.promising.mass import WHOLE
from doorstep.promising.priors import lateness_prior
from doorstep.promising.suppliers import Delivery, lateness_of, seen

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def test_a_supplier_of_whom_nothing_was_seen_is_believed_as_late_as_any() -> None:
    assert lateness_of(NOTHING, NOTHING) == lateness_prior()


def test_deliveries_are_told_by_days_after_the_day_that_was_named() -> None:
    came = [Delivery(MONDAY, MONDAY), Delivery(MONDAY, MONDAY - 2 * DAY), Delivery(MONDAY, MONDAY + 4 * DAY)]
    assert seen(came, MONDAY + 9 * DAY) == Seen(days=((0, 2), (4, 1)))


def test_what_is_overdue_waits_and_what_is_never_coming_is_never_forgotten() -> None:
    due = [Delivery(MONDAY, None), Delivery(MONDAY - 91 * DAY, None), Delivery(MONDAY + 5 * DAY, None)]
    assert seen(due, MONDAY + 3 * DAY) == Seen(never=1, waiting=((2, 1),))


def test_a_supplier_who_always_comes_four_days_late_is_promised_from_as_such() -> None:
    late, punctual = Seen.of({"4": 40}, 0), Seen.of({"0": 200}, 0)
    of_all = together([late, punctual])
    assert lateness_of(late, of_all).by(3) < 250_000
    assert lateness_of(punctual, of_all).by(0) > 900_000
    assert lateness_of(NOTHING, of_all).by(0) > lateness_prior().by(0)


@given(
    st.lists(st.tuples(st.integers(-20, 120), st.none() | st.integers(-9, 60)), max_size=30),
    st.integers(0, 30),
)
def test_what_is_learned_of_a_supplier_is_a_whole_distribution(told: list[tuple[int, int | None]], later: int) -> None:
    deliveries = [
        Delivery(MONDAY - due * DAY, None if late is None else MONDAY - due * DAY + late * DAY) for due, late in told
    ]
    counted = seen(deliveries, MONDAY + later * DAY)
    made = lateness_of(counted, counted)
    assert sum(made.ppm) + made.never_ppm == WHOLE
