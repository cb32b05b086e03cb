"""What is done by the clock, unasked. Each chore has its timer in `due`: one worker does it, once a period."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from doorstep.flow.claims import expire_claims, find_claims
from doorstep.flow.collect import collect_due
from doorstep.flow.consolidate import consolidate_orders
from doorstep.flow.freight_account import release_unbilled
from doorstep.flow.learn import learn
from doorstep.flow.office import Office
from doorstep.flow.plan_all import plan_all_open
from doorstep.flow.poll import poll_tracking
from doorstep.flow.route_end import end_forgotten
from doorstep.flow.routes import plan_due_routes
from doorstep.flow.score import score_overdue
from doorstep.storage.invariants import check_all
from doorstep.storage.store import Store

log = logging.getLogger(__name__)
DESK_SECONDS = 600
HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS
CHORE_LEASE_SECONDS = 3600  # a rebuild of all views takes as long as the journal is
_SCORED_AT_ONCE = 500
_MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Chore:
    """What is done, and every how many seconds by the injected clock."""

    every_seconds: int
    do: Callable[[Office], object]


def score_all_overdue(office: Office) -> int:
    """Score every order whose agreed window has passed; returns how many."""
    total = 0
    for _ in range(_MOST_ROUNDS):
        scored = score_overdue(office, _SCORED_AT_ONCE)
        total += scored
        if scored < _SCORED_AT_ONCE:
            break
    return total


def report_invariants(office: Office) -> int:
    """Judge every invariant; each violation is an error in the log. Returns how many."""
    violations = [(number, says) for number, found in check_all(office.store).items() for says in found]
    for number, says in violations:
        log.error("An invariant does not hold.", extra={"invariant": number, "violation": says})
    return len(violations)


def expire_claims_today(office: Office) -> object:
    """Claims that nobody filed in time are over."""
    return expire_claims(office, office.store.clock.now().date())


CHORES: Mapping[str, Chore] = {
    "plan_routes": Chore(DESK_SECONDS, plan_due_routes),
    "consolidate": Chore(HOUR_SECONDS, consolidate_orders),
    "collect": Chore(DESK_SECONDS, collect_due),
    "poll_tracking": Chore(HOUR_SECONDS, poll_tracking),
    "end_routes": Chore(HOUR_SECONDS, end_forgotten),
    "plan_again": Chore(HOUR_SECONDS, plan_all_open),
    "score_overdue": Chore(HOUR_SECONDS, score_all_overdue),
    "check_invariants": Chore(HOUR_SECONDS, report_invariants),
    "learn": Chore(DAY_SECONDS, learn),
    "expire_claims": Chore(DAY_SECONDS, expire_claims_today),
    "find_claims": Chore(DAY_SECONDS, find_claims),
    "release_unbilled": Chore(DAY_SECONDS, release_unbilled),
}


def wind_up(store: Store) -> None:
    """Give every chore that has no timer one, a period from now."""
    with store.connection() as raw:
        for name, chore in CHORES.items():
            raw.execute(
                "INSERT INTO due (verb, key, arguments, due_at) VALUES (%s, 'clockwork', '{}', %s) "
                "ON CONFLICT DO NOTHING",
                (name, store.clock.now() + timedelta(seconds=chore.every_seconds)),
            )
        raw.commit()
