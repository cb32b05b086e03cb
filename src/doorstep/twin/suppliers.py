"""What suppliers bring: on the day it is due, or days later, and then they say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from doorstep.flow import receive, redate
from doorstep.flow.office import Who
from doorstep.flow.receive import Receipt
from doorstep.terms.item import Item, Tracking
from doorstep.twin.world import World

_SHELF_LIFE_DAYS = 540


@dataclass(frozen=True, slots=True)
class Late:
    """A supplier who brings everything `days` days late, and says so `told_hours` before it was due."""

    supplier_id: str
    days: int
    told_hours: int


class Suppliers:
    """Every inbound that is expected, and when it will really come."""

    def __init__(self, world: World, late: Mapping[str, Late]) -> None:
        self._world = world
        self._late = late
        self._items: dict[str, Item] = {item.item_id: item for item in world.file.items}
        self._bins = {(stock.place_id.partition("/")[0], stock.item_id): stock.place_id for stock in world.file.stock}
        self._first_bin = {site.site_id: f"{site.site_id}/{site.bins[0]}" for site in world.file.sites}
        self._dock = Who("inbound dock", "receiving")

    def schedule(self) -> None:
        """Put down when each inbound comes, and when a late one is told of."""
        with self._world.office.store.reading() as tx:
            rows = tx.rows("SELECT * FROM inbound WHERE received < expected ORDER BY due_at, inbound_id")
        for row in rows:
            late = self._late.get(row.supplier_id)
            comes_at = row.due_at + timedelta(days=late.days if late else 0)
            if late:
                told_at = row.due_at - timedelta(hours=late.told_hours)
                self._world.agenda.at(told_at, partial(self._say_so, row.inbound_id, comes_at))
            self._world.agenda.at(comes_at, partial(self._bring, row))

    def _say_so(self, inbound_id: str, comes_at: Any) -> None:
        who = Who("supplier", "receiving")
        told = redate.redate_inbound(self._world.office, who, inbound_id, comes_at, f"late-{inbound_id}")
        self._world.granted("supplier", told)
        self._world.wake()

    def _bring(self, row: Any) -> None:
        item = self._items[row.item_id]
        lot = f"L{self._world.now():%y%m%d}" if item.tracking is Tracking.LOT else ""
        expires_on = self._world.now().date() + timedelta(days=_SHELF_LIFE_DAYS) if lot else None
        serials = (
            tuple(f"{row.item_id}-{self._world.now():%m%d}-{number + 1:03}" for number in range(row.expected))
            if item.tracking is Tracking.SERIAL
            else ()
        )
        place_id = self._bins.get((row.site_id, row.item_id), self._first_bin[row.site_id])
        receipt = Receipt(place_id, row.item_id, row.expected, lot, expires_on, serials, row.inbound_id)
        key = f"receipt-{row.inbound_id}"
        self._world.must(receive.receive(self._world.office, self._dock, receipt, key))
        self._world.wake()
