"""Why a stop is in no route, and the least that would have to change for it to fit: every place is tried.

A change is tried on the plan as it is: one constraint gives way, everything else holds, nothing else is moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from doorstep.routing.slack import Slack
from doorstep.routing.timing import Day, Halt, can, most_load, stop_halts, way_of
from doorstep.routing.values import (
    MOST_DISTANCE_M,
    MOST_SECONDS,
    NOTHING,
    UNREACHABLE,
    Binding,
    Doing,
    Load,
    Relaxation,
    Stop,
    Unplaced,
    Vehicle,
)

Driven = Sequence[tuple[Vehicle, list[Halt]]]
_DAY_SECONDS = 8 * 3600  # what seconds are weighed against


@dataclass(frozen=True, slots=True)
class _Try:
    """A vehicle with the halts it would have; `another` where it is one more like it.

    `slack` and `number`: where one halt more is put into a route that is there.
    """

    vehicle: Vehicle
    halts: list[Halt]
    another: bool
    slack: Slack | None = None
    number: int = 0

    def is_late(self, day: Day, stop: Stop) -> bool:
        """Whether there is no time for it, found in a few steps; False where that takes the whole way to tell."""
        return self.slack is not None and self.slack.beyond_with(self.number, day.stop_span(stop)) > 0


def why_not(day: Day, vehicles: Sequence[Vehicle], found: Driven, stop: Stop) -> Unplaced:
    """What stands in the stop's way, the cheapest change that would let it in, and the others."""
    if not vehicles:
        return Unplaced(stop.stop_id, Binding.VEHICLES, None, f"{stop.stop_id}: there is no vehicle.")
    if not any(_reaches(day, vehicle, stop) for vehicle in vehicles):
        says = f"{stop.stop_id}: no way leads there and back from any depot."
        return Unplaced(stop.stop_id, Binding.UNREACHABLE, None, says)
    changes = _changes(day, stop, list(_tries(day, vehicles, found, stop, another=False)))
    if not changes:
        changes = _changes(day, stop, list(_tries(day, vehicles, found, stop, another=True)))
    if not changes:
        says = f"{stop.stop_id}: several things stand in the way at once; no single change lets it in."
        return Unplaced(stop.stop_id, Binding.VEHICLES, None, says)
    changes.sort(key=lambda change: (_weight(change, vehicles), list(Binding).index(change.binding)))
    best = changes[0]
    return Unplaced(stop.stop_id, best.binding, best, f"{stop.stop_id} {in_words(best)}.", tuple(changes[1:]))


def relaxed(stop: Stop, vehicle: Vehicle, change: Relaxation) -> tuple[Stop, Vehicle]:
    """The stop and the vehicle once a change is made."""
    eased = replace(
        stop,
        opens_seconds=max(stop.opens_seconds - change.opens_earlier_seconds, 0),
        closes_seconds=min(stop.closes_seconds + change.closes_later_seconds, MOST_SECONDS),
        release_seconds=max(stop.release_seconds - change.release_earlier_seconds, 0),
    )
    larger = replace(
        vehicle,
        ends_seconds=min(vehicle.ends_seconds + change.shift_seconds, MOST_SECONDS),
        shift_seconds=vehicle.shift_seconds + change.shift_seconds,
        most_distance_m=vehicle.most_distance_m + change.distance_m,
        capacity=vehicle.capacity + change.load,
        skills=vehicle.skills | change.skills,
    )
    return eased, larger


def cheapest_place(
    day: Day, vehicles: Sequence[Vehicle], found: Driven, stop: Stop
) -> tuple[Vehicle, list[Halt]] | None:
    """The vehicle and its new halts where the stop fits as it is and adds the least way; None where it fits nowhere."""
    before = {vehicle.vehicle_id: way_of(day, vehicle, halts) for vehicle, halts in found}
    fitting = [
        (way_of(day, one.vehicle, one.halts) - before.get(one.vehicle.vehicle_id, 0), number, one)
        for number, one in enumerate(_tries(day, vehicles, found, stop, another=False))
        if can(day, one.vehicle, one.halts)
    ]
    if not fitting:
        return None
    _, _, best = min(fitting, key=lambda one: one[:2])
    return best.vehicle, best.halts


