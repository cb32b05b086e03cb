"""What the room is given, what it gives back, and what it refuses to look at.

Seconds count from midnight of the day that is planned, by one clock; metres, grams and minor units are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

UNREACHABLE = 1_000_000_000  # metres or seconds from where there is no way
MOST_SECONDS = 31 * 86_400
MOST_DISTANCE_M = 100_000_000
MOST_LOAD = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Load:
    """Grams, cubic centimetres and pallet places: what goods take, or what a vehicle has."""

    weight_g: int = 0
    volume_cm3: int = 0
    pallets: int = 0

    @property
    def parts(self) -> tuple[int, int, int]:
        return self.weight_g, self.volume_cm3, self.pallets

    def __add__(self, other: Load) -> Load:
        return Load(*(one + two for one, two in zip(self.parts, other.parts, strict=True)))

    def __sub__(self, other: Load) -> Load:
        return Load(*(one - two for one, two in zip(self.parts, other.parts, strict=True)))

    def beyond(self, room: Load) -> Load:
        """How much more than `room` this is, part by part; nothing where it fits."""
        return Load(*(max(one - two, 0) for one, two in zip(self.parts, room.parts, strict=True)))


NOTHING = Load()
ANY_LOAD = Load(MOST_LOAD, MOST_LOAD, MOST_LOAD)


@dataclass(frozen=True, slots=True)
class Fetch:
    """Where a stop's goods are fetched first, by the same vehicle on the same trip, instead of at its depot."""

    place: int
    opens_seconds: int = 0
    closes_seconds: int = MOST_SECONDS
    service_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """A place where goods are unloaded, loaded, or both.

    `place` is a row of the distances. `deliver` comes from the vehicle's depot, or from `fetch`; `collect` is taken
    back to the depot. Work begins within the window; the goods are at the depot from `release_seconds`. A vehicle
    needs all `skills`. Of what cannot all be done, a stop of priority 2 stands for two of priority 1.
    """

    stop_id: str
    place: int
    deliver: Load = NOTHING
    collect: Load = NOTHING
    opens_seconds: int = 0
    closes_seconds: int = MOST_SECONDS
    service_seconds: int = 0
    release_seconds: int = 0
    skills: frozenset[str] = frozenset()
    fetch: Fetch | None = None
    priority: int = 1


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle with its driver for the day.

    It begins to load between `begins_seconds` and `begins_by_seconds` and is back at `end_place` by `ends_seconds`.
    `shift_seconds` bounds the time between, `most_distance_m` the way. `loading_seconds` are spent at the depot before
    each trip. It may come back to `reload_places` up to `most_reloads` times a day. `aboard` is collected already and
    stays until a depot.
    """

    vehicle_id: str
    capacity: Load = ANY_LOAD
    start_place: int = 0
    end_place: int = 0
    begins_seconds: int = 0
    begins_by_seconds: int = MOST_SECONDS
    ends_seconds: int = MOST_SECONDS
    shift_seconds: int = MOST_SECONDS
    most_distance_m: int = MOST_DISTANCE_M
    loading_seconds: int = 0
    reload_places: tuple[int, ...] = ()
    most_reloads: int = 0
    skills: frozenset[str] = frozenset()
    fixed_minor: int = 0
    per_km_minor: int = 0
    per_hour_minor: int = 0
    aboard: Load = NOTHING


@dataclass(frozen=True, slots=True)
class Pause:
    """A break at a fixed time for everyone who is under way then: driving and work stop, and go on after it."""

    begins_seconds: int
    seconds: int

    @property
    def ends_seconds(self) -> int:
        return self.begins_seconds + self.seconds


@dataclass(frozen=True, slots=True)
class Params:
    """How hard to look, and the day's pause.

    `work_budget`: rounds of the search; the same budget and seed give the same plan. `fewest_vehicles`: a vehicle
    less is worth any distance. `pause` is unpaid.
    """

    work_budget: int = 2_000
    seed: int = 0
    fewest_vehicles: bool = False
    pause: Pause | None = None

    def __post_init__(self) -> None:
        if self.work_budget < 0:
            raise ValueError(f"work_budget is {self.work_budget}; it cannot be negative")
        if not 0 <= self.seed < 1 << 31:
            raise ValueError(f"seed is {self.seed}; it is from 0 to 2147483647")
        if self.pause and not (self.pause.begins_seconds >= 0 and 0 < self.pause.seconds <= 86_400):
            raise ValueError("a pause begins at or after midnight and lasts from a second to a day")


class Doing(StrEnum):
    """What a vehicle does where it halts."""

    STOP = "stop"
    FETCH = "fetch"
    RELOAD = "reload"


@dataclass(frozen=True, slots=True)
class Visit:
    """A halt in the order of driving; times by the clock, a pause that falls between them included."""

    doing: Doing
    stop_id: str  # '' for a reload
    place: int
    arrives_seconds: int
    begins_seconds: int
    leaves_seconds: int


@dataclass(frozen=True, slots=True)
class Route:
    """A vehicle's day. It begins to load at `begins_seconds`, leaves at `leaves_seconds`, is back at `ends_seconds`."""

    vehicle_id: str
    visits: tuple[Visit, ...]
    begins_seconds: int
    leaves_seconds: int
    ends_seconds: int
    distance_m: int
    working_seconds: int  # from begin to end without the pause
    cost_minor: int


