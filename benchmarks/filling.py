"""Filling a database with a past of a million orders, for what is measured on it; and how fast that goes.

    python -m benchmarks.filling --orders 1000000 --into NAME

A few thousand lives are played and folded as a replay would (`lives`, `stamping`); their copies, each with ids, parcels
and digests of its own, are written by COPY. What stands there afterwards is what the flow would have written: every
invariant holds. The database is on the server that DOORSTEP_DATABASE_URL or DOORSTEP_HOME names, and must be new.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console
from sqlalchemy import create_engine, make_url, text

from benchmarks.lives import BEGINS, ENDS, PastCompany, past_company, past_orders
from benchmarks.measuring import Figure, alone, compared, in_a_process, peak_mb
from benchmarks.stamping import MARK, MarkedIds, Press, Sheet, Template, template
from doorstep.events.master import CustomerDefined
from doorstep.flow.learn import learn
from doorstep.flow.office import Office, Scribe
from doorstep.flow.replay.life import HISTORY, Life, World
from doorstep.flow.replay.opening import Opening, open_books
from doorstep.storage import schema
from doorstep.storage.changes import Changes
from doorstep.storage.changes import run as run_statements
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.server import open_server
from doorstep.storage.store import SCHEMA, Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal

ORDERS = 20_000  # measured
ROUNDS = 3
COPIES = 50  # of each template, where there are templates enough
MOST_TEMPLATES = 2_000
FEWEST_TEMPLATES = 100
SHEET_BYTES = 24_000_000  # of text in a transaction
WRITERS = 2
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of it. `events` are those of the orders; the company's own stand beside them."""

    orders: int
    events: int
    templates: int
    seconds: dict[str, float]

    @property
    def took_s(self) -> float:
        return sum(self.seconds.values())


