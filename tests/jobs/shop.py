"""The corner shop with workers: the calls of its people, and carriers that can be watched from outside."""

from __future__ import annotations

import itertools
import json
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

from doorstep.flow.load import load_company
from doorstep.flow.office import Office, Who
from doorstep.flow.pack import pack
from doorstep.flow.pick import confirm_pick
from doorstep.flow.place import place_order
from doorstep.flow.release import release_wave
from doorstep.intake.company import CompanyIn, read_company
from doorstep.terms.clock import Clock
from doorstep.terms.order import Line, Order
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal
from doorstep.twin.carrier_desk import CarrierDesk
from doorstep.twin.carrier_forms import Answer
from tests.jobs.conftest import rows

T = TypeVar("T")
FILE = Path(__file__).parents[2] / "examples" / "corner_shop.toml"
ADA = Address("Ada Byron", ("12 Engine Row",), "New York", "10001", "US", "ada@example.com")
CLERK = Who("clerk")
_keys = itertools.count(1)


def company_file() -> CompanyIn:
    return granted(read_company(tomllib.loads(FILE.read_text(encoding="utf-8"))))


def granted(told: T | Refusal) -> T:
    assert not isinstance(told, Refusal), told
    return told


def desk(clock: Clock) -> CarrierDesk:
    """A carrier that sells what the shop's two sell."""
    return CarrierDesk(clock, services={service.service_id: service for service in company_file().services})


def set_up(office: Office) -> None:
    granted(load_company(office, Who("owner"), company_file()))


def place(office: Office, quantity: int = 1) -> str:
    order = Order("ada", (Line(1, "MUG", quantity),), ADA, "USD")
    return granted(place_order(office, CLERK, order, f"order-{next(_keys)}")).order_id


def pick_and_pack(office: Office) -> int:
    """Release, pick and pack all that is planned; returns how many fulfilment orders that were."""
    wave = granted(release_wave(office, CLERK, "CS"))
    for task in rows(office.store, "SELECT task_id, quantity FROM pick_task WHERE state = 'open'"):
        granted(confirm_pick(office, CLERK, task.task_id, task.quantity, f"pick-{next(_keys)}"))
    for fulfilment_id in wave.fulfilment_ids:
        granted(pack(office, CLERK, fulfilment_id, f"pack-{next(_keys)}"))
    return len(wave.fulfilment_ids)


def states(office: Office, table: str) -> list[str]:
    return [row.state for row in rows(office.store, f"SELECT state FROM {table} ORDER BY 1")]


class WatchedCarrier:
    """The carrier on loopback, seen from outside: who asks for what, and never twice at once.

    After `hold()` the next label is made, and its answer kept back until `let_go()`.
    """

    def __init__(self, clock: Clock) -> None:
        self.desk = desk(clock)
        self.labels: Counter[str] = Counter()  # by reference: how often a label was asked for
        self.looked_up: Counter[str] = Counter()
        self.workers: set[str] = set()
        self.at_once: list[str] = []  # references that two workers asked for at the same time
        self.held_reference = self.held_worker = ""
        self.url = ""
        self._asking: set[str] = set()
        self._lock = threading.Lock()
        self._holding = threading.Event()
        self._go = threading.Event()

    def hold(self) -> None:
        self._holding.set()

    def let_go(self) -> None:
        self._go.set()

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        reference = json.loads(body)["reference"] if method == "POST" else target.partition("reference=")[2]
        with self._lock:
            (self.labels if method == "POST" else self.looked_up)[reference] += 1
            self.workers.add(headers.get("X-Worker", ""))
            if reference in self._asking:
                self.at_once.append(reference)
            self._asking.add(reference)
            first = self._holding.is_set()
            self._holding.clear()
        answer = self.desk.handle(method, target, headers, body)
        if first:
            self.held_reference, self.held_worker = reference, headers["X-Worker"]
            assert self._go.wait(30)
        time.sleep(0.02)  # long enough for another to ask at the same time, if one would
        with self._lock:
            self._asking.discard(reference)
        return answer

    @contextmanager
    def open(self) -> Iterator[WatchedCarrier]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.let_go()
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(carrier: WatchedCarrier) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request to the watched carrier."""

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = carrier.answer(self.command, self.path, dict(self.headers), body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = handle_one  # noqa: N815
        do_POST = handle_one  # noqa: N815

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True  # the asking worker was killed

        def log_message(self, *_: object) -> None:
            return

    return Handler
