"""The joint plan of many small orders in arrays: which site ships which lines of which order, by which service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MILLS = 1_000  # thousandths of a minor unit: what costs are counted in, so that grams times rates stay whole
MOST_LINES = 10
BACKORDERED = -1


@dataclass(frozen=True, slots=True)
class Sourcing:
    """Orders, goods, sites and services; int64 arrays. Order o has the lines order_ptr[o]:order_ptr[o + 1].

    A line goes whole to one site or is backordered; an order leaves in at most two shipments, from two sites, each by
    one service. One shipment of order o from site n by service s costs fixed_minor[o, n, s], per_kg_minor[s,
    zone[o, n]] for each kilogram and unit_minor[n] for each unit; a backordered line backorder_minor, whatever its
    quantity. All lines that site n ships have at most room[n] units.
    """

    order_ptr: Ints
    line_item: Ints
    line_quantity: Ints
    item_mg: Ints  # mass of one unit, milligrams
    stock: Ints  # (items, sites) units
    room: Ints  # (sites,) units
    fixed_minor: Ints  # (orders, sites, services) tariff base, handling, lateness
    per_kg_minor: Ints  # (services, zones)
    zone: Ints  # (orders, sites)
    unit_minor: Ints  # (sites,)
    backorder_minor: int

    def __post_init__(self) -> None:
        lines = np.diff(self.order_ptr)
        if len(lines) == 0 or lines.min() < 1 or lines.max() > MOST_LINES:
            raise ValueError(f"an order has 1 to {MOST_LINES} lines here: plan larger ones by themselves")
        if min(self.stock.min(), self.room.min(), self.backorder_minor) < 0 or self.line_quantity.min() < 1:
            raise ValueError("stock, room and costs are not negative, and a line wants one unit at least")

    @property
    def orders(self) -> int:
        return len(self.order_ptr) - 1

    @property
    def sites(self) -> int:
        return int(self.stock.shape[1])

    def unit_room(self) -> Ints:
        """Units there are of everything scarce: stock by item and site, then the sites' rooms."""
        return np.concatenate((self.stock.ravel(), self.room))


@dataclass(frozen=True, slots=True)
class Sourced:
    """A plan: for each line its site (BACKORDERED: none), for each order and site the service (-1: no shipment).

    `cost_mills` and `bound_mills` in thousandths of a minor unit; no plan of the question costs less than the bound.
    """

    line_site: Ints
    service: Ints  # (orders, sites)
    cost_mills: int
    bound_mills: int

    @property
    def gap_ppm(self) -> int:
        return (self.cost_mills - self.bound_mills) * 1_000_000 // max(self.bound_mills, 1)
