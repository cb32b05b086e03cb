"""The own fleet: vehicles, the routes of a day, what became of their stops, what a route cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step
from doorstep.terms.fleet import FleetVehicle


@dataclass(frozen=True, slots=True)
class VehicleDefined(Body):
    """An own vehicle; a later definition of the same one replaces it."""

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.DEFINE
    vehicle: FleetVehicle

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("vehicle", self.vehicle.vehicle_id, "defined"),)


@dataclass(frozen=True, slots=True)
class RouteVisit:
    """A halt of a route in its order. `doing`: stop, or reload at the depot ('' as `stop_id`).

    The customer is told that it comes between `window_from` and `window_until`.
    """

    visit_no: int
    doing: str
    stop_id: str
    order_ids: tuple[str, ...]
    fulfilment_ids: tuple[str, ...]
    arrives_at: datetime
    leaves_at: datetime
    window_from: datetime
    window_until: datetime
    fresh: bool  # False: it was in this route before, and its time or place in it is another


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """A vehicle's day. `cost_minor` is by the tariff of its service; `visits` are those that are still ahead.

    `fresh` False: the route is there already, and planned anew.
    """

    route_id: str
    vehicle_id: str
    service_id: str
    tariff_id: str
    begins_at: datetime
    leaves_at: datetime
    ends_at: datetime
    distance_m: int
    working_seconds: int
    cost_minor: int
    fresh: bool
    visits: tuple[RouteVisit, ...]


@dataclass(frozen=True, slots=True)
class StopLeft:
    """A stop in no route: what stands in its way, and in words the least change that would let it in."""

    stop_id: str
    order_ids: tuple[str, ...]
    fulfilment_ids: tuple[str, ...]
    binding: str
    says: str


@dataclass(frozen=True, slots=True)
class StopOfRoute:
    """A stop that goes with another route now, or with none."""

    route_id: str
    stop_id: str


@dataclass(frozen=True, slots=True)
class RoutesPlanned(Body):
    """The routes of a site's own vehicles on a day, or what is left of them planned anew while they are driven.

    `called_off` are routes that are not driven after all, `gone` stops that are in their route no longer; `roads` says
    where distances came from. `work_used` as the budget of the search gives the same plan again.
    """

    STEP: ClassVar[Step] = Step.PLAN
    plan_id: str
    site_id: str
    day: date
    routes: tuple[PlannedRoute, ...]
    called_off: tuple[str, ...]
    gone: tuple[StopOfRoute, ...]
    unplaced: tuple[StopLeft, ...]
    cost_minor: int
    currency: str
    roads: str
    work_used: int

    def touches(self) -> tuple[Touch, ...]:
        return (
            *(Touch("route", route.route_id, "planned") for route in self.routes),
            *(Touch("route", route_id, "called off") for route_id in self.called_off),
            *_each("order", (v.order_ids for route in self.routes for v in route.visits), "on a route"),
            *_each("order", (left.order_ids for left in self.unplaced), "on no route"),
        )


@dataclass(frozen=True, slots=True)
class Aboard:
    """Parcels in a vehicle for one of its stops."""

    stop_id: str
    ssccs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteLeft(Body):
    """The vehicle drove off with these parcels. `missing` are stops of which nothing was at the dock: it passes by."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    route_id: str
    vehicle_id: str
    left_at: datetime
    aboard: tuple[Aboard, ...]
    missing: tuple[str, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("route", self.route_id, "left"),
            *_each("parcel", (stop.ssccs for stop in self.aboard), "aboard"),
        )


@dataclass(frozen=True, slots=True)
class StopEvent(Body):
    """What became of a stop: parcels, and the orders they are of."""

    route_id: str
    stop_id: str
    order_ids: tuple[str, ...]
    ssccs: tuple[str, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("route", self.route_id, "at"),
            *(Touch("order", order_id, "at the door") for order_id in self.order_ids),
            *(Touch("parcel", sscc, "at the door") for sscc in self.ssccs),
        )


@dataclass(frozen=True, slots=True)
class StopDone(StopEvent):
    """The driver was there and unloaded; `left_with` is person, neighbour or safe_place."""

    STEP: ClassVar[Step] = Step.DELIVER
    done_at: datetime
    left_with: str


@dataclass(frozen=True, slots=True)
class StopFailed(StopEvent):
    """The driver was there, or could not get there, and unloaded nothing: the goods stay aboard.

    `reason` is nobody_home, closed, refused, not_found or no_time. `again` where it is tried once more on this route.
    """

    STEP: ClassVar[Step] = Step.TRACK
    failed_at: datetime
    reason: str
    again: bool


@dataclass(frozen=True, slots=True)
class RouteShare:
    """What a parcel bears of a route, minor units, and what was reckoned for it when its label was made."""

    sscc: str
    order_id: str
    label_id: str
    share_minor: int
    accrued_minor: int


@dataclass(frozen=True, slots=True)
class RouteEnded(Body):
    """The vehicle is back: what was driven, what it cost by the tariff, and what each parcel bears of it."""

    STEP: ClassVar[Step] = Step.SCORE
    route_id: str
    vehicle_id: str
    carrier_id: str
    ended_at: datetime
    distance_m: int
    working_seconds: int
    stops: int
    cost_minor: int
    currency: str
    tariff_id: str
    shares: tuple[RouteShare, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("route", self.route_id, "ended"),
            *_each("order", ([share.order_id] for share in self.shares), "bears"),
        )


def _each(kind: str, ids: Iterable[Iterable[str]], qualifier: str) -> tuple[Touch, ...]:
    told = dict.fromkeys(one for some in ids for one in some)
    return tuple(Touch(kind, one, qualifier) for one in told)
