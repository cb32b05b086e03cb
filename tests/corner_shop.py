"""The corner shop, known by heart: one site, three items and a kit, two carriers; `examples/corner_shop.toml`, loaded.

It is Monday, 2 March 2026, nine o'clock UTC: three in the morning in Chicago, where the shop opens at eight. In the
bins are 10 MUG, 6 TEA of lot T1 (to 15 April) and 20 of T2, and the lamps L-001, L-002 and L-003.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, make_url

from doorstep.flow.count import Counted, count_bin
from doorstep.flow.hand_over import hand_over
from doorstep.flow.later import Ran, run_until_quiet
from doorstep.flow.load import load_company
from doorstep.flow.office import Office, Who
from doorstep.flow.pack import PackDone, pack
from doorstep.flow.pick import PickDone, confirm_pick
from doorstep.flow.place import Placed, place_order
from doorstep.flow.receive import Receipt, expect_inbound, receive
from doorstep.flow.release import Released, release_wave
from doorstep.flow.track import ScanTaken, take_scan
from doorstep.intake.company import CompanyIn, read_company
from doorstep.links.sender import End, Sender
from doorstep.storage.invariants import check_all
from doorstep.storage.schema import keep_shadows
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock, stamp
from doorstep.terms.ids import Ids
from doorstep.terms.order import Line, Order
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why
from doorstep.twin.carrier import CarrierTransport
from doorstep.twin.carrier_desk import API_KEY, CarrierDesk
from doorstep.twin.faults import FaultPlan

T = TypeVar("T")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FILE = Path(__file__).parents[1] / "examples" / "corner_shop.toml"
ADA = Address("Ada Byron", ("12 Engine Row",), "New York", "10001", "US", "ada@example.com")
BISTRO = Address("Bistro Bleu", ("7 Rue Cler",), "Milwaukee", "53202", "US")
HOMES = {"ada": ADA, "bistro": BISTRO}
CLERK = Who("clerk")
PICKER = Who("pia")
_MOST_HOURS = 200


def company_file() -> CompanyIn:
    return granted(read_company(tomllib.loads(FILE.read_text(encoding="utf-8"))))


def granted(told: T | Refusal) -> T:
    """What a step told, which must not be a refusal."""
    assert not isinstance(told, Refusal), told
    return told


def refused(told: object, why: Why, *words: str) -> Refusal:
    """The refusal that a step told, which must be for `why` and say all these words."""
    assert isinstance(told, Refusal), told
    assert told.why is why, told
    for word in words:
        assert word in told.says, told
    return told


def order(*wanted: tuple[str, int], customer: str = "ada", **more: Any) -> Order:
    """An order of (item, quantity) lines to where the customer lives, as a door hands it on."""
    lines = tuple(Line(line_no, item_id, quantity) for line_no, (item_id, quantity) in enumerate(wanted, 1))
    more.setdefault("ship_to", HOMES.get(customer, ADA))
    more.setdefault("currency", "USD")
    return Order(customer, lines, **more)


def all_is_well(store: Store) -> None:
    """Every invariant of the design holds, views equal to a replay of the journal among them."""
    broken = {number: said for number, said in check_all(store).items() if said}
    assert not broken, broken


@dataclass
class Shop:
    """The open shop with short names for its steps; each asserts that it was not refused."""

    office: Office
    clock: FalseClock
    desk: CarrierDesk

    @property
    def store(self) -> Store:
        return self.office.store

    def key(self) -> str:
        return self.office.ids.new("key")

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        with self.store.reading() as tx:
            return tx.rows(query, *parameters)

    def one(self, query: str, *parameters: Any) -> Any:
        (row,) = self.rows(query, *parameters)
        return row[0] if len(row) == 1 else row

    def journal(self) -> int:
        """How many facts are written."""
        return int(self.one("SELECT count(*) FROM journal"))

    def later(self, **step: int) -> None:
        self.clock.advance(timedelta(**step))

    # -- the way of an order -----------------------------------------------------------------------------------------

    def place(self, *wanted: tuple[str, int], customer: str = "ada", **more: Any) -> Placed:
        """Place an order a second after what came before: who came later has the later number."""
        self.later(seconds=1)
        return granted(place_order(self.office, CLERK, order(*wanted, customer=customer, **more), self.key()))

    def settle(self) -> Ran:
        """Everything that is due by now has run."""
        return run_until_quiet(self.office)

    def settle_whatever_it_takes(self) -> None:
        """Run what is due, and let time pass for what was put off, until no label is asked for any more."""
        for _ in range(_MOST_HOURS * 6):
            self.settle()
            if not self.rows("SELECT 1 FROM label WHERE state IN ('requested', 'void_requested')"):
                return
            self.later(minutes=10)
        raise AssertionError("labels are still asked for after days")

    def release(self) -> Released:
        return granted(release_wave(self.office, CLERK, "CS"))

    def tasks(self) -> list[Any]:
        return self.rows("SELECT * FROM pick_task WHERE state = 'open' ORDER BY place_id, task_id")

    def pick(self, task: Any, found: int | None = None) -> PickDone:
        """Confirm a task, whole unless `found` says less; of units told apart the first ones in the bin."""
        wanted = task.quantity if found is None else found
        units = "SELECT serial FROM unit WHERE place_id = %s AND item_id = %s ORDER BY serial LIMIT %s"
        serials = [row.serial for row in self.rows(units, task.place_id, task.item_id, wanted)]
        return granted(confirm_pick(self.office, PICKER, task.task_id, wanted, self.key(), serials))

    def pick_all(self) -> None:
        for task in self.tasks():
            self.pick(task)

    def pack_all(self) -> list[PackDone]:
        rows = self.rows("SELECT fulfilment_id FROM fulfilment WHERE state = 'picked' ORDER BY fulfilment_id")
        return [granted(pack(self.office, Who("pat"), row.fulfilment_id, self.key())) for row in rows]

    def hand_over(self, occurred_at: datetime | None = None) -> list[str]:
        """The drivers take every parcel that has its label; returns their SSCCs."""
        taken: list[str] = []
        query = (
            "SELECT l.carrier_id, array_agg(p.sscc ORDER BY p.sscc) AS ssccs FROM parcel p JOIN label l USING (sscc) "
            "WHERE p.state = 'packed' AND l.state = 'bought' GROUP BY l.carrier_id ORDER BY l.carrier_id"
        )
        for row in self.rows(query):
            done = hand_over(self.office, Who("dan"), row.carrier_id, row.ssccs, self.key(), occurred_at)
            taken += granted(done).handed_over
        return taken

    def to_the_bench(self, *wanted: tuple[str, int], customer: str = "ada", **more: Any) -> Placed:
        """An order placed, planned, released and picked whole."""
        placed = self.place(*wanted, customer=customer, **more)
        self.settle()
        self.release()
        self.pick_all()
        return placed

    def to_the_dock(self, *wanted: tuple[str, int], customer: str = "ada", **more: Any) -> Placed:
        """An order that is packed and has its labels."""
        placed = self.to_the_bench(*wanted, customer=customer, **more)
        self.pack_all()
        self.settle()
        return placed

    def on_its_way(self, *wanted: tuple[str, int], customer: str = "ada", **more: Any) -> Placed:
        """An order that the carrier has."""
        placed = self.to_the_dock(*wanted, customer=customer, **more)
        self.hand_over()
        return placed

    def message(self, sscc: str, code: str, at: datetime, message_id: str = "", place: str = "Hub") -> bytes:
        """What the carrier would send of a parcel."""
        number = self.one("SELECT tracking_number FROM label WHERE sscc = %s AND state = 'bought'", sscc)
        return scan_of(number, code, at, message_id, place)

    def scan(self, sscc: str, code: str, at: datetime, message_id: str = "") -> ScanTaken:
        carrier_id = self.one("SELECT carrier_id FROM label WHERE sscc = %s AND state = 'bought'", sscc)
        return take_scan(self.office, carrier_id, self.message(sscc, code, at, message_id))

    def receive(self, item_id: str, quantity: int, place_id: str = "CS/A-01", **more: Any) -> str:
        return granted(receive(self.office, CLERK, Receipt(place_id, item_id, quantity, **more), self.key()))

    def expect(self, item_id: str, quantity: int, days: int = 2) -> str:
        due_at = self.clock.now() + timedelta(days=days)
        told = expect_inbound(self.office, CLERK, "potter", "CS", item_id, quantity, due_at, self.key())
        return granted(told)

    def count(self, place_id: str, item_id: str, counted: int, **more: Any) -> Counted:
        return granted(count_bin(self.office, CLERK, place_id, item_id, counted, self.key(), **more))

    # -- how things stand --------------------------------------------------------------------------------------------

    def demand(self, order_id: str) -> list[tuple[Any, ...]]:
        """(item, wanted, waiting, held, picked, shipped) of each line and part."""
        query = (
            "SELECT item_id, wanted, waiting, held, picked, shipped FROM demand WHERE order_id = %s "
            "ORDER BY line_no, item_id"
        )
        return [tuple(row) for row in self.rows(query, order_id)]

    def on_hand(self, place_id: str, item_id: str) -> int:
        query = "SELECT coalesce(sum(on_hand), 0)::int FROM balance WHERE place_id = %s AND item_id = %s"
        return int(self.one(query, place_id, item_id))

    def free(self, item_id: str) -> int:
        return int(self.one("SELECT coalesce(sum(on_hand - held), 0)::int FROM pool WHERE item_id = %s", item_id))

    def fulfilments(self, order_id: str) -> list[str]:
        """The states of the order's fulfilment orders, oldest first."""
        query = "SELECT state FROM fulfilment WHERE order_id = %s ORDER BY fulfilment_id"
        return [row.state for row in self.rows(query, order_id)]

    def parcels(self, order_id: str) -> list[str]:
        return [row.sscc for row in self.rows("SELECT sscc FROM parcel WHERE order_id = %s ORDER BY sscc", order_id)]

    def promised(self, order_id: str) -> date:
        query = "SELECT last_day FROM promise WHERE order_id = %s AND line_no = 0 ORDER BY revision DESC LIMIT 1"
        day: date = self.one(query, order_id)
        return day

    def scores(self, order_id: str) -> dict[str, str]:
        """'kept' or the reason it was broken, by what the promise was scored against."""
        rows = self.rows("SELECT against, kept, reason FROM score WHERE order_id = %s", order_id)
        return {row.against: "kept" if row.kept else row.reason for row in rows}


