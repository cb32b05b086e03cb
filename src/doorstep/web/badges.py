"""Badges: a word, a tone and a shape for how something stands. The shape says it to whoever sees no colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from doorstep.flow.look import OrderView, ParcelView, ScoreView
from doorstep.flow.look_dispatch import RouteSeen, StopSeen
from doorstep.flow.look_orders import Late, OrderRow
from doorstep.flow.look_risk import Risk
from doorstep.flow.look_tracked import Status
from doorstep.flow.words import plainly
from doorstep.planning.change import State


@dataclass(frozen=True, slots=True)
class Badge:
    """`tone` is good, warn, bad, busy or calm; `shape` is done, half, open, wait, alarm, stop or way."""

    says: str
    tone: str
    shape: str


_STATES = {
    State.HELD: Badge("On hold", "warn", "wait"),
    State.PROMISED: Badge("Promised", "calm", "open"),
    State.PLANNED: Badge("Planned", "calm", "open"),
    State.RELEASED: Badge("On the floor", "busy", "half"),
    State.PICKING: Badge("Picking", "busy", "half"),
    State.PICKED: Badge("Picked", "busy", "half"),
    State.PACKED: Badge("Packed", "busy", "half"),
    State.LABELLED: Badge("At the dock", "busy", "half"),
    State.HANDED_OVER: Badge("On the road", "busy", "way"),
    State.DELIVERED: Badge("Delivered", "good", "done"),
    State.CANCELLED: Badge("Cancelled", "calm", "stop"),
}
_LATE = {Late.BROKEN: Badge("Broken", "bad", "stop"), Late.PREDICTED: Badge("Will be late", "warn", "alarm")}
_RISKS = {
    Risk.LATE: Badge("Too late", "bad", "alarm"),
    Risk.STUCK: Badge("Stuck", "warn", "wait"),
    Risk.DUE: Badge("Due today", "busy", "open"),
}
_MILESTONES = {
    "attempted": Badge("Nobody at the door", "warn", "alarm"),
    "held": Badge("Held by the carrier", "warn", "wait"),
    "returning": Badge("Coming back", "bad", "alarm"),
    "returned": Badge("Came back", "bad", "stop"),
    "lost": Badge("Lost", "bad", "stop"),
    "delivered": Badge("Delivered", "good", "done"),
}
_TRACKED = {
    Status.PENDING: Badge("Being prepared", "calm", "open"),
    Status.INFO_RECEIVED: Badge("Ready for the carrier", "busy", "half"),
    Status.IN_TRANSIT: Badge("On its way", "busy", "way"),
    Status.OUT_FOR_DELIVERY: Badge("Out for delivery", "busy", "way"),
    Status.ATTEMPT_FAIL: Badge("Could not be delivered", "warn", "alarm"),
    Status.DELIVERED: Badge("Delivered", "good", "done"),
    Status.AVAILABLE_FOR_PICKUP: Badge("Ready to be picked up", "busy", "half"),
    Status.EXCEPTION: Badge("Something is wrong", "warn", "alarm"),
    Status.EXPIRED: Badge("No news", "warn", "wait"),
}
_ROUTES = {
    "planned": Badge("Planned", "calm", "open"),
    "out": Badge("On the road", "busy", "way"),
    "ended": Badge("Back", "good", "done"),
    "called_off": Badge("Called off", "calm", "stop"),
}
_LEFT_WITH = {"neighbour": "With a neighbour", "safe_place": "In a safe place"}
_FAILED = {
    "nobody_home": "Nobody at home",
    "closed": "Closed",
    "refused": "Refused",
    "not_found": "Not found",
    "no_time": "No time left",
}
_STOPPED = Badge("Stopped", "warn", "wait")
_PARTS = {
    "planned": State.PLANNED,
    "released": State.RELEASED,
    "picked": State.PICKED,
    "packed": State.PACKED,
    "labelled": State.LABELLED,
    "handed_over": State.HANDED_OVER,
    "delivered": State.DELIVERED,
    "cancelled": State.CANCELLED,
}


def state(how_far: State) -> Badge:
    """How far an order has come."""
    return _STATES[how_far]


def states_of_row(row: OrderRow) -> list[Badge]:
    """How an order in a list stands: how far it is, and what holds it up."""
    found = [_STATES[row.state]]
    if row.state is State.HELD:
        found = [_STOPPED if row.stopped else Badge("Not paid yet", "warn", "wait")]
    elif row.stopped:
        found.append(_STOPPED)
    return found


def late(how: Late | None) -> Badge | None:
    """Whether the promise is broken, or will be."""
    return _LATE.get(how) if how else None


def promise(view: OrderView, how_late: Late | None, today: date) -> Badge:
    """How the order's promise stands: kept, broken, passed and not judged yet, in danger, or still to be kept."""
    scored = next((score for score in view.scores if score.against == "agreed"), None)
    if scored:
        return Badge("Promise kept", "good", "done") if scored.kept else Badge("Promise broken", "bad", "stop")
    if how_late and view.promises and view.promises[-1].windows[0].last_day < today:
        return Badge("Promise has passed", "bad", "alarm")
    if how_late:
        return Badge("Promise will break", "warn", "alarm")
    if view.state is State.CANCELLED:
        return Badge("Promise withdrawn", "calm", "stop")
    return Badge("Promise open", "calm", "open")


