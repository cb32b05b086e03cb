"""The ticker: what is due by the injected clock is leased and put into the runner's queue, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import psycopg

from doorstep.flow.later import VERBS
from doorstep.jobs import runner
from doorstep.jobs.clockwork import CHORE_LEASE_SECONDS, CHORES
from doorstep.jobs.runner import RUNNER, Load
from doorstep.storage.due import Due, lease_in
from doorstep.storage.store import Store
from doorstep.storage.verbs import PLAN_ORDERS

MOST_IN_A_LOAD = 50
_WAITING_FOR_EACH = 2  # loads that wait for each hand: more would only let their leases run out in the queue
_PLANNED_FOR_AT_ONCE = 1_000

_LOOK = (
    f"SELECT (SELECT count(*) FROM {RUNNER}.procrastinate_jobs WHERE status = 'todo') AS waiting, "
    f"EXISTS (SELECT FROM {RUNNER}.procrastinate_jobs WHERE status = 'todo' AND lock = %s) AS planning, "
    "EXISTS (SELECT FROM due WHERE due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)) AS due"
)


def tick(store: Store, concurrency: int, lease_seconds: int) -> int:
    """Move what is due into the runner's queue, no more than its hands can begin soon; returns how many runs.

    Any number of tickers may do this at once: a run is leased by one of them.
    """
    now = store.clock.now()
    with store.connection() as raw:
        row = raw.execute(_LOOK.encode(), (PLAN_ORDERS, now, now)).fetchone()
        if row is None or not row.due:
            return 0
        # All orders are planned together, so one planning run that waits is enough.
        plans = [] if row.planning else lease_in(raw, now, [PLAN_ORDERS], _PLANNED_FOR_AT_ONCE, lease_seconds)
        loads = _lease(raw, now, _WAITING_FOR_EACH * concurrency - row.waiting, lease_seconds)
        if plans:
            runner.defer(raw, [_load(plans)], lock=PLAN_ORDERS)
        if loads:
            runner.defer(raw, loads)
        raw.commit()
    return len(plans) + sum(len(load.due_ids) for load in loads)


def _lease(raw: psycopg.Connection[Any], now: datetime, slots: int, lease_seconds: int) -> list[Load]:
    if slots <= 0:
        return []
    chores = lease_in(raw, now, list(CHORES), slots, CHORE_LEASE_SECONDS)
    # What failed before goes alone: it may be slow, or take the whole worker with it, and what lies beside it too.
    tried = lease_in(raw, now, list(VERBS), max(1, slots // 2), lease_seconds, tried=True)
    fresh = lease_in(raw, now, list(VERBS), max(1, slots - len(tried)) * MOST_IN_A_LOAD, lease_seconds, tried=False)
    return [*(_load([job]) for job in (*chores, *tried)), *_shared_out(fresh, slots)]


def _shared_out(jobs: Sequence[Due], slots: int) -> Iterator[Load]:
    """Small loads while there is little to do, so that no hand is idle; large ones where there is much."""
    size = min(MOST_IN_A_LOAD, -(-len(jobs) // slots))
    by_verb: dict[str, list[Due]] = defaultdict(list)
    for job in jobs:
        by_verb[job.verb].append(job)
    for same in by_verb.values():
        for start in range(0, len(same), size):
            yield _load(same[start : start + size])


def _load(jobs: Sequence[Due]) -> Load:
    return Load(jobs[0].verb, tuple(job.due_id for job in jobs), jobs[0].leased_until)
