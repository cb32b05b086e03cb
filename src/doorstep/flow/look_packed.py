"""Why a parcel is as it is: its carton, what was rejected, how full and heavy, where it balances, what went in when.

Reckoned from what was written down at the bench (what lies where, in which carton) with the catalogue, cartons and
tariffs that are there now, as of the day of packing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.flow.office import Office, set_up
from doorstep.flow.price_book import price_book
from doorstep.packing import Packing, explain
from doorstep.packing.draw import fill_ppm
from doorstep.packing.explain import Point
from doorstep.packing.legend import position
from doorstep.planning.compose import pack_item
from doorstep.planning.lane import Lane
from doorstep.storage.queries import floor, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.terms.item import Item
from doorstep.terms.parcel import Carton, PackedCarton, Placement, Size

MOST_EXPLAINED = 20  # parcels of an order; each has a page of its own


@dataclass(frozen=True, slots=True)
class RejectedCarton:
    """A carton that was not taken; what it would have cost more, where the goods go into it."""

    carton_id: str
    because: str
    more_minor: int | None


@dataclass(frozen=True, slots=True)
class PlacedUnit:
    """A unit in the order in which it went in: near left bottom corner and turned size, and the place in words."""

    number: int
    item_id: str
    name: str
    at_mm: Point
    size_mm: Size
    position: str


@dataclass(frozen=True, slots=True)
class ParcelWhy:
    """One parcel explained. `centre_mm`: the centre of gravity from the near left bottom corner, None if unknown.

    `weight_g` is what it was packed with. Without `units` nobody wrote down what lies where, and nothing else is told.
    """

    sscc: str
    carton_id: str
    because: str
    fill_ppm: int
    weight_g: int
    centre_mm: Point | None
    rejected: tuple[RejectedCarton, ...]
    units: tuple[PlacedUnit, ...]


def parcel_why(office: Office, order_id: str, sscc: str) -> tuple[ParcelWhy, str]:
    """One parcel of an order explained, and the currency of what it tells."""
    with office.store.reading(wide=True) as tx:
        order = orders.order(tx, order_id)
        (why,) = parcels_why(tx, [sscc])
    return why, order.currency


def parcels_why(tx: Transaction, ssccs: Sequence[str]) -> tuple[ParcelWhy, ...]:
    """The first MOST_EXPLAINED parcels named, explained."""
    rows = [floor.parcel(tx, sscc) for sscc in ssccs[:MOST_EXPLAINED]]
    if not rows:
        return ()
    items = master.items(tx, {placed["ref"] for row in rows for placed in row.placements})
    company, sites = set_up(tx.rows(*master.COMPANY)), master.sites(tx)
    cartons = master.cartons(tx)
    fulfilments = {
        made.fulfilment_id: made for made in tx.rows(*floor.fulfilments_query({row.fulfilment_id for row in rows}))
    }
    services = master.read_services(tx, tx.rows(*master.services_of_fulfilments(list(fulfilments))))
    lanes, billed = dict[str, Lane](), price_book(tx).billed
    there = master.localities(tx, {made.order_id for made in fulfilments.values()})
    for row in rows:
        made = fulfilments[row.fulfilment_id]
        service = services.get(made.service_id)
        if service is not None:
            ends = sites[row.site_id].locality, there[made.order_id]
            lanes[row.sscc] = Lane(service, company.currency, *ends, row.packed_at.date(), billed=billed)
    return tuple(_why(row, items, cartons, lanes.get(row.sscc)) for row in rows)


def _why(row: Any, items: Mapping[str, Item], cartons: Sequence[Carton], lane: Lane | None) -> ParcelWhy:
    units = [Placement(**{**placed, "size": Size(*placed["size"])}) for placed in row.placements]
    if not units or any(unit.ref not in items for unit in units):
        return ParcelWhy(row.sscc, row.carton_id, "", 0, row.weight_g, None, (), ())
    goods = [pack_item(items[ref], quantity) for ref, quantity in Counter(unit.ref for unit in units).items()]
    content_g = sum(item.weight_g * item.quantity for item in goods)
    carton = packed_in(row, units, cartons, content_g)
    packing = Packing((PackedCarton(carton, tuple(units), content_g),), (), 0, 0)
    (told,) = explain(goods, packing, cartons, price=lane.price if lane else None)
    return ParcelWhy(
        sscc=row.sscc,
        carton_id=row.carton_id,
        because=told.because,
        fill_ppm=fill_ppm(carton.inner, units),
        weight_g=row.weight_g,
        centre_mm=told.centre,
        rejected=tuple(RejectedCarton(one.carton_id, one.because, one.more_minor) for one in told.rejected),
        units=tuple(
            PlacedUnit(
                number,
                unit.ref,
                items[unit.ref].description,
                Point(unit.x_mm, unit.y_mm, unit.z_mm),
                unit.size,
                position(carton.inner, unit),
            )
            for number, unit in enumerate(units, 1)
        ),
    )


def packed_in(parcel: Any, units: Sequence[Placement], cartons: Sequence[Carton], content_g: int) -> Carton:
    """The carton of a parcel as it is defined; where it is not any more, or otherwise than it was, as it measured."""
    found = next((carton for carton in cartons if carton.carton_id == parcel.carton_id), None)
    outer = Size(parcel.length_mm, parcel.width_mm, parcel.height_mm)
    ends = [
        (unit.x_mm + unit.size.length_mm, unit.y_mm + unit.size.width_mm, unit.z_mm + unit.size.height_mm)
        for unit in units
    ]
    if found and all(end <= room for far in ends for end, room in zip(far, found.inner, strict=True)):
        return found
    return Carton(parcel.carton_id, outer, outer, 0, max(content_g, parcel.weight_g), 0)
