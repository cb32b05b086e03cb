"""Appending to the journal: one fact per transaction, and a thousand, beside bare inserts of the same rows.

Raw has the rows ready, ids and digests included, in tables of the same shape: it encodes nothing and looks up nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, cycle, islice
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console

from benchmarks import shop
from benchmarks.intake import raw_connection
from benchmarks.measuring import Figure, compared, in_turns
from doorstep.events.envelope import Entry
from doorstep.flow.office import Office
from doorstep.flow.place import place_order
from doorstep.storage import journal
from doorstep.storage.changes import run as run_statements
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.store import Store
from doorstep.terms.clock import SystemClock
from doorstep.terms.ids import Ids

ROUNDS = 7
SINGLE = 400  # transactions in a round
BATCH = 1_000  # facts in a transaction
BATCHES = 8  # transactions in a round
SAMPLE_ORDERS = 50
TABLES = ("journal", "unsealed", "touched")

Rows = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], list[tuple[Any, ...]]]  # of TABLES


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    """The facts are those of real orders, in turn: placed, promised, held, handed off."""
    office = shop.open_shop(server, "append")
    entries = fresh_entries(sample_of(office.store))
    figures = []
    with office.store.connection() as ours, raw_connection(server.dsn("append")) as raw:
        _bare_tables(raw)
        ids = count(1)
        for what, transactions, size, write, beside in (
            ("facts, 1 in each transaction", SINGLE, 1, _inserted, "three pipelined INSERTs of the same rows"),
            (f"facts, {BATCH:,} in each", BATCHES, BATCH, _copied, "three COPYs of the same rows"),
        ):
            console.print(f"{what}: {ROUNDS} rounds ...")
            bare = partial(_raw_round, raw, entries, ids, transactions, size, write)
            mine = partial(_our_round, ours, entries, transactions, size)
            mine(), bare()
            figures.append(compared(what, "/s", *in_turns(mine, bare, ROUNDS), beside))
    office.store.close()
    return figures


def sample_of(store: Store) -> list[Entry]:
    """The facts of some orders, as the journal has them."""
    office = Office(store)
    for number, order in enumerate(islice(shop.orders(5), SAMPLE_ORDERS)):
        place_order(office, shop.CLERK, order, f"sample {number}")
    with store.connection() as connection:
        rows = [row for batch in journal.all_entries(connection) for row in batch]
    return [journal.read(row).entry for row in rows[-4 * SAMPLE_ORDERS :]]


def fresh_entries(sample: Sequence[Entry]) -> Iterator[Entry]:
    """The facts again and again, each in a transaction of its own name, so that none is there twice."""
    ids = Ids.secret(SystemClock())
    for entry in cycle(sample):
        yield replace(entry, transaction=ids.new("tx"))


def append_once(connection: psycopg.Connection[Any], entries: Sequence[Entry]) -> None:
    """As a step appends: encoded, digested, one statement, committed."""
    run_statements(connection, [journal.append(entries)])
    connection.commit()


def _our_round(connection: psycopg.Connection[Any], entries: Iterator[Entry], transactions: int, size: int) -> float:
    ready = [list(islice(entries, size)) for _ in range(transactions)]
    begin = time.perf_counter()
    for some in ready:
        append_once(connection, some)
    return transactions * size / (time.perf_counter() - begin)


def _raw_round(
    connection: psycopg.Connection[Any],
    entries: Iterator[Entry],
    ids: Iterator[int],
    transactions: int,
    size: int,
    write: Any,
) -> float:
    ready = [_rows_of(list(islice(entries, size)), ids) for _ in range(transactions)]
    begin = time.perf_counter()
    for rows in ready:
        write(connection, rows)
        connection.commit()
    return transactions * size / (time.perf_counter() - begin)


def _rows_of(entries: Sequence[Entry], ids: Iterator[int]) -> Rows:
    """What `journal.append` would write, as rows."""
    _, parameters, _ = journal.append(entries)
    columns, sides = parameters[:-5], parameters[-5:]
    event_ids = {(entry.transaction, entry.position): next(ids) for entry in entries}
    numbers = list(event_ids.values())
    touched = [
        (kind, which, event_ids[of, place], as_what) for of, place, kind, which, as_what in zip(*sides, strict=True)
    ]
    return list(zip(numbers, *columns, strict=True)), [(number,) for number in numbers], touched


def _bare_tables(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE SCHEMA bare")
    for table in TABLES:
        like = sql.SQL("CREATE TABLE bare.{} (LIKE doorstep.{} INCLUDING DEFAULTS INCLUDING INDEXES)")
        connection.execute(like.format(sql.Identifier(table), sql.Identifier(table)))
    connection.commit()


def _inserted(connection: psycopg.Connection[Any], rows: Rows) -> None:
    with connection.pipeline():
        for table, some in zip(TABLES, rows, strict=True):
            for row in some:
                connection.execute(f"INSERT INTO bare.{table} VALUES ({', '.join(['%s'] * len(row))})".encode(), row)


def _copied(connection: psycopg.Connection[Any], rows: Rows) -> None:
    for table, some in zip(TABLES, rows, strict=True):
        with connection.cursor() as cursor, cursor.copy(f"COPY bare.{table} FROM STDIN".encode()) as copy:
            for row in some:
                copy.write_row(row)
