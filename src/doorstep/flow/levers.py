"""Levers for slow times, as things stand: what a quiet day lets a company do, with reasons; nothing is done here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from doorstep.flow.consolidate import Consolidated, consolidate_orders
from doorstep.flow.office import Office, company_of
from doorstep.flow.shelves import BACK_DAYS, lead_days, shelves_known
from doorstep.planning.levers import BinKnown, Call, Kind, Lever, SiteDay, levers
from doorstep.promising.accuracy import bin_of, doubt_ppm
from doorstep.promising.mass import WHOLE
from doorstep.storage.queries import goals as queries
from doorstep.storage.queries import master
from doorstep.storage.queries.master import Site
from doorstep.storage.transaction import Transaction
from doorstep.terms.goals import Goals
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService

AHEAD_DAYS = 3  # calendar days whose departures are looked at
_MOST_BINS = 300
_AGAIN_DAYS = 10


@dataclass(frozen=True, slots=True)
class LeversView:
    """The days that were looked at, and what can be done; `currency` is that of what it saves."""

    days: tuple[SiteDay, ...]
    levers: tuple[Lever, ...]
    currency: str


def levers_now(office: Office, site_id: str = "") -> LeversView | Refusal:
    """What can be done now, at one site or at all of them; quiet days and joint shipments first."""
    with office.store.reading() as tx:
        company, goals, sites = company_of(tx), master.goals(tx), master.sites(tx)
        if site_id and site_id not in sites:
            return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
        days, calls = _days_and_calls(tx, goals, sites)
        found = levers(
            days,
            calls,
            _bins(tx),
            shelves_known(tx, lead_days(tx)[0]),
            today=tx.now.date(),
            departure_minor=goals.weights.departure_minor,
            most_days=goals.supply.days,
        )
    together = consolidate_orders(office, site_id=site_id, dry_run=True)
    joint = list(_together(together)) if isinstance(together, Consolidated) else []
    here = [lever for lever in (*joint, *found) if not site_id or lever.site_id in ("", site_id)]
    shown = tuple(day for day in days if not site_id or day.site_id == site_id)
    return LeversView(shown, tuple(here), company.currency)


def _together(found: Consolidated) -> Iterator[Lever]:
    """Joint shipments, of which slow times allow more: an order that waits for its neighbour keeps its promise."""
    for each in found.shipments:
        saves = each.alone_minor - each.cost_minor
        says = f"send {len(each.members)} orders to one address together, {each.travels_as} by {each.service_id}"
        because = "doorstep consolidate does it; every promise still holds"
        yield Lever(Kind.CONSOLIDATE, each.site_id, None, says, because, saves)


def _days_and_calls(tx: Transaction, goals: Goals, sites: Mapping[str, Site]) -> tuple[list[SiteDay], list[Call]]:
    services = master.services(tx)
    planned: dict[tuple[str, str, datetime], list[Any]] = defaultdict(list)
    by_day: Counter[tuple[str, date]] = Counter()
    for row in queries.departures(tx, tx.now - timedelta(days=BACK_DAYS)):
        by_day[row.site_id, sites[row.site_id].calendar.day_of(row.departs)] += 1
        if row.departs >= tx.now and row.state in ("planned", "released", "picked", "packed", "labelled"):
            planned[row.site_id, row.service_id, row.departs].append(row.ship_by)
    days: list[SiteDay] = []
    calls: list[Call] = []
    for site in sites.values():
        today = site.calendar.day_of(tx.now)
        for day in (today + timedelta(days=ahead) for ahead in range(AHEAD_DAYS)):
            if site.calendar.works_on(day):
                usual = _usual(by_day, site, day, today)
                could = goals.limit_of(site.site_id, site.daily_orders)
                days.append(SiteDay(site.site_id, day, by_day[site.site_id, day], usual, could))
                calls += _calls(tx.now, site, services, day, planned)
    return days, calls


def _usual(by_day: Counter[tuple[str, date]], site: Site, day: date, today: date) -> int:
    """What left on such weekdays lately, the mean of those that anything left on; 0 where there was none."""
    before = [day - timedelta(days=7 * weeks) for weeks in range(1, BACK_DAYS // 7 + 1)]
    sent = [by_day[site.site_id, each] for each in before if each < today and by_day[site.site_id, each]]
    return -(-sum(sent) // len(sent)) if sent else 0


def _calls(
    now: datetime,
    site: Site,
    services: Sequence[CarrierService],
    day: date,
    planned: Mapping[tuple[str, str, datetime], list[Any]],
) -> Iterator[Call]:
    """Each carrier's calls of a day that are still to come, with when it comes again for all that would go with it."""
    at_once: dict[tuple[str, datetime], list[CarrierService]] = defaultdict(list)
    for service in services:
        if site.site_id in service.cut_offs and service.calendar.works_on(day):
            at_once[service.carrier_id, site.calendar.at(day, service.cut_offs[site.site_id])].append(service)
    for (carrier_id, at), called in sorted(at_once.items(), key=lambda each: (each[0][1], each[0][0])):
        if at <= now:
            continue
        waits = [ship_by for each in called for ship_by in planned.get((site.site_id, each.service_id, at), ())]
        again = [next_at for each in called if (next_at := _again(site, each, day)) is not None]
        next_at = max(again) if len(again) == len(called) else None
        told = "" if next_at is None else f"{site.calendar.day_of(next_at):%A}"
        cut_off = called[0].cut_offs[site.site_id]
        yield Call(site.site_id, carrier_id, day, at, f"{cut_off:%H:%M}", tuple(waits), next_at, told)


def _again(site: Site, service: CarrierService, day: date) -> datetime | None:
    for ahead in range(1, _AGAIN_DAYS):
        later = day + timedelta(days=ahead)
        if site.calendar.works_on(later) and service.calendar.works_on(later):
            return site.calendar.at(later, service.cut_offs[site.site_id])
    return None


def _bins(tx: Transaction) -> list[BinKnown]:
    found = []
    for row in queries.bins(tx, _MOST_BINS):
        days = None if row.counted_at is None else (tx.now - row.counted_at).days
        there = WHOLE - doubt_ppm(bin_of(row.units, (tx.now - row.known_at).days, row.moves, row.short_picks), 0)
        found.append(
            BinKnown(row.site_id, row.place_id, row.item_id, row.units, days, row.moves, there, row.short_picks)
        )
    return found
