"""How far it is by road between two localities, where anybody says where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import asin, ceil, cos, radians, sin, sqrt
from typing import NamedTuple

from doorstep.terms.freight import LtlTariff
from doorstep.terms.measures import Measure
from doorstep.terms.places import Locality, Position
from doorstep.terms.service import AnyTariff, Tariff
from doorstep.terms.tariff import ParcelTariff

_EARTH_M = 6_371_009
_MILLION = 1_000_000


class Haul(NamedTuple):
    """From where, to where, and the day whose prices count (None: what has days is left out); `via` are the stops
    before the last one, in the order of driving."""

    origin: Locality
    destination: Locality
    on: date | None
    via: tuple[Locality, ...] = ()


def distance_of(tariff: AnyTariff, origin: Locality, destination: Locality) -> Measure | None:
    """Whole metres by road as the tariff reckons them; None where it never asks, or where an end lies nowhere."""
    if isinstance(tariff, Tariff | LtlTariff) or (isinstance(tariff, ParcelTariff) and not tariff.bands):
        return None
    here, there = (position_of(end, tariff.positions) for end in (origin, destination))
    if here is None or there is None:
        return None
    return Measure(metres_by_road(here, there, tariff.road_percent), 1, "m")


def position_of(locality: Locality, positions: Mapping[str, Position]) -> Position | None:
    """Its own, else that of the longest head of its postcode that the tariff places."""
    if locality.position is not None:
        return locality.position
    head = locality.head
    return next((positions[head[:n]] for n in range(len(head), 0, -1) if head[:n] in positions), None)


def metres_by_road(here: Position, there: Position, road_percent: int) -> int:
    """Along the great circle, times the road factor; a metre begun counts whole."""
    (north, east), (far_north, far_east) = ([radians(udeg / _MILLION) for udeg in end] for end in (here, there))
    half = sin((far_north - north) / 2) ** 2 + cos(north) * cos(far_north) * sin((far_east - east) / 2) ** 2
    air = 2 * _EARTH_M * asin(sqrt(min(half, 1)))
    # Rounded first: the last bits of a sine are not the same on every machine.
    return ceil(round(air * road_percent / 100, 3))
