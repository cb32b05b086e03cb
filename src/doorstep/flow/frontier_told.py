"""A frontier in sentences, the same in terminal, API and pages: today's point, what more would cost, what beats it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from doorstep.flow.look_frontier import FrontierView
from doorstep.flow.words import chance, short_day
from doorstep.planning.frontier import POINT_PPM, Frontier, Point
from doorstep.terms.money import Money


@dataclass(frozen=True, slots=True)
class FrontierTold:
    """One sentence each: today's point, what a day sooner and a point more on time take, what beats today's point.

    `beaten` is '' where nothing does. `basis` says of which orders and what the figures are.
    """

    today: str
    sooner: str
    surer: str
    beaten: str
    basis: str


def told(view: FrontierView) -> FrontierTold | None:
    """The sentences; None where there is no frontier."""
    line = view.frontier
    if line is None:
        return None
    words = _Words(view, line)
    return FrontierTold(words.today(), words.sooner(), words.surer(), words.beaten(), words.basis())


def when(view: FrontierView, days: int) -> str:
    """The last day of a point: a date of one order, `2 days sooner` of many."""
    if view.promised is not None:
        return short_day(view.promised.last_day + timedelta(days=days))
    if not days:
        return "as promised"
    return f"{abs(days)} day{'s' * (abs(days) > 1)} {'sooner' if days < 0 else 'later'}"


def how(point: Point) -> str:
    """The way of one order: `CS with steady-ground`; '' of many."""
    return "" if point.course is None else " + ".join(f"{site} with {service}" for site, service in point.course.ways)


def an_order(view: FrontierView, minor: int) -> str:
    """A cost of all orders as money, for each of them on the mean."""
    orders = view.frontier.orders if view.frontier else 1
    return str(Money((2 * minor + orders) // (2 * orders), view.currency))


class _Words:
    def __init__(self, view: FrontierView, line: Frontier) -> None:
        self.view, self.line = view, line
        self.each = "" if view.order_id else " an order"

    def _more(self, point: Point) -> str:
        extra = point.cost_minor - self.line.today.cost_minor
        if extra > 0:
            return f"costs {an_order(self.view, extra)}{self.each} more"
        return f"costs {an_order(self.view, -extra)}{self.each} less" if extra else "costs nothing more"

    def _at(self, point: Point) -> str:
        way = how(point)
        return f"{chance(point.ppm)}, {way}" if way else chance(point.ppm)

    def today(self) -> str:
        today = self.line.today
        way = f" {how(today)}" if how(today) else ""
        by = f"by {when(self.view, 0)}" if self.view.promised else "when promised"
        return f"Today{way}: {an_order(self.view, today.cost_minor)}{self.each}, there {by} with {chance(today.ppm)}."

    def sooner(self) -> str:
        found = self.line.sooner
        if found.point is not None:
            return f"A day sooner, as surely, {self._more(found.point)} ({self._at(found.point)})."
        if found.best is None or not found.best.ppm:
            return "A day sooner cannot be had."
        return f"A day sooner cannot be had as surely: {self._at(found.best)} at best, which {self._more(found.best)}."

    def surer(self) -> str:
        found, today = self.line.surer, self.line.today
        if today.ppm + POINT_PPM > 1_000_000:
            return f"One point more on time cannot be had: {chance(today.ppm)} is all but certain."
        if found.point is not None:
            return f"One point more on time, by the same day, {self._more(found.point)} ({self._at(found.point)})."
        if found.best is None or found.best.ppm <= today.ppm:
            return f"Nothing is surer by the same day than {chance(today.ppm)}."
        return f"One point more on time cannot be had: {self._at(found.best)} at best, which {self._more(found.best)}."

    def beaten(self) -> str:
        point = self.line.beaten_by
        if point is None:
            return ""
        if self.view.order_id:
            return f"It is beaten: {how(point)} is there by {when(self.view, point.days)} with {self._at_ppm(point)}."
        gap = self.line.today.cost_minor - point.cost_minor
        return (
            f"As much on time could cost {an_order(self.view, gap)}{self.each} less if none stood in another’s way: "
            "between lie stock and room that they share, risk that planning weighs, and what can still be won."
        )

    def _at_ppm(self, point: Point) -> str:
        return f"{chance(point.ppm)} and {self._more(point)}"

    def basis(self) -> str:
        view = self.view
        if view.order_id:
            stands = "as it is planned now" if view.as_promised else "as if it were ordered again now"
            return (
                f"The order {stands}. A cost is freight, cartons, handling and splits, without the risk of being late."
            )
        parts = [f"{view.as_promised} open" * bool(view.as_promised)]
        parts.append(f"{view.as_if_now} others as if ordered again now" * bool(view.as_if_now))
        left = f" {view.left_out} cannot be sent now or go with others, and are left out." * bool(view.left_out)
        seen = view.measured
        kept = (
            f" Of {seen.judged} promises that ended {chance(seen.kept_ppm or 0)} were kept."
            if seen.judged
            else " No promise has ended yet: what is told is what planning expects."
        )
        return (
            f"{' and '.join(part for part in parts if part)}, each by itself: what they share can make it dearer. "
            f"A cost is freight, cartons, handling and splits.{left}{kept}"
        )
