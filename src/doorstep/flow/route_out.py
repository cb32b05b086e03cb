"""A route is driven: it leaves with its parcels, stops are done or not, it comes back and its cost is shared out.

Parcels of own vehicles are tracked by the same scans as all others, in the local dialect: the driver is the carrier.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from doorstep.events.fleet import Aboard, RouteLeft, StopDone, StopFailed
from doorstep.flow.hand_over import Dock, NotHandedOver
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.track import take_within
from doorstep.storage.queries import fleet, floor
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import stamp
from doorstep.terms.refusals import Refusal, Why

LEFT_WITH: Mapping[str, str] = {"person": "DL", "neighbour": "DN", "safe_place": "DS"}
REASONS: Mapping[str, str] = {
    "nobody_home": "NH",
    "closed": "CL",
    "refused": "RF",
    "not_found": "AQ",
    "no_time": "MS",
}
REASON_WORDS: Mapping[str, str] = {
    "nobody_home": "nobody was at home",
    "closed": "it was closed",
    "refused": "it was refused",
    "not_found": "the address was not found",
    "no_time": "there was no time left",
}
_OUT = "OD"
ONE_VISIT = timedelta(minutes=15)  # told of a stop within so long it is the same visit, perhaps told by two people


@dataclass(frozen=True, slots=True)
class RouteGone:
    """The parcels that a vehicle left with, those that stay and why, and the stops that it passes by."""

    route_id: str
    ssccs: tuple[str, ...]
    kept: tuple[NotHandedOver, ...]
    missing: tuple[str, ...]
    minutes_late: int  # against the plan, below zero where it was sooner


@dataclass(frozen=True, slots=True)
class StopTold:
    """What became of a stop: done, failed, or planned once more."""

    route_id: str
    stop_id: str
    state: str
    ssccs: tuple[str, ...]
    minutes_late: int  # against the plan, below zero where it was sooner


def open_route(tx: Transaction, route_id: str, state: str) -> Any | Refusal:
    """The route's row, its site's fleet locked; a refusal where it is not in that state."""
    row = fleet.route(tx, route_id)
    if row is None:
        return Refusal(Why.UNKNOWN_TASK, f"There is no route {route_id}.", {"route_id": route_id})
    fleet.lock_fleet(tx, row.site_id)
    row = fleet.route(tx, route_id)
    if row.state != state:
        words = {"planned": "has not left", "out": "is under way", "ended": "has ended", "called_off": "is called off"}
        says = f"Route {route_id} {words[row.state]}."
        return Refusal(Why.WRONG_STATE, says, {"route_id": route_id, "state": row.state})
    return row


def leave(office: Office, who: Who, route_id: str, key: str, at: datetime | None = None) -> RouteGone | Refusal:
    """The vehicle drives off with what is at the dock for its stops. What may not go stays, and says why."""

    def step(tx: Transaction) -> RouteGone | Refusal:
        row = open_route(tx, route_id, "planned")
        if isinstance(row, Refusal):
            return row
        stops = [stop for stop in fleet.stops(tx, [route_id]) if stop.doing == "stop"]
        parcels = fleet.to_load(tx, [each for stop in stops for each in stop.fulfilment_ids])
        if not parcels:
            says = f"Nothing of route {route_id} stands at the dock with its label."
            return Refusal(Why.WRONG_STATE, says, {"route_id": route_id})
        tx.rows(*floor.lock_numbers({(each.carrier_id, each.tracking_number) for each in parcels}))
        scribe, left_at = Scribe(who, tx.now), at or tx.now
        loaded, kept = _loaded(tx, scribe, parcels, left_at)
        aboard = _aboard(stops, loaded)
        missing = tuple(stop.stop_id for stop in stops if stop.stop_id not in {each.stop_id for each in aboard})
        if not aboard:
            return kept[0].refusal
        tx.record(scribe(RouteLeft(route_id, row.vehicle_id, left_at, aboard, missing), site=row.site_id))
        tell(tx, route_id, loaded, _OUT, left_at)
        late = int((left_at - row.leaves_at).total_seconds()) // 60
        return RouteGone(route_id, tuple(each.sscc for each in loaded), kept, missing, late)

    return office.store.run(step, answers=RouteGone, key=key, request=[route_id, at])


def _loaded(
    tx: Transaction, scribe: Scribe, parcels: Sequence[Any], left_at: datetime
) -> tuple[list[Any], tuple[NotHandedOver, ...]]:
    """The parcels that go, handed over where they were not before; and those that may not."""
    docks = {
        carrier_id: Dock(tx, carrier_id, [each.sscc for each in parcels if each.carrier_id == carrier_id])
        for carrier_id in sorted({each.carrier_id for each in parcels})
    }
    loaded, kept = [], []
    for each in parcels:
        dock = docks[each.carrier_id]
        refusal = dock.judge(each.sscc) if each.state == "packed" else None
        if refusal is not None:
            kept.append(NotHandedOver(each.sscc, refusal))
            continue
        if each.state == "packed":
            dock.take(scribe, each.sscc, left_at)
        loaded.append(each)
    return loaded, tuple(kept)


def _aboard(stops: Sequence[Any], loaded: Sequence[Any]) -> tuple[Aboard, ...]:
    by_fulfilment: dict[str, list[str]] = defaultdict(list)
    for each in loaded:
        by_fulfilment[each.fulfilment_id].append(each.sscc)
    found = [
        Aboard(stop.stop_id, tuple(sscc for each in stop.fulfilment_ids for sscc in by_fulfilment[each]))
        for stop in stops
    ]
    return tuple(stop for stop in found if stop.ssccs)


def tell(tx: Transaction, route_id: str, parcels: Sequence[Any], code: str, at: datetime) -> None:
    """Scans of the driver, one for each parcel; rows with sscc, carrier_id and tracking_number."""
    tx.flush()
    messages = [
        (
            each.carrier_id,
            json.dumps(
                {
                    "id": f"{route_id}-{code}-{each.sscc}-{int(at.timestamp())}",
                    "tracking_number": each.tracking_number,
                    "code": code,
                    "at": stamp(at),
                }
            ).encode(),
        )
        for each in parcels
    ]
    take_within(tx, messages)


def stop_done(
    office: Office,
    who: Who,
    route_id: str,
    stop_id: str,
    key: str,
    left_with: str = "person",
    at: datetime | None = None,
) -> StopTold | Refusal:
    """The goods of a stop are unloaded, with a person, a neighbour or in a safe place. MALFORMED for anybody else."""
    if left_with not in LEFT_WITH:
        return _no_such("left_with", left_with, LEFT_WITH)

    def step(tx: Transaction) -> StopTold | Refusal:
        found = _at_stop(tx, route_id, stop_id)
        if isinstance(found, Refusal):
            return found
        row, stop = found
        done_at = at or tx.now
        scribe = Scribe(who, tx.now)
        body = StopDone(route_id, stop_id, tuple(stop.order_ids), tuple(stop.ssccs), done_at, left_with)
        tx.record(scribe(body, site=row.site_id, occurred_at=done_at))
        tell(tx, route_id, list(fleet.numbers_of(tx, stop.ssccs).values()), LEFT_WITH[left_with], done_at)
        return StopTold(route_id, stop_id, "done", tuple(stop.ssccs), _late(stop, done_at))

    return office.store.run(step, answers=StopTold, key=key, request=[route_id, stop_id, left_with, at])


def stop_failed(
    office: Office,
    who: Who,
    route_id: str,
    stop_id: str,
    reason: str,
    key: str,
    *,
    again: bool = False,
    at: datetime | None = None,
) -> StopTold | Refusal:
    """Nothing of a stop was unloaded. `again`: it is tried once more on this route, an hour and a half later at the
    soonest; else its goods come back and go with the next day's routes. WRONG_STATE where somebody else told the same
    visit already."""
    if reason not in REASONS:
        return _no_such("reason", reason, REASONS)

    def step(tx: Transaction) -> StopTold | Refusal:
        found = _at_stop(tx, route_id, stop_id)
        if isinstance(found, Refusal):
            return found
        row, stop = found
        failed_at = at or tx.now
        if again and stop.at is not None and abs(failed_at - stop.at) < ONE_VISIT:
            says = f"Stop {stop_id} is told already: it failed at {stop.at:%H:%M} UTC, and is tried again."
            return Refusal(Why.WRONG_STATE, says, {"route_id": route_id, "stop_id": stop_id})
        fail(tx, Scribe(who, tx.now), row, stop, reason, failed_at, again=again)
        state = "planned" if again else "failed"
        return StopTold(route_id, stop_id, state, tuple(stop.ssccs), _late(stop, failed_at))

    return office.store.run(step, answers=StopTold, key=key, request=[route_id, stop_id, reason, again, at])


def fail(
    tx: Transaction, scribe: Scribe, row: Any, stop: Any, reason: str, failed_at: datetime, *, again: bool = False
) -> None:
    """Record that a stop of a route failed, with the scans of its parcels."""
    about = (row.route_id, stop.stop_id, tuple(stop.order_ids), tuple(stop.ssccs))
    body = StopFailed(*about, failed_at, reason, again)
    tx.record(scribe(body, site=row.site_id, occurred_at=failed_at, cause=REASON_WORDS[reason]))
    tell(tx, row.route_id, list(fleet.numbers_of(tx, stop.ssccs).values()), REASONS[reason], failed_at)


def _at_stop(tx: Transaction, route_id: str, stop_id: str) -> tuple[Any, Any] | Refusal:
    row = open_route(tx, route_id, "out")
    if isinstance(row, Refusal):
        return row
    stop = next((each for each in fleet.stops(tx, [route_id]) if stop_id in (each.stop_id, *each.order_ids)), None)
    about: dict[str, str | int] = {"route_id": route_id, "stop_id": stop_id}
    if stop is None or stop.doing != "stop" or stop.stop_id != stop_id:
        known = f" It is stop {stop.stop_id}." if stop is not None and stop.doing == "stop" else ""
        return Refusal(Why.UNKNOWN_TASK, f"Route {route_id} has no stop {stop_id}.{known}", about)
    if stop.state != "planned":
        return Refusal(Why.WRONG_STATE, f"Stop {stop_id} of route {route_id} is {stop.state}.", about)
    numbers = fleet.numbers_of(tx, stop.ssccs).values()
    tx.rows(*floor.lock_numbers({(each.carrier_id, each.tracking_number) for each in numbers}))
    return row, stop


def _no_such(name: str, told: str, known: Mapping[str, str]) -> Refusal:
    return Refusal(Why.MALFORMED, f"{name} is one of {', '.join(known)}, not {told!r}.", {name: told})


def _late(stop: Any, at: datetime) -> int:
    return int((at - stop.arrives_at).total_seconds()) // 60