def scan_of(tracking_number: str, code: str, at: datetime, message_id: str = "", place: str = "Hub") -> bytes:
    said = {
        "id": message_id or f"{code}-{int(at.timestamp())}",
        "tracking_number": tracking_number,
        "code": code,
        "at": stamp(at),
        "place": place,
    }
    return json.dumps(said).encode()


@contextmanager
def open_shop(
    url: str, clock: FalseClock, faults: FaultPlan | None = None, seed: int = 1, connected: Engine | None = None
) -> Iterator[Shop]:
    """The shop on a database, with both its carriers inside this process."""
    services = {service.service_id: service for service in company_file().services}
    desk = CarrierDesk(clock, seed, services=services, faults=faults)
    carriers = sorted({service.carrier_id for service in services.values()})
    headers = {"Authorization": f"Bearer {API_KEY}"}
    ends = {carrier_id: End(carrier_id, "http://carrier.test", headers) for carrier_id in carriers}
    sender = Sender(ends, transport=CarrierTransport(desk))
    store = Store(url, clock, Ids.seeded(clock, seed), connected=connected)
    try:
        yield Shop(Office(store, sender), clock, desk)
    finally:
        store.close()
        sender.close()


def load(shop: Shop) -> None:
    """Load the shop's file into an empty database."""
    granted(load_company(shop.office, Who("owner"), company_file()))
    shop.settle()