def score(scored: ScoreView) -> Badge:
    """How a promise ended."""
    return Badge("Kept", "good", "done") if scored.kept else Badge(f"Broken: {scored.reason}", "bad", "stop")


def payment(view: OrderView) -> Badge:
    """Whether the order may be worked on."""
    if view.cleared_at:
        return Badge("Cleared", "good", "done")
    return Badge("Waits for payment", "warn", "wait")


def fulfilment(view: OrderView) -> Badge:
    """How far the goods are."""
    return _STOPPED if view.stopped else _STATES[view.state]


def part(word: str) -> Badge:
    """How far a fulfilment order is."""
    return _STATES[_PARTS[word]] if word in _PARTS else Badge(plainly(word), "calm", "open")


def parcel(view: ParcelView) -> Badge:
    """How far a parcel is."""
    if view.milestone in _MILESTONES:
        return _MILESTONES[view.milestone]
    if view.delivered_at:
        return _MILESTONES["delivered"]
    if view.handed_over_at:
        return Badge(plainly(view.milestone) if view.milestone else "On the road", "busy", "way")
    if view.label_state == "failed":
        return Badge("Label refused", "bad", "alarm")
    return _STATES[State.LABELLED] if view.label_state == "bought" else Badge("Waits for its label", "busy", "half")


def risk(how: Risk) -> Badge:
    """How bad it is."""
    return _RISKS[how]


def route(seen: RouteSeen) -> Badge:
    """How far a route is."""
    if seen.route.state == "out" and not seen.ahead:
        return Badge("On its way back", "busy", "way")
    return _ROUTES[seen.route.state]


def stop(seen: StopSeen) -> Badge:
    """What became of a stop, or is to become of it."""
    one = seen.stop
    if one.state == "done":
        return Badge(_LEFT_WITH.get(one.reason, "Delivered"), "good", "done")
    if one.state == "failed":
        return Badge(_FAILED.get(one.reason, "Not delivered"), "bad", "stop")
    if one.state == "missing":
        return Badge("Not at the dock", "warn", "wait")
    if seen.late:
        return Badge(seen.late.by, "warn", "alarm")
    if seen.next:
        return Badge("Next", "busy", "way")
    return Badge("To come", "calm", "open")


def tracked(status: Status) -> Badge:
    """How far an order or parcel is, to the customer."""
    return _TRACKED[status]


GLOBALS: Mapping[str, Callable[..., Any]] = {
    "late_badge": late,
    "parcel_badge": parcel,
    "part_badge": part,
    "payment_badge": payment,
    "promise_badge": promise,
    "fulfilment_badge": fulfilment,
    "risk_badge": risk,
    "row_badges": states_of_row,
    "route_badge": route,
    "score_badge": score,
    "state_badge": state,
    "stop_badge": stop,
    "tracked_badge": tracked,
}
