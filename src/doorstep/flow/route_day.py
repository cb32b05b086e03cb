"""What a site's own vehicles have before them on a day: its consignments, read together, as planning has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from doorstep.carriers.shipments import Piece
from doorstep.flow.consignees import same_consignee
from doorstep.flow.office import Office
from doorstep.packing import estimate
from doorstep.planning.compose import pack_item
from doorstep.planning.fleet import Consignment
from doorstep.planning.freight import pallet_places
from doorstep.storage.queries import fleet, master, orders
from doorstep.storage.queries.master import Site
from doorstep.storage.transaction import Transaction
from doorstep.terms.fleet import FleetVehicle
from doorstep.terms.freight import VanTariff
from doorstep.terms.item import Item
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService

# What is heavier as one parcel stands on a pallet, and needs a tail-lift where a vehicle of the site has one.
LIFTED_BY_HAND_G = 70_000
TAIL_LIFT = "tail-lift"
AT_THE_DOCK = ("packed", "labelled", "handed_over")  # or with the driver: nobody works on it any more


@dataclass(frozen=True, slots=True)
class SiteFleet:
    """A site's vehicles, the services they drive for, and those services' tariffs."""

    site: Site
    vehicles: tuple[FleetVehicle, ...]
    services: Mapping[str, CarrierService]
    tariffs: Mapping[str, VanTariff]

    def ends(self, day: date) -> datetime:
        """The end of a day on the site's wall."""
        return self.site.calendar.at(day + timedelta(days=1), time(0))

    def skills(self) -> frozenset[str]:
        """What at least one of the vehicles has: nothing else is asked of them."""
        return frozenset(skill for vehicle in self.vehicles for skill in vehicle.skills)


def site_fleet(tx: Transaction, site_id: str) -> SiteFleet | Refusal:
    """UNKNOWN_SITE, or NO_SERVICE where the site has no vehicle of its own."""
    site = master.sites(tx).get(site_id)
    if site is None:
        return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
    vehicles = fleet.vehicles(tx, site_id)
    if not vehicles:
        says = f"Site {site_id} has no vehicles of its own; a company's file names them under [[vehicles]]."
        return Refusal(Why.NO_SERVICE, says, {"site_id": site_id})
    wanted = {vehicle.service_id for vehicle in vehicles}
    services = {each.service_id: each for each in master.services(tx) if each.service_id in wanted}
    tariffs = {name: each.tariff for name, each in services.items() if isinstance(each.tariff, VanTariff)}
    known = tuple(vehicle for vehicle in vehicles if vehicle.service_id in tariffs)
    return SiteFleet(site, known, services, tariffs)


def consignments(tx: Transaction, own: SiteFleet, day: date) -> tuple[Consignment, ...]:
    """What is to leave with the site's own vehicles on the day, consignee by consignee."""
    rows = fleet.to_drive(tx, own.site.site_id, tuple(own.tariffs), day, own.ends(day))
    return consigned(tx, own, day, rows)


def consigned(
    tx: Transaction, own: SiteFleet, day: date, rows: Sequence[Any], stop_of: Mapping[str, str] | None = None
) -> tuple[Consignment, ...]:
    """Rows of fulfilment orders with whom they go to, as consignments: one for each consignee and service.

    `stop_of` tells the stops that fulfilment orders are in already.
    """
    stop_of = stop_of or {}
    addresses = master.addresses(tx, {row.person_ref for row in rows})
    localities = master.localities(tx, [row.order_id for row in rows])
    weights = _loads(tx, own, rows)
    groups: dict[tuple[object, ...], list[Any]] = defaultdict(list)
    for row in rows:
        to = addresses.get(row.person_ref)
        alike: object = same_consignee(to) if to else row.person_ref
        groups[row.service_id, stop_of.get(row.fulfilment_id, alike)].append(row)
    found = []
    for (service_id, _), members in groups.items():
        first = members[0]
        orders_of = tuple(dict.fromkeys(row.order_id for row in members))
        loads = [weights[row.fulfilment_id] for row in members]
        urgent = any(row.agreed_by is not None and row.agreed_by <= day for row in members)
        found.append(
            Consignment(
                stop_id=stop_of.get(first.fulfilment_id, first.order_id),
                order_ids=orders_of,
                fulfilment_ids=tuple(row.fulfilment_id for row in members),
                service_id=str(service_id),
                locality=localities[first.order_id],
                weight_g=sum(load.weight_g for load in loads),
                volume_cm3=sum(load.volume_cm3 for load in loads),
                pallets=pallets_of([piece for load in loads for piece in load.pieces]),
                receives=master.terms_of(first.terms_text).receives,
                ready_at=_ready_at(own, str(service_id), day, members),
                skills=frozenset().union(*(load.skills for load in loads)) & own.skills(),
                priority=len(orders_of) * (10 if urgent else 1),
            )
        )
    return tuple(found)


