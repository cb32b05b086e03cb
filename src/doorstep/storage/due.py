"""Due times under the injected clock: which later runs are due, who has them, what became of them.

A run is leased, not taken: whoever dies with it loses the lease, and another runs it again. So every verb can be run
twice. A row is deleted only if nobody asked for it again meanwhile, and only by whoever still has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from doorstep.storage.store import Store
from doorstep.storage.transaction import Query, Transaction
from doorstep.storage.wire import wire_of

LEASE_SECONDS = 120
_COLUMNS = "due_id, verb, key, asked, attempts, leased_until"


@dataclass(frozen=True, slots=True)
class Due:
    """A leased run: its verb and key, how often it was asked for and tried before, and until when it is ours."""

    due_id: int
    verb: str
    key: str
    asked: int
    attempts: int
    leased_until: datetime


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The verb could not finish: why, and how long to wait at least. `untried`: nothing was begun, so it is no try."""

    seconds: int
    why: str
    untried: bool = False


NOT_BEGUN = TryAgain(0, "its turn did not come while it was ours")


def any_due(store: Store, verbs: Sequence[str]) -> set[str]:
    """Those of the verbs of which a run is due, leased ones too."""
    sql = "SELECT verb FROM due WHERE verb = ANY(%s) AND due_at <= %s GROUP BY verb"
    return {row.verb for row in store.ask(sql, list(verbs), store.clock.now())}


def lease(store: Store, verbs: Sequence[str], at_most: int, seconds: int = LEASE_SECONDS) -> list[Due]:
    """Up to `at_most` runs that are due and that nobody has, oldest first; they are ours for `seconds`."""
    with store.connection() as raw:
        leased = lease_in(raw, store.clock.now(), verbs, at_most, seconds)
        raw.commit()
    return leased


def lease_in(
    raw: psycopg.Connection[Any],
    now: datetime,
    verbs: Sequence[str],
    at_most: int,
    seconds: int,
    tried: bool | None = None,
) -> list[Due]:
    """The same in the caller's transaction; `tried` takes only runs that were, or were not, tried before.

    A lease that ran out counts as a try: nobody knows how far it got.
    """
    sql = (
        "UPDATE due SET leased_until = %s, attempts = attempts + (leased_until IS NOT NULL)::integer "
        "WHERE due_id IN (SELECT due_id FROM due WHERE verb = ANY(%s) "
        "AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s) "
        "AND (%s::boolean IS NULL OR %s::boolean = (attempts > 0 OR leased_until IS NOT NULL)) "
        f"ORDER BY due_at, due_id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING {_COLUMNS}"
    )
    query = (sql, now + timedelta(seconds=seconds), list(verbs), now, now, tried, tried, at_most)
    (rows,) = wire_of(raw).rows([query])
    return sorted((Due(*row) for row in rows), key=lambda job: job.due_id)


def still_leased(store: Store, due_ids: Sequence[int], leased_until: datetime) -> list[Due]:
    """Those of the runs that are not done, and that nobody else was given since they were leased until then."""
    with store.connection() as raw:
        rows = raw.execute(
            f"SELECT {_COLUMNS} FROM due WHERE due_id = ANY(%s) AND leased_until = %s ORDER BY due_id".encode(),
            (list(due_ids), leased_until),
        ).fetchall()
    return [Due(*row) for row in rows]


def renew(store: Store, jobs: Sequence[Due], seconds: int) -> list[Due]:
    """Runs of one lease, leased for `seconds` from now; without those that somebody else was given meanwhile."""
    with store.connection() as raw:
        rows = raw.execute(
            "UPDATE due SET leased_until = %s WHERE due_id = ANY(%s) AND leased_until = %s "
            f"RETURNING {_COLUMNS}".encode(),
            (store.clock.now() + timedelta(seconds=seconds), [job.due_id for job in jobs], jobs[0].leased_until),
        ).fetchall()
        raw.commit()
    return sorted((Due(*row) for row in rows), key=lambda job: job.due_id)


