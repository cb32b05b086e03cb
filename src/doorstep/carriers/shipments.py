"""A whole shipment by a tariff of freight, trucks or vans: its parcels loose, in trucks, on a share of a route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from doorstep.carriers.bills import Bill, Charge, NoRate, NoRateWhy
from doorstep.carriers.distance import Haul, distance_of
from doorstep.carriers.freight import Freight, Handled, Trip, UnknownNameError, ltl_bill, truck_bill, van_bill
from doorstep.carriers.stops import detour, whole_metres
from doorstep.terms.freight import LtlTariff, TruckTariff, VanTariff
from doorstep.terms.measures import Measure, Sides, grams
from doorstep.terms.parcel import Size
from doorstep.terms.service import CarrierService

RESIDENTIAL = "residential"  # the accessorial that goes to a home are charged where the tariff has one of this name
_METRES_AN_HOUR = 1_000
_HOUR = 3_600


class Piece(NamedTuple):
    """A parcel of a shipment."""

    size: Size
    weight_g: int


def is_freight(service: CarrierService) -> bool:
    """Whether its price is of a shipment as a whole, and of no parcel by itself."""
    return isinstance(service.tariff, LtlTariff | TruckTariff | VanTariff)


def shipment_bill(service: CarrierService, pieces: Sequence[Piece], haul: Haul) -> Bill | NoRate:
    """What a shipment costs by a service of freight, line by line; its parcels loose. Only a truck goes `via` others.

    ValueError for a tariff of parcels, or no pieces.
    """
    tariff, service_id = service.tariff, service.service_id
    if not pieces:
        raise ValueError("a shipment has a parcel at least")
    if haul.via and not isinstance(tariff, TruckTariff):
        return NoRate(NoRateWhy.NO_STOPS, service_id)
    if isinstance(tariff, LtlTariff):
        return ltl_shipment(service, [handled(piece) for piece in pieces], haul)
    if isinstance(tariff, TruckTariff):
        return _trucks(tariff, service_id, pieces, haul)
    if isinstance(tariff, VanTariff):
        return _share_of_route(tariff, service_id, pieces, haul)
    raise ValueError(f"{tariff.tariff_id} is a tariff of parcels: each is priced by itself")


# -- less than a truckload ---------------------------------------------------------------------------------------------


def ltl_shipment(service: CarrierService, units: Sequence[Handled], haul: Haul) -> Bill | NoRate:
    """What handling units, loose or on pallets, cost by a tariff of less than a truckload. TypeError for another."""
    tariff = service.tariff
    if not isinstance(tariff, LtlTariff):
        raise TypeError(f"{tariff.tariff_id} is no tariff of less than a truckload")
    origin, destination, on, _ = haul
    there = {each.name for each in tariff.accessorials}
    asked = (RESIDENTIAL,) if destination.residential and RESIDENTIAL in there else ()
    freight = Freight(tuple(units), origin.head, destination.head, on, asked, service.account)
    try:
        return ltl_bill(tariff, freight, service.service_id)
    except UnknownNameError:  # a class by density that the zone has no rates for
        return NoRate(NoRateWhy.NO_PRICE, service.service_id, 0, 0, origin.head, destination.head)


def handled(piece: Piece) -> Handled:
    """A parcel that is handled by itself."""
    return Handled(grams(max(piece.weight_g, 1)), Sides(*piece.size, 1, "mm"))


# -- trucks and vans ---------------------------------------------------------------------------------------------------


def _trucks(tariff: TruckTariff, service_id: str, pieces: Sequence[Piece], haul: Haul) -> Bill | NoRate:
    """As many trucks as the shipment fills, each at the whole price; to several consignees one truck."""
    origin, destination, on, via = haul
    weight_g, volume_mm3 = _whole(pieces)
    if via and (no := _too_much(service_id, weight_g, tariff.most, volume_mm3, tariff.most_volume)):
        return no
    beyond = detour(tariff, service_id, origin, (*via, destination)) if via else None
    if isinstance(beyond, NoRate):
        return beyond
    trucks = max(_loads(weight_g, tariff.most), _loads(volume_mm3, tariff.most_volume), 1)
    distance = distance_of(tariff, origin, destination)
    waited = (tariff.stop_seconds,) * (len(via) + 1)
    ends = (origin.head, destination.head)
    trip = Trip(*ends, distance=distance, stops=len(via), waited_seconds=waited, on=on, detour=beyond)
    try:
        found = truck_bill(tariff, trip, service_id)
    except ValueError:  # neither the lane nor anybody else says how far it is
        return NoRate(NoRateWhy.NO_DISTANCE, service_id, 0, 0, origin.head, destination.head)
    if isinstance(found, NoRate) or trucks == 1:
        return found
    charges = [
        replace(each, minor=each.minor * trucks, basis=f"{trucks} trucks, {each.basis}") for each in found.charges
    ]
    return replace(found, billable=f"{trucks} trucks, {found.billable}", charges=tuple(charges))


def _share_of_route(tariff: VanTariff, service_id: str, pieces: Sequence[Piece], haul: Haul) -> Bill | NoRate:
    """What a stop bears of a usual route: out as far as it lies and back, with the other stops around it."""
    origin, destination, on, _ = haul
    if on is not None and not ((tariff.first_day or on) <= on <= (tariff.last_day or on)):
        return NoRate(NoRateWhy.NOT_VALID, service_id)
    weight_g, volume_mm3 = _whole(pieces)
    if no := _too_much(service_id, weight_g, tariff.most, volume_mm3, tariff.most_volume):
        return no
    distance = distance_of(tariff, origin, destination)
    if distance is None:
        return NoRate(NoRateWhy.NO_DISTANCE, service_id, 0, 0, origin.head, destination.head)
    if tariff.within is not None and distance.exact > tariff.within.exact:
        return _above(NoRateWhy.TOO_FAR, service_id, distance.exact, tariff.within)
    stops = tariff.usual_stops
    between_m = whole_metres(tariff.between) if tariff.between else 0
    metres = 2 * distance.ticks + (stops - 1) * between_m
    seconds = -(-metres * _HOUR // (tariff.speed_kmh * _METRES_AN_HOUR)) + stops * tariff.stop_seconds
    whole = van_bill(tariff, metres, seconds, stops)
    return replace(whole, billable=f"1/{stops} of a route", charges=_shared(whole.charges, stops))


def _shared(charges: Sequence[Charge], stops: int) -> tuple[Charge, ...]:
    """A stop's part of each charge; rounded so that the parts add up to that of the whole."""
    shared, before, told = [], 0, 0
    for each in charges:
        before += each.minor
        part = (2 * before + stops) // (2 * stops) - told
        told += part
        shared.append(replace(each, minor=part, basis=f"1/{stops} of {each.basis or 'a route'}"))
    return tuple(each for each in shared if each.minor)


def _whole(pieces: Sequence[Piece]) -> tuple[int, int]:
    return sum(piece.weight_g for piece in pieces), sum(piece.size.volume_mm3 for piece in pieces)


def _too_much(
    service_id: str, weight_g: int, most: Measure | None, volume_mm3: int, most_volume: Measure | None
) -> NoRate | None:
    """Why one vehicle does not take it all; None where it does."""
    for needs, bound, why in (
        (weight_g, most, NoRateWhy.TOO_HEAVY),
        (volume_mm3, most_volume, NoRateWhy.TOO_BULKY),
    ):
        if bound is not None and needs > bound.exact:
            return _above(why, service_id, Fraction(needs), bound)
    return None


def _loads(whole: int, most: Measure | None) -> int:
    if most is None:
        return 1
    loads = Fraction(whole) * Fraction(most.exact.denominator, most.exact.numerator)
    return -(-loads.numerator // loads.denominator)


def _above(why: NoRateWhy, service_id: str, needs: Fraction, most: Measure) -> NoRate:
    unit = Measure(1, 1, most.unit).exact
    over = needs * Fraction(unit.denominator, unit.numerator)
    return NoRate(why, service_id, -(-over.numerator // over.denominator), most.ticks // most.per, unit=most.unit)
