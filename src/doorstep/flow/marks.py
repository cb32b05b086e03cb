"""Marks and papers as may-it-ship asks for them, for whoever picks, packs and labels: of parcels, and of one item."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.carriers.may_ship import asked_of, words_of_mark
from doorstep.storage.queries import floor, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.item import Item
from doorstep.terms.sending import Goods
from doorstep.terms.service import CarrierService


@dataclass(frozen=True, slots=True)
class WithParcel:
    """What must stand on a parcel, and the papers that go with it, in words."""

    marks: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


def asked_of_parcels(
    tx: Transaction, rows: Sequence[Any], services: Mapping[str, CarrierService]
) -> dict[str, WithParcel]:
    """By SSCC: rows of parcels with the service of their label (`service_id`), or as planned (`planned_by`)."""
    inside: dict[str, Counter[str]] = defaultdict(Counter)
    for each in floor.contents(tx, [row.sscc for row in rows]):
        inside[each.sscc][each.item_id] += each.quantity
    items = master.items(tx, {item_id for counted in inside.values() for item_id in counted})
    found = {}
    for row in rows:
        service = services.get(row.service_id or row.planned_by)
        goods = [Goods(items[item_id], units) for item_id, units in inside[row.sscc].items() if item_id in items]
        asked = asked_of(goods, service) if service else None
        found[row.sscc] = (
            WithParcel(tuple(words_of_mark(*mark) for mark in asked.marks), tuple(map(str, asked.papers)))
            if asked
            else WithParcel()
        )
    return found


def marks_of_item(item: Item | None, service: CarrierService | None) -> tuple[str, ...]:
    """What one item of a fulfilment order will need on its parcel: whoever picks it sees what it is."""
    if item is None or service is None:
        return ()
    return tuple(words_of_mark(*mark) for mark in asked_of([Goods(item)], service).marks)
