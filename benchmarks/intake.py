"""Order intake: durable orders a second, beside the same statements sent by raw psycopg."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

import psycopg
from rich.console import Console

from benchmarks import shop
from benchmarks.captured import Recorder, Script, fresh, send
from benchmarks.clients import Crew, Job, Shape
from benchmarks.machine import server_cpu_us
from benchmarks.measuring import Figure, alone, compared, in_turns
from benchmarks.profiled import split_of_intake
from doorstep.flow.place import Placed, place_order
from doorstep.storage.embedded import EmbeddedServer
from doorstep.terms.clock import SystemClock
from doorstep.terms.ids import Ids
from doorstep.terms.order import Order

SCRIPTS = 200
# A process for each of two cores: with 4, 8 or 16 processes each order took more processor time, at clients and server.
SHAPES = (Shape(1, 1), Shape(2, 8))
ROUNDS = 7
SECONDS = 3
MOST_PER_SECOND = 1_000


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    """At one client and at sixteen; then where a client's own time goes."""
    shop.open_shop(server, "intake").store.close()
    url, dsn = server.url("intake"), server.dsn("intake")
    scripts = scripts_of(url)
    figures: list[Figure] = []
    for shape in SHAPES:
        console.print(f"{shape}: {ROUNDS} rounds of {SECONDS} s each ...")
        make = partial(Intake, url, dsn, scripts, shape.threads, shop.ITEMS, shop.LINES)
        figures += rounds_of(server, make, shape, f"orders, {shop.LINES} lines", f"the same statements; {shape}")
    last = scripts[-1]
    said = ", ".join(str(len(statements)) for statements in last)
    figures.append(alone("statements of an intake", "", sum(map(len, last)), f"in round trips of {said}, and a commit"))
    return figures + split_of_intake(url)


def rounds_of(server: EmbeddedServer, make: Callable[[], Intake], shape: Shape, what: str, beside: str) -> list[Figure]:
    """Orders a second, and the processor time of clients and server for each, Doorstep's and raw's in turns.

    Where other work shares the machine, the processor time says more than the rate.
    """
    clients: dict[str, list[float]] = {"doorstep": [], "raw": []}
    servers: dict[str, list[float]] = {"doorstep": [], "raw": []}
    with Crew(make, shape) as crew:

        def one(kind: str) -> float:
            before = server_cpu_us(server.pid)
            found = crew.round(kind, SECONDS, MOST_PER_SECOND)
            clients[kind].append(found.cpu_us)
            servers[kind].append((server_cpu_us(server.pid) - before) / found.done)
            return found.per_second

        for kind in clients:
            one(kind)  # fills caches and plans
            clients[kind].clear()
            servers[kind].clear()
        ours, raw = in_turns(partial(one, "doorstep"), partial(one, "raw"), ROUNDS)
    both = {kind: [sum(pair) for pair in zip(clients[kind], servers[kind], strict=True)] for kind in clients}
    return [
        compared(f"{what}, {shape.named}", "/s", ours, raw, beside),
        *(
            compared(f"  processor time for each{whose}", "us", spent["doorstep"], spent["raw"], "less is better")
            for whose, spent in (("", both), (", clients", clients), (", server", servers))
        ),
    ]


class Intake:
    """Clients that place orders ("doorstep"), or send what placing them sends ("raw")."""

    def __init__(self, url: str, dsn: str, scripts: Sequence[Script], threads: int, items: int, lines: int) -> None:
        self._office = shop.office_of(url, threads)
        self.dsn = dsn
        self._scripts = scripts
        self._items, self._lines = items, lines
        self._ids = Ids.secret(SystemClock())
        self.raw: dict[int, psycopg.Connection[tuple[object, ...]]] = {}

    def jobs(self, kind: str, client: int, count: int) -> Sequence[Job]:
        if kind == "raw":
            if client not in self.raw:
                self.raw[client] = raw_connection(self.dsn)
            chosen = [self._scripts[(client + turn) % len(self._scripts)] for turn in range(count)]
            return [partial(send, self.raw[client], fresh(script, self._ids)) for script in chosen]
        draw = self._ids.new("seed")
        orders = islice(shop.orders(f"{draw} {client}", self._items, self._lines), count)
        return [partial(self._place, order, self._ids.new("key")) for order in orders]

    def _place(self, order: Order, key: str) -> None:
        placed = place_order(self._office, shop.CLERK, order, key)
        if not isinstance(placed, Placed):
            raise ValueError(f"an order was not taken: {placed}")

    def close(self) -> None:
        self._office.store.close()
        for connection in self.raw.values():
            connection.close()


def raw_connection(dsn: str) -> psycopg.Connection[tuple[object, ...]]:
    """Raw psycopg with the settings that the store gives its connections."""
    connection = psycopg.connect(dsn, options="-c search_path=doorstep -c timezone=UTC")
    connection.prepare_threshold = 2
    return connection


def scripts_of(url: str, items: int = shop.ITEMS, lines: int = shop.LINES, count: int = SCRIPTS) -> list[Script]:
    """What the driver sends for each of `count` orders, without the first few that fill the caches."""
    office = shop.office_of(url, 1)
    recorder = Recorder(office.store)
    ids = Ids.secret(SystemClock())
    scripts = []
    for order in islice(shop.orders(0, items, lines), count):
        place_order(office, shop.CLERK, order, ids.new("key"))
        scripts.append(recorder.take())
    office.store.close()
    return scripts
