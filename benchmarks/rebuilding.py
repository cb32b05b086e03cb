"""Rebuilding the views from the journal, and how much memory placing ten thousand orders and rebuilding them takes."""

from __future__ import annotations

import time
from itertools import islice
from typing import Any

from psycopg import sql
from rich.console import Console

from benchmarks import shop
from benchmarks.measuring import Figure, alone, compared, in_a_process, peak_mb
from doorstep.flow.place import place_order
from doorstep.storage import schema
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.tables import VIEWS
from doorstep.terms.ids import Ids

ORDERS = 10_000
ROUNDS = 3
BATCH = 2_000


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    """Each part in a process of its own, whose peak memory is then its own."""
    office = shop.open_shop(server, "rebuild")
    office.store.close()
    url = server.url("rebuild")
    console.print(f"placing {ORDERS:,} orders ...")
    rate, before_mb, placed_mb = in_a_process(_place, url)
    found: dict[Any, list[tuple[float, int]]] = {_rebuild: [], _copy: []}
    console.print(f"rebuilding them, {ROUNDS} rounds ...")
    for number in range(ROUNDS):
        for part in (_rebuild, _copy) if number % 2 else (_copy, _rebuild):
            found[part].append(in_a_process(part, url))
    ours, raw = ([per_second for per_second, _ in found[part]] for part in (_rebuild, _copy))
    beside = "reading the journal and INSERT ... SELECT of the views' rows, nothing folded"
    return [
        compared("events rebuilt", "/s", ours, raw, beside),
        alone(f"placing {ORDERS:,} orders", "/s", rate, "one client, synchronous_commit off"),
        alone("  peak memory", "MB", placed_mb, f"{before_mb} MB after the first 100"),
        alone(f"peak memory of rebuilding {ORDERS:,} orders", "MB", max(mb for _, mb in found[_rebuild])),
        alone("  raw", "MB", max(mb for _, mb in found[_copy])),
    ]


def _place(url: str) -> tuple[float, int, int]:
    office = shop.office_of(url, 1)
    keys = Ids.secret(office.store.clock)
    with office.store.connection() as raw:
        # Nothing here depends on when a commit is on disk.
        raw.execute(
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END$$"
        )
        raw.commit()
    office.store.engine.dispose()
    orders = shop.orders(3)
    for order in islice(orders, 100):
        place_order(office, shop.CLERK, order, keys.new("key"))
    before_mb, begin = peak_mb(), time.perf_counter()
    for order in islice(orders, ORDERS - 100):
        place_order(office, shop.CLERK, order, keys.new("key"))
    return (ORDERS - 100) / (time.perf_counter() - begin), before_mb, peak_mb()


def _rebuild(url: str) -> tuple[float, int]:
    store = shop.office_of(url, 1).store
    with store.connection() as raw:
        events = _events(raw)
        begin = time.perf_counter()
        with schema.rebuilt(raw):
            rate = events / (time.perf_counter() - begin)
    store.close()
    return rate, peak_mb()


def _copy(url: str) -> tuple[float, int]:
    store = shop.office_of(url, 1).store
    with store.connection() as raw:
        events = _events(raw)
        begin = time.perf_counter()
        with raw.cursor("journal") as cursor:
            cursor.itersize = BATCH
            for _ in cursor.execute("SELECT j.* FROM journal j ORDER BY event_id"):
                pass
        raw.execute("CREATE SCHEMA bare")
        for table in VIEWS.sorted_tables:
            name = sql.Identifier(table.name)
            like = sql.SQL("CREATE TABLE bare.{} (LIKE doorstep.{} INCLUDING DEFAULTS INCLUDING INDEXES)")
            raw.execute(like.format(name, name))
            raw.execute(sql.SQL("INSERT INTO bare.{} SELECT * FROM doorstep.{}").format(name, name))
        rate = events / (time.perf_counter() - begin)
        raw.rollback()
    store.close()
    return rate, peak_mb()


def _events(raw: Any) -> int:
    count: int = raw.execute("SELECT count(*) FROM journal").fetchone()[0]
    return count
