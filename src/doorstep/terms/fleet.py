"""The company's own vehicles: what each carries, when it drives, where it starts, and for which service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from doorstep.terms.places import Position


@dataclass(frozen=True, slots=True)
class FleetVehicle:
    """An own vehicle with its driver. It drives for one service, and that service's tariff is what its routes cost.

    It begins to load at `begins` and is back by `ends`, on the wall of its site; the days are the service's.
    `shift_seconds` bounds the time between, `most_km` the way, `capacity_g`, `capacity_cm3` and `capacity_pallets`
    (places on its floor) what is aboard; 0 is no bound. It takes `loading_seconds` before each trip and may come
    back for more `reloads` times a day. `rests_at` is its driver's unpaid break of `rests_seconds`, None: no break.
    `starts` and `returns` are where it stands, None: at the site.
    """

    vehicle_id: str
    site_id: str
    service_id: str
    begins: time = time(7)
    ends: time = time(17)
    shift_seconds: int = 0
    most_km: int = 0
    capacity_g: int = 0
    capacity_cm3: int = 0
    capacity_pallets: int = 0
    loading_seconds: int = 900
    reloads: int = 0
    rests_at: time | None = None
    rests_seconds: int = 0
    skills: frozenset[str] = frozenset()
    starts: Position | None = None
    returns: Position | None = None


def wrong_with(vehicle: FleetVehicle) -> str:
    """What cannot be of a vehicle, as the end of a sentence; '' where nothing is wrong."""
    if vehicle.begins >= vehicle.ends:
        return f"begins at {vehicle.begins:%H:%M}, not before it ends at {vehicle.ends:%H:%M}"
    counted = (vehicle.shift_seconds, vehicle.most_km)
    carried = (vehicle.capacity_g, vehicle.capacity_cm3, vehicle.capacity_pallets)
    if min(*counted, *carried, vehicle.loading_seconds, vehicle.reloads, vehicle.rests_seconds) < 0:
        return "has a bound below zero; 0 says that there is none"
    if (vehicle.rests_at is None) != (vehicle.rests_seconds == 0):
        return "rests at a time for so long, or not at all: say both or neither"
    return ""


def rests_apart(vehicles: Sequence[FleetVehicle]) -> bool:
    """Whether vehicles of one site rest at different times, which a day's plan cannot keep."""
    return len({(each.rests_at, each.rests_seconds) for each in vehicles}) > 1
