"""A tiny company takes a handful of orders from promise to doorstep, and the story is told as it happens.

The real flow on a real database of its own, under a false clock, with a carrier of our own on a false wire.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress
from rich.table import Table

from doorstep.flow import change, hand_over, later, load, look, pack, pick, place, release, track
from doorstep.flow.office import Office, Who
from doorstep.intake.company import CompanyIn, read_company
from doorstep.intake.orders import read_order
from doorstep.links.sender import End, Sender
from doorstep.storage import schema
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.invariants import INVARIANTS, check_all
from doorstep.storage.queries import floor
from doorstep.storage.server import doorstep_home
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.money import Money
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal
from doorstep.twin.carrier import CarrierTransport
from doorstep.twin.carrier_desk import API_KEY, CarrierDesk
from doorstep.twin.faults import Fault, FaultPlan

DATABASE = "doorstep_demo"
MONDAY = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
WALL = ZoneInfo("America/Chicago")

SHOP = Who("shop")
FLOOR = Who("pia")
BENCH = Who("paul")
DOCK = Who("dora")


class DemoFailedError(Exception):
    """The story did not go as it must: something is broken, and this says what."""


def demo(environ: Mapping[str, str], example: Path, console: Console | None = None, seed: int = 1) -> int:
    """Tell the story; returns how many invariants were violated at its end (0 is as it must be)."""
    console = console or Console(highlight=False)
    file = read_company(tomllib.loads(example.read_text(encoding="utf-8")))
    if isinstance(file, Refusal):
        raise DemoFailedError(file.says)
    console.print("[dim]Starting a PostgreSQL of our own ...[/]")
    with _own_database(environ) as url:
        clock = FalseClock(MONDAY)
        store = Store(url, clock, Ids.seeded(clock, seed))
        schema.create(store.engine)
        # The first request is taken and its answer lost: what then happens is part of the story.
        faults = FaultPlan(script=(Fault.SILENT_AFTER,))
        services = {service.service_id: service for service in file.services}
        desk = CarrierDesk(clock, seed=seed, services=services, faults=faults)
        carriers = {service.carrier_id for service in file.services}
        ends = {name: End(name, "http://carrier.invalid", {"Authorization": f"Bearer {API_KEY}"}) for name in carriers}
        sender = Sender(ends, transport=CarrierTransport(desk))
        try:
            story = _Story(Office(store, sender), clock, desk, console)
            story.tell(file)
            return _ending(store, console, story.order_ids)
        finally:
            sender.close()
            store.close()


@contextmanager
def _own_database(environ: Mapping[str, str]) -> Iterator[str]:
    """A database of the demo's own, made anew, on the embedded server."""
    with EmbeddedServer.start(doorstep_home(environ) / "demo" / "postgresql") as server:
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode())
        server.ensure_database(DATABASE)
        yield server.url(DATABASE)


