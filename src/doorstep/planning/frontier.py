"""Least cost against service: of all ways to serve orders, those that no other beats on day, surety and cost at once.

Of one order the points are its ways themselves. Of several, each order takes the way that is worth it at one price of
surety for all, from the price of nothing on: these are the least costs of so much on time together (the convex hull of
a choice for each; H. Everett, "Generalized Lagrange Multiplier Method", Operations Research 11, 1963), without what
orders share: where they want the same units or the same room, the least there is lies above.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

from doorstep.promising.mass import WHOLE, Mass
from doorstep.terms.calendar import Window

_FINE = 10**12
POINT_PPM = 10_000  # one point of on-time
_EVEN = WHOLE // 2  # what is less sure than even is nobody's promise
_SOONEST, _LATEST = -7, 5  # days before and after the promise that are looked at
_SHIFTS = range(-2, 2)  # days by which the promises of many orders are moved together
_STEPS = 6  # points of one day that are told of many orders


@dataclass(frozen=True, slots=True)
class Course:
    """A way to serve an order: (site, service) and departure day of its shipments, what is spent, when it arrives.

    `cost_minor` is freight, cartons, handling and splits: what is spent whatever the promise. `good_until` is the last
    day on which its lots may arrive, None: any.
    """

    ways: tuple[tuple[str, str], ...]
    leaves: tuple[date, ...]
    cost_minor: int
    arrival: Mass
    good_until: date | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """An order with its ways. `promised` is the promise that it has, or would get; `today` the way that is chosen now.

    What comes before `asked_from` counts as broken.
    """

    order_id: str
    promised: Window
    asked_from: date | None
    courses: tuple[Course, ...]
    today: Course

    def kept_ppm(self, course: Course, days: int) -> int:
        """P(it is there on time) were it promised so many days later than it is; sooner where negative.

        A later promise keeps its first day; a sooner one is by its last day, from what was asked for on.
        """
        last = self.promised.last_day.toordinal() + days
        if course.good_until is not None and last > course.good_until.toordinal():
            return 0
        first = self.asked_from if days < 0 else self.promised.first_day
        return course.arrival.inside(course.arrival.start if first is None else first.toordinal(), last)


@dataclass(frozen=True, slots=True)
class Point:
    """So much service for so much: promised `days` later than now, kept with `ppm`, at `cost_minor` for all orders.

    `course` is the way of a single order, None of several.
    """

    days: int
    ppm: int
    cost_minor: int
    course: Course | None = None

    def beats(self, other: Point) -> bool:
        """Nothing is worse, and something better."""
        mine, theirs = (self.cost_minor, self.days, -self.ppm), (other.cost_minor, other.days, -other.ppm)
        return mine != theirs and all(a <= b for a, b in zip(mine, theirs, strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """What more service would take: the cheapest `point` that has it, None where none has.

    `best` is then the nearest to it that can be had: as soon, but less sure; or the surest on time.
    """

    point: Point | None
    best: Point | None = None


@dataclass(frozen=True, slots=True)
class Frontier:
    """The points that nothing beats, by day and surety, with today's.

    `beaten_by` is the cheapest way to better today's point, None where it lies on the frontier. `sooner` is one day
    sooner and as sure, `surer` one point of on-time more, by the same day.
    """

    orders: int
    points: tuple[Point, ...]
    today: Point
    beaten_by: Point | None
    sooner: Step
    surer: Step


class Curve:
    """The least costs of orders promised `days` later, from the cheapest of all to the surest: (ppm of all, cost)."""

    def __init__(self, orders: Sequence[Served], days: int) -> None:
        self._orders, self._days = len(orders), days
        segments: list[tuple[int, int, int]] = []  # price of surety, ppm, cost
        ppm = cost = 0
        for order in orders:
            hull = _hull((order.kept_ppm(course, days), course.cost_minor) for course in order.courses)
            ppm, cost = ppm + hull[0][0], cost + hull[0][1]
            segments += (((c - b) * _FINE // (p - a), p - a, c - b) for (a, b), (p, c) in pairwise(hull))
        segments.sort(key=lambda segment: segment[0])
        self._ppm = list(accumulate((ppm for _, ppm, _ in segments), initial=ppm))
        self._cost = list(accumulate((cost for _, _, cost in segments), initial=cost))

    def _point(self, i: int) -> Point:
        return Point(self._days, self._ppm[i] // self._orders, self._cost[i])

    def reaching(self, ppm: int) -> Point | None:
        """The cheapest point with at least so much kept on the mean; None where none has."""
        i = bisect_left(self._ppm, ppm * self._orders)
        return self._point(i) if i < len(self._ppm) else None

    def surest(self) -> Point:
        return self._point(len(self._ppm) - 1)

    def thinned(self) -> list[Point]:
        """A handful of its points, evenly over what is kept, the first and the last among them."""
        low, high = self._ppm[0], self._ppm[-1]
        wanted = (low + (high - low) * step // _STEPS for step in range(_STEPS + 1))
        found = dict.fromkeys(bisect_left(self._ppm, ppm) for ppm in wanted)
        return [self._point(i) for i in found]


def frontier(orders: Sequence[Served]) -> Frontier:
    """The frontier of these orders together, one at least, each with a way to serve it."""
    curves = {days: Curve(orders, days) for days in _SHIFTS}
    today = Point(
        0,
        sum(order.kept_ppm(order.today, 0) for order in orders) // len(orders),
        sum(order.today.cost_minor for order in orders),
    )
    beats = curves[0].reaching(today.ppm)
    sooner, surer = (curves[-1].reaching(today.ppm), curves[0].reaching(min(today.ppm + POINT_PPM, WHOLE)))
    return Frontier(
        orders=len(orders),
        points=tuple(unbeaten(point for curve in curves.values() for point in curve.thinned() if point.ppm >= _EVEN)),
        today=today,
        # Less than a minor unit an order is nothing: the mean of what is kept is rounded down.
        beaten_by=beats if beats is not None and today.cost_minor - beats.cost_minor >= len(orders) else None,
        sooner=Step(sooner, None if sooner else curves[-1].surest()),
        surer=Step(surer, None if surer else curves[0].surest()),
    )


def frontier_of_one(order: Served) -> Frontier:
    """The frontier of one order: its points are its ways."""
    points = list(_points(order))
    today = Point(0, order.kept_ppm(order.today, 0), order.today.cost_minor, order.today)
    best = unbeaten(points)
    better = [point for point in best if point.beats(today)]
    return Frontier(
        orders=1,
        points=tuple(point for point in best if point.ppm >= _EVEN),
        today=today,
        beaten_by=min(better, key=lambda point: (point.cost_minor, -point.ppm, point.days), default=None),
        sooner=_step([point for point in points if point.days <= -1], today.ppm),
        surer=_step([point for point in points if point.days <= 0], min(today.ppm + POINT_PPM, WHOLE)),
    )


def _points(order: Served) -> Iterator[Point]:
    for course in (*order.courses, order.today):
        for days in range(_SOONEST, _LATEST + 1):
            if ppm := order.kept_ppm(course, days):
                yield Point(days, ppm, course.cost_minor, course)


def _step(points: Sequence[Point], ppm: int) -> Step:
    there = [point for point in points if point.ppm >= ppm]
    if there:
        return Step(min(there, key=lambda point: (point.cost_minor, -point.ppm, point.days)))
    return Step(None, max(points, key=lambda point: (point.ppm, -point.cost_minor, -point.days), default=None))


def unbeaten(points: Iterable[Point]) -> list[Point]:
    """Those that none of the others beats, alike ones once: the soonest first, of one day the cheapest."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: (point.cost_minor, point.days, -point.ppm)):
        if not any(other.days <= point.days and other.ppm >= point.ppm for other in kept):
            kept.append(point)
    return sorted(kept, key=lambda point: (point.days, point.cost_minor))


def _hull(choices: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of (ppm, cost) those on the lower convex hull from the cheapest to the surest."""
    hull: list[tuple[int, int]] = []
    for ppm, cost in sorted(choices, key=lambda choice: (choice[1], -choice[0])):
        if hull and ppm <= hull[-1][0]:
            continue
        while len(hull) > 1 and _above(hull[-2], hull[-1], (ppm, cost)):
            hull.pop()
        hull.append((ppm, cost))
    return hull


def _above(first: tuple[int, int], middle: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether the middle lies on or above the line between the others."""
    steep = (middle[1] - first[1]) * (last[0] - first[0])
    return steep >= (last[1] - first[1]) * (middle[0] - first[0])
