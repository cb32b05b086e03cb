"""Due times under the injected clock: which later runs are due, who has them, what became of them.

A run is leased, not taken: whoever dies with it loses the lease, and another runs it again. So every verb can be run
twice. A row is deleted only if nobody asked for it again meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from doorstep.storage.store import Store

LEASE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Due:
    """A leased run: its verb and key, and how often it was tried before."""

    due_id: int
    verb: str
    key: str
    asked: int
    attempts: int


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The verb could not finish: why, and how long to wait at least."""

    seconds: int
    why: str


def any_due(store: Store, verb: str) -> bool:
    with store.reading() as tx:
        return tx.one("SELECT 1 FROM due WHERE verb = %s AND due_at <= %s LIMIT 1", verb, tx.now) is not None


def lease(store: Store, verbs: Sequence[str], at_most: int) -> list[Due]:
    """Up to `at_most` runs that are due and that nobody has, oldest first; they are ours for LEASE_SECONDS."""
    now = store.clock.now()
    with store.connection() as raw:
        rows = raw.execute(
            "UPDATE due SET leased_until = %s WHERE due_id IN (SELECT due_id FROM due WHERE verb = ANY(%s) "
            "AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s) ORDER BY due_at, due_id LIMIT %s "
            "FOR UPDATE SKIP LOCKED) RETURNING due_id, verb, key, asked, attempts",
            (now + timedelta(seconds=LEASE_SECONDS), list(verbs), now, now, at_most),
        ).fetchall()
        raw.commit()
    return sorted((Due(*row) for row in rows), key=lambda job: job.due_id)


def finish(store: Store, job: Due) -> None:
    """The run is done. Where it was asked for again meanwhile, it is due again."""
    with store.connection() as raw:
        raw.execute("DELETE FROM due WHERE due_id = %s AND asked = %s", (job.due_id, job.asked))
        raw.execute("UPDATE due SET leased_until = NULL, attempts = 0 WHERE due_id = %s", (job.due_id,))
        raw.commit()


def put_off(store: Store, job: Due, again: TryAgain) -> None:
    """The run is tried again after `again.seconds`, doubled for each failed try before, up to an hour."""
    wait = min(again.seconds * 2 ** min(job.attempts, 10), 3600)
    with store.connection() as raw:
        raw.execute(
            "UPDATE due SET due_at = %s, attempts = attempts + 1, leased_until = NULL, trouble = %s WHERE due_id = %s",
            (store.clock.now() + timedelta(seconds=wait), again.why, job.due_id),
        )
        raw.commit()