def time_left(store: Store, jobs: Sequence[Due], seconds: int = LEASE_SECONDS) -> bool:
    """Whether a third is left of the leases, which were for `seconds`: so that nobody else begins what we begin now."""
    least = timedelta(seconds=seconds) // 3
    return min(job.leased_until for job in jobs) - store.clock.now() >= least


def release(store: Store, jobs: Sequence[Due]) -> None:
    """Runs of one lease that were not begun: anybody may have them now."""
    with store.connection() as raw:
        raw.execute(
            "UPDATE due SET leased_until = NULL WHERE due_id = ANY(%s) AND leased_until = %s",
            ([job.due_id for job in jobs], jobs[0].leased_until),
        )
        raw.commit()


def finish(store: Store, job: Due) -> None:
    """The run is done. Where it was asked for again meanwhile, it is due again."""
    end(store, [(job, None)])


def repeat(store: Store, job: Due, seconds: int) -> None:
    """The run is done, and due again in `seconds`."""
    with store.connection() as raw:
        raw.execute(
            "UPDATE due SET due_at = %s, leased_until = NULL, attempts = 0, trouble = '' "
            "WHERE due_id = %s AND leased_until = %s",
            (store.clock.now() + timedelta(seconds=seconds), job.due_id, job.leased_until),
        )
        raw.commit()


def put_off(store: Store, job: Due, again: TryAgain) -> None:
    """The run is tried again after `again.seconds`, doubled for each failed try before, up to an hour."""
    end(store, [(job, again)])


def end(store: Store, ended: Sequence[tuple[Due, TryAgain | None]]) -> None:
    """What became of runs, each by itself, in one transaction: None as `finish`, TryAgain as `put_off` has it.

    NOT_BEGUN as `release`. Runs that somebody else was given meanwhile stay his.
    """
    done = [job for job, again in ended if again is None]
    left = [job for job, again in ended if again is NOT_BEGUN]
    failed = [(job, again) for job, again in ended if again is not None and again is not NOT_BEGUN]

    def step(tx: Transaction) -> None:
        # Locked in one order by everybody, so that two who end many never wait in a ring.
        queries: list[Query] = [(_LOCK, [job.due_id for job, _ in ended])]
        if done:
            queries += [(_DELETE, *_ours(done)), (_AGAIN, *_ours(done))]
        if left:
            queries += [(_RELEASE, *_ours(left))]
        if failed:
            waits = [min(again.seconds * 2 ** min(job.attempts, 10), 3600) for job, again in failed]
            due_at = [tx.now + timedelta(seconds=wait) for wait in waits]
            tries = [int(not again.untried) for _, again in failed]
            whys = [again.why for _, again in failed]
            queries += [(_PUT_OFF, *_ours([job for job, _ in failed]), due_at, whys, tries)]
        tx.tell(*queries)

    store.run(step)


_LOCK = "SELECT 1 FROM due WHERE due_id = ANY(%s) ORDER BY due_id FOR UPDATE"
_OURS = (
    "unnest(%b::bigint[], %b::timestamptz[], %b::integer[]) AS d (due_id, leased_until, asked) "
    "WHERE t.due_id = d.due_id AND t.leased_until = d.leased_until"
)
_DELETE = f"DELETE FROM due t USING {_OURS} AND t.asked = d.asked"
_AGAIN = f"UPDATE due t SET leased_until = NULL, attempts = 0, trouble = '' FROM {_OURS}"
_RELEASE = f"UPDATE due t SET leased_until = NULL FROM {_OURS}"
_PUT_OFF = (
    "UPDATE due t SET due_at = d.due_at, attempts = attempts + d.tried, leased_until = NULL, trouble = d.why "
    "FROM unnest(%b::bigint[], %b::timestamptz[], %b::integer[], %b::timestamptz[], %b::text[], %b::integer[]) "
    "AS d (due_id, leased_until, asked, due_at, why, tried) "
    "WHERE t.due_id = d.due_id AND t.leased_until = d.leased_until"
)


def _ours(jobs: Sequence[Due]) -> list[list[Any]]:
    return [[job.due_id for job in jobs], [job.leased_until for job in jobs], [job.asked for job in jobs]]
