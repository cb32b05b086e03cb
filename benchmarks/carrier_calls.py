"""A hundred thousand calls to two carriers over a bad wire, workers that die or lose their lease: live labels counted.

Half the parcels go by the local carrier, half by EasyPost. Every label is bought, given back and bought again, until
the carriers were called often enough. Of the calls a third fails, before or after they took effect; now and then a
worker dies with what it knows; time runs so fast that leases run out under those who hold them. While all this goes on,
an auditor who knows both carriers' books counts what is live.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from rich.console import Console
from rich.progress import Progress

from benchmarks import shop
from benchmarks.measuring import Figure, alone
from doorstep.carriers.port import Reply, Request
from doorstep.events.orders import HandOffMade
from doorstep.events.shipping import LabelVoidRequested
from doorstep.events.steps import Step
from doorstep.flow.later import run_due, run_until_quiet
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.flow.pack import pack
from doorstep.flow.pick import confirm_pick
from doorstep.flow.place import place_order
from doorstep.flow.release import release_wave
from doorstep.intake.company import read_company
from doorstep.links.ends import ends_of
from doorstep.links.sender import End, NoReply, Sender
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.invariants import check_all
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import VOID_LABEL
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.order import Line, Order, Preference, Terms
from doorstep.terms.refusals import Refusal
from doorstep.twin import easypost_desk
from doorstep.twin.carrier import CarrierTransport
from doorstep.twin.carrier_desk import API_KEY, CarrierDesk
from doorstep.twin.easypost_desk import EasyPostDesk
from doorstep.twin.faults import Fault, FaultPlan

CALLS = 100_000
PARCELS = 300
WORKERS = 3
DEATHS = 500  # one call in so many is a worker's last
TICK_MS, TICK_SECONDS = 10, 5
BEGIN = datetime(2026, 3, 2, 15, tzinfo=UTC)
FAULTS = {
    Fault.BUSY: 40_000,
    Fault.BROKEN_BEFORE: 40_000,
    Fault.BROKEN_AFTER: 60_000,
    Fault.SILENT_BEFORE: 40_000,
    Fault.SILENT_AFTER: 80_000,
    Fault.CUT: 80_000,
}
AFTER = (Fault.BROKEN_AFTER, Fault.SILENT_AFTER, Fault.CUT)
SERVICES = "swift-express=USPS-Priority"


class Died(BaseException):
    """A worker is gone, with everything it had learned and not written down."""


class MortalSender(Sender):
    """Its caller dies at some answers, whatever they said."""

    def __init__(self, ends: dict[str, End], wire: httpx.BaseTransport) -> None:
        super().__init__(ends, wire, side_by_side=True)
        self._chance, self.deaths, self.calls = random.Random(5), 0, 0

    def send(self, carrier_id: str, request: Request, now: datetime, within_ms: int | None = None) -> Reply | NoReply:
        answer = super().send(carrier_id, request, now, within_ms)
        self.calls += 1
        if self._chance.randrange(DEATHS) == 0:
            self.deaths += 1
            raise Died
        return answer


class Fork(httpx.BaseTransport):
    """One wire to both carriers, by the host's name."""

    def __init__(self, local: CarrierDesk, easypost: EasyPostDesk) -> None:
        self._to = {"local.test": CarrierTransport(local), "easypost.test": CarrierTransport(easypost)}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._to[request.url.host].handle_request(request)


