"""What the page of an order makes of its reasons: promises side by side, the plan, where its time went, its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from doorstep.flow.explain import Explanation, PlanWhy, PromiseWhy
from doorstep.flow.look import OrderView, ScoreView
from doorstep.flow.look_chart import Segment
from doorstep.flow.look_orders import TimelineEntry
from doorstep.flow.reasons import Rejected, in_words, rejected_ways
from doorstep.flow.words import short_window
from doorstep.web.words import local_day

_APART = ("HandOffMade",)  # these have a panel of their own
_TURNS = (
    "OrderPlaced",
    "OrderPromised",
    "HandedOver",
    "OrderDelivered",
    "OrderCancelled",
    "PromiseKept",
    "PromiseBroken",
)
_MILLE = 1000


@dataclass(frozen=True, slots=True)
class ToldWindow:
    """One of the three windows an order is measured by, who spoke it and when, and how it ended."""

    name: str
    says: str
    ppm: int | None
    at: datetime | None
    score: ScoreView | None


@dataclass(frozen=True, slots=True)
class PlanTold:
    """The newest plan in words, with what there was to gain beyond it at most."""

    plan: PlanWhy
    reasons: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    over_minor: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the order's time on a bar that is 1000 long: waiting or working."""

    kind: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What one step had of the order's time."""

    title: str
    department: str
    waiting_seconds: int
    working_seconds: int


@dataclass(frozen=True, slots=True)
class TimeTold:
    """Where an order's time went, from its placing to its last step: on a bar, and by step."""

    seconds: int
    bar: tuple[Stretch, ...]
    steps: tuple[Spent, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What one person or machine did at one moment, the newest first; `marks` where it is a turn of the order's way."""

    at: datetime
    who: str
    department: str
    cause: str
    says: tuple[str, ...]
    marks: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day on the wall of the order's zone."""

    on: date
    told: tuple[Told, ...]


def newest_promise(told: Explanation) -> PromiseWhy | None:
    """The promise that stands."""
    return told.promises[-1] if told.promises else None


def three_promises(told: Explanation) -> list[ToldWindow]:
    """What was asked (where anything was), first promised and agreed last."""
    order = told.order
    scores = {score.against: score for score in order.scores}
    found = []
    if order.asked_from or order.asked_by:
        found.append(ToldWindow("Asked for", _asked(order), None, order.placed_at, scores.get("asked")))
    if order.promises:
        for name, made, against in (
            ("First promised", order.promises[0], "first"),
            ("Agreed last", order.promises[-1], "agreed"),
        ):
            whole = next((one for one in made.windows if not one.line_no), made.windows[0])
            says = short_window(whole.first_day, whole.last_day)
            found.append(ToldWindow(name, says, whole.ppm, made.promised_at, scores.get(against)))
    return found


def _asked(order: OrderView) -> str:
    if order.asked_by:
        return short_window(order.asked_from, order.asked_by)
    return f"not before {order.asked_from}"


def plan(told: Explanation) -> PlanTold | None:
    """The newest plan, None where there is none."""
    made = told.plan
    if made is None:
        return None
    reasons = tuple(map(in_words, made.reasons))
    return PlanTold(made, reasons, rejected_ways(made.rejected), max(made.cost_minor - made.bound_minor, 0))


def time_told(segments: Sequence[Segment]) -> TimeTold:
    """The segments of an order's account, told. They add up to its time exactly; what is drawn is rounded down."""
    whole = sum(segment.seconds for segment in segments)
    bar, past = [], 0
    spent: dict[str, dict[str, int]] = {}
    departments: dict[str, str] = {}
    for segment in segments:
        start, past = past * _MILLE // max(whole, 1), past + segment.seconds
        bar.append(Stretch(segment.kind, start, past * _MILLE // max(whole, 1) - start))
        by_kind = spent.setdefault(segment.title, {"waiting": 0, "working": 0})
        by_kind[segment.kind] += segment.seconds
        departments.setdefault(segment.title, segment.department)
    steps = tuple(
        Spent(title, departments[title], by_kind["waiting"], by_kind["working"]) for title, by_kind in spent.items()
    )
    return TimeTold(whole, tuple(one for one in bar if one.width), tuple(one for one in steps if _any(one)))


def _any(spent: Spent) -> int:
    return spent.waiting_seconds + spent.working_seconds


def by_day(story: Sequence[TimelineEntry], zone: str) -> list[Day]:
    """The story, the newest day first and on it the newest fact."""
    shown = [entry for entry in reversed(story) if entry.kind not in _APART]
    return [
        Day(on, tuple(_told(list(alike)) for _, alike in groupby(entries, key=_alike)))
        for on, entries in groupby(shown, key=lambda entry: local_day(entry.at, zone))
    ]


def _alike(entry: TimelineEntry) -> tuple[datetime, str, str, str]:
    return entry.at.replace(second=0, microsecond=0), entry.who, entry.department, entry.cause


def _told(entries: Sequence[TimelineEntry]) -> Told:
    first = entries[0]
    marks = any(entry.kind in _TURNS for entry in entries)
    return Told(first.at, first.who, first.department, first.cause, tuple(entry.says for entry in entries), marks)