def _reaches(day: Day, vehicle: Vehicle, stop: Stop) -> bool:
    places = [vehicle.start_place, *(place for _, _, place in stop_halts(stop)), vehicle.end_place]
    return all(day.seconds[one][two] < UNREACHABLE for one, two in pairwise(places))


def _tries(day: Day, vehicles: Sequence[Vehicle], found: Driven, stop: Stop, *, another: bool) -> Iterator[_Try]:
    """Every place in every route, and idle vehicles; or one more vehicle like each."""
    halts = stop_halts(stop)
    driving = {vehicle.vehicle_id for vehicle, _ in found}
    seen = set()
    for vehicle in vehicles:
        like = replace(vehicle, vehicle_id="")
        if (another or vehicle.vehicle_id not in driving) and like not in seen:
            seen.add(like)
            yield _Try(vehicle, list(halts), another)
    if another:
        return
    for vehicle, there in found:
        for place in vehicle.reload_places:
            back: Halt = (Doing.RELOAD, "", place)
            yield _Try(vehicle, [*there, back, *halts], another=False)
            yield _Try(vehicle, [*halts, back, *there], another=False)
        slack = Slack.of(day, vehicle, there) if len(halts) == 1 else None
        for first in range(len(there) + 1):
            if slack is not None:
                yield _Try(vehicle, [*there[:first], *halts, *there[first:]], False, slack, first)
                continue
            for second in range(first, len(there) + 1):
                yield _Try(
                    vehicle, [*there[:first], halts[0], *there[first:second], halts[1], *there[second:]], another=False
                )


def _changes(day: Day, stop: Stop, tries: Sequence[_Try]) -> list[Relaxation]:
    """The least change of each kind that lets the stop in somewhere."""
    if tries and tries[0].another:
        alone = next((one for one in tries if can(day, one.vehicle, one.halts)), None)
        if alone is not None:
            return [Relaxation(Binding.VEHICLES, alone.vehicle.vehicle_id, another=True)]
    found = []
    for kind in (_opens, _closes, _shift, _distance, _release):
        change = _least(day, stop, tries, kind)
        if change is not None:
            found.append(change)
    return found + [change for change in (_room(day, stop, tries), _skill(day, stop, tries)) if change is not None]


_Kind = Callable[[_Try, int], Relaxation]


def _opens(one: _Try, amount: int) -> Relaxation:
    return Relaxation(Binding.WINDOW, one.vehicle.vehicle_id, one.another, opens_earlier_seconds=amount)


def _closes(one: _Try, amount: int) -> Relaxation:
    return Relaxation(Binding.WINDOW, one.vehicle.vehicle_id, one.another, closes_later_seconds=amount)


def _shift(one: _Try, amount: int) -> Relaxation:
    return Relaxation(Binding.SHIFT, one.vehicle.vehicle_id, one.another, shift_seconds=amount)


def _distance(one: _Try, amount: int) -> Relaxation:
    return Relaxation(Binding.DISTANCE, one.vehicle.vehicle_id, one.another, distance_m=amount)


def _release(one: _Try, amount: int) -> Relaxation:
    return Relaxation(Binding.RELEASE, one.vehicle.vehicle_id, one.another, release_earlier_seconds=amount)


def _least(day: Day, stop: Stop, tries: Sequence[_Try], kind: _Kind) -> Relaxation | None:
    """The least amount of one kind of change that lets the stop in, over all tries; None where none does."""
    if (kind is _opens and not stop.opens_seconds) or (kind is _release and not stop.release_seconds):
        return None
    best, where = (MOST_DISTANCE_M if kind is _distance else MOST_SECONDS) + 1, None
    for one in tries:
        if not _lets_in(day, stop, one, kind(one, best - 1)):
            continue
        low, high = 1, best - 1
        while low < high:
            middle = (low + high) // 2
            if _lets_in(day, stop, one, kind(one, middle)):
                high = middle
            else:
                low = middle + 1
        best, where = low, one
        if best == 1:
            break
    return kind(where, best) if where else None