class Storm:
    """The shop, its carriers, and what the auditor found."""

    def __init__(self, office: Office, clock: FalseClock, local: CarrierDesk, easypost: EasyPostDesk) -> None:
        self.office, self.clock, self.local, self.easypost = office, clock, local, easypost
        assert isinstance(office.sender, MortalSender)
        self.sender = office.sender
        self.audits, self.twice = 0, 0
        self._parcel: dict[str, str] = {}
        self._over = threading.Event()

    def requests(self) -> int:
        return self.local.requests + self.easypost.requests

    def live(self) -> Counter[str]:
        """Live labels in both carriers' books, by parcel."""
        references = [*self.local.live_labels(), *(reference for reference, _ in self.easypost.live_labels())]
        new = [reference for reference in references if reference not in self._parcel]
        if new:
            with self.office.store.reading() as tx:
                rows = tx.rows("SELECT label_id, sscc FROM label WHERE label_id = ANY(%s)", new)
            self._parcel |= {row.label_id: row.sscc for row in rows}
        return Counter(self._parcel[reference] for reference in references)

    def audit(self) -> None:
        self.audits += 1
        self.twice += sum(number > 1 for number in self.live().values())

    def open_labels(self) -> int:
        failed = "SELECT carrier_id, says FROM label WHERE state = 'failed' LIMIT 1"
        query = "SELECT count(*) AS n FROM label WHERE state IN ('requested', 'void_requested')"
        missing = (
            "SELECT count(*) AS n FROM parcel p WHERE state = 'packed' AND NOT EXISTS "
            "(SELECT FROM label l WHERE l.sscc = p.sscc AND l.state = 'bought')"
        )
        with self.office.store.reading() as tx:
            for row in tx.rows(failed):
                raise ValueError(f"{row.carrier_id} refused a label, which no fault explains: {row.says}")
            return int(tx.one(query).n) + int(tx.one(missing).n)

    def give_back(self) -> None:
        """Every label is to be given back; another one is asked for as soon as it is."""

        def step(tx: Transaction) -> None:
            scribe = Scribe(CLOCKWORK, tx.now)
            back: set[str] = set()
            for row in tx.rows("SELECT * FROM label WHERE state = 'bought' ORDER BY label_id"):
                tx.record(scribe(LabelVoidRequested(row.sscc, row.fulfilment_id, row.order_id, row.label_id)))
                if row.fulfilment_id not in back:
                    back.add(row.fulfilment_id)
                    made = HandOffMade(row.order_id, row.fulfilment_id, Step.HAND_OVER, Step.LABEL, 0)
                    tx.record(scribe(made))
                tx.later(VOID_LABEL, row.label_id, tx.now)

        self.office.store.run(step)

    def work(self) -> None:
        """A worker, and another after each death. One that fails otherwise ends it all."""
        try:
            while not self._over.is_set():
                try:
                    if not run_due(self.office, planning=False).done:
                        time.sleep(0.002)
                except Died:
                    continue
        finally:
            self._over.set()

    def tick(self) -> None:
        while not self._over.wait(TICK_MS / 1000):
            self.clock.advance(timedelta(seconds=TICK_SECONDS))

    def rage(self, console: Console, calls: int) -> None:
        """Buy, give back and buy again until the carriers were called so often, and everything is bought then."""
        threads = [threading.Thread(target=self.work) for _ in range(WORKERS)] + [threading.Thread(target=self.tick)]
        for thread in threads:
            thread.start()
        try:
            with Progress(console=console, transient=True) as progress:
                task = progress.add_task("carrier calls", total=calls)
                while True:
                    if self._over.is_set():
                        raise RuntimeError("a worker failed; its trouble stands above")
                    self.audit()
                    progress.update(task, completed=min(self.requests(), calls))
                    if self.requests() < calls:
                        self.give_back()
                    elif not self.open_labels():
                        break
                    time.sleep(0.1)
        finally:
            self._over.set()
            for thread in threads:
                thread.join()


def _granted(told: Any) -> Any:
    if isinstance(told, Refusal):
        raise ValueError(told.says)
    return told


def _packed(office: Office, parcels: int) -> None:
    """So many parcels on the bench, each an order of its own."""
    for number in range(parcels):
        lines = (Line(1, shop.item_id(number % shop.ITEMS), 1),)
        terms = Terms(preference=(Preference.CHEAPEST, Preference.FASTEST)[number % 2])  # by either carrier
        customer_id, to = f"customer-{number % shop.CUSTOMERS:03}", shop.address(number)
        order = Order(customer_id, lines, ship_to=to, currency="USD", terms=terms)
        _granted(place_order(office, shop.CLERK, order, office.ids.new("key")))
    run_until_quiet(office)
    with office.store.reading() as tx:
        site = tx.one("SELECT site_id FROM site").site_id
    while _granted(release_wave(office, shop.CLERK, site)).fulfilment_ids:
        pass
    for row in _rows(office, "SELECT task_id, quantity FROM pick_task WHERE state = 'open' ORDER BY task_id"):
        _granted(confirm_pick(office, Who("pia"), row.task_id, row.quantity, office.ids.new("key")))
    for row in _rows(office, "SELECT fulfilment_id FROM fulfilment WHERE state = 'picked' ORDER BY fulfilment_id"):
        _granted(pack(office, Who("pat"), row.fulfilment_id, office.ids.new("key")))


