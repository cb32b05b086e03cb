"""The first pass over history: every order is treated and waits for its turn; what it needs of the books is summed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from doorstep.flow.replay.opening import Opening
from doorstep.flow.replay.treat import Odd, Treated, treat
from doorstep.flow.supply import parts_of
from doorstep.intake.by_time import ByTime
from doorstep.intake.values import PastOrder, SiteRow
from doorstep.terms.company import Company
from doorstep.terms.item import Item
from doorstep.terms.service import CarrierService

Refuse = Callable[[PastOrder, str], None]
Told = Callable[[PastOrder, Odd], None]


@dataclass(frozen=True, slots=True)
class Past:
    """The company that history belongs to, as its files tell it."""

    company: Company
    services: Sequence[CarrierService]
    sites: Mapping[str, SiteRow]
    items: Mapping[str, Item]


@dataclass(slots=True)
class Staged:
    """What the first pass came to: orders that wait to be played, and what they need."""

    waiting: ByTime[Treated]
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    parcels: int = 0
    begins: datetime | None = None
    used: set[str] = field(default_factory=set)


def stage(past: Past, orders: Iterable[PastOrder], waiting: ByTime[Treated], refuse: Refuse, told: Told) -> Staged:
    """Treat the orders and let them wait in `waiting`.

    `refuse` is told each order that cannot be played and why, `told` each contradiction of one that can.
    """
    staged = Staged(waiting)
    services = {service.service_id for service in past.services}
    seen: set[str] = set()
    for order in orders:
        wrong = _wrong_with(past, services, seen, order)
        treated = treat(order) if not wrong else None
        if treated is None:
            refuse(order, wrong or "history names no instant of it")
            continue
        seen.add(order.reference)
        for odd in treated.odd:
            told(order, odd)
        _need(staged, past, order)
        staged.begins = min(staged.begins or treated.placed_at, treated.placed_at)
        waiting.put(treated.placed_at, treated)
    return staged


def _wrong_with(past: Past, services: set[str], seen: set[str], order: PastOrder) -> str:
    if order.reference in seen:
        return "it was told before"
    if not order.lines:
        return "no lines"
    if order.promised_by is None:
        return "no promised date: there is nothing to keep"
    if order.promised_from is not None and order.promised_from > order.promised_by:
        return "its promised window ends before it begins"
    if order.service_id not in services:
        return f"there is no service {order.service_id} in the map"
    if order.currency != past.company.currency:
        return f"its freight is in {order.currency}, the company's currency is {past.company.currency}"
    for line in order.lines:
        if line.item_id not in past.items:
            return f"line {line.line_no}: there is no item {line.item_id}"
        if line.site_id not in past.sites:
            return f"line {line.line_no}: there is no site {line.site_id}"
    return ""


def _need(staged: Staged, past: Past, order: PastOrder) -> None:
    for line in order.lines:
        staged.used.add(line.item_id)
        for part in parts_of(past.items[line.item_id]):
            staged.used.add(part.item_id)
            staged.units[line.site_id, part.item_id] += line.quantity * part.quantity
    staged.parcels += len({line.site_id for line in order.lines})


def opening_of(past: Past, staged: Staged) -> Opening:
    """The books that the staged orders need. ValueError where there are none."""
    if staged.begins is None:
        raise ValueError("there is no order to play")
    return Opening(
        company=past.company,
        services=past.services,
        sites=past.sites,
        items={item_id: past.items[item_id] for item_id in sorted(staged.used)},
        units=staged.units,
        parcels=staged.parcels,
        begins=staged.begins,
    )