def _ready_at(own: SiteFleet, service_id: str, day: date, members: Sequence[Any]) -> datetime | None:
    """What is not packed yet is at the dock by the service's cut-off: that is what it was planned for."""
    if all(row.state in AT_THE_DOCK for row in members):
        return None
    return own.site.calendar.at(day, own.services[service_id].cut_offs[own.site.site_id])


@dataclass(frozen=True, slots=True)
class _Load:
    weight_g: int
    volume_cm3: int
    skills: frozenset[str]
    pieces: tuple[Piece, ...]


def _loads(tx: Transaction, own: SiteFleet, rows: Sequence[Any]) -> dict[str, _Load]:
    """What each fulfilment order weighs and fills: its parcels, else the parcels that packing would make of it."""
    fulfilment_ids = [row.fulfilment_id for row in rows]
    parcels: dict[str, list[Piece]] = defaultdict(list)
    for each in fleet.loads(tx, fulfilment_ids):
        parcels[each.fulfilment_id].append(piece_of(each))
    inside: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in orders.fulfilment_lines(tx, fulfilment_ids):
        inside[line.fulfilment_id].append((line.item_id, line.quantity))
    items = master.items(tx, {item_id for lines in inside.values() for item_id, _ in lines})
    cartons = master.cartons(tx)
    found = {}
    for row in rows:
        lines = [(items[item_id], quantity) for item_id, quantity in inside[row.fulfilment_id] if item_id in items]
        packed = parcels[row.fulfilment_id]
        if row.state not in AT_THE_DOCK or not packed:
            told = estimate([pack_item(item, quantity) for item, quantity in lines], cartons).parcels
            packed = [Piece(each.size, each.weight_g) for each in told]
        skills = _skills(lines, own.services[row.service_id], any(map(_heavy, packed)))
        weight_g, volume_cm3 = sum(piece.weight_g for piece in packed), sum(map(volume_cm3_of, packed))
        found[row.fulfilment_id] = _Load(weight_g, volume_cm3, skills, tuple(packed))
    return found


def piece_of(parcel: Any) -> Piece:
    """A parcel of `fleet.loads` as it is handled."""
    return Piece(Size(parcel.length_mm, parcel.width_mm, parcel.height_mm), parcel.weight_g)


def volume_cm3_of(piece: Piece) -> int:
    """Rounded up."""
    return -(-piece.size.volume_mm3 // 1_000)


def pallets_of(pieces: Sequence[Piece]) -> int:
    """The pallet places that the parcels of one stop take: what nobody lifts stands on pallets."""
    return pallet_places([piece for piece in pieces if _heavy(piece)])


def _heavy(piece: Piece) -> bool:
    return piece.weight_g > LIFTED_BY_HAND_G


def _skills(lines: Sequence[tuple[Item, int]], service: CarrierService, heavy: bool) -> frozenset[str]:
    """What a vehicle must have: the cold that the service keeps itself, a lift for what nobody lifts."""
    cold = {str(item.temperature) for item, _ in lines if item.temperature in service.keeps and item.temperature}
    return frozenset(cold | ({TAIL_LIFT} if heavy else set()))


def due_days(office: Office, lead: timedelta) -> list[tuple[str, date]]:
    """(site, day) of which the own vehicles' cut-off is within `lead`, or was earlier today."""
    with office.store.reading() as tx:
        vehicles = fleet.vehicles(tx)
        sites, services = master.sites(tx), {each.service_id: each for each in master.services(tx)}
        found = []
        for site_id in dict.fromkeys(vehicle.site_id for vehicle in vehicles):
            wall = sites[site_id].calendar
            day = wall.day_of(tx.now)
            driven = sorted({each.service_id for each in vehicles if each.site_id == site_id})
            cut_offs = [
                wall.at(day, service.cut_offs[site_id])
                for service in (services[service_id] for service_id in driven)
                if site_id in service.cut_offs and service.calendar.works_on(day) and wall.works_on(day)
            ]
            if any(tx.now >= cut_off - lead for cut_off in cut_offs):
                found.append((site_id, day))
    return found
