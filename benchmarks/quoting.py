"""Quotes measured: ten sites, six services, orders of five lines; one at a time, and over HTTP.

The shop of the other benchmarks with ten sites and three of each of its carriers' services. Times are those of the wall
and of the processor of whoever answers, the database beside it; warm, since a server warms itself before it answers.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from statistics import median
from typing import Any

import uvicorn
from rich.console import Console

from benchmarks import shop
from benchmarks.measuring import Figure, alone
from doorstep.api.app import make_app
from doorstep.flow.office import Office
from doorstep.flow.place import quote_order
from doorstep.storage.collector import calm_collector
from doorstep.storage.embedded import EmbeddedServer
from doorstep.terms.order import Order
from doorstep.terms.refusals import Refusal

SITES, SERVICES, LINES = 10, 6, 5
WARM, QUOTES = 20, 200
CLIENTS, OVER_HTTP = 4, 160
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
    per_second, cpu = _over_http(server.url("quoting"), [next(drawn) for _ in range(WARM + OVER_HTTP)])
    return [
        *figures,
        alone("quotes over HTTP", "quotes/s", per_second, f"{CLIENTS} clients, one process that answers; {note}"),
        alone("quote over HTTP, processor", "ms", 1000 * cpu, "of the process that answers"),
    ]


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


def _over_http(url: str, orders: Sequence[Order]) -> tuple[float, float]:
    """Quotes a second, and processor seconds of the answering process for each."""
    context = multiprocessing.get_context("spawn")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ready, done = context.Event(), context.Event()
    answers = context.Queue()
    process = context.Process(target=_serve, args=(url, port, ready, done, answers), daemon=True)
    process.start()
    ready.wait(60)
    parts = [orders[number::CLIENTS] for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as crew:
        list(crew.map(lambda part: _ask(port, part[: WARM // CLIENTS]), parts))
        before, begin = _cpu_of(process.pid), time.perf_counter()
        asked = sum(crew.map(lambda part: _ask(port, part[WARM // CLIENTS :]), parts))
        wall, cpu = time.perf_counter() - begin, _cpu_of(process.pid) - before
    done.set()
    process.join(20)
    return asked / wall, cpu / asked


def _cpu_of(pid: int | None) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ask(port: int, orders: Sequence[Order]) -> int:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for order in orders:
        body = {
            "customer_id": order.customer_id,
            "currency": order.currency,
            "lines": [{"item_id": line.item_id, "quantity": line.quantity} for line in order.lines],
            "ship_to": {
                name: getattr(order.ship_to, name) for name in ("name", "lines", "city", "postcode", "country")
            },
        }
        wire.request("POST", "/v1/quotes", json.dumps(body), {"Content-Type": "application/json"})
        answer = wire.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise ValueError(f"{answer.status}: {told[:500]!r}")
    wire.close()
    return len(orders)


def _serve(url: str, port: int, ready: Event, done: Event, _: Any) -> None:
    office = shop.office_of(url)
    server = uvicorn.Server(uvicorn.Config(make_app(office), host="127.0.0.1", port=port, log_level="error"))

    def stop_when_done() -> None:
        done.wait()
        server.should_exit = True

    def tell_when_up() -> None:
        while not server.started:
            time.sleep(0.1)
        calm_collector()
        ready.set()

    for watch in (stop_when_done, tell_when_up):
        threading.Thread(target=watch, daemon=True).start()
    server.run()
    office.store.close()
