"""Quotes measured: ten sites, six services, orders of five lines; one at a time, and over HTTP.

The shop of the other benchmarks with ten sites and three of each of its carriers' services. Times are those of the wall
and of the processor of whoever answers, the database beside it; warm, since a server warms itself before it answers.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

import psutil
from rich.console import Console

from benchmarks import shop
from benchmarks.measuring import Figure, alone
from doorstep.flow.office import Office
from doorstep.flow.place import quote_order
from doorstep.storage.collector import calm_collector
from doorstep.storage.embedded import EmbeddedServer
from doorstep.terms.order import Order
from doorstep.terms.refusals import Refusal

SITES, SERVICES, LINES = 10, 6, 5
WARM, QUOTES = 20, 200
CLIENTS, OVER_HTTP = 4, 1_200
_POSTCODES = tuple(f"6{number}601" for number in range(SITES))


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    office = shop.open_shop(server, "quoting", company_file())
    drawn = shop.orders("quotes", lines=LINES)
    walls, cpus = _one_by_one(office, [next(drawn) for _ in range(WARM + QUOTES)])
    console.print(f"a quote: median {median(walls):.1f} ms, p99 {_p99(walls):.1f} ms")
    machine = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    note = f"{SITES} sites, {SERVICES} services, {LINES} lines; warm; {machine}"
    figures = [
        alone("quote, median", "ms", median(walls), note),
        alone("quote, p99", "ms", _p99(walls), note),
        alone("quote, median, processor", "ms", median(cpus), "without the database's"),
        alone("quote, p99, processor", "ms", _p99(cpus), "without the database's"),
    ]
    office.store.close()
    for processes in (1, os.cpu_count() or 1):
        per_second, cpu = _over_http(server, [next(drawn) for _ in range(WARM + OVER_HTTP)], processes)
        answering = f"{CLIENTS} clients, {processes} that answer (`doorstep serve --processes {processes}`); {note}"
        figures += [
            alone("quotes over HTTP", "quotes/s", per_second, answering),
            alone("  each, processor", "ms", 1000 * cpu, "of who answers, without clients and database"),
        ]
    return figures


def company_file() -> dict[str, Any]:
    """The shop at ten sites, each with all items, and each service three times at its own price."""
    file: dict[str, Any] = shop.company_file()
    (site,) = file["sites"]
    stock = file["stock"]
    file["sites"] = [
        {**site, "site_id": f"S{n}", "name": f"Site {n}", "address": {**site["address"], "postcode": postcode}}
        for n, postcode in enumerate(_POSTCODES)
    ]
    file["stock"] = [
        {**row, "place_id": f"S{n}/{row['place_id'].split('/')[1]}"} for n in range(SITES) for row in stock
    ]
    services = []
    for number in range(SERVICES // len(file["services"])):
        for service in file["services"]:
            named = f"{service['service_id']}-{number}"
            (cut_off,) = service["cut_offs"].values()
            tariff = {
                **service["tariff"],
                "tariff_id": named,
                "fuel_ppm": service["tariff"]["fuel_ppm"] + 9_000 * number,
            }
            cut_offs = {f"S{n}": cut_off for n in range(SITES)}
            services.append({**service, "service_id": named, "name": named, "cut_offs": cut_offs, "tariff": tariff})
    return {**file, "services": services}


def _one_by_one(office: Office, orders: Sequence[Order]) -> tuple[list[float], list[float]]:
    walls, cpus = [], []
    for number, order in enumerate(orders):
        if number == WARM:
            calm_collector()  # as a server does
        wall, cpu = time.perf_counter(), time.process_time()
        told = quote_order(office, order)
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
        if isinstance(told, Refusal):
            raise TypeError(told.says)
    return walls[WARM:], cpus[WARM:]


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]


def _over_http(server: EmbeddedServer, orders: Sequence[Order], processes: int) -> tuple[float, float]:
    """Quotes a second, and processor seconds of the answering processes for each. Clients share the machine; what they
    ask is written down before, and each keeps its connection."""
    asked = [_request(order) for order in orders]
    with _serving(server.url("quoting"), processes) as (port, first), ExitStack() as open_wires:
        wires = [open_wires.enter_context(socket.create_connection(("127.0.0.1", port), 60)) for _ in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as crew:
            list(crew.map(_ask, wires, (asked[number:WARM:CLIENTS] for number in range(CLIENTS))))
            before, begin = _cpu_of(first), time.perf_counter()
            answered = sum(crew.map(_ask, wires, (asked[WARM + number :: CLIENTS] for number in range(CLIENTS))))
            wall, cpu = time.perf_counter() - begin, _cpu_of(first) - before
    return answered / wall, cpu / answered


@contextmanager
def _serving(url: str, processes: int) -> Iterator[tuple[int, psutil.Process]]:
    """`doorstep serve` as a company runs it: its port, and the first of its processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "DOORSTEP_HOME": home, "DOORSTEP_DATABASE_URL": url}
        command = [sys.executable, "-m", "doorstep", "serve", "--port", str(port), "--processes", str(processes)]
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                while f":{port}" not in (line := process.stdout.readline()):
                    if not line:
                        raise RuntimeError("doorstep serve ended before it answered")
                yield port, psutil.Process(process.pid)
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(30)


def _cpu_of(first: psutil.Process) -> float:
    """Processor seconds of a process and all that it started."""
    times = [each.cpu_times() for each in (first, *first.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def _ask(wire: socket.socket, requests: Sequence[bytes]) -> int:
    """Ask one after the other; ValueError where one is not answered with 200."""
    for request in requests:
        wire.sendall(request)
        told = b""
        while b"\r\n\r\n" not in told:
            told += wire.recv(65_536)
        head, _, body = told.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(None, 1)[0])
        while len(body) < length:
            body += wire.recv(65_536)
        if not head.startswith(b"HTTP/1.1 200"):
            raise ValueError(f"{head[:20]!r}: {body[:500]!r}")
    return len(requests)


def _request(order: Order) -> bytes:
    body = json.dumps(
        {
            "customer_id": order.customer_id,
            "currency": order.currency,
            "lines": [{"item_id": line.item_id, "quantity": line.quantity} for line in order.lines],
            "ship_to": {
                name: getattr(order.ship_to, name) for name in ("name", "lines", "city", "postcode", "country")
            },
        }
    ).encode()
    head = "POST /v1/quotes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
    return head.format(len(body)).encode() + body
