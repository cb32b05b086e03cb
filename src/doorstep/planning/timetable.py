"""Departures to aim at and when what leaves with them arrives. Kept, because orders share most of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import NamedTuple

from doorstep.carriers.shipments import is_freight
from doorstep.planning.supply import Row
from doorstep.planning.values import DayKey, Demand, SiteSupply
from doorstep.promising.arrivals import (
    NOT_LATE,
    Leg,
    arriving,
    departures,
    held,
    next_departure,
    working_day_after,
)
from doorstep.promising.handling import handling
from doorstep.promising.learned import Seen, Transits, lane_of, learned_of, parting_of, transit
from doorstep.promising.mass import WHOLE, Mass, last_of
from doorstep.terms.calendar import Calendar
from doorstep.terms.service import CarrierService

_HALF = WHOLE // 2
_FAR_DAYS = 370  # how far ahead a departure is looked for
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Which departures to look at: none on a `full` day, none that can only arrive before `not_before`.

    `later`: all that can be made; else until one can no more arrive before `not_before`, and is not on a day that is
    `dear`, for others want its room.
    """

    not_before: date | None = None
    full: frozenset[DayKey] = frozenset()
    later: bool = True
    dear: frozenset[DayKey] = frozenset()


class Source(NamedTuple):
    """When the goods of a shipment are there: `lateness` days after `latest`, and with `there_ppm`."""

    latest: datetime
    lateness: Mass
    there_ppm: int