def _room(day: Day, stop: Stop, tries: Sequence[_Try]) -> Relaxation | None:
    """The least more capacity, as a share of what the vehicle has."""
    best: Relaxation | None = None
    for one in tries:
        if one.is_late(day, stop):
            continue  # room does not make it sooner
        more = most_load(day, one.vehicle, one.halts).beyond(one.vehicle.capacity)
        change = Relaxation(Binding.CAPACITY, one.vehicle.vehicle_id, one.another, load=more)
        if more == NOTHING or (best and _weight(best, [one.vehicle]) <= _weight(change, [one.vehicle])):
            continue
        if _lets_in(day, stop, one, change):
            best = change
    return best


def _skill(day: Day, stop: Stop, tries: Sequence[_Try]) -> Relaxation | None:
    best: Relaxation | None = None
    for one in tries:
        lacking = stop.skills - one.vehicle.skills
        change = Relaxation(Binding.SKILL, one.vehicle.vehicle_id, one.another, skills=lacking)
        if lacking and (best is None or len(lacking) < len(best.skills)) and _lets_in(day, stop, one, change):
            best = change
    return best


def _lets_in(day: Day, stop: Stop, one: _Try, change: Relaxation) -> bool:
    eased, vehicle = relaxed(stop, one.vehicle, change)
    if not stop.skills <= vehicle.skills or (not change.shift_seconds and one.is_late(day, eased)):
        return False
    return can(day.with_stop(eased) if eased != stop else day, vehicle, one.halts)


def _weight(change: Relaxation, vehicles: Sequence[Vehicle]) -> int:
    """How much is asked for, in parts per million of a working day, of a vehicle's room or of a vehicle."""
    vehicle = next((one for one in vehicles if one.vehicle_id == change.vehicle_id), vehicles[0])
    seconds = (
        change.opens_earlier_seconds
        + change.closes_later_seconds
        + change.shift_seconds
        + change.release_earlier_seconds
    )
    room = [
        more * 1_000_000 // max(has, 1) for more, has in zip(change.load.parts, vehicle.capacity.parts, strict=True)
    ]
    way = change.distance_m * 1_000_000 // 300_000
    return (
        seconds * 1_000_000 // _DAY_SECONDS
        + max(room)
        + way
        + 1_000_000 * len(change.skills)
        + 2_000_000 * (change.another)
    )


def in_words(change: Relaxation) -> str:
    """What would have to change, to follow the stop's name."""
    whose = f"{'another vehicle like ' if change.another else ''}{change.vehicle_id}"
    if change.binding is Binding.WINDOW and change.opens_earlier_seconds:
        what = f"fits if it opens {_span(change.opens_earlier_seconds)} earlier"
    elif change.binding is Binding.WINDOW:
        what = f"fits if it closes {_span(change.closes_later_seconds)} later"
    elif change.binding is Binding.SHIFT:
        what = f"fits if the shift lasts {_span(change.shift_seconds)} longer"
    elif change.binding is Binding.RELEASE:
        what = f"fits if its goods are there {_span(change.release_earlier_seconds)} earlier"
    elif change.binding is Binding.DISTANCE:
        what = f"fits if the vehicle may go {-(-change.distance_m // 1000)} km farther"
    elif change.binding is Binding.CAPACITY:
        what = f"needs {room_in_words(change.load)} more"
    elif change.binding is Binding.SKILL:
        what = f"needs a vehicle with {', '.join(sorted(change.skills))}"
    else:
        what = "fits"
    return f"{what}, with {whose}"


def room_in_words(load: Load) -> str:
    """Grams as kilograms and cubic centimetres as litres, rounded up."""
    parts = (
        (load.weight_g, f"{-(-load.weight_g // 1000)} kg"),
        (load.volume_cm3, f"{-(-load.volume_cm3 // 1000)} litres"),
        (load.pallets, "1 pallet place" if load.pallets == 1 else f"{load.pallets} pallet places"),
    )
    return " and ".join(words for amount, words in parts if amount) or "nothing"


def _span(seconds: int) -> str:
    """In minutes, rounded up; hours from two hours on."""
    minutes = -(-seconds // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
