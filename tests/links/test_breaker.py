from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.links.breaker import Breaker, BreakerRule, ask, failed, succeeded

NOW = datetime(2026, 3, 2, tzinfo=UTC)
RULE = BreakerRule(opens_after=3, rests_seconds=30)


def later(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(RULE.opens_after):
        breaker = failed(breaker, RULE, NOW)
    return breaker


def test_a_few_failures_are_borne() -> None:
    breaker = failed(failed(Breaker(), RULE, NOW), RULE, NOW)
    assert ask(breaker, RULE, NOW) == (True, breaker)


def test_after_a_run_of_failures_the_carrier_is_left_alone_until_the_rest_is_over() -> None:
    assert ask(opened(), RULE, later(29))[0] is False
    assert ask(opened(), RULE, later(30))[0] is True


def test_one_trial_goes_out_and_the_others_wait_for_it() -> None:
    _, on_trial = ask(opened(), RULE, later(30))
    assert ask(on_trial, RULE, later(31))[0] is False
    assert ask(on_trial, RULE, later(60))[0] is True, "a trial never reported does not block for ever"


def test_a_failed_trial_rests_again_and_a_good_one_closes() -> None:
    _, on_trial = ask(opened(), RULE, later(30))
    assert ask(failed(on_trial, RULE, later(40)), RULE, later(69))[0] is False
    assert ask(succeeded(), RULE, later(41)) == (True, Breaker())


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=40))
def test_a_carrier_that_fails_always_gets_at_most_one_request_per_rest_once_it_is_open(
    steps: list[tuple[int, bool]],
) -> None:
    breaker, now, sent = opened(), NOW, [NOW]
    for seconds, reported in steps:
        now += timedelta(seconds=seconds)
        may, breaker = ask(breaker, RULE, now)
        if may:
            assert now - sent[-1] >= timedelta(seconds=RULE.rests_seconds)
            sent.append(now)
            breaker = failed(breaker, RULE, now) if reported else breaker


@pytest.mark.parametrize("wrong", [(0, 30), (3, 0)])
def test_a_rule_that_never_rests_is_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        BreakerRule(*wrong)