class Binding(StrEnum):
    """Why a stop is not in the plan: what would have to give way, cheapest first."""

    WINDOW = "window"
    SHIFT = "shift"
    DISTANCE = "distance"
    RELEASE = "release"
    CAPACITY = "capacity"
    SKILL = "skill"
    VEHICLES = "vehicles"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The least that would have to change, everything else in the plan as it is, for the stop to fit.

    `another`: it takes one more vehicle like `vehicle_id`. Times are seconds: the window opens or closes, the shift
    ends and may last, the goods are there so much earlier or later.
    """

    binding: Binding
    vehicle_id: str = ""
    another: bool = False
    opens_earlier_seconds: int = 0
    closes_later_seconds: int = 0
    shift_seconds: int = 0
    release_earlier_seconds: int = 0
    distance_m: int = 0
    load: Load = NOTHING
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A stop that is in no route, what stands in its way, and in a sentence what would let it in.

    `others` are the least changes of other kinds that would do as well.
    """

    stop_id: str
    binding: Binding
    relaxation: Relaxation | None
    says: str
    others: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Every stop given is in one route or unplaced. `work_used` as `work_budget` gives this plan again."""

    routes: tuple[Route, ...]
    unplaced: tuple[Unplaced, ...]
    cost_minor: int
    work_used: int

    def route_of(self, vehicle_id: str) -> Route | None:
        return next((route for route in self.routes if route.vehicle_id == vehicle_id), None)


def cost_of(vehicle: Vehicle, distance_m: int, working_seconds: int) -> int:
    """What a route costs in minor units, rounded half up once."""
    scaled = distance_m * vehicle.per_km_minor * 18 + working_seconds * vehicle.per_hour_minor * 5
    return vehicle.fixed_minor + (scaled + 9_000) // 18_000


def refuse_nonsense(stops: Sequence[Stop], vehicles: Sequence[Vehicle], places: int) -> None:
    """ValueError, saying what is wrong, for stops and vehicles that cannot be."""
    if len({stop.stop_id for stop in stops}) != len(stops):
        raise ValueError("two stops have the same stop_id")
    if len({vehicle.vehicle_id for vehicle in vehicles}) != len(vehicles):
        raise ValueError("two vehicles have the same vehicle_id")
    for stop in stops:
        _refuse_stop(stop, places)
    for vehicle in vehicles:
        _refuse_vehicle(vehicle, places)


def _refuse_stop(stop: Stop, places: int) -> None:
    whose = f"stop {stop.stop_id}"
    parts: list[Stop | Fetch] = [stop, *([stop.fetch] if stop.fetch else [])]
    for part in parts:
        if not 0 <= part.place < places:
            raise ValueError(f"{whose} is at place {part.place}; the distances know {places} places")
        if not 0 <= part.opens_seconds <= part.closes_seconds <= MOST_SECONDS:
            raise ValueError(f"{whose} opens at {part.opens_seconds} and closes at {part.closes_seconds} seconds")
        if not 0 <= part.service_seconds <= MOST_SECONDS:
            raise ValueError(f"{whose} takes {part.service_seconds} seconds")
    loads = (*stop.deliver.parts, *stop.collect.parts)
    if min(loads) < 0 or max(loads) > MOST_LOAD:
        raise ValueError(f"{whose} has a load below zero or beyond {MOST_LOAD}")
    if not 0 <= stop.release_seconds <= MOST_SECONDS or not 1 <= stop.priority <= 100:
        raise ValueError(f"{whose} is released at {stop.release_seconds} seconds with priority {stop.priority}")
    if stop.fetch and stop.collect != NOTHING:
        raise ValueError(f"{whose} is fetched from elsewhere and collects too; give two stops")


def _refuse_vehicle(vehicle: Vehicle, places: int) -> None:
    whose = f"vehicle {vehicle.vehicle_id}"
    if not all(0 <= place < places for place in (vehicle.start_place, vehicle.end_place, *vehicle.reload_places)):
        raise ValueError(f"{whose} is at a place that the distances, {places} places, do not know")
    if not 0 <= vehicle.begins_seconds <= vehicle.ends_seconds <= MOST_SECONDS:
        raise ValueError(f"{whose} begins at {vehicle.begins_seconds} and ends at {vehicle.ends_seconds} seconds")
    bounds = (vehicle.shift_seconds, vehicle.most_distance_m, vehicle.loading_seconds, vehicle.most_reloads)
    costs = (vehicle.fixed_minor, vehicle.per_km_minor, vehicle.per_hour_minor)
    if min(*bounds, *costs, *vehicle.capacity.parts, *vehicle.aboard.parts) < 0:
        raise ValueError(f"{whose} has a bound, a cost or a capacity below zero")
    if max(costs) > 100_000_000:
        raise ValueError(f"{whose} costs more than 100,000,000 minor units a kilometre, an hour or a day")
