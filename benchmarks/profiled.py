"""Where one client's own processor time goes while it places orders, by what the code is there for."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from benchmarks import shop
from benchmarks.measuring import Figure, alone
from doorstep.flow.place import place_order
from doorstep.terms.ids import Ids

# A function counts for the first part whose mark its file has; what C code takes counts for the Python that calls it.
PARTS = {
    "driver": ("/psycopg", "/contextlib"),
    "pool": ("/sqlalchemy/",),
    "quote": ("/planning/", "/promising/", "/packing/", "/carriers/", "/zoneinfo", "terms/calendar"),
    "fold": ("/folds/", "storage/changes"),
    "encode": ("events/envelope", "storage/journal", "storage/jsonb", "/json/"),
    "read": ("storage/queries/", "/pydantic"),
}


def split_of_intake(url: str, orders: int = 500) -> list[Figure]:
    """Processor time for each order without a profiler, and its shares under one."""
    office = shop.office_of(url, 1)
    keys = Ids.secret(office.store.clock)
    stream = shop.orders(99)
    _place(office, keys, islice(stream, orders // 4))
    begin = time.thread_time()
    _place(office, keys, islice(stream, orders))
    each_us = (time.thread_time() - begin) * 1e6 / orders
    profile = cProfile.Profile(timer=time.thread_time, builtins=False)
    profile.enable()
    _place(office, keys, islice(stream, orders))
    profile.disable()
    office.store.close()
    spent = _by_part(profile)
    whole = sum(spent.values())
    shares = [alone(f"  of which {part}", "%", 100 * taken / whole) for part, taken in spent.most_common()]
    return [alone("client's processor time for an order", "us", each_us, "one client, warm"), *shares]


def _place(office: Any, keys: Ids, orders: Iterable[Any]) -> None:
    for order in orders:
        place_order(office, shop.CLERK, order, keys.new("key"))


def _by_part(profile: cProfile.Profile) -> Counter[str]:
    spent: Counter[str] = Counter()
    functions: dict[tuple[str, int, str], Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    for (file, _, _), (_, _, own, _, _) in functions.items():
        named = (part for part, marks in PARTS.items() if any(mark in file for mark in marks))
        spent[next(named, "flow and the rest")] += own
    return spent
