"""Sealing: events a second with nobody else there and while two appenders append, beside the bare copy in SQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from threading import Thread
from typing import Any

import psycopg
from rich.console import Console

from benchmarks import shop
from benchmarks.appending import append_once, fresh_entries, sample_of
from benchmarks.clients import Crew, Job, Shape
from benchmarks.measuring import Figure, alone, compared, in_turns
from doorstep.events.envelope import Entry
from doorstep.storage import journal
from doorstep.storage.changes import run as run_statements
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.store import Store
from doorstep.terms.clock import SystemClock
from doorstep.terms.ids import Ids

EVENTS = 40_000
BATCH = 10_000  # as `journal.seal` takes them
ROUNDS = 5
SECONDS = 4  # how long the appenders append in a round
_COPY = (
    "WITH taken AS (DELETE FROM unsealed WHERE event_id IN (SELECT event_id FROM unsealed ORDER BY event_id LIMIT %s) "
    "RETURNING event_id) INSERT INTO sealed SELECT event_id, event_id, j.digest, j.digest "
    "FROM taken JOIN journal j USING (event_id)"
)


class Appender:
    """Appends facts one transaction after another, four in each, as an intake does."""

    def __init__(self, url: str, sample: Sequence[Entry]) -> None:
        clock = SystemClock()
        self._store = Store(url, clock, Ids.secret(clock), 1)
        self._entries = fresh_entries(sample)

    def jobs(self, kind: str, client: int, count: int) -> Sequence[Job]:
        return [partial(self._append, list(islice(self._entries, 4))) for _ in range(count)]

    def _append(self, entries: Sequence[Entry]) -> None:
        with self._store.connection() as connection:
            append_once(connection, entries)

    def close(self) -> None:
        self._store.close()


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    office = shop.open_shop(server, "seal")
    sample = sample_of(office.store)
    entries = fresh_entries(sample)
    with office.store.connection() as connection:
        for _ in range(EVENTS // 1_000):
            run_statements(connection, [journal.append(list(islice(entries, 1_000)))])
            connection.commit()
        console.print(f"{EVENTS:,} events, {ROUNDS} rounds ...")
        ours = partial(_round, connection, journal.seal)
        raw = partial(_round, connection, _bare_copy)
        figures = [compared("events sealed, nobody appends", "/s", *in_turns(ours, raw, ROUNDS), _beside())]
        with Crew(partial(Appender, server.url("seal"), sample), Shape(2, 1)) as crew:
            crew.round("append", 1, 2_000)
            appended: list[float] = []
            rates = in_turns(
                lambda: _while_appending(ours, crew, appended), lambda: _while_appending(raw, crew, appended), ROUNDS
            )
        figures.append(compared("events sealed, two appenders append", "/s", *rates, _beside()))
        figures.append(alone("events appended meanwhile", "/s", sum(appended) / len(appended), "four in a transaction"))
    office.store.close()
    return figures


def _beside() -> str:
    return f"DELETE ... RETURNING and INSERT ... SELECT, {BATCH:,} in each transaction, no chain"


def _round(connection: psycopg.Connection[Any], seal: Callable[[psycopg.Connection[Any]], int]) -> float:
    """Everything in the journal is sealed anew; what is appended meanwhile is left for the next round."""
    connection.execute("TRUNCATE sealed")
    connection.execute("INSERT INTO unsealed SELECT event_id FROM journal ON CONFLICT DO NOTHING")
    connection.commit()
    waiting = EVENTS
    begin = time.perf_counter()
    while waiting > 0 and (done := seal(connection)):
        connection.commit()
        waiting -= done
    return (EVENTS - waiting) / (time.perf_counter() - begin)


def _bare_copy(connection: psycopg.Connection[Any]) -> int:
    return connection.execute(_COPY, (BATCH,)).rowcount


def _while_appending(sealing: Callable[[], float], crew: Crew, appended: list[float]) -> float:
    """The seals of as many rounds as go into the time for which the appenders append."""
    rates: list[float] = []
    ends = time.perf_counter() + SECONDS
    appending = Thread(target=lambda: appended.append(4 * crew.round("append", SECONDS, 2_000).per_second))
    appending.start()
    while not rates or time.perf_counter() < ends - 1:
        rates.append(sealing())
    appending.join()
    return sum(rates) / len(rates)
