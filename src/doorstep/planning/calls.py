"""Services that call at a site and take a shipment, before any of their departures is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from doorstep.planning.timetable import Departure
from doorstep.planning.values import Boxed
from doorstep.terms.service import CarrierService


class Call(NamedTuple):
    """A service that takes a shipment in its parcels: what they cost, and the departures with it."""

    service: CarrierService
    boxed: Boxed
    freight_minor: int
    cartons_minor: int
    learned: bool
    departures: list[Departure]  # one list for all services that leave and arrive alike


def cheapest_of_alike(calls: Sequence[Call]) -> list[Call]:
    """Of the services that leave and arrive alike the cheapest, the first of equals, in the order of their first."""
    kept: dict[tuple[int, bool], Call] = {}
    for call in calls:
        key = (id(call.departures), call.learned)
        best = kept.get(key)
        if best is None or call.freight_minor + call.cartons_minor < best.freight_minor + best.cartons_minor:
            kept[key] = call
    return list(kept.values())
