"""What a vehicle's day looks like for an order of halts: times, load and way, and whether they can be kept.

A pause at a fixed time is cut out of the clock: what is left is working time, in which nothing is special about it.
So the search needs no notion of pauses, and what it finds can be driven as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from doorstep.routing.distances import Distances
from doorstep.routing.values import (
    Doing,
    Fetch,
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
    """Stops by id, the distances as plain lists, and the pause. `loads` has each part of a stop's goods: (deliver,
    collect, whether they are fetched), `total` the sum of all of it."""

    stops: Mapping[str, Stop]
    metres: Sequence[Sequence[int]] = field(repr=False)
    seconds: Sequence[Sequence[int]] = field(repr=False)
    pause: Pause | None
    loads: Mapping[str, Sequence[tuple[int, int, bool]]] = field(repr=False)
    total: Load
    _spans: dict[Halt, Span] = field(repr=False)  # found once, for a day is asked for thousands of ways

    @staticmethod
    def of(stops: Iterable[Stop], distances: Distances, pause: Pause | None) -> Day:
        known = {s.stop_id: s for s in stops}
        loads = {name: _parts(stop) for name, stop in known.items()}
        total = Load(*(sum(told[part][0] + told[part][1] for told in loads.values()) for part in range(3)))
        return Day(known, distances.metres.tolist(), distances.seconds.tolist(), pause, loads, total, {})

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
        kept = {halt: span for halt, span in self._spans.items() if halt[1] != stop.stop_id}
        loads, total = {**self.loads, stop.stop_id: _parts(stop)}, self.total + stop.deliver + stop.collect
        return Day({**self.stops, stop.stop_id: stop}, self.metres, self.seconds, self.pause, loads, total, kept)

    def span(self, halt: Halt) -> Span:
        """A stop's halt in working time."""
        found = self._spans.get(halt)
        if found is None:
            doing, stop_id, _ = halt
            stop = self.stops[stop_id]
            found = self._fetching(stop, stop.fetch) if doing is Doing.FETCH and stop.fetch else self.stop_span(stop)
            self._spans[halt] = found
        return found

    def stop_span(self, stop: Stop) -> Span:
        """The same of a stop that need not be one of the day's, as it would be."""
        opens, closes = self.opening(stop.opens_seconds), self.working(stop.closes_seconds)
        return Span(stop.place, opens, closes, stop.service_seconds)

    def _fetching(self, stop: Stop, fetch: Fetch) -> Span:
        opens = self.opening(max(fetch.opens_seconds, stop.release_seconds))
        return Span(fetch.place, opens, self.working(fetch.closes_seconds), fetch.service_seconds)


def _parts(stop: Stop) -> list[tuple[int, int, bool]]:
    fetched = stop.fetch is not None
    return [(one, two, fetched) for one, two in zip(stop.deliver.parts, stop.collect.parts, strict=True)]


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
    trips = trips_of(halts)
    return Load(*(_most_of(day, part, begins, trips) for part, begins in enumerate(vehicle.aboard.parts)))


def _most_of(day: Day, part: int, aboard: int, trips: Sequence[Sequence[Halt]]) -> int:
    """The same of one part. It is asked for every place in every route: plain numbers, no loads made on the way."""
    most = 0
    for trip in trips:
        loads = [(doing, *day.loads[stop_id][part]) for doing, stop_id, _ in trip]
        aboard += sum(deliver for doing, deliver, _, fetched in loads if doing is Doing.STOP and not fetched)
        most = max(most, aboard)
        for doing, deliver, collect, _ in loads:
            aboard += deliver if doing is Doing.FETCH else collect - deliver
            most = max(most, aboard)
        aboard = 0
    return most


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
    for halt in halts:
        if halt[0] is Doing.RELOAD:
            trip += 1
            found.append(Span(halt[2], day.opening(released[trip]), ends, vehicle.loading_seconds))
        else:
            found.append(day.span(halt))
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
    if way_of(day, vehicle, halts) > vehicle.most_distance_m or moments_of(day, vehicle, halts) is None:
        return False
    if not any((vehicle.aboard + day.total).beyond(vehicle.capacity).parts):
        return True  # all there is fits at once
    return not any(most_load(day, vehicle, halts).beyond(vehicle.capacity).parts)


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
