"""A route drawn: where it begins, its stops by their numbers where they lie, the way between, a scale. North is up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians, sqrt

from doorstep.flow.look_dispatch import RouteSeen, StopSeen
from doorstep.terms.places import Position

WIDE, LOWEST, HIGHEST = 640, 220, 440
_EDGE = 34
_METRES_A_UDEG = 0.111_195  # along a meridian of a sphere of 6,371 km
_SCALES_M = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
_ROUNDS = 80


@dataclass(frozen=True, slots=True)
class Dot:
    """A stop: its number, where it is drawn and where it lies, how it stands, and all of it in words."""

    number: int
    x: int
    y: int
    true_x: int
    true_y: int
    moved: bool
    kind: str  # done, failed, missing, late, next, ahead
    says: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawing. `gone` and `ahead` are the ways behind and before the vehicle, `bar` a scale: width, words."""

    high: int
    radius: int
    starts: tuple[int, int] | None
    dots: tuple[Dot, ...]
    gone: str
    ahead: str
    bar: tuple[int, str]
    says: str
    unknown: int  # stops of which nobody knows where they lie


def drawn(seen: RouteSeen) -> Drawn | None:
    """The route as far as it is known where its stops lie; None where that is of none of them."""
    there = [stop for stop in seen.halts if stop.position is not None]
    if not there:
        return None
    points = [stop.position for stop in there if stop.position is not None]
    whole = [*points, seen.starts] if seen.starts else points
    flat = _flat(whole)
    high, per_metre = _fit(flat)
    placed = _placed(flat, high, per_metre)
    radius = 15 if len(there) <= 30 else 11
    apart = _apart(placed, radius, high)
    dots = tuple(_dot(stop, apart[number], placed[number], radius) for number, stop in enumerate(there))
    starts = _whole(apart[-1]) if seen.starts else None
    return Drawn(
        high=high,
        radius=radius,
        starts=starts,
        dots=dots,
        gone=_way(seen, dots, starts, behind=True),
        ahead=_way(seen, dots, starts, behind=False),
        bar=_bar(per_metre),
        says=_says(seen, there),
        unknown=len(seen.halts) - len(there),
    )


def kind_of(stop: StopSeen) -> str:
    """How a stop stands, as its mark in the drawing says it."""
    if stop.stop.state in ("done", "failed", "missing"):
        return stop.stop.state
    if stop.late:
        return "late"
    return "next" if stop.next else "ahead"


_WORDS = {
    "done": "delivered",
    "failed": "not delivered",
    "missing": "passed by",
    "late": "late",
    "next": "next",
    "ahead": "to come",
}


def _says(seen: RouteSeen, there: Sequence[StopSeen]) -> str:
    names = ", ".join(
        f"{stop.number} {stop.stop.name or stop.stop.stop_id} ({_WORDS[kind_of(stop)]})" for stop in there
    )
    return (
        f"{seen.route.vehicle_id} from {seen.route.site_id} and back, in this order: {names}. The table says the same."
    )


def _dot(stop: StopSeen, at: tuple[float, float], true: tuple[float, float], radius: int) -> Dot:
    name = stop.stop.name or stop.stop.stop_id
    order = ", ".join(stop.stop.references or stop.stop.order_ids)
    says = f"{stop.number}. {name}, {order}: {_WORDS[kind_of(stop)]}"
    moved = hypot(at[0] - true[0], at[1] - true[1]) > radius * 0.6
    return Dot(stop.number, *_whole(at), *_whole(true), moved, kind_of(stop), says)


def _whole(at: tuple[float, float]) -> tuple[int, int]:
    return round(at[0]), round(at[1])


def _flat(points: Sequence[Position]) -> list[tuple[float, float]]:
    """Metres east and south of the first: a town is flat enough."""
    first = points[0]
    shrink = cos(radians(first.north_udeg / 1_000_000))
    return [
        (
            (point.east_udeg - first.east_udeg) * _METRES_A_UDEG * shrink,
            (first.north_udeg - point.north_udeg) * _METRES_A_UDEG,
        )
        for point in points
    ]


def _fit(flat: Sequence[tuple[float, float]]) -> tuple[int, float]:
    """How high the drawing is, and what a metre measures in it."""
    across, down = (max(max(axis) - min(axis), 1.0) for axis in zip(*flat, strict=True))
    per_metre = (WIDE - 2 * _EDGE) / across
    high = min(max(down * per_metre + 2 * _EDGE, LOWEST), HIGHEST)
    return round(high), min(per_metre, (high - 2 * _EDGE) / down, 0.5)


def _placed(flat: Sequence[tuple[float, float]], high: int, per_metre: float) -> list[tuple[float, float]]:
    """In the middle of the drawing."""
    middle = [(max(axis) + min(axis)) / 2 for axis in zip(*flat, strict=True)]
    return [(WIDE / 2 + (x - middle[0]) * per_metre, high / 2 + (y - middle[1]) * per_metre) for x, y in flat]


def _apart(placed: Sequence[tuple[float, float]], radius: int, high: int) -> list[tuple[float, float]]:
    """Marks that would cover one another are pushed aside, each by half of what they lack."""
    at = [list(point) for point in placed]
    wanted = 2 * radius + 4
    for _ in range(_ROUNDS):
        still = True
        for one in range(len(at)):
            for two in range(one + 1, len(at)):
                dx, dy = at[two][0] - at[one][0], at[two][1] - at[one][1]
                far = sqrt(dx * dx + dy * dy)
                if far >= wanted:
                    continue
                still = False
                if far < 0.5:  # in the same place: each pair in a direction of its own
                    dx, dy, far = cos(one * 2.4), cos(one * 2.4 + 1.57), 1.0
                push = (wanted - min(far, wanted)) / 2
                for which, way in ((one, -1), (two, 1)):
                    at[which][0] = min(max(at[which][0] + way * push * dx / far, radius + 2), WIDE - radius - 2)
                    at[which][1] = min(max(at[which][1] + way * push * dy / far, radius + 2), high - radius - 2)
        if still:
            break
    return [(x, y) for x, y in at]


def _way(seen: RouteSeen, dots: Sequence[Dot], starts: tuple[int, int] | None, *, behind: bool) -> str:
    """The way that is driven, or that is still to be; '' where there is none. Stops passed by are not on it."""
    at = {dot.number: (dot.x, dot.y) for dot in dots}
    left = seen.route.state in ("out", "ended")
    legs: list[tuple[tuple[int, int], tuple[int, int], bool]] = []
    here = starts
    driven = left
    for stop in seen.stops:
        there = starts if stop.stop.doing == "reload" else at.get(stop.number)
        if there is None or stop.stop.state == "missing":
            continue
        driven = driven and stop.stop.state in ("done", "failed")
        if here is not None:
            legs.append((here, there, driven))
        here = there
    if here is not None and starts is not None and here != starts:
        legs.append((here, starts, seen.route.state == "ended"))
    return "".join(f"M{a[0]} {a[1]}L{b[0]} {b[1]}" for a, b, done in legs if done is behind)


def _bar(per_metre: float) -> tuple[int, str]:
    """The longest round distance that is no wider than a quarter of the drawing."""
    metres = max((one for one in _SCALES_M if one * per_metre <= WIDE / 4), default=_SCALES_M[0])
    words = f"{metres // 1_000} km" if metres >= 1_000 else f"{metres} m"
    return round(metres * per_metre), words
