"""The shop that storage is measured on: one site, a thousand items with plenty of stock, orders of three lines."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

from doorstep.flow.load import load_company
from doorstep.flow.office import Office, Who
from doorstep.intake.company import read_company
from doorstep.storage import schema
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.store import Store
from doorstep.terms.clock import SystemClock
from doorstep.terms.ids import Ids
from doorstep.terms.order import Line, Order
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal

ITEMS = 1_000
CUSTOMERS = 200
LINES = 3
BINS = 50
PLENTY = 10_000_000
CLERK = Who("benchmark")
_CORNER_SHOP = Path(__file__).parents[1] / "examples" / "corner_shop.toml"
_TOWNS = (("New York", "10001"), ("Milwaukee", "53202"), ("Boston", "02108"), ("Denver", "80202"), ("Austin", "78701"))


def open_shop(server: EmbeddedServer, database: str, company: dict[str, object] | None = None) -> Office:
    """A new database with the shop in it, or with `company`, as its file says."""
    server.ensure_database(database)
    office = office_of(server.url(database))
    schema.create(office.store.engine)
    file = read_company(company or company_file())
    if isinstance(file, Refusal):
        raise ValueError(file.says)
    done = load_company(office, CLERK, file)
    if isinstance(done, Refusal):
        raise ValueError(done.says)
    with office.store.connection() as raw:
        raw.execute("ANALYZE")  # as autovacuum does within a minute; without it keyed updates scan whole tables
        raw.commit()
    return office


def office_of(url: str, pool_size: int = 8) -> Office:
    clock = SystemClock()
    return Office(Store(url, clock, Ids.secret(clock), pool_size))


def orders(seed: int | str, items: int = ITEMS, lines: int = LINES) -> Iterator[Order]:
    """Orders without end: `lines` different items out of the first `items`, one to three units of each."""
    draw = random.Random(seed)
    while True:
        customer = draw.randrange(CUSTOMERS)
        chosen = draw.sample(range(items), min(lines, items))
        yield Order(
            customer_id=f"customer-{customer:03}",
            lines=tuple(Line(no, item_id(item), draw.randint(1, 3)) for no, item in enumerate(chosen, 1)),
            ship_to=address(customer),
            currency="USD",
            reference=f"PO {draw.randrange(10**6)}",
        )


def item_id(number: int) -> str:
    return f"SKU-{number:04}"


def address(customer: int) -> Address:
    city, postcode = _TOWNS[customer % len(_TOWNS)]
    return Address(f"Customer {customer}", (f"{customer + 1} Main Street",), city, postcode, "US")


def company_file() -> dict[str, object]:
    """The corner shop's company, site, cartons and services with items, customers and stock of our own."""
    file = tomllib.loads(_CORNER_SHOP.read_text(encoding="utf-8"))
    draw = random.Random(7)
    bins = [f"A-{number:02}" for number in range(BINS)]
    file["sites"][0]["bins"] = bins
    file["items"] = [
        {
            "item_id": item_id(number),
            "description": f"Item {number}",
            "size": [draw.randint(20, 200), draw.randint(20, 150), draw.randint(20, 110)],
            "weight_g": draw.randint(50, 1500),
            "price_minor": draw.randint(300, 9000),
        }
        for number in range(ITEMS)
    ]
    file["customers"] = [
        {
            "customer_id": f"customer-{number:03}",
            "address": {
                "name": f"Customer {number}",
                "lines": [f"{number + 1} Main Street"],
                "city": address(number).city,
                "postcode": address(number).postcode,
                "country": "US",
            },
            "terms": {"customer_class": "trade" if number % 4 == 0 else "homeowner"},
        }
        for number in range(CUSTOMERS)
    ]
    site = file["sites"][0]["site_id"]
    file["stock"] = [
        {"place_id": f"{site}/{bins[number % BINS]}", "item_id": item_id(number), "quantity": PLENTY}
        for number in range(ITEMS)
    ]
    return file
