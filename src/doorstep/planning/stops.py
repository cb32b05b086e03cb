"""Orders to several consignees of one area on one truck: in which order it unloads, and when each order then arrives.

Every place after the first is reached later than by the way straight to it. Of all orders of the stops in which each
promise still holds, the one that is billed the shortest way is found, by looking at all that could be it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorstep.carriers.stops import Roads
from doorstep.planning.choices import Choice, Judge
from doorstep.planning.values import BoxedParcel, Deciders, OpenOrder
from doorstep.planning.ways import Desk, Way
from doorstep.promising.arrivals import arrivals, behind
from doorstep.terms.calendar import Calendar
from doorstep.terms.places import Locality
from doorstep.terms.service import CarrierService

InTime = Callable[[int, int, Sequence[int]], bool]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Orders on one truck: the places in the order of driving, and for each order its choice as it then arrives, the
    number of its stop (0 where there is but one consignee), and by how many seconds later it is there for it."""

    places: tuple[Locality, ...]
    choices: tuple[Choice, ...]
    stop_nos: tuple[int, ...]
    later_seconds: tuple[int, ...]


def over_stops(
    orders: Sequence[OpenOrder], chosen: Sequence[Choice], service: CarrierService, desk: Desk, deciders: Deciders
) -> Stopped | None:
    """The orders, each of which may go so by itself and in time, on one vehicle; None where they cannot go together."""
    consignees = list(dict.fromkeys(order.delivers_to for order in orders))
    if len(consignees) == 1:
        nothing = (0,) * len(orders)
        return Stopped((orders[0].demand.lies,), tuple(chosen), nothing, nothing)
    place_of = {consignee: number for number, consignee in enumerate(consignees, 1)}
    at = [place_of[order.delivers_to] for order in orders]
    places = [orders[at.index(number)].demand.lies for number in range(1, len(consignees) + 1)]
    origin = desk.supply.sites[_site_id(chosen[0])].lies
    ways = deciders.by_road(service, origin, places) if deciders.by_road and all(consignees) else None
    if not isinstance(ways, Roads):
        return None
    dropped = _Dropped(orders, chosen, at, desk)
    order = sequence(ways, dropped.in_time)
    if order is None:
        return None
    later = dict(zip(order, ways.later_seconds(order), strict=True))
    behind = {place: order[:number] for number, place in enumerate(order)}
    as_there = (dropped.choice(i, later[place], behind[place]) for i, place in enumerate(at))
    return Stopped(
        places=tuple(places[place - 1] for place in order),
        choices=tuple(choice for choice in as_there if choice is not None),
        stop_nos=tuple(order.index(place) + 1 for place in at),
        later_seconds=tuple(later[place] for place in at),
    )


def by_stop(stop_nos: Sequence[int], parcels: Sequence[Sequence[BoxedParcel]]) -> tuple[tuple[BoxedParcel, ...], ...]:
    """The parcels that are unloaded at each stop, in the order of driving, of orders with their stops and parcels."""
    return tuple(
        tuple(one for at, mine in zip(stop_nos, parcels, strict=True) if at == stop_no for one in mine)
        for stop_no in sorted(set(stop_nos))
    )


def sequence(ways: Roads, in_time: InTime) -> tuple[int, ...] | None:
    """The places (numbers from 1) in the order that is billed the shortest way; None where there is none.

    `in_time` (place, seconds by which it is reached later, places before it): whether what it gets may come so.
    """
    number = len(ways.metres) - 1
    straight = ways.metres[0]
    most_off = max(straight) if ways.states else 0  # at most so much of the way driven is not billed
    best: tuple[int, tuple[int, ...]] | None = None

    def drive_on(order: tuple[int, ...], metres: int) -> None:
        nonlocal best
        if best is not None and metres - most_off >= best[0]:
            return
        if len(order) == number:
            billed = metres - straight[order[-1]] if ways.states else metres
            if best is None or billed < best[0]:
                best = (billed, order)
            return
        for place in range(1, number + 1):
            step = ways.metres[order[-1] if order else 0][place]
            if place in order or (order and ways.within_m is not None and step > ways.within_m):
                continue
            on = (*order, place)
            if in_time(place, ways.later_seconds(on)[-1], order):
                drive_on(on, metres + step)

    drive_on((), 0)
    return None if best is None else best[1]


class _Dropped:
    """What each order's choice becomes where its place is reached later and behind others; worked out once."""

    def __init__(self, orders: Sequence[OpenOrder], chosen: Sequence[Choice], at: Sequence[int], desk: Desk) -> None:
        self._orders, self._chosen, self._at, self._desk = orders, chosen, at, desk
        self._receives = {
            place: tuple(
                dict.fromkeys(
                    order.demand.receives
                    for order, mine in zip(orders, at, strict=True)
                    if mine == place and order.demand.receives is not None
                )
            )
            for place in set(at)
        }
        self._known: dict[tuple[int, int, tuple[Calendar, ...]], Choice | None] = {}

    def in_time(self, place: int, later_seconds: int, before: Sequence[int]) -> bool:
        mine = (i for i, at in enumerate(self._at) if at == place)
        return all(self.choice(i, later_seconds, before) is not None for i in mine)

    def choice(self, i: int, later_seconds: int, before: Sequence[int]) -> Choice | None:
        """None where the promise does not hold so, or the goods may not ship so."""
        others = tuple(calendar for place in sorted(before) for calendar in self._receives[place])
        key = (i, later_seconds, others)
        if key not in self._known:
            self._known[key] = self._chosen[i] if not (later_seconds or others) else self._behind(i, *key[1:])
        return self._known[key]

    def _behind(self, i: int, later_seconds: int, others: tuple[Calendar, ...]) -> Choice | None:
        way, order = self._chosen[i].way, self._orders[i]
        assert way is not None
        (option,) = way.options
        leg = behind(option.leg, later_seconds, others)
        if leg is None or not self._desk.may_travel(option, order.demand, leg):
            return None
        judged = Judge(order, self._desk).of(Way((option._replace(leg=leg, arrival=arrivals(leg)),), way.cost))
        return judged if judged is not None and judged.holds else None


def _site_id(choice: Choice) -> str:
    assert choice.way is not None
    return choice.way.options[0].day.site_id