class _Story:
    """What happens, in order, each chapter told in a line or two."""

    def __init__(self, office: Office, clock: FalseClock, desk: CarrierDesk, console: Console) -> None:
        self.office = office
        self.clock = clock
        self.desk = desk
        self.console = console
        self.order_ids: list[str] = []

    def tell(self, file: CompanyIn) -> None:
        self._load(file)
        self._title("Promise")
        ada = self._place("Ada, in New York", "ada", [("MUG", 2), ("LAMP", 1)], NEW_YORK)
        self._place("Bistro, ship complete, tea that keeps 60 days", "bistro", [("TEA-FOR-TWO", 2)], MILWAUKEE)
        self._place("Ben, in a hurry, by Wednesday", "ada", [("MUG", 3)], BOSTON, date(2026, 3, 4))
        self._place("Cleo, who wants more lamps than we have", "ada", [("LAMP", 10)], BOSTON)
        self._title("Plan and release")
        self._wait(minutes=5)
        self._run_due()
        self._release()
        self._title("Pick, pack, label")
        self._pick_all(short_of="MUG")
        self._pack_all()
        self._run_due()
        self._tell("The carrier took our request for a label and its answer got lost on the way.")
        self._wait(minutes=15)
        self._run_due()
        self._tell_labels()
        self._title("A change of mind")
        self._change_address(ada)
        self._wait(minutes=30)
        self._run_due()
        self._tell_labels()
        self._title("Second wave: what was short")
        self._release()
        self._pick_all()
        self._pack_all()
        self._run_due()
        self._title("Hand over, track, deliver")
        self._hand_over()
        self._carry()

    # -- chapters ------------------------------------------------------------------------------------------------

    def _load(self, file: CompanyIn) -> None:
        with Progress(console=self.console, transient=True) as bar:
            task = bar.add_task("Setting up the corner shop", total=1)
            done = load.load_company(self.office, SHOP, file)
            bar.advance(task)
        self._must(done)
        self.console.print(
            f"[bold]{file.company.name}[/]: {len(file.sites)} site, {len(file.items)} items (one a kit), "
            f"{len({service.carrier_id for service in file.services})} carriers.\nIt is {self._now()}."
        )

    def _place(
        self, who: str, customer: str, lines: Sequence[tuple[str, int]], to: dict[str, Any], by: date | None = None
    ) -> str:
        order = self._must(
            read_order(
                {
                    "customer_id": customer,
                    "currency": "USD",
                    "lines": [{"item_id": item_id, "quantity": quantity} for item_id, quantity in lines],
                    "ship_to": to,
                    "reference": who.partition(",")[0],
                    "asked_by": by and by.isoformat(),
                }
            )
        )
        wanted = ", ".join(f"{quantity} {item_id}" for item_id, quantity in lines)
        self._tell(f"[bold]{who}[/]: {wanted} to {to['city']}.")
        placed = place.place_order(self.office, SHOP, order, f"demo-{len(self.order_ids)}-{wanted}")
        if isinstance(placed, Refusal):
            self._tell(f"  [yellow]Refused ({placed.code})[/]: {placed.says}")
            return ""
        self.order_ids.append(placed.order_id)
        promise = placed.promise
        window = " to ".join(_day(day) for day in dict.fromkeys((promise.first_day, promise.last_day)) if day)
        self._tell(f"  Promised [green]{window}[/], kept with {promise.ppm / 10_000:.1f} %. Stock is held.")
        return placed.order_id

    def _release(self) -> None:
        released = self._must(release.release_wave(self.office, FLOOR, "CS"))
        fulfilments, tasks = len(released.fulfilment_ids), len(released.task_ids)
        self._tell(f"A wave: {_many(fulfilments, 'fulfilment order')}, {_many(tasks, 'pick task')}.")

    def _pick_all(self, short_of: str = "") -> None:
        for task in self._tasks():
            self._wait(minutes=2)
            short = 1 if task.item_id == short_of else 0
            short_of = "" if short else short_of
            found = task.quantity - short
            serials = self._serials(task, found)
            done = self._must(
                pick.confirm_pick(self.office, FLOOR, task.task_id, found, f"pick-{task.task_id}", serials)
            )
            if done.short:
                self._tell(f"[yellow]Short[/]: {found} of {task.quantity} {task.item_id} in {task.place_id}.")
        self._tell("Picked.")
        self._run_due()

    def _pack_all(self) -> None:
        with self.office.store.reading() as tx:
            rows = tx.rows("SELECT fulfilment_id FROM fulfilment WHERE state = 'picked' ORDER BY fulfilment_id")
        for row in rows:
            self._wait(minutes=4)
            done = self._must(pack.pack(self.office, BENCH, row.fulfilment_id, f"pack-{row.fulfilment_id}"))
            for parcel in done.parcels:
                inside = ", ".join(f"{content.quantity} {content.item_id}" for content in parcel.contents)
                self._tell(f"Carton {parcel.carton_id} with {inside}: {parcel.weight_g} g, SSCC {parcel.sscc}.")

    def _change_address(self, order_id: str) -> None:
        address = Address("Ada Byron", ("1 Lake Street",), "Milwaukee", "53202", "US")
        done = self._must(change.change_address(self.office, SHOP, order_id, address, "demo-change"))
        self._tell(f"Ada moves to Milwaukee; her order is {done.before}: {', '.join(done.done)}.")
        if done.promise:
            self._tell(f"  New promise: by [green]{_day(done.promise.last_day)}[/]; the first one stays on record.")

    def _hand_over(self) -> None:
        for label in self._labels():
            self._wait(minutes=1)
            key = f"hand-over-{label.sscc}"
            done = self._must(hand_over.hand_over(self.office, DOCK, label.carrier_id, [label.sscc], key))
            for kept in done.kept:
                raise DemoFailedError(kept.refusal.says)
        self._tell(f"{len(self._labels())} parcels left the dock at {self._now()}.")

    def _carry(self) -> None:
        messages = [
            (message.due_at, label.carrier_id, message.raw)
            for label in self._labels()
            for message in self.desk.collect(label.tracking_number, self.clock.now())
        ]
        for due_at, carrier_id, raw in sorted(messages, key=lambda message: message[0]):
            self.clock.move_to(max(due_at, self.clock.now()))
            track.take_scan(self.office, carrier_id, raw)
        self._run_due()
        self._tell(f"{len(messages)} scans later it is {self._now()}.")

    # -- what the chapters share ---------------------------------------------------------------------------------

    def _tell(self, text: str) -> None:
        self.console.print(Padding(text, (0, 0, 0, 2), expand=False))

    def _title(self, text: str) -> None:
        self.console.print(f"\n[bold cyan]{text}[/]")

    def _now(self) -> str:
        now = self.clock.now().astimezone(WALL)
        return f"{now:%A} {now.day} {now:%B %Y}, {now:%H:%M} in Chicago"

    def _wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    def _run_due(self) -> None:
        later.run_until_quiet(self.office)

    def _tasks(self) -> list[Any]:
        with self.office.store.reading() as tx:
            return floor.open_tasks(tx, "CS")

    def _serials(self, task: Any, found: int) -> list[str]:
        with self.office.store.reading() as tx:
            rows = tx.rows(
                "SELECT serial FROM unit WHERE place_id = %s AND item_id = %s ORDER BY serial LIMIT %s",
                task.place_id,
                task.item_id,
                found,
            )
        return [row.serial for row in rows]

    def _labels(self) -> list[Any]:
        with self.office.store.reading() as tx:
            return tx.rows(
                "SELECT l.* FROM label l JOIN parcel p USING (sscc) WHERE l.state = 'bought' "
                "AND p.state IN ('packed', 'handed_over') ORDER BY l.label_id"
            )

    def _tell_labels(self) -> None:
        live = len(self.desk.live_labels())
        self._tell(f"Labels we hold: {len(self._labels())}. Labels live at the carrier: {live}. Nothing bought twice.")

    def _must(self, answer: Any) -> Any:
        if isinstance(answer, Refusal):
            raise DemoFailedError(f"{answer.code}: {answer.says}")
        return answer


