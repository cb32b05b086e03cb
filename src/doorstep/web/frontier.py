"""Least cost against service: of an order, of a class of customers, of the company; drawn, told, and in a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.flow.frontier_told import an_order, how, told, when
from doorstep.flow.look_frontier import FrontierView, frontier_of, frontier_of_order
from doorstep.flow.look_wanted import classes_known
from doorstep.planning.frontier import Frontier, Point
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import CostsSeen, Visit

router = APIRouter()
WIDE, HIGH = 1_000, 460  # of the field that is drawn in
_APART = 58  # two marks of one column are no nearer than this
_MOST_LINES = 5
_MOST_TIMES = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in the drawing: where, what stands in it, what it says in full."""

    x: int
    y: int
    text: str
    says: str
    today: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the drawing: its kind by number, its name, its path, its last point."""

    number: int
    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a frontier is drawn of: ticks (place, words, second line) across and upwards, lines and marks."""

    across: tuple[tuple[int, str, str], ...]
    upwards: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table."""

    by: str
    ppm: int
    cost: str
    beside: str
    how: str
    today: bool


@router.get("/frontier")
def show_frontier(visit: CostsSeen, customer_class: str | None = None) -> Response:
    """The company's, or that of one class of customers."""
    view = frontier_of(visit.office, customer_class)
    return _shown(visit, view, classes=classes_known(visit.office))


@router.get("/orders/{order_id}/frontier")
def show_frontier_of_order(visit: CostsSeen, order_id: str) -> Response:
    """One order's."""
    view = frontier_of_order(visit.office, order_id)
    if isinstance(view, Refusal):
        raise RefusedError(view)
    return _shown(visit, view)


def _shown(visit: Visit, view: FrontierView, classes: tuple[str, ...] = ()) -> Response:
    line = view.frontier
    return visit.page(
        "frontier.html",
        view=view,
        said=told(view),
        drawn=None if line is None else _of_order(view, line) if view.order_id else _of_many(view, line),
        rows=_rows(view, line) if line else (),
        classes=classes,
        today_cost=an_order(view, line.today.cost_minor) if line else "",
    )


def _rows(view: FrontierView, line: Frontier) -> list[Row]:
    today = line.today
    points = line.points if any(_same(point, today) for point in line.points) else (*line.points, today)
    return [
        Row(
            by=when(view, point.days),
            ppm=point.ppm,
            cost=an_order(view, point.cost_minor),
            beside=_beside(view, point.cost_minor - today.cost_minor),
            how=how(point),
            today=_same(point, today),
        )
        for point in sorted(points, key=lambda point: (point.days, point.cost_minor))
    ]


def _same(point: Point, other: Point) -> bool:
    return (point.days, point.ppm, point.cost_minor) == (other.days, other.ppm, other.cost_minor)


def _beside(view: FrontierView, extra_minor: int) -> str:
    if not extra_minor:
        return "–"
    return f"{'+' if extra_minor > 0 else '−'}{an_order(view, abs(extra_minor))}"


class _Scale:
    """Costs upwards, with room above and below."""

    def __init__(self, view: FrontierView, points: list[Point]) -> None:
        self.view = view
        self.low, self.high = min(p.cost_minor for p in points), max(p.cost_minor for p in points)

    def y(self, cost_minor: int) -> int:
        if self.high == self.low:
            return HIGH // 2
        return HIGH - 50 - (cost_minor - self.low) * (HIGH - 100) // (self.high - self.low)

    def ticks(self) -> tuple[tuple[int, str], ...]:
        costs = {self.low, self.high, (self.low + self.high) // 2} if self.high > self.low else {self.low}
        return tuple((self.y(cost), an_order(self.view, cost)) for cost in sorted(costs))


def _of_order(view: FrontierView, line: Frontier) -> Drawn:
    """The days across, what is spent upwards; in each mark how surely it is there by then, in whole per cent."""
    points = [*line.points, line.today]
    scale = _Scale(view, points)
    first, last = min(p.days for p in points), max(p.days for p in points)
    step = WIDE // (last - first + 1)

    def x(days: int) -> int:
        return (days - first) * step + step // 2

    taken: dict[int, list[int]] = {}
    marks = []
    for point in sorted(points, key=lambda point: (not _same(point, line.today), point.cost_minor)):
        y = scale.y(point.cost_minor)
        if any(abs(y - other) < _APART for other in taken.setdefault(point.days, [])):
            continue
        taken[point.days].append(y)
        says = f"By {when(view, point.days)}: {point.ppm // 10_000} %, {an_order(view, point.cost_minor)}, {how(point)}"
        marks.append(Mark(x(point.days), y, str(point.ppm // 10_000), says, _same(point, line.today)))
    promised = view.promised.last_day if view.promised else date.min
    days = [(days, promised + timedelta(days=days)) for days in range(first, last + 1)]
    return Drawn(
        across=tuple((x(days), f"{day:%a}", str(day.day)) for days, day in days),
        upwards=scale.ticks(),
        lines=(),
        marks=tuple(sorted(marks, key=lambda mark: mark.today)),
        says="The last day across, what is spent upwards, in each point how surely it is there by then, in per cent.",
    )


def _of_many(view: FrontierView, line: Frontier) -> Drawn:
    """What is kept across, what an order costs upwards, a line for each day."""
    days = sorted({point.days for point in line.points}, key=lambda day: (abs(day), day))[:_MOST_LINES]
    most = _MOST_TIMES * line.today.cost_minor  # what costs many times more would press all else together
    points = [*(point for point in line.points if point.days in days and point.cost_minor <= most), line.today]
    scale = _Scale(view, points)
    left = min(p.ppm for p in points) // 50_000 * 50_000
    whole = max(1_000_000 - left, 1)

    def x(ppm: int) -> int:
        return (ppm - left) * (WIDE - 60) // whole + 30

    lines = []
    for number, day in enumerate(days):
        there = sorted(
            (point for point in points if point.days == day and point is not line.today), key=lambda p: p.ppm
        )
        path = "L".join(f"{x(p.ppm)} {scale.y(p.cost_minor)}" for p in there)
        if there:
            lines.append(Line(number, when(view, day), f"M{path}", x(there[-1].ppm), scale.y(there[-1].cost_minor)))
    ticks = range(left, 1_000_001, max(-(-whole // 5) // 50_000 * 50_000, 50_000))
    today = line.today
    says = f"Today: {today.ppm // 10_000} % on time, {an_order(view, today.cost_minor)} an order"
    return Drawn(
        across=tuple((x(ppm), f"{ppm // 10_000} %", "") for ppm in ticks),
        upwards=scale.ticks(),
        lines=tuple(lines),
        marks=(Mark(x(today.ppm), scale.y(today.cost_minor), "", says, True),),
        says="What is kept across, what an order costs upwards, a line for each day.",
    )
