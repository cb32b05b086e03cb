"""How late a route is, and would be with a stop more or less: a few steps for each place, however long the route is.

A route is cut in two, and both parts are known by four numbers each. Source: Vidal, Crainic, Gendreau, Prins (2013), A
hybrid genetic algorithm with adaptive diversity management for a large class of vehicle routing problems with time
windows, section 4.2: how long a sequence of halts takes, how late it is in sum, and when it may begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from doorstep.routing.timing import Day, Halt, Span, spans
from doorstep.routing.values import Vehicle


class _Part(NamedTuple):
    """A sequence of halts: its seconds, by how many it is late, and between when it begins with the fewest of both."""

    first: int  # place
    last: int
    lasts: int
    late: int
    early: int
    latest: int


@dataclass(frozen=True, slots=True)
class Slack:
    """A vehicle's halts, and what lies before and after each, the begin at the depot and the end included."""

    day: Day
    vehicle: Vehicle
    chain: Sequence[Span]
    before: Sequence[_Part]  # [n]: up to and with the nth of the chain
    after: Sequence[_Part]  # [n]: from the nth on

    @staticmethod
    def of(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> Slack:
        chain = spans(day, vehicle, halts)
        parts = [_alone(span) for span in chain]
        before, after = [parts[0]], [parts[-1]]
        for part in parts[1:]:
            before.append(_joined(day, before[-1], part))
        for part in reversed(parts[:-1]):
            after.append(_joined(day, part, after[-1]))
        return Slack(day, vehicle, chain, before, after[::-1])

    def beyond(self) -> int:
        """Seconds by which the halts are late or the shift is too long; 0 where there is time for them."""
        return self._beyond(self.before[-1])

    def beyond_with(self, number: int, span: Span) -> int:
        """The same with a halt more, before the halt of this number."""
        first = _joined(self.day, self.before[number], _alone(span))
        return self._beyond(_joined(self.day, first, self.after[number + 1]))

    def beyond_without(self, number: int) -> int:
        """The same without the halt of this number. What its goods' release holds up counts as it is."""
        return self._beyond(_joined(self.day, self.before[number], self.after[number + 2]))

    def _beyond(self, whole: _Part) -> int:
        return whole.late + max(whole.lasts - whole.late - self.vehicle.shift_seconds, 0)


def _alone(span: Span) -> _Part:
    late = max(span.opens_seconds - span.closes_seconds, 0)  # it opens too late: nothing helps
    return _Part(span.place, span.place, span.service_seconds, late, span.opens_seconds - late, span.closes_seconds)


def _joined(day: Day, one: _Part, two: _Part) -> _Part:
    apart = one.lasts - one.late + day.seconds[one.last][two.first]
    waits = max(two.early - apart - one.latest, 0)
    late = max(one.early + apart - two.latest, 0)
    return _Part(
        one.first,
        two.last,
        one.lasts + two.lasts + day.seconds[one.last][two.first] + waits,
        one.late + two.late + late,
        max(two.early - apart, one.early) - waits,
        min(two.latest - apart, one.latest) + late,
    )
