"""The process chart measured: a million events in columns, the drawing, and the same read from a journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.filling import fill
from benchmarks.measuring import Figure, alone, in_a_process, peak_mb
from doorstep.chart.columns import Events, Touched, counted, doings_of
from doorstep.chart.design import NODE_OF_WHAT, NODES, SWIMLANES, WHATS
from doorstep.chart.draw import drawn
from doorstep.chart.measure import Names, measure
from doorstep.flow.look_chart import order_account, process_chart
from doorstep.flow.office import Office
from doorstep.goals.rates import interval_ppm
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.store import Store
from doorstep.terms.clock import SystemClock
from doorstep.terms.ids import Ids

EVENTS = 1_000_000
FILLED_ORDERS = 20_000
ROUNDS = 5
SITES = 4
# What happens to an order of two tasks and one parcel, which of (order, fulfilment, task, task, parcel) it touches,
# and the seconds it waits for on average.
WAY: tuple[tuple[str, tuple[int, ...], int], ...] = (
    ("OrderPlaced", (0,), 60),
    ("ShipmentPlanned", (0, 1), 400),
    ("WaveReleased", (0, 1), 5_000),
    ("Picked", (0, 1, 2), 4_000),
    ("Picked", (0, 1, 3), 4_000),
    ("ParcelPacked", (0, 1, 4), 2_000),
    ("LabelRequested", (0, 4), 100),
    ("LabelBought", (0, 4), 300),
    ("HandedOver", (0, 1, 4), 9_000),
    ("MilestoneReached:accepted", (0, 1, 4), 20_000),
    ("MilestoneReached:in_transit", (0, 1, 4), 40_000),
    ("MilestoneReached:out_for_delivery", (0, 1, 4), 40_000),
    ("Delivered", (0, 1, 4), 30_000),
    ("PromiseKept", (0,), 300),
)
_LEVELS = (0, 1, 2, 2, 3)
_NAMES = Names(("", *(f"S{number}" for number in range(1, SITES + 1))), SWIMLANES)


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    """Each part in a process of its own, whose peak memory is then its own."""
    console.print(f"charting {EVENTS:,} events in columns, {ROUNDS} rounds ...")
    seconds, parts, draw_ms, relations, peak = in_a_process(_in_columns, EVENTS)
    server.ensure_database("chart")
    console.print(f"filling in {FILLED_ORDERS:,} orders, and charting them ...")
    whole, account_ms, events = in_a_process(_from_journal, server.url("chart"))
    note = f"{relations:,} touched objects; doings {parts[0]:.2f} s, figures {parts[1]:.2f} s, CPU seconds"
    return [
        alone(f"{EVENTS:,} events charted", "ms", 1_000 * seconds, note),
        alone("  peak memory", "MB", peak),
        alone("  drawn", "ms", draw_ms),
        alone(f"{events:,} events of a journal charted", "ms", 1_000 * whole, "read, measured and drawn; by the clock"),
        alone("one order's account", "ms", account_ms, "by the clock"),
    ]


def synthetic(events: int, seed: int = 1) -> tuple[Events, Touched]:
    """About so many events of orders that go the whole way within ninety days, in columns sorted by event."""
    chance = np.random.default_rng(seed)
    orders = events // len(WAY)
    at = 1_770_000_000 + chance.integers(0, 90 * 86_400, orders)
    site = chance.integers(1, SITES + 1, orders)
    number, none = np.arange(orders), np.zeros(orders, dtype=np.int64)
    rows, touches = [], []
    for place, (what, objects, mean) in enumerate(WAY):
        event, code = number * len(WAY) + place, WHATS.index(what)
        started = at + chance.exponential(mean, orders).astype(np.int64)
        at = started + (chance.integers(0, 300, orders) if what in ("Picked", "ParcelPacked") else 0)
        department = SWIMLANES.index(NODES[NODE_OF_WHAT[code]].department)
        rows.append((event, none + code, started, at, none, none, none + department))
        touches += [
            (event, none + _LEVELS[one], number * 5 + one, site if _LEVELS[one] == 1 else none) for one in objects
        ]
    made, touched = _by_first(rows), _by_first(touches)
    event, what_, started, completed, withdrawn, at_site, department_ = made
    withdrawn = withdrawn.astype(np.bool_)
    return Events(event, what_, started, completed, withdrawn, at_site, department_), Touched(*touched)


def _by_first(parts: Any) -> list[Any]:
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return [column[order] for column in columns]


def _in_columns(events: int) -> tuple[float, tuple[float, float], float, int, int]:
    made, touched = synthetic(events)
    first, second, drawing = [], [], []
    for _ in range(ROUNDS):
        doings, seconds = _timed(partial(doings_of, made, touched), time.process_time)
        first.append(seconds)
        chart, seconds = _timed(partial(measure, doings, counted(made), _NAMES, interval_ppm), time.process_time)
        second.append(seconds)
        drawing.append(_timed(partial(drawn, chart.nodes, chart.edges, chart.departments, 1), time.process_time)[1])
    parts = (median(first), median(second))
    return sum(parts), parts, 1_000 * median(drawing), len(touched.event), peak_mb()


def _from_journal(url: str) -> tuple[float, float, int]:
    fill(url, FILLED_ORDERS)
    clock = SystemClock()
    store = Store(url, clock, Ids.secret(clock))
    office = Office(store)
    with store.reading() as tx:
        events = int(tx.one("SELECT count(*) FROM journal")[0])
        order_id = str(tx.one("SELECT order_id FROM orders ORDER BY order_id LIMIT 1")[0])
    whole = [_timed(lambda: process_chart(office), time.perf_counter)[1] for _ in range(ROUNDS)]
    accounts = [_timed(lambda: order_account(office, order_id), time.perf_counter)[1] for _ in range(ROUNDS)]
    store.close()
    return median(whole), 1_000 * median(accounts), events


def _timed(what: Callable[[], Any], clock: Callable[[], float]) -> tuple[Any, float]:
    begin = clock()
    made = what()
    return made, clock() - begin
