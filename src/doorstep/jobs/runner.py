"""Procrastinate as the runner: it hands loads of leased runs to workers, and owns nothing that could not be lost.

What is due, when, and what became of it lies in our table `due`. The runner's tables have a PostgreSQL schema of their
own; a load that is lost with them comes again when its lease runs out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.schema import SchemaManager

from doorstep.storage.database_errors import DatabaseUnfit
from doorstep.storage.store import SCHEMA, Store
from doorstep.terms.clock import read_stamp, stamp

RUNNER = "runner"
QUEUE = "doorstep"
TASK = "run"
_INSTALLER = 7_310_005  # a number of Doorstep's own for PostgreSQL's advisory locks
_NOTIFIES = ("procrastinate_jobs_notify_queue_job_inserted_v1", "procrastinate_jobs_notify_queue_job_aborted_v1")


@dataclass(frozen=True, slots=True)
class Load:
    """What one job of the runner carries: runs of one verb, of one lease."""

    verb: str
    due_ids: tuple[int, ...]
    leased_until: datetime

    def told(self) -> dict[str, Any]:
        return {"verb": self.verb, "due_ids": list(self.due_ids), "leased_until": stamp(self.leased_until)}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Load:
        return cls(told["verb"], tuple(told["due_ids"]), read_stamp(told["leased_until"]))


def install(store: Store) -> None:
    """Make the runner's tables where they are missing or of an older version; loads waiting in those come again.

    Safe when several workers do it at once. DatabaseUnfit where a newer version made them.
    """
    ours = version("procrastinate")
    with store.connection() as raw:
        raw.execute("SELECT pg_advisory_xact_lock(%s)", (_INSTALLER,))
        row = raw.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", (RUNNER,)).fetchone()
        theirs = row[0] if row else None
        if theirs == ours:
            return
        if theirs and _numbers(theirs) > _numbers(ours):
            raise DatabaseUnfit(f"This worker runs by {ours} of the runner, the database by {theirs}: update this one.")
        raw.execute(f"DROP SCHEMA IF EXISTS {RUNNER} CASCADE".encode())
        raw.execute(f"CREATE SCHEMA {RUNNER}".encode())
        raw.execute(f"SET LOCAL search_path = {RUNNER}".encode())
        raw.execute(SchemaManager.get_schema().encode())
        for trigger in _NOTIFIES:  # notifying takes a lock of the whole server at commit: no group commit any more
            raw.execute(f"DROP TRIGGER {trigger} ON procrastinate_jobs".encode())
        raw.execute(f"COMMENT ON SCHEMA {RUNNER} IS '{ours}'".encode())
        raw.commit()


def _numbers(of_version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in of_version.split(".") if part.isdecimal())


# Never opened: it only writes on connections it is given.
_DEFERRER = App(connector=SyncPsycopgConnector())


def defer(raw: psycopg.Connection[Any], loads: Sequence[Load], lock: str | None = None) -> None:
    """Put loads into the runner's queue, in the transaction of `raw`. Those with one `lock` run one after the other."""
    raw.execute(f"SET LOCAL search_path = {SCHEMA}, {RUNNER}".encode())
    task = _DEFERRER.configure_task(TASK, allow_unknown=True, queue=QUEUE, lock=lock, connection=raw)
    task.batch_defer(*(load.told() for load in loads))


def connected(store: Store, patience_seconds: int) -> App:
    """The runner on the store's database, not opened yet; it waits for a connection as long as `patience_seconds`."""
    _, options = store.engine.dialect.create_connect_args(store.engine.url)
    options["options"] = f"-c search_path={RUNNER}"
    return App(connector=PsycopgConnector(kwargs=options, min_size=1, max_size=4, timeout=patience_seconds))


def sweep(store: Store, silent_seconds: int) -> int:
    """Take what dead workers had out of the runner's tables, so that their locks are free; returns how many loads.

    A worker is dead that was not heard of for `silent_seconds`. What it had comes again by its lease.
    """
    with store.connection() as raw:
        raw.execute(f"SET LOCAL search_path = {RUNNER}".encode())
        raw.execute("SELECT procrastinate_prune_stalled_workers_v1(%s)", (silent_seconds,))
        swept = raw.execute("DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL")
        raw.commit()
        return swept.rowcount