class Shelf:
    """A database in which something was done, and put back as it was then for each test: ten times faster than a copy.

    Ids of the test's own follow those of the preparation: its shop must be opened with another seed than 0.
    """

    def __init__(self, url: str, prepare: Callable[[Shop], None]) -> None:
        self.url = url
        with open_shop(url, FalseClock(MONDAY), seed=0) as shop:
            prepare(shop)
        self._store = Store(url, FalseClock(MONDAY), Ids.seeded(FalseClock(MONDAY), 0))
        _, options = make_url(url).get_dialect()().create_connect_args(make_url(url))
        self._connection = psycopg.connect(**options, autocommit=True)
        keep_shadows(self._connection)
        names = dict(self._connection.execute(_TABLES).fetchall())
        sequences = [row[0] for row in self._connection.execute(_SEQUENCES)]
        self._do("CREATE SCHEMA kept; " + "; ".join(f"CREATE TABLE kept.{t} AS TABLE doorstep.{t}" for t in names))
        back = (
            "DELETE FROM doorstep.{0}; INSERT INTO doorstep.{0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM kept.{0}"
        )
        self._put_back = "; ".join(
            [
                *(back.format(name, columns) for name, columns in names.items()),
                *(f"SELECT setval('doorstep.{s}', 1000)" for s in sequences),
            ]
        )

    def put_back(self) -> None:
        """The database is again as it was when it had been prepared."""
        self._do(f"BEGIN; {self._put_back}; COMMIT")

    @contextmanager
    def opened(self, clock: FalseClock, seed: int = 1) -> Iterator[Shop]:
        """The shop as it was prepared, over connections that know their way: new ones read every catalogue anew."""
        self.put_back()
        with open_shop(self.url, clock, seed=seed, connected=self._store.engine) as shop:
            yield shop

    def close(self) -> None:
        self._store.close()
        self._connection.close()

    def _do(self, statements: str) -> None:
        self._connection.execute(statements.encode())


_TABLES = (  # with their columns, but for those that the database works out itself
    "SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_class c "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
    "WHERE c.relnamespace = 'doorstep'::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname"
)
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'doorstep' ORDER BY sequencename"


def in_threads(steps: Sequence[Callable[[], T]]) -> list[T]:
    """Run the steps at once, each in a thread of its own; what they told, in their order."""
    with ThreadPoolExecutor(len(steps)) as pool:
        return [running.result() for running in [pool.submit(step) for step in steps]]