def fill(url: str, orders: int, seed: int = 1, progress: Progress = lambda _: None) -> Filled:
    """Fill the empty database at `url`; the same number and seed give the same rows."""
    clock = FalseClock(BEGINS)
    office = Office(Store(url, clock, Ids.seeded(clock, seed), WRITERS + 1, lazy=True))
    watch = _Watch()
    schema.create(office.store.engine)
    past = past_company(seed)
    made = _templates(past, min(orders, max(FEWEST_TEMPLATES, min(orders // COPIES, MOST_TEMPLATES))), seed)
    for number, each in enumerate(made):
        each.copies = orders // len(made) + (number < orders % len(made))
    watch.lap("templates")
    events = sum(each.events * each.copies for each in made)
    first_serial = _open(office, clock, past, made, seed)
    office.store.seal()
    watch.lap("opening")
    with office.store.connection() as raw:
        indexes = _take_indexes(raw)
        _copy(office.store, _press(raw, past.company.gs1_prefix, first_serial, events), made, watch, progress)
        _share(raw, made)
        watch.lap("waiting for the database")
        for statement in indexes:
            raw.execute(statement.encode())
        raw.execute("ANALYZE")
        raw.commit()
    watch.lap("indexes")
    clock.move_to(ENDS)
    learn(office, HISTORY)
    office.store.seal()
    watch.lap("learning")
    office.store.close()
    return Filled(orders, events, len(made), watch.laps)


class _Watch:
    """How long each part took, in all."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.laps[part] = self.laps.get(part, 0) + now - self._since
        self._since = now


def _templates(past: PastCompany, wanted: int, seed: int) -> list[Template]:
    ids = MarkedIds(BEGINS)
    serials = count(10 ** (16 - len(past.company.gs1_prefix)) - 1, -1)  # from the far end: no copy's number is there
    world = World(
        company=past.company,
        items=past.items,
        services={service.service_id: service for service in past.services},
        terms=past.company.terms,
        ids=ids,
        next_parcel=lambda: next(serials),
        document=_opening(past, Counter(), 0).document,
    )
    return [template(world, ids, Life(world, told)) for told in past_orders(past, wanted, seed, MARK)]


def _opening(past: PastCompany, units: Counter[tuple[str, str]], parcels: int) -> Opening:
    return Opening(past.company, past.services, past.sites, past.items, units, parcels, BEGINS)


def _open(office: Office, clock: FalseClock, past: PastCompany, made: Sequence[Template], seed: int) -> int:
    """The company, all that its sites will ever hold, and its customers; returns the first number for a parcel."""
    units: Counter[tuple[str, str]] = Counter()
    for each in made:
        for parcel in each.life.parcels:
            for line in parcel.lines:
                units[parcel.site_id, line.item_id] += line.quantity * each.copies
    opening = _opening(past, units, sum(len(each.numbers) * each.copies for each in made))
    first_serial = open_books(office, clock, opening, f"filling-{seed}")
    if isinstance(first_serial, Refusal):
        raise ValueError(first_serial.says)

    def meet(tx: Transaction) -> int:
        people = {office.ids.new("per"): (customer_id, address) for customer_id, address in past.customers.items()}
        scribe = Scribe(HISTORY, tx.now)
        for person_ref, (customer_id, _) in people.items():
            tx.record(scribe(CustomerDefined(customer_id, person_ref, past.company.terms)))
        tx.keep_people({person_ref: address for person_ref, (_, address) in people.items()})
        return len(people)

    office.store.run(meet)
    return first_serial


def _copy(store: Store, press: Press, made: Sequence[Template], watch: _Watch, progress: Progress) -> None:
    """Life after life, each as often as it is wanted, many to a transaction; some are written while the next are made.

    Nobody reads before all is done: the transactions may end in any order.
    """
    done = 0
    with ThreadPoolExecutor(WRITERS) as writers:
        writing: list[Future[None]] = []
        for copies in _in_parts(made):
            sheet = Sheet()
            for each, number in copies:
                press.stamp(each, number, sheet)
            watch.lap("stamping")
            while len(writing) >= WRITERS:
                writing.pop(0).result()
            watch.lap("waiting for the database")
            writing.append(writers.submit(_write, store, sheet))
            done += len(copies)
            progress(done)
        for last in writing:
            last.result()


def _press(raw: psycopg.Connection[Any], gs1_prefix: str, serial: int, events: int) -> Press:
    """A press that goes on where the journal ends, all of which is sealed; the ids of its events are taken."""
    first_id, last_id = raw.execute(
        "SELECT min(id), max(id) FROM (SELECT nextval(pg_get_serial_sequence('journal', 'event_id')) AS id "
        "FROM generate_series(1, %s)) ids",
        (events,),
    ).fetchall()[0]
    if last_id - first_id + 1 != events:
        raise ValueError("somebody else writes into this journal: it can be filled only alone")
    seq, link = raw.execute("SELECT seq, chain FROM sealed ORDER BY seq DESC LIMIT 1").fetchall()[0]
    raw.commit()
    return Press(gs1_prefix, serial, first_id, seq, link)


def _write(store: Store, sheet: Sheet) -> None:
    with store.connection() as raw:
        for (table, columns), texts in sheet.rows.items():
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with raw.cursor().copy(into) as copy:
                copy.write(b"".join(texts))
        raw.commit()


def _in_parts(made: Sequence[Template]) -> Iterator[list[tuple[Template, int]]]:
    part: list[tuple[Template, int]] = []
    size = 0
    for each in made:
        for number in range(each.copies):
            part.append((each, number))
            size += len(each.parts)
            if size >= SHEET_BYTES:
                yield part
                part, size = [], 0
    if part:
        yield part


def _share(raw: psycopg.Connection[Any], made: Sequence[Template]) -> None:
    """What all copies together add to balances and pools."""
    changes = Changes()
    for each in made:
        for table, key, amounts, create in each.shared:
            changes.add(table, key, {name: amount * each.copies for name, amount in amounts.items()}, create)
    run_statements(raw, changes.statements())
    raw.commit()


def _take_indexes(raw: psycopg.Connection[Any]) -> list[str]:
    """Drop the indexes that no constraint needs; returns the statements that make them again."""
    rows = raw.execute(
        "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made_by FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = %s::regnamespace "
        "AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1",
        (SCHEMA,),
    ).fetchall()
    for row in rows:
        raw.execute(f"DROP INDEX {row.name}".encode())
    raw.commit()
    return [row.made_by for row in rows]


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    """A smaller past, each time into a new database by a process of its own; raw writes the journal alone."""
    ours, raw, peaks = [], [], []
    for number in range(ROUNDS):
        console.print(f"filling in {ORDERS:,} orders, round {number + 1} of {ROUNDS} ...")
        name = f"fill-{number}"
        server.ensure_database(name)
        filled, peak = in_a_process(_fill_once, server.url(name))
        peaks.append(peak)
        ours.append(filled.events / filled.took_s)
        raw.append(in_a_process(_raw_once, server.dsn(name)))
    note = "COPY of the same journal rows alone, with their ids and digests, into a table with the same indexes"
    with psycopg.connect(server.dsn(name)) as connection:
        size = connection.execute("SELECT pg_database_size(current_database())").fetchall()[0][0]
    return [
        compared("events filled in", "/s", ours, raw, note),
        alone("orders filled in", "/s", ORDERS * median(ours) / filled.events, f"{filled.events:,} events in all"),
        alone("peak memory", "MB", max(peaks)),
        alone(f"{ORDERS:,} orders on disk", "MB", size / 1e6),
    ]


def _fill_once(url: str) -> tuple[Filled, int]:
    return fill(url, ORDERS), peak_mb()


def _raw_once(dsn: str) -> float:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE SCHEMA bare")
        connection.execute("CREATE TABLE bare.journal (LIKE doorstep.journal INCLUDING DEFAULTS INCLUDING INDEXES)")
        connection.commit()
        with connection.cursor().copy("COPY doorstep.journal TO STDOUT") as rows:
            ready = [bytes(row) for row in rows]
        whole = b"".join(ready)
        begin = time.perf_counter()
        with connection.cursor().copy("COPY bare.journal FROM STDIN") as copy:
            copy.write(whole)
        connection.commit()
        rate = len(ready) / (time.perf_counter() - begin)
        connection.execute("DROP SCHEMA bare CASCADE")
    return rate


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.filling", description="Fill a new database.")
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--into", required=True, help="the name of the database, which is made")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args(arguments)
    with open_server() as server_url:
        engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{told.into}" TEMPLATE template0'))
        engine.dispose()
        url = make_url(server_url).set(database=told.into).render_as_string(hide_password=False)
        filled = fill(url, told.orders, told.seed, lambda done: print(f"{done:,} orders", flush=True))
    parts = ", ".join(f"{part} {seconds:.0f} s" for part, seconds in filled.seconds.items())
    print(f"{filled.orders:,} orders, {filled.events:,} events in {filled.took_s:.0f} s ({parts})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