def source_of(now: datetime, rows: Sequence[Row], there_ppm: int) -> Source:
    """Of the rows of supply that a shipment takes from, which are there with `there_ppm`.

    Each inbound is so late after the latest of them; part days round up, so that none is thought sooner. What is
    overdue did not come on the days that have passed.
    """
    latest = max([now, *(row.due_at for row in rows if row.due_at is not None)])
    late = [
        row.lateness.at_least((now - row.due_at) // _DAY).shift(-((latest - row.due_at) // _DAY))
        for row in rows
        if row.lateness is not None and row.due_at is not None
    ]
    return Source(latest, last_of([NOT_LATE, *late]) if late else NOT_LATE, there_ppm)


class Travels(NamedTuple):
    """Working days on the way, and whether they rest on parcels that were seen."""

    transit: Mass
    learned: bool


class Departure(NamedTuple):
    """A departure to aim at, the leg that leaves no earlier, and when it arrives."""

    departs: datetime
    day: DayKey
    leg: Leg
    arrival: Mass


class Timetable:
    """The departures from some sites, with the handling that is expected of them now."""

    def __init__(
        self,
        sites: Sequence[SiteSupply],
        services: Sequence[CarrierService],
        transits: Transits,
        most_departures: int,
    ) -> None:
        self.most = most_departures
        self.handling = {site.site_id: handling(site.work, site.own_s, site.queue_s) for site in sites}
        # Equal calendars are one here, so that what hangs on one is found by its identity.
        calendars: dict[Calendar, Calendar] = {}
        self.calendars = {each.service_id: calendars.setdefault(each.calendar, each.calendar) for each in services}
        self._transits = transits
        self._travels: dict[tuple[str, str, str, str], Travels] = {}
        self._believed: dict[tuple[str, str, Seen], Travels] = {}
        self._parting: dict[str, int] = {}
        self._aims: dict[tuple[object, ...], _Aims] = {}
        self._leaving: dict[tuple[object, ...], Leaving] = {}

    def travels(self, service: CarrierService, site: SiteSupply, area: str, zone: str) -> Travels:
        """What is believed of a lane: what was seen of it, of its zone and of the service, and what is published."""
        key = (service.service_id, site.area, area, zone)
        known = self._travels.get(key)
        if known is None:
            # Most lanes have seen nothing of their own: what is believed of them is their zone's.
            lane = lane_of(self._transits, service, site.area, area)
            if (service.service_id, zone, lane) not in self._believed:
                seen = learned_of(self._transits, service, site.area, area, zone)
                believed = transit(seen, tuple(service.transit_of(zone) or ()))
                self._believed[service.service_id, zone, lane] = Travels(believed, bool(seen.service.parcels))
            known = self._travels[key] = self._believed[service.service_id, zone, lane]
        return known

    def parting(self, service: CarrierService) -> int:
        """P(the parcels of a shipment by the service travel each by itself), ppm."""
        if service.service_id not in self._parting:
            parting = parting_of(self._transits, service.service_id, is_freight(service))
            self._parting[service.service_id] = parting
        return self._parting[service.service_id]

    def leaving(self, site: SiteSupply, demand: Demand, source: Source, ahead: Ahead) -> Leaving:
        """What leaves from a site with goods that are there at such a time."""
        full, dear = (
            frozenset([day.day for day in days if day.site_id == site.site_id]) for days in (ahead.full, ahead.dear)
        )
        key = (site.site_id, source, demand.receives, ahead.not_before, ahead.later, full, dear)
        known = self._leaving.get(key)
        if known is None:
            known = self._leaving[key] = Leaving(self, site, demand.receives, source, ahead, full, dear)
        return known

    def aims_of(self, leg: Leg, site_id: str) -> _Aims:
        key = (site_id, leg.cut_off, leg.carrier, leg.release_at, leg.lateness)
        if key not in self._aims:
            self._aims[key] = _Aims(leg, site_id)
        return self._aims[key]


class Leaving:
    """The departures from one site of goods of one source."""

    def __init__(
        self,
        timetable: Timetable,
        site: SiteSupply,
        receives: Calendar | None,
        source: Source,
        ahead: Ahead,
        full: Collection[date],
        dear: Collection[date],
    ) -> None:
        self._timetable = timetable
        self._site = site
        self._receives = receives
        self._source = source
        self._ahead = ahead
        self._full = full
        self._dear = dear
        self._known: dict[tuple[time, int, int, int, int], tuple[Mass, list[Departure]]] = {}

    def by(self, service: CarrierService, travels: Travels, parcels: int) -> list[Departure]:
        """The departures with a service of so many parcels, the first of which is more likely than not."""
        # Services that call at the same time, on the same days and take as long are alike.
        cut_off = service.cut_offs[self._site.site_id]
        carrier = self._timetable.calendars[service.service_id]
        parting = self._timetable.parting(service) if parcels > 1 else 0
        key = (cut_off, id(carrier), id(travels.transit), parcels, parting)
        known = self._known.get(key)
        if known is None:  # what is kept by its identity is kept with it
            leg = self._leg(cut_off, carrier, travels.transit, parcels, parting)
            departures = list(self._departures(leg))
            known = self._known[key] = (travels.transit, departures)
        return known[1]

    def _leg(self, cut_off: time, carrier: Calendar, on_the_way: Mass, parcels: int, parting: int) -> Leg:
        source = self._source
        return Leg(
            release_at=source.latest,
            handling=self._timetable.handling[self._site.site_id],
            site=self._site.calendar,
            cut_off=cut_off,
            transit=on_the_way,
            carrier=carrier,
            lateness=source.lateness,
            receives=self._receives,
            there_ppm=source.there_ppm,
            parcels=parcels,
            parting_ppm=parting,
        )

    def _departures(self, leg: Leg) -> Iterator[Departure]:
        ahead, aims = self._ahead, self._timetable.aims_of(leg, self._site.site_id)
        not_before, yielded = ahead.not_before, 0
        transit, longest = leg.whole_transit, leg.transit.start + len(leg.transit.ppm)
        for number in range(_FAR_DAYS):
            aim = aims.at(number) if yielded < self._timetable.most else None
            if aim is None:
                return
            left_on = aim.day.day
            too_early = not_before is not None and _there_before(leg, left_on, longest, not_before)
            if not too_early and left_on not in self._full:
                yielded += 1
                arrival = arriving(aim.leaving, transit, leg.carrier, leg.receives, leg.there_ppm)
                yield Departure(aim.departs, aim.day, leg.held_until(aim.departs) if number else leg, arrival)
                if ahead.later or left_on in self._dear:
                    continue
                if not_before is None or not _there_before(leg, left_on, leg.transit.start, not_before):
                    return


class _Aim(NamedTuple):
    departs: datetime
    day: DayKey
    leaving: tuple[tuple[date, int], ...]  # the days on which it leaves -> weight out of WHOLE * WHOLE


class _Aims:
    """What of one service's departures from one site is the same for all lanes."""

    def __init__(self, leg: Leg, site_id: str) -> None:
        self._leg = leg
        self._site_id = site_id
        self._made = departures(leg)
        likely = accumulate(self._made.values())
        first = (leaves for leaves, ppm in zip(self._made, likely, strict=True) if ppm >= _HALF * WHOLE)
        self._next = next(first, None)
        self._found: list[_Aim] = []

    def at(self, number: int) -> _Aim | None:
        """The departure of that number, 0 the one more likely than not; None where there are not as many."""
        day_of = self._leg.site.day_of
        while len(self._found) <= number and self._next is not None:
            departs = self._next
            made = held(self._made, departs) if self._found else self._made
            leaving = tuple((day_of(leaves), weight) for leaves, weight in made.items())
            self._found.append(_Aim(departs, DayKey(self._site_id, day_of(departs)), leaving))
            self._next = next_departure(self._leg, departs + timedelta(seconds=1))
        return self._found[number] if number < len(self._found) else None


def _there_before(leg: Leg, left_on: date, transit_days: int, day: date) -> bool:
    there = working_day_after(leg.carrier, left_on, transit_days)
    return there is not None and there < day
