"""Figures of the day: how promises end and what orders cost, over windows of days that can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from doorstep.goals.rates import interval_ppm, share_ppm
from doorstep.goals.score import Against
from doorstep.storage.queries import figures
from doorstep.storage.transaction import Query
from doorstep.terms.calendar import Calendar

WEEK, MONTH = 7, 28
MOST_LATE = 20
_DAY = timedelta(days=1)
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Due:
    """Orders whose agreed promise ends within these days: delivered already, with the carrier, still in the house.

    An order counts as with the carrier when all that is planned of it is.
    """

    name: str  # today, tomorrow, this week (from today to Sunday)
    first_day: date
    last_day: date
    delivered: int
    on_road: int
    in_house: int

    @property
    def orders(self) -> int:
        return self.delivered + self.on_road + self.in_house


@dataclass(frozen=True, slots=True)
class KeptOver:
    """Promises whose last day lies within the last `days` days, today among them, by what they are measured against.

    `kept_ppm` is of those judged, None of none; `low_ppm` to `high_ppm` is how sure that is (Wilson, 95 %). Open: not
    judged yet.
    """

    against: Against
    days: int
    kept: int
    broken: int
    open: int
    kept_ppm: int | None
    low_ppm: int
    high_ppm: int


@dataclass(frozen=True, slots=True)
class LateParcel:
    """A parcel that is expected after the day that was promised last, which has not passed yet."""

    sscc: str
    order_id: str
    reference: str
    customer_id: str
    site_id: str
    milestone: str
    eta: date
    promised_by: date
    days_late: int


@dataclass(frozen=True, slots=True)
class PromisesView:
    """What falls due, how promises were kept, and which parcels on the road will break theirs (worst first)."""

    due: tuple[Due, ...]
    kept: tuple[KeptOver, ...]
    predicted_late: tuple[LateParcel, ...]
    predicted_late_total: int


@dataclass(frozen=True, slots=True)
class KindCost:
    """What one kind of cost came to, and its share of each order."""

    kind: str
    total_minor: int
    mean_minor: int


@dataclass(frozen=True, slots=True)
class CostOver:
    """Costs incurred within some whole days, the last of them yesterday or before; refunds count against them.

    `mean_minor` (rounded down) and `median_minor` are per order that incurred any, None of none.
    """

    name: str  # 7 days, 28 days, the 28 days before
    first_day: date
    last_day: date
    orders: int
    total_minor: int
    mean_minor: int | None
    median_minor: int | None
    kinds: tuple[KindCost, ...]


@dataclass(frozen=True, slots=True)
class CostView:
    """What orders cost: the last 7 days, the last 28, and the 28 before those to compare with."""

    currency: str
    over: tuple[CostOver, ...]


Ask = Callable[[Query], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Weeks:
    """What is told of weeks: every order that there was in them is counted."""

    kept: tuple[KeptOver, ...]
    cost: CostView


def weeks(ask: Ask, today: date, wall: Calendar, currency: str) -> Weeks:
    """The weeks up to the day `today`, which is one of those promised and none of those paid for."""
    kept = ask(_kept_query(today))
    return Weeks(
        tuple(_kept(kept, against, days) for against in Against for days in (WEEK, MONTH)),
        _costs(ask, today, wall, currency),
    )


def week_queries(today: date, wall: Calendar, currency: str) -> tuple[Query, ...]:
    """What `weeks` asks, to be asked ahead; days begin at midnight on `wall`."""
    return (_kept_query(today), *_cost_queries(today, wall, currency))


def _kept_query(today: date) -> Query:
    return figures.kept_query(today, today - WEEK * _DAY, today - MONTH * _DAY)


def promise_queries(today: date) -> tuple[Query, ...]:
    """What `promises` asks, to be asked ahead."""
    last = max(_sunday(today), today + _DAY)
    return figures.due_query(today, last), figures.late_query(today, MOST_LATE)


def promises(ask: Ask, today: date, kept: tuple[KeptOver, ...]) -> PromisesView:
    """Promises as they stand on the day `today`, beside how they were `kept`."""
    due, late = (ask(query) for query in promise_queries(today))
    return PromisesView(
        due=tuple(
            _due(due, name, first, last)
            for name, first, last in (
                ("today", today, today),
                ("tomorrow", today + _DAY, today + _DAY),
                ("this week", today, _sunday(today)),
            )
        ),
        kept=kept,
        predicted_late=tuple(
            LateParcel(
                sscc=row.sscc,
                order_id=row.order_id,
                reference=row.reference,
                customer_id=row.customer_id,
                site_id=row.site_id,
                milestone=row.milestone,
                eta=row.eta,
                promised_by=row.agreed_by,
                days_late=row.days_late,
            )
            for row in late
        ),
        predicted_late_total=late[0].total if late else 0,
    )


def _sunday(today: date) -> date:
    return today + (_SUNDAY - today.weekday()) * _DAY


def _due(rows: Sequence[Any], name: str, first: date, last: date) -> Due:
    within = [row for row in rows if first <= row.day <= last]
    delivered, on_road, in_house = (sum(getattr(row, part) for row in within) for part in _PARTS)
    return Due(name, first, last, delivered, on_road, in_house)


_PARTS = ("delivered", "on_road", "in_house")
_ENDS = ("kept", "broken", "open")


def _kept(rows: Sequence[Any], against: Against, days: int) -> KeptOver:
    lately = "_lately" if days == WEEK else ""
    mine = [row for row in rows if row.against == against]
    kept, broken, still_open = (sum(getattr(row, f"{end}{lately}") for row in mine) for end in _ENDS)
    low, high = interval_ppm(kept, kept + broken)
    return KeptOver(against, days, kept, broken, still_open, share_ppm(kept, kept + broken), low, high)


def _median(costs: Counter[int]) -> int | None:
    """The least cost that half of the orders do not exceed; None of none."""
    half, counted = -(-costs.total() // 2), 0
    for minor in sorted(costs):
        counted += costs[minor]
        if counted >= half:
            return minor
    return None


def _cost_queries(today: date, wall: Calendar, currency: str) -> tuple[Query, Query]:
    def begin(days: int) -> datetime:
        return wall.at(today - days * _DAY, time(0))

    return figures.cost_queries(begin(2 * MONTH), begin(MONTH), begin(WEEK), begin(0), currency)


def _costs(ask: Ask, today: date, wall: Calendar, currency: str) -> CostView:
    """Costs of the whole days before `today`."""
    alike, kinds = (ask(query) for query in _cost_queries(today, wall, currency))
    windows = (
        ("7 days", "week", today - WEEK * _DAY, today - _DAY),
        ("28 days", "month", today - MONTH * _DAY, today - _DAY),
        ("the 28 days before", "before", today - 2 * MONTH * _DAY, today - (MONTH + 1) * _DAY),
    )
    return CostView(currency, tuple(_cost(alike, kinds, *window) for window in windows))


def _cost(alike: Sequence[Any], kinds: Sequence[Any], name: str, column: str, first: date, last: date) -> CostOver:
    costs: Counter[int] = Counter()
    for row in alike:
        if (minor := getattr(row, column)) is not None:
            costs[minor] += row.orders
    orders, total = costs.total(), sum(minor * count for minor, count in costs.items())
    by_kind = [(row.cost_kind, getattr(row, column)) for row in kinds]
    return CostOver(
        name=name,
        first_day=first,
        last_day=last,
        orders=orders,
        total_minor=total,
        mean_minor=total // orders if orders else None,
        median_minor=_median(costs),
        kinds=tuple(KindCost(kind, minor, minor // orders) for kind, minor in by_kind if minor and orders),
    )
