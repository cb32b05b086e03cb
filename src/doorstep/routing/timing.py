"""What a vehicle's day looks like for an order of halts: times, load and way, and whether they can be kept.

A pause at a fixed time is cut out of the clock: what is left is working time, in which nothing is special about it.
So the search needs no notion of pauses, and what it finds can be driven as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from doorstep.routing.distances import Distances
from doorstep.routing.values import (
    NOTHING,
    Doing,
    Load,
    Pause,
    Route,
    Stop,
    Vehicle,
    Visit,
    cost_of,
)

Halt = tuple[Doing, str, int]
"""What is done where: (doing, stop_id or '', place)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A halt in working time: work of so many seconds that begins within the window."""

    place: int
    opens_seconds: int
    closes_seconds: int
    service_seconds: int


@dataclass(frozen=True, slots=True)
class Day:
    """Stops by id, the distances as plain lists, and the pause."""

    stops: Mapping[str, Stop]
    metres: Sequence[Sequence[int]] = field(repr=False)
    seconds: Sequence[Sequence[int]] = field(repr=False)
    pause: Pause | None = None

    @staticmethod
    def of(stops: Iterable[Stop], distances: Distances, pause: Pause | None) -> Day:
        return Day({s.stop_id: s for s in stops}, distances.metres.tolist(), distances.seconds.tolist(), pause)

    def working(self, clock_seconds: int) -> int:
        """The clock without the pause; for a moment at which something ends at the latest."""
        if self.pause is None or clock_seconds <= self.pause.begins_seconds:
            return clock_seconds
        return max(self.pause.begins_seconds, clock_seconds - self.pause.seconds)

    def opening(self, clock_seconds: int) -> int:
        """The same for a moment before which nothing begins: in the pause that is a second after it, not its begin."""
        pause = self.pause
        if pause is not None and pause.begins_seconds < clock_seconds <= pause.ends_seconds:
            return pause.begins_seconds + 1
        return self.working(clock_seconds)

    def clock(self, working_seconds: int) -> int:
        """The clock at a moment of working time."""
        if self.pause is None or working_seconds <= self.pause.begins_seconds:
            return working_seconds
        return working_seconds + self.pause.seconds

    def with_stop(self, stop: Stop) -> Day:
        return Day({**self.stops, stop.stop_id: stop}, self.metres, self.seconds, self.pause)


def stop_halts(stop: Stop) -> list[Halt]:
    """The halts a stop needs, in their order."""
    fetching: list[Halt] = [(Doing.FETCH, stop.stop_id, stop.fetch.place)] if stop.fetch else []
    return [*fetching, (Doing.STOP, stop.stop_id, stop.place)]


def trips_of(halts: Sequence[Halt]) -> list[list[Halt]]:
    trips: list[list[Halt]] = [[]]
    for halt in halts:
        if halt[0] is Doing.RELOAD:
            trips.append([])
        else:
            trips[-1].append(halt)
    return trips


def most_load(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> Load:
    """The most of each part that is aboard at any time of the day."""
    most = [0, 0, 0]
    aboard = vehicle.aboard
    for trip in trips_of(halts):
        for doing, stop_id, _ in trip:
            stop = day.stops[stop_id]
            if doing is Doing.STOP and stop.fetch is None:
                aboard += stop.deliver
        most = [max(one, now) for one, now in zip(most, aboard.parts, strict=True)]
        for doing, stop_id, _ in trip:
            stop = day.stops[stop_id]
            aboard = aboard + stop.deliver if doing is Doing.FETCH else aboard - stop.deliver + stop.collect
            most = [max(one, now) for one, now in zip(most, aboard.parts, strict=True)]
        aboard = NOTHING
    return Load(*most)


def spans(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> list[Span]:
    """The day in working time, from loading at the depot to being back."""
    ends = day.working(vehicle.ends_seconds)
    released = [
        max(
            (day.stops[h[1]].release_seconds for h in trip if h[0] is Doing.STOP and not day.stops[h[1]].fetch),
            default=0,
        )
        for trip in trips_of(halts)
    ]
    begins = max(day.opening(vehicle.begins_seconds), day.opening(released[0]))
    latest = min(ends, day.working(vehicle.begins_by_seconds))
    found = [Span(vehicle.start_place, begins, latest, vehicle.loading_seconds)]
    trip = 0
    for doing, stop_id, place in halts:
        if doing is Doing.RELOAD:
            trip += 1
            found.append(Span(place, day.opening(released[trip]), ends, vehicle.loading_seconds))
            continue
        stop = day.stops[stop_id]
        if doing is Doing.FETCH and stop.fetch is not None:
            opens = max(stop.fetch.opens_seconds, stop.release_seconds)
            closes, service_seconds = stop.fetch.closes_seconds, stop.fetch.service_seconds
        else:
            opens, closes, service_seconds = stop.opens_seconds, stop.closes_seconds, stop.service_seconds
        found.append(Span(place, day.opening(opens), day.working(closes), service_seconds))
    found.append(Span(vehicle.end_place, 0, ends, 0))
    return found


def begun(day: Day, chain: Sequence[Span], begins_seconds: int) -> list[int] | None:
    """When each halt begins, in working time, as early as can be; None where one would begin too late."""
    now, before = begins_seconds, chain[0].place
    moments = []
    for span in chain:
        now = max(now + day.seconds[before][span.place], span.opens_seconds)
        if now > span.closes_seconds:
            return None
        moments.append(now)
        now += span.service_seconds
        before = span.place
    return moments


def way_of(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> int:
    before, metres = vehicle.start_place, 0
    for _, _, place in halts:
        metres += day.metres[before][place]
        before = place
    return metres + day.metres[before][vehicle.end_place]


def moments_of(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> list[int] | None:
    """When each halt begins, in working time, with as late a start as costs nothing; None where it cannot be done."""
    chain = spans(day, vehicle, halts)
    early = begun(day, chain, chain[0].opens_seconds)
    if early is None:
        return None
    waited, later, before, end = 0, MOST, chain[0].place, early[0]
    for span, moment in zip(chain, early, strict=True):
        waited += moment - (end + day.seconds[before][span.place])
        later = min(later, waited + span.closes_seconds - moment)
        end, before = moment + span.service_seconds, span.place
    moments = begun(day, chain, early[0] + min(waited, later))
    if moments is None or moments[-1] - moments[0] > vehicle.shift_seconds:
        return None
    return moments


MOST = 1 << 40


def torn(halts: Sequence[Halt]) -> set[str]:
    """Stops whose goods are fetched on one trip and unloaded on another."""
    fetched_on = {
        stop_id: number
        for number, trip in enumerate(trips_of(halts))
        for doing, stop_id, _ in trip
        if doing is Doing.FETCH
    }
    return {
        stop_id
        for number, trip in enumerate(trips_of(halts))
        for doing, stop_id, _ in trip
        if doing is Doing.STOP and fetched_on.get(stop_id, number) != number
    }


def can(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> bool:
    """Whether the vehicle can drive these halts in this order and keep everything that was asked."""
    if any(not day.stops[stop_id].skills <= vehicle.skills for _, stop_id, _ in halts if stop_id):
        return False
    if sum(doing is Doing.RELOAD for doing, _, _ in halts) > vehicle.most_reloads or torn(halts):
        return False
    if any(most_load(day, vehicle, halts).beyond(vehicle.capacity).parts):
        return False
    return way_of(day, vehicle, halts) <= vehicle.most_distance_m and moments_of(day, vehicle, halts) is not None


def timed(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> Route:
    """The route by the clock. ValueError where its times cannot be kept: ask `can` first."""
    moments = moments_of(day, vehicle, halts)
    if moments is None:
        raise ValueError(f"vehicle {vehicle.vehicle_id} cannot keep the times of its halts")
    chain = spans(day, vehicle, halts)
    visits = []
    left, before = moments[0] + chain[0].service_seconds, vehicle.start_place
    leaves_seconds = day.clock(left)
    for (doing, stop_id, place), span, moment in zip(halts, chain[1:-1], moments[1:-1], strict=True):
        arrives_seconds = day.clock(left + day.seconds[before][place])
        left = moment + span.service_seconds
        visits.append(Visit(doing, stop_id, place, arrives_seconds, day.clock(moment), day.clock(left)))
        before = place
    distance_m, working = way_of(day, vehicle, halts), moments[-1] - moments[0]
    return Route(
        vehicle.vehicle_id,
        tuple(visits),
        day.clock(moments[0]),
        leaves_seconds,
        day.clock(moments[-1]),
        distance_m,
        working,
        cost_of(vehicle, distance_m, working),
    )


def halts_of(route: Route) -> list[Halt]:
    return [(visit.doing, visit.stop_id, visit.place) for visit in route.visits]
