"""A vehicle is back: what its route cost by the tariff, and what each parcel bears of it, in the place of what was
reckoned when its label was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from doorstep.carriers.freight import van_bill
from doorstep.events.fleet import RouteEnded, RouteShare
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of
from doorstep.flow.route_day import SiteFleet, site_fleet
from doorstep.flow.route_out import open_route
from doorstep.storage.queries import fleet
from doorstep.storage.transaction import Transaction
from doorstep.terms.fleet import FleetVehicle
from doorstep.terms.money import share_out
from doorstep.terms.refusals import Refusal, Why

FORGOTTEN = timedelta(hours=4)  # so long after it was to be back a route with nothing left to do is ended by the clock


@dataclass(frozen=True, slots=True)
class RouteBack:
    """What a route came to; `expected_minor` is what its parcels' labels had reckoned."""

    route_id: str
    stops: int
    distance_m: int
    working_seconds: int
    cost_minor: int
    expected_minor: int
    currency: str


def end_route(
    office: Office,
    who: Who,
    route_id: str,
    key: str = "",
    *,
    distance_m: int | None = None,
    at: datetime | None = None,
) -> RouteBack | Refusal:
    """The vehicle is back at `at`, after `distance_m` (None: what was planned). Every stop must be done or failed."""

    def step(tx: Transaction) -> RouteBack | Refusal:
        row = open_route(tx, route_id, "out")
        if isinstance(row, Refusal):
            return row
        own = site_fleet(tx, row.site_id)
        if isinstance(own, Refusal):
            return own
        stops = [stop for stop in fleet.stops(tx, [route_id]) if stop.doing == "stop" and stop.state != "missing"]
        waiting = [stop.stop_id for stop in stops if stop.state == "planned"]
        if waiting:
            says = f"Say first what became of {', '.join(waiting[:5])}: done, or failed and why."
            return Refusal(Why.WRONG_STATE, says, {"route_id": route_id, "stops": len(waiting)})
        ended_at = at or tx.now
        if ended_at < row.left_at or (distance_m is not None and distance_m < 0):
            says = f"Route {route_id} left at {row.left_at:%H:%M} UTC and cannot be back before; no way is below zero."
            return Refusal(Why.MALFORMED, says, {"route_id": route_id})
        return _record(tx, Scribe(who, tx.now), own, row, stops, distance_m, ended_at)

    return office.store.run(step, answers=RouteBack, key=key, request=[route_id, distance_m, at])


def end_forgotten(office: Office) -> tuple[str, ...]:
    """Routes with nothing left to do that nobody has ended: they are ended as they were planned."""
    with office.store.reading() as tx:
        rows = fleet.forgotten(tx, tx.now - FORGOTTEN)
    told = [(r.route_id, end_route(office, CLOCKWORK, r.route_id, at=max(r.ends_at, r.last_at))) for r in rows]
    return tuple(route_id for route_id, back in told if isinstance(back, RouteBack))


def _record(
    tx: Transaction,
    scribe: Scribe,
    own: SiteFleet,
    row: Any,
    stops: Sequence[Any],
    distance_m: int | None,
    ended_at: datetime,
) -> RouteBack:
    vehicle = next((each for each in own.vehicles if each.vehicle_id == row.vehicle_id), None)
    metres = row.distance_m if distance_m is None else distance_m
    working = _working_seconds(own, vehicle, row, ended_at)
    tariff = own.tariffs[row.service_id]
    bill = van_bill(tariff, metres, working, len(stops))
    shares = _shares(tx, bill.total_minor, stops)
    body = RouteEnded(
        route_id=row.route_id,
        vehicle_id=row.vehicle_id,
        carrier_id=own.services[row.service_id].carrier_id,
        ended_at=ended_at,
        distance_m=metres,
        working_seconds=working,
        stops=len(stops),
        cost_minor=bill.total_minor,
        currency=company_of(tx).currency,
        tariff_id=tariff.tariff_id,
        shares=shares,
    )
    tx.record(scribe(body, site=row.site_id, occurred_at=ended_at, resource=row.vehicle_id))
    expected = sum(share.accrued_minor for share in shares)
    return RouteBack(row.route_id, len(stops), metres, working, bill.total_minor, expected, body.currency)


def _working_seconds(own: SiteFleet, vehicle: FleetVehicle | None, row: Any, ended_at: datetime) -> int:
    """From loading to being back, without the driver's break."""
    loading = vehicle.loading_seconds if vehicle else 0
    total = int((ended_at - row.left_at).total_seconds()) + loading
    if vehicle is None or vehicle.rests_at is None:
        return total
    rests_from = own.site.calendar.at(row.day, vehicle.rests_at)
    rests_until = rests_from + timedelta(seconds=vehicle.rests_seconds)
    rested = min(ended_at, rests_until) - max(row.left_at, rests_from)
    return total - max(int(rested.total_seconds()), 0)


def _shares(tx: Transaction, cost_minor: int, stops: Sequence[Any]) -> tuple[RouteShare, ...]:
    """Each stop bears the same of a route, as it was planned; of a stop each parcel by its weight."""
    bearing = [stop for stop in stops if stop.ssccs]
    known = fleet.numbers_of(tx, [sscc for stop in bearing for sscc in stop.ssccs])
    found = []
    for stop, minor in zip(bearing, share_out(cost_minor, [1] * len(bearing)) if bearing else (), strict=True):
        parcels = [known[sscc] for sscc in stop.ssccs if sscc in known]
        if not parcels:
            continue
        for parcel, share in zip(parcels, share_out(minor, [each.weight_g for each in parcels]), strict=True):
            accrued = 0 if parcel.shared else parcel.cost_minor
            found.append(RouteShare(parcel.sscc, parcel.order_id, parcel.label_id, share, accrued))
    return tuple(found)
