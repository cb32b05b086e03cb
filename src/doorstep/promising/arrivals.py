"""When a shipment arrives: next departure after release and handling, then transit, on everybody's calendars."""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from doorstep.promising.handling import HANDLING_STEP_S
from doorstep.promising.mass import WHOLE, Mass
from doorstep.promising.parcels import last_parcel
from doorstep.terms.calendar import Calendar
from doorstep.terms.clock import read_stamp, stamp

NOT_LATE = Mass.certain(0)
_LONGEST_SEARCH_DAYS = 370


@dataclass(frozen=True, slots=True)
class Leg:
    """Everything that one shipment's arrival follows from; JSON keeps all of it.

    `release_at` is when work may begin, or when the supplier's goods are due: `lateness` calendar days are added.
    `handling` is in steps of HANDLING_STEP_S of work on the `site` calendar, `transit` in working days of the
    `carrier` calendar after departure (0: the same day). Departures are at `cut_off` on the site's wall, on dates on
    which site and carrier both work, never before `hold_until`. `receives` is the destination's calendar: on its
    closed days nothing is taken in. `there_ppm` is P(the goods are really there); else the shipment never arrives.
    `transit` is that of one of its `parcels`, which travel each by itself with a probability of `parting_ppm`.
    """

    release_at: datetime
    handling: Mass
    site: Calendar
    cut_off: time
    transit: Mass
    carrier: Calendar
    lateness: Mass = NOT_LATE
    hold_until: datetime | None = None
    receives: Calendar | None = None
    there_ppm: int = WHOLE
    parcels: int = 1
    parting_ppm: int = 0

    @property
    def whole_transit(self) -> Mass:
        """That of its last parcel."""
        return last_parcel(self.transit, self.parcels, self.parting_ppm)

    def held_until(self, departs: datetime) -> Leg:
        """The same, but it leaves no earlier than that."""
        return Leg(
            *(self.release_at, self.handling, self.site, self.cut_off, self.transit, self.carrier),
            *(self.lateness, departs, self.receives, self.there_ppm, self.parcels, self.parting_ppm),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "release_at": stamp(self.release_at),
            "handling": self.handling.to_json(),
            "site": calendar_to_json(self.site),
            "cut_off": self.cut_off.isoformat(),
            "transit": self.transit.to_json(),
            "carrier": calendar_to_json(self.carrier),
            "lateness": self.lateness.to_json(),
            "hold_until": None if self.hold_until is None else stamp(self.hold_until),
            "receives": None if self.receives is None else calendar_to_json(self.receives),
            "there_ppm": self.there_ppm,
            "parcels": self.parcels,
            "parting_ppm": self.parting_ppm,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Leg:
        return cls(
            release_at=read_stamp(stored["release_at"]),
            handling=Mass.from_json(stored["handling"]),
            site=calendar_from_json(stored["site"]),
            cut_off=time.fromisoformat(stored["cut_off"]),
            transit=Mass.from_json(stored["transit"]),
            carrier=calendar_from_json(stored["carrier"]),
            lateness=Mass.from_json(stored["lateness"]),
            hold_until=None if stored["hold_until"] is None else read_stamp(stored["hold_until"]),
            receives=None if stored["receives"] is None else calendar_from_json(stored["receives"]),
            there_ppm=stored["there_ppm"],
            parcels=stored.get("parcels", 1),
            parting_ppm=stored.get("parting_ppm", 0),
        )


def behind(leg: Leg, later_seconds: int, others: Sequence[Calendar]) -> Leg | None:
    """The leg of a stop that is reached `later_seconds` after the time at which its lane's transit would have it there,
    behind consignees who receive on the calendars of `others`; None where there is no weekday on which all receive.
    """
    receive = [*others, *([leg.receives] if leg.receives else [])]
    weekdays = frozenset(range(7)).intersection(*(each.weekdays for each in receive))
    if not weekdays:
        return None
    closed = frozenset[date]().union(*(each.closed for each in receive))
    receives = replace(receive[-1], weekdays=weekdays, closed=closed) if receive else None
    return replace(leg, transit=delayed(leg.transit, later_seconds, leg.carrier), receives=receives)


def delayed(transit: Mass, later_seconds: int, carrier: Calendar) -> Mass:
    """Transit in the carrier's working days of what is there so many seconds later.

    Transit knows days and no hours: at which hour of the carrier's working day it would have been there is taken to be
    any alike, so that a delay of a third of that day is a day more with a probability of a third (our own judgement).
    """
    if not later_seconds:
        return transit
    day_seconds = _seconds(carrier.closes) - _seconds(carrier.opens)
    days, rest = divmod(later_seconds, day_seconds)
    return transit.convolve(Mass.rounded({days: day_seconds - rest, days + 1: rest}, day_seconds))


def _seconds(wall: time) -> int:
    return wall.hour * 3_600 + wall.minute * 60 + wall.second


def departures(leg: Leg) -> dict[datetime, int]:
    """Each departure that the shipment may leave with, ascending -> its weight out of WHOLE * WHOLE."""
    weights: dict[datetime, int] = {}
    leaves: datetime | None = None
    for ready, weight in _ready(leg.release_at, leg.lateness, leg.handling, leg.site):
        if leg.hold_until is not None and ready < leg.hold_until:
            ready = leg.hold_until
        if leaves is None or ready > leaves:
            leaves = next_departure(leg, ready)
        if leaves is not None:
            weights[leaves] = weights.get(leaves, 0) + weight
    return weights


def held(made: Mapping[datetime, int], until: datetime) -> dict[datetime, int]:
    """The departures of the same leg if it waits for the one at `until`: those before it leave then.

    `until` is one of the leg's departures.
    """
    waiting = sum(weight for leaves, weight in made.items() if leaves <= until)
    later = {leaves: weight for leaves, weight in made.items() if leaves > until}
    return {until: waiting, **later} if waiting else later


@lru_cache(maxsize=1024)
def _ready(release_at: datetime, lateness: Mass, handling: Mass, site: Calendar) -> tuple[tuple[datetime, int], ...]:
    """When the goods stand at the dock, ascending -> weight out of WHOLE * WHOLE. Kept: all services share it."""
    weights: dict[datetime, int] = {}
    for days_late, late_ppm in lateness.points():
        released = release_at + timedelta(days=days_late)
        for steps, ppm in handling.points():
            try:
                ready = site.work_done(released, steps * HANDLING_STEP_S)
            except ValueError:  # the site does not work within a year
                continue
            weights[ready] = weights.get(ready, 0) + late_ppm * ppm
    return tuple(sorted(weights.items()))


def next_departure(leg: Leg, ready: datetime) -> datetime | None:
    """The first departure at or after `ready` (and `hold_until`) on a day on which site and carrier both work.

    None where they have no such day within a year.
    """
    if leg.hold_until is not None:
        ready = max(ready, leg.hold_until)
    # The wall's day may be the one before or after the day in UTC.
    since = ready.date() - timedelta(days=1)
    for months in range(_LONGEST_SEARCH_DAYS // 28 + 1):
        year, month = divmod(since.year * 12 + since.month - 1 + months, 12)
        leaving = _departures_of(leg.site, leg.carrier, leg.cut_off, year, month + 1)
        at = bisect_left(leaving, ready)
        if at < len(leaving):
            return leaving[at] if leaving[at] - ready <= timedelta(days=_LONGEST_SEARCH_DAYS) else None
    return None


@lru_cache(maxsize=4096)
def _departures_of(site: Calendar, carrier: Calendar, cut_off: time, year: int, month: int) -> tuple[datetime, ...]:
    """Every departure of a month on the site's wall, ascending. Kept: all orders look at the same few."""
    days = (date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1))
    return tuple(site.at(day, cut_off) for day in days if site.works_on(day) and carrier.works_on(day))


@lru_cache(maxsize=65536)
def working_day_after(carrier: Calendar, day: date, ahead: int) -> date | None:
    """`ahead` working days on; None where there are not as many within a year."""
    try:
        return carrier.working_day(day, ahead)
    except ValueError:
        return None


def arrivals(leg: Leg, made: Mapping[datetime, int] | None = None) -> Mass:
    """The mass over delivery dates, as proleptic day numbers (`date.toordinal`). One rounding, at the end.

    `made`: what `departures` says of the leg, where the caller knows it.
    """
    made = departures(leg) if made is None else made
    leaving = tuple((leg.site.day_of(leaves), weight) for leaves, weight in made.items())
    return arriving(leaving, leg.whole_transit, leg.carrier, leg.receives, leg.there_ppm)


@lru_cache(maxsize=8192)
def arriving(
    leaving: tuple[tuple[date, int], ...], transit: Mass, carrier: Calendar, receives: Calendar | None, there_ppm: int
) -> Mass:
    """`arrivals` of what leaves on these days of the site, with these weights out of WHOLE * WHOLE.

    Kept: as long as nothing more misses a cut-off the weights are the same from one order to the next.
    """
    weights: dict[int, int] = {}
    for left_on, departs in leaving:
        for day, ppm in _days(left_on, transit, carrier, receives):
            weights[day] = weights.get(day, 0) + departs * ppm
    return Mass.rounded({day: weight * there_ppm for day, weight in weights.items()}, WHOLE**4)


@lru_cache(maxsize=8192)
def _days(left_on: date, transit: Mass, carrier: Calendar, receives: Calendar | None) -> tuple[tuple[int, int], ...]:
    """The day number on which what left then is received -> ppm. Kept: orders share the lanes and the days."""
    weights: dict[int, int] = {}
    for days, ppm in transit.points():
        received = _received(carrier, receives, left_on, days)
        if received is not None:
            weights[received.toordinal()] = weights.get(received.toordinal(), 0) + ppm
    return tuple(weights.items())


def _received(carrier: Calendar, receives: Calendar | None, left_on: date, days: int) -> date | None:
    """The first day, `days` working days on, when the carrier delivers and the destination takes in; None: not within
    a year.
    """
    day = working_day_after(carrier, left_on, days)
    if day is None or receives is None:
        return day
    for _ in range(_LONGEST_SEARCH_DAYS):
        if receives.works_on(day) and carrier.works_on(day):
            return day
        day += timedelta(days=1)
    return None


def calendar_to_json(calendar: Calendar) -> dict[str, Any]:
    return {
        "zone": calendar.zone,
        "weekdays": sorted(calendar.weekdays),
        "opens": calendar.opens.isoformat(),
        "closes": calendar.closes.isoformat(),
        "closed": [day.isoformat() for day in sorted(calendar.closed)],
    }


def calendar_from_json(stored: Mapping[str, Any]) -> Calendar:
    return Calendar(
        zone=stored["zone"],
        weekdays=frozenset(stored["weekdays"]),
        opens=time.fromisoformat(stored["opens"]),
        closes=time.fromisoformat(stored["closes"]),
        closed=frozenset(date.fromisoformat(day) for day in stored["closed"]),
    )
