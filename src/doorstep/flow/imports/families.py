"""Who books which kind of import, and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from doorstep.events.imports import Effect
from doorstep.flow.imports.counts import Counts
from doorstep.flow.imports.items import Items
from doorstep.flow.imports.orders import Orders
from doorstep.flow.imports.people import Customers, Suppliers
from doorstep.flow.imports.purchases import Purchases
from doorstep.flow.imports.scans import Scans
from doorstep.flow.imports.sites import Places, Sites
from doorstep.flow.imports.tariffs import Tariffs
from doorstep.flow.imports.values import BuiltOn, Given, Judged, Kind, Work


class Family(Protocol):
    """One kind of import. `chunk` rows are booked in one transaction."""

    chunk: int

    def book(self, work: Work, rows: Sequence[Given]) -> list[Judged]:
        """Judge each row and record what it says; a refused row leaves nothing behind."""

    def take_back(self, work: Work, made_id: int, effects: Sequence[Effect]) -> list[BuiltOn]:
        """Record the undoing of effects, newest first, of the fact `made_id`; or say what stands on them."""


FAMILIES: Mapping[Kind, Callable[[], Family]] = {
    Kind.ITEMS: Items,
    Kind.SITES: Sites,
    Kind.PLACES: Places,
    Kind.STOCK: Counts,
    Kind.CUSTOMERS: Customers,
    Kind.SUPPLIERS: Suppliers,
    Kind.PURCHASE_ORDERS: Purchases,
    Kind.ORDERS: Orders,
    Kind.TARIFFS: Tariffs,
    Kind.SCANS: Scans,
}
