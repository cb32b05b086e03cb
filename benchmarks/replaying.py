"""Replaying past orders, made up by seed: events a second from files to scores, with peak memory."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from benchmarks import shop
from benchmarks.measuring import Figure, alone, peak_mb
from doorstep.flow.office import Office
from doorstep.flow.replay.run import Played, play
from doorstep.flow.replay.stage import Past, opening_of, stage
from doorstep.intake.by_time import ByTime
from doorstep.intake.company import read_company
from doorstep.intake.values import Ended, PastLine, PastOrder, SiteRow
from doorstep.storage import schema
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal

ORDERS = 10_000
BEGIN = datetime(2025, 1, 6, 8, tzinfo=UTC)


def run(server: EmbeddedServer, console: Console) -> list[Figure]:
    """Orders of two lines over half a year; one in twenty never delivered."""
    server.ensure_database("replay")
    clock = FalseClock(BEGIN)
    store = Store(server.url("replay"), clock, Ids.seeded(clock, 1), 2, lazy=True)
    schema.create(store.engine)
    console.print(f"replaying {ORDERS:,} orders ...")
    began = time.perf_counter()
    with ByTime[Any]() as waiting:
        past = _past()
        staged = stage(past, _orders(), waiting, _refuse, lambda *_: None)
        played = play(Office(store), clock, opening_of(past, staged), waiting, "be" * 32)
    seconds = time.perf_counter() - began
    if isinstance(played, Refusal):
        raise ValueError(played.says)
    store.close()
    return _figures(played, seconds)


def _figures(played: Played, seconds: float) -> list[Figure]:
    return [
        alone("events replayed", "/s", played.facts / seconds, "treated, played, scored, sealed, learned from"),
        alone("  orders", "/s", played.orders / seconds, f"{played.facts / played.orders:.1f} events each"),
        alone("  peak memory", "MB", peak_mb()),
    ]


def _refuse(order: PastOrder, why: str) -> None:
    raise ValueError(f"{order.reference}: {why}")


def _past() -> Past:
    file = read_company(shop.company_file())
    if isinstance(file, Refusal):
        raise ValueError(file.says)
    sites = {site.site_id: SiteRow(site.site_id, site.name, site.address.value(), site.calendar) for site in file.sites}
    return Past(file.company, file.services, sites, {item.item_id: item for item in file.items})


def _orders() -> Iterator[PastOrder]:
    draw = random.Random(11)
    for number in range(ORDERS):
        placed_at = BEGIN + timedelta(minutes=number * 26)
        left_at = placed_at + timedelta(hours=draw.randint(2, 60))
        arrived = draw.randrange(20) > 0
        customer = draw.randrange(shop.CUSTOMERS)
        items = draw.sample(range(shop.ITEMS), 2)
        yield PastOrder(
            reference=f"R-{number}",
            customer_id=f"customer-{customer:03}",
            ship_to=shop.address(customer),
            service_id="steady-ground",
            currency="USD",
            placed_at=placed_at,
            cleared_at=placed_at + timedelta(minutes=draw.randint(0, 90)),
            promised_from=None,
            promised_by=(placed_at + timedelta(days=7)).date(),
            handed_over_at=left_at,
            delivered_at=left_at + timedelta(hours=draw.randint(20, 200)) if arrived else None,
            ended=Ended.DELIVERED if arrived else Ended.OPEN,
            lines=tuple(PastLine(no, shop.item_id(item), draw.randint(1, 3), "CS") for no, item in enumerate(items, 1)),
            freight_minor=draw.randint(600, 3000),
        )
