"""A circuit breaker: after a run of failures a carrier is left alone for a while, then tried with one request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class BreakerState(StrEnum):
    """Closed lets everything through, open nothing, half open one trial."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


@dataclass(frozen=True, slots=True)
class BreakerRule:
    """It opens after `opens_after` failures in a row and rests for `rests_seconds` before each trial."""

    opens_after: int = 5
    rests_seconds: int = 30

    def __post_init__(self) -> None:
        if self.opens_after < 1 or self.rests_seconds < 1:
            raise ValueError("a breaker opens after one failure at least and rests for one second at least")


@dataclass(frozen=True, slots=True)
class Breaker:
    """The state of one carrier's breaker; closed while `rests_until` is None. `on_trial`: a request is out to try."""

    failures: int = 0
    rests_until: datetime | None = None
    on_trial: bool = False

    def state(self, now: datetime) -> BreakerState:
        if self.rests_until is None:
            return BreakerState.CLOSED
        return BreakerState.HALF_OPEN if self.on_trial or now >= self.rests_until else BreakerState.OPEN


def ask(breaker: Breaker, rule: BreakerRule, now: datetime) -> tuple[bool, Breaker]:
    """Whether a request may go out now, and the state after asking.

    Once the rest is over one request goes through as a trial and the rest begins anew, so that the others wait for
    the trial's answer, and a trial whose answer is never reported blocks nothing for longer than a rest.
    """
    if breaker.rests_until is None:
        return True, breaker
    if now < breaker.rests_until:
        return False, breaker
    return True, replace(breaker, rests_until=now + timedelta(seconds=rule.rests_seconds), on_trial=True)


def succeeded() -> Breaker:
    """The state after an answer: closed, and every earlier failure forgotten."""
    return Breaker()


def failed(breaker: Breaker, rule: BreakerRule, now: datetime) -> Breaker:
    """The state after a failure."""
    failures = breaker.failures + 1
    if failures < rule.opens_after:
        return Breaker(failures)
    return Breaker(failures, now + timedelta(seconds=rule.rests_seconds))
