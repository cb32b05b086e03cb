"""Routes of own vehicles: what callers send, and what they are told."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from doorstep.api.answers import Instant, MoneyOut, Out, money
from doorstep.api.bodies import Day
from doorstep.api.bodies import Instant as InstantIn
from doorstep.flow import look_routes, route_end, route_out
from doorstep.flow.route_anew import Anew
from doorstep.flow.routes import RoutesMade
from doorstep.intake.orders import Id, Strict


class RoutesIn(Strict):
    """The site whose own vehicles are to be planned, and the day."""

    site_id: Id
    day: Day


class RoutesOf(Strict):
    """Of which site; of today on its wall where no day is named."""

    site: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
    day: Day | None = None


class LeaveIn(Strict):
    """When the vehicle drove off; now, where that is left out."""

    at: InstantIn | None = None


class StopIn(Strict):
    """What became of a stop. `again` tries one that failed once more on the same route."""

    state: Literal["done", "failed"]
    left_with: Literal["person", "neighbour", "safe_place"] = "person"
    reason: Literal["", "nobody_home", "closed", "refused", "not_found", "no_time"] = ""
    again: bool = False
    at: InstantIn | None = None


class EndIn(Strict):
    """What was driven, in metres; as planned where that is left out."""

    distance_m: Annotated[int, Field(strict=True, ge=0, le=100_000_000)] | None = None
    at: InstantIn | None = None


class RouteStopOut(Out):
    """A halt of a route. Customers are told that it comes between the two instants of its window."""

    visit_no: int
    doing: str = Field(examples=["stop"])
    stop_id: str = Field(examples=["ord_1s0xk5qj9e0q2m7c"])
    order_ids: list[str]
    name: str
    where: str
    parcels: int
    arrives_at: Instant
    leaves_at: Instant
    window_from: Instant
    window_until: Instant
    state: str = Field(examples=["planned"])
    at: Instant | None
    reason: str


class RouteOut(Out):
    """A vehicle's day: state is planned, out or ended."""

    route_id: str = Field(examples=["rte_1s0xk5qj9e0q2m7c"])
    site_id: str
    day: date
    vehicle_id: str
    service_id: str
    state: str
    begins_at: Instant
    leaves_at: Instant
    ends_at: Instant
    left_at: Instant | None
    ended_at: Instant | None
    distance_m: int
    working_seconds: int
    cost: MoneyOut
    stops: list[RouteStopOut]

    @classmethod
    def of(cls, view: look_routes.RouteView) -> RouteOut:
        told = {name: getattr(view, name) for name in cls.model_fields if name not in ("cost", "stops")}
        stops = [RouteStopOut.model_validate(stop) for stop in view.stops]
        return cls(**told, cost=money(view.cost_minor, view.currency), stops=stops)


class StopLeftOut(Out):
    """A stop in no route: what stands in its way, and the least change that would let it in."""

    stop_id: str
    order_ids: list[str]
    binding: str = Field(examples=["capacity"])
    says: str


class RoutesOut(Out):
    """A site's routes of a day, and what is in none of them."""

    site_id: str
    day: date
    roads: str = Field(description="Where distances came from.", examples=["great circles"])
    routes: list[RouteOut]
    unplaced: list[StopLeftOut]
    cost: MoneyOut

    @classmethod
    def of(cls, view: look_routes.DayView) -> RoutesOut:
        return cls(
            site_id=view.site_id,
            day=view.day,
            roads=view.roads,
            routes=[RouteOut.of(route) for route in view.routes],
            unplaced=[StopLeftOut.model_validate(left) for left in view.unplaced],
            cost=money(view.cost_minor, view.currency),
        )


class RoutesMadeOut(Out):
    """The plan that was made: its routes by their ids, what is in none, what they cost by their tariffs."""

    plan_id: str
    site_id: str
    day: date
    routes: list[str]
    unplaced: list[StopLeftOut]
    cost: MoneyOut

    @classmethod
    def of(cls, made: RoutesMade) -> RoutesMadeOut:
        return cls(
            plan_id=made.plan_id,
            site_id=made.site_id,
            day=made.day,
            routes=[route.route_id for route in made.routes],
            unplaced=[StopLeftOut.model_validate(left) for left in made.unplaced],
            cost=money(made.cost_minor, made.currency),
        )


class StaysOut(Out):
    """A parcel that did not go, and why."""

    sscc: str
    code: str
    says: str


class GoneOut(Out):
    """The parcels on the road, those that stay, and the stops that are passed by."""

    route_id: str
    ssccs: list[str]
    kept: list[StaysOut]
    missing: list[str]

    @classmethod
    def of(cls, gone: route_out.RouteGone) -> GoneOut:
        kept = [StaysOut(sscc=each.sscc, code=each.refusal.code, says=each.refusal.says) for each in gone.kept]
        return cls(route_id=gone.route_id, ssccs=list(gone.ssccs), kept=kept, missing=list(gone.missing))


class StopOut(Out):
    """What became of the stop; where the rest was planned anew, when the vehicle is back, and what has no time."""

    route_id: str
    stop_id: str
    state: str
    ssccs: list[str]
    ends_at: Instant | None
    dropped: list[str]

    @classmethod
    def of(cls, told: route_out.StopTold, anew: Anew | None) -> StopOut:
        return cls(
            route_id=told.route_id,
            stop_id=told.stop_id,
            state=told.state,
            ssccs=list(told.ssccs),
            ends_at=anew.ends_at if anew else None,
            dropped=list(anew.dropped) if anew else [],
        )


class BackOut(Out):
    """What a route came to, and what its parcels' labels had reckoned."""

    route_id: str
    stops: int
    distance_m: int
    working_seconds: int
    cost: MoneyOut
    expected: MoneyOut

    @classmethod
    def of(cls, back: route_end.RouteBack) -> BackOut:
        return cls(
            route_id=back.route_id,
            stops=back.stops,
            distance_m=back.distance_m,
            working_seconds=back.working_seconds,
            cost=money(back.cost_minor, back.currency),
            expected=money(back.expected_minor, back.currency),
        )