def _rows(office: Office, query: str) -> Sequence[Any]:
    with office.store.reading() as tx:
        return tx.rows(query)


def storm(server: EmbeddedServer, database: str, parcels: int, faults: dict[Fault, int]) -> Storm:
    """The shop with its parcels packed; the labels of one carrier go to EasyPost, of the other to the local one."""
    office = shop.open_shop(server, database)
    clock = FalseClock(BEGIN)
    office.store.clock, office.store.ids = clock, Ids.seeded(clock, 1)
    file = read_company(shop.company_file())
    services = {service.service_id: service for service in _granted(file).services}
    local = CarrierDesk(clock, services=services, faults=FaultPlan(seed=1, ppm=faults))
    easypost = EasyPostDesk(clock, faults=FaultPlan(seed=2, ppm=faults), files_at="http://easypost.test")
    easypost.keep_bodies = False
    where = "swift=easypost+http://easypost.test steady=http://local.test"
    ends = ends_of(where, f"swift={easypost_desk.API_KEY} steady={API_KEY}", SERVICES)
    _packed(Office(office.store), parcels)
    return Storm(Office(office.store, MortalSender(ends, Fork(local, easypost))), clock, local, easypost)


def happened(desks: Iterable[tuple[FaultPlan, int]]) -> Counter[Fault]:
    """The faults of the requests that were made."""
    return Counter(plan.at(number) for plan, requests in desks for number in range(requests))


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    made = storm(server, "carriers", PARCELS, FAULTS)
    by_carrier = Counter(
        row.carrier_id
        for row in _rows(made.office, "SELECT carrier_id FROM service s JOIN fulfilment f USING (service_id)")
    )
    wall, begin = time.monotonic(), time.process_time()
    made.rage(console, CALLS)
    took, cpu = time.monotonic() - wall, time.process_time() - begin
    made.audit()
    live = made.live()
    broken = [said for said in check_all(made.office.store).values() if said]
    plans = [(FaultPlan(seed, ppm=FAULTS), desk.requests) for seed, desk in ((1, made.local), (2, made.easypost))]
    faults = happened(plans)
    labels = Counter(row.state for row in _rows(made.office, "SELECT state FROM label"))
    return [
        alone("calls to carriers", "calls", made.requests(), f"parcels by carrier: {dict(by_carrier)}"),
        alone(
            "  of them failed before they took effect",
            "calls",
            sum(n for f, n in faults.items() if f not in (*AFTER, Fault.NONE)),
        ),
        alone("  of them failed after they took effect", "calls", sum(faults[fault] for fault in AFTER)),
        alone("workers that died with what they knew", "deaths", made.sender.deaths),
        alone("labels asked for", "labels", sum(labels.values()), "each bought, and given back but for the last"),
        alone("audits of both carriers' books while it went on", "audits", made.audits),
        alone("parcels found with two live labels", "parcels", made.twice, "summed over all audits"),
        alone(
            "parcels with exactly one live label in the end",
            "parcels",
            sum(n == 1 for n in live.values()),
            f"of {PARCELS}",
        ),
        alone(
            "payments taken by EasyPost",
            "payments",
            made.easypost.payments(),
            f"labels of ours it has: {_rows(made.office, _PAID)[0].n}",
        ),
        alone("invariants broken", "kinds", len(broken)),
        alone("it took", "s", took, "on the clock"),
        alone("it took", "CPU s", cpu, "the carriers' own work with it"),
        alone("calls a second of the processor", "calls/s", made.requests() / cpu),
    ]


_PAID = (
    "SELECT count(*) AS n FROM label "
    "WHERE carrier_id = 'swift' AND tracking_number <> '' AND state IN ('bought', 'voided')"
)