def _ending(store: Store, console: Console, order_ids: Sequence[str]) -> int:
    office = Office(store)
    table = Table(
        title="At the end", title_justify="left", title_style="bold cyan", box=box.SIMPLE_HEAD, show_edge=False
    )
    for column in ("Order of", "First promised", "Agreed", "Delivered", "Kept"):
        table.add_column(column, no_wrap=True)
    table.add_column("Cost", no_wrap=True, justify="right")
    for order_id in order_ids:
        view = look.order(office, order_id)
        if isinstance(view, Refusal):
            raise DemoFailedError(view.says)
        kept = {score.against: "yes" if score.kept else f"no: {score.reason}" for score in view.scores}
        table.add_row(
            view.reference,
            _day(view.promises[0].windows[0].last_day),
            _day(view.promises[-1].windows[0].last_day),
            _day(view.delivered_on),
            "/".join(dict.fromkeys(kept.values())) or "-",
            str(Money(sum(cost.amount_minor for cost in view.costs), view.currency)),
        )
    console.print()
    console.print(table)
    violations = {number: found for number, found in check_all(store).items() if found}
    for number, found in violations.items():
        console.print(f"[red]Invariant {number}[/]: {found[0]}")
    with store.reading() as tx:
        last = tx.one("SELECT seq, encode(chain, 'hex') AS chain FROM sealed ORDER BY seq DESC LIMIT 1")
    replayed = "" if violations else "; the tables equal a replay of the journal"
    console.print(f"\n{len(INVARIANTS)} invariants checked, {len(violations)} violated{replayed}.")
    console.print(f"{last.seq} facts sealed, the last seal is {last.chain[:16]}.")
    console.print("Now you, one order by hand: docs/by_hand.md")
    return len(violations)


def _day(day: date | None) -> str:
    return f"{day:%a} {day.day} {day:%b}" if day else "-"


def _many(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def _to(name: str, street: str, city: str, postcode: str) -> dict[str, Any]:
    return {"name": name, "lines": [street], "city": city, "postcode": postcode, "country": "US"}


NEW_YORK = _to("Ada Byron", "12 Engine Row", "New York", "10001")
MILWAUKEE = _to("Bistro Bleu", "7 Rue Cler", "Milwaukee", "53202")
BOSTON = _to("Ben Bell", "5 Beacon Street", "Boston", "02108")
