"""The past that a benchmark's database is filled with: a company, and the lives of some orders over two years.

The mix, of a thousand orders:

    850  abandoned checkouts: placed, promised, held and cancelled before they were cleared, 7 facts (one line)
    118  delivered in time, 27 facts
     18  delivered late
      6  lost on their way: handed over, never delivered, scored as broken when their promise was over
      4  still on their way at the end
      4  cleared and planned at the end, waiting for their wave

Of the 850 one in twenty, of the others one in five has more than one line; that makes about ten facts an order.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from doorstep.flow.replay.treat import Treated, treat
from doorstep.intake.company import read_company
from doorstep.intake.values import Ended, PastLine, PastOrder, SiteRow
from doorstep.terms.company import Company
from doorstep.terms.item import Item
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService

BEGINS = datetime(2024, 3, 1, tzinfo=UTC)
ENDS = datetime(2026, 3, 1, tzinfo=UTC)
ITEMS = 2_000
CUSTOMERS = 500
PER_THOUSAND = {"abandoned": 850, "in time": 118, "late": 18, "lost": 6, "on its way": 4, "waits": 4}
_CORNER_SHOP = Path(__file__).parents[1] / "examples" / "corner_shop.toml"
_SITES = (("CS", "Chicago", "60601"), ("EA", "Newark", "07102"), ("WE", "Reno", "89501"))
_TOWNS = (("New York", "10001"), ("Milwaukee", "53202"), ("Boston", "02108"), ("Denver", "80202"), ("Austin", "78701"))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PastCompany:
    """What is defined before the first order."""

    company: Company
    services: tuple[CarrierService, ...]
    sites: dict[str, SiteRow]
    items: dict[str, Item]
    customers: dict[str, Address]


def past_company(seed: int) -> PastCompany:
    """The corner shop's company and services, with three sites, two thousand items and five hundred customers."""
    file = tomllib.loads(_CORNER_SHOP.read_text(encoding="utf-8"))
    (shop,) = file["sites"]
    file["sites"] = [
        {**shop, "site_id": site_id, "name": city, "address": _home(f"Site {site_id}", city, postcode)}
        for site_id, city, postcode in _SITES
    ]
    file["items"] = list(_items(random.Random(f"{seed} items")))
    file["customers"] = file["stock"] = []
    read = read_company(file)
    if isinstance(read, Refusal):
        raise ValueError(read.says)
    customers = {}
    for number in range(CUSTOMERS):
        city, postcode = _TOWNS[number % len(_TOWNS)]
        customers[f"customer-{number:03}"] = Address(
            f"Customer {number}", (f"{number + 1} Main Street",), city, postcode, "US"
        )
    return PastCompany(
        company=read.company,
        services=tuple(read.services),
        sites={
            each.site_id: SiteRow(each.site_id, each.name, each.address.value(), each.calendar) for each in read.sites
        },
        items={item.item_id: item for item in read.items},
        customers=customers,
    )


def _home(name: str, city: str, postcode: str) -> dict[str, object]:
    return {"name": name, "lines": ["1 Main Street"], "city": city, "postcode": postcode, "country": "US"}


def _items(draw: random.Random) -> Iterator[dict[str, object]]:
    """Every fortieth is a kit of the two before it."""
    for number in range(ITEMS):
        item: dict[str, object] = {
            "item_id": f"SKU-{number:04}",
            "description": f"Item {number}",
            "price_minor": draw.randint(300, 9000),
        }
        if number % 40 == 39:
            parts = ((number - 2, 1), (number - 1, 2))
            item["parts"] = [{"item_id": f"SKU-{part:04}", "quantity": quantity} for part, quantity in parts]
        else:
            item["size"] = [draw.randint(20, 200), draw.randint(20, 150), draw.randint(20, 110)]
            item["weight_g"] = draw.randint(50, 1500)
        yield item


def past_orders(past: PastCompany, count: int, seed: int, mark: str) -> list[Treated]:
    """So many orders of the mix, in the order in which they were placed.

    Each reference holds `mark`.
    """
    draw = random.Random(f"{seed} orders")
    ends = _kinds(count)
    orders = [_order(past, draw, ended, f"{mark}-{number}") for number, ended in enumerate(ends)]
    treated = [told for order in orders if (told := treat(order)) is not None]
    return sorted(treated, key=lambda told: told.placed_at)


def _kinds(count: int) -> list[str]:
    """How each of so many orders ends, as near to the mix as whole numbers come."""
    kinds: list[str] = []
    so_far = 0
    for kind, share in PER_THOUSAND.items():
        so_far += share
        kinds += [kind] * (so_far * count // 1_000 - len(kinds))
    return kinds


def _order(past: PastCompany, draw: random.Random, kind: str, reference: str) -> PastOrder:
    placed_at, cleared_at, handed_over_at, promised_by, delivered_at = _times(draw, kind)
    customer_id = draw.choice(list(past.customers))
    lines = draw.choices((1, 2, 3), (95, 5, 0) if kind == "abandoned" else (80, 15, 5))[0]
    # One in ten orders of several lines ships from two sites.
    sites = [site_id for site_id, *_ in draw.sample(_SITES, 2 if draw.randrange(10) == 0 else 1)]
    item_ids = draw.sample(list(past.items), lines)
    ended = {"abandoned": Ended.CANCELLED, "in time": Ended.DELIVERED, "late": Ended.DELIVERED}
    return PastOrder(
        reference=reference,
        customer_id=customer_id,
        ship_to=past.customers[customer_id],
        service_id=draw.choice(past.services).service_id,
        currency=past.company.currency,
        placed_at=placed_at,
        cleared_at=cleared_at,
        promised_from=None,
        promised_by=promised_by,
        handed_over_at=handed_over_at,
        delivered_at=delivered_at,
        ended=ended.get(kind, Ended.OPEN),
        lines=tuple(
            PastLine(line_no, item_id, draw.randint(1, 3), sites[line_no % len(sites)])
            for line_no, item_id in enumerate(item_ids, 1)
        ),
        freight_minor=draw.randint(600, 4_000),
    )


Times = tuple[datetime, datetime | None, datetime | None, date, datetime | None]


def _times(draw: random.Random, kind: str) -> Times:
    """Placed, cleared, handed over, promised by, delivered."""
    under_way = kind in ("on its way", "waits")
    first, last = (ENDS - 3 * _DAY, ENDS - 2 * _DAY) if under_way else (BEGINS + _DAY, ENDS - 30 * _DAY)
    placed_at = first + timedelta(seconds=draw.randrange(int((last - first).total_seconds())))
    promised_by = placed_at.date() + draw.randint(6, 9) * _DAY
    if kind == "abandoned":
        return placed_at, None, None, promised_by, None
    cleared_at = placed_at + timedelta(minutes=draw.choice((0, 0, 0, 5, 40)))
    if kind == "waits":
        return placed_at, cleared_at, None, promised_by, None
    handed_over_at = placed_at + timedelta(minutes=draw.randint(120, 2_700))
    if kind in ("on its way", "lost"):
        return placed_at, cleared_at, handed_over_at, promised_by, None
    if kind == "late":
        afternoon = datetime(promised_by.year, promised_by.month, promised_by.day, 19, tzinfo=UTC)
        return placed_at, cleared_at, handed_over_at, promised_by, afternoon + draw.randint(1, 6) * _DAY
    return (
        placed_at,
        cleared_at,
        handed_over_at,
        promised_by,
        handed_over_at + timedelta(minutes=draw.randint(900, 5_000)),
    )
