"""What planning is told of the world: every site's free stock, what is on its way, and how busy it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain

from doorstep.flow.shelves import shelves_known
from doorstep.planning.levers import LONG_DAYS, excess, would_end
from doorstep.planning.values import (
    Costs,
    DayKey,
    FreeUnits,
    Inbound,
    Need,
    Reservation,
    Scarce,
    SiteSupply,
    StockKey,
)
from doorstep.promising.accuracy import Looks, Shelf, at_all_sites, times_ppm
from doorstep.promising.handling import Work, work_of
from doorstep.promising.learned import NOTHING, Seen, together
from doorstep.promising.mass import WHOLE, Mass
from doorstep.promising.suppliers import lateness_of
from doorstep.stock.scarcity import kept_for_others
from doorstep.storage.queries import learning, master, nodes, orders, planning, scarcity, stock
from doorstep.storage.queries.master import Site
from doorstep.storage.transaction import Query, Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.calendar import Calendar
from doorstep.terms.company import Company
from doorstep.terms.goals import Goals
from doorstep.terms.item import Item, Part
from doorstep.terms.places import SiteKind


def prices_of(tx: Transaction, item_ids: Collection[str]) -> dict[Scarce, int]:
    """What units of these items and sites' room on days are worth since orders were last planned together."""
    found: dict[Scarce, int] = {}
    for row in tx.rows(*planning.prices_query(item_ids, tx.now.date())):
        day = planning.day_of(row)
        key = StockKey(row.site_id, row.item_id, row.inbound_id or None) if day is None else DayKey(row.site_id, day)
        found[key] = row.minor
    return found


_FAR_DAYS = 370  # a site that is further behind than that has other troubles


def supply_queries(tx: Transaction, item_ids: Collection[str], leaving_out: Collection[str] = ()) -> tuple[Query, ...]:
    """What `site_supplies` of the same will ask, for whoever asks ahead: beside the sites and the goals, which a step
    knows by now that has asked for any definition."""
    free, inbound = stock.free_query(item_ids, tx.now.date()), stock.inbound_query(item_ids)
    learned = (learning.HANDLING, learning.LATENESS, learning.ACCURACY)
    booked: tuple[Query, ...] = ()
    if any(_limits(master.sites(tx), master.goals(tx)).values()):
        booked = orders.booked_query(leaving_out), orders.not_planned_query(PLAN_ORDERS, leaving_out)
    return *learned, free, inbound, orders.LOAD, *booked


def site_supplies(
    tx: Transaction, company: Company, item_ids: Collection[str], leaving_out: Collection[str] = ()
) -> tuple[SiteSupply, ...]:
    """The supply of the items at every site. The planned departures of orders in `leaving_out` are not counted."""
    sites, goals = master.sites(tx), master.goals(tx)
    waiting = {row.site_id: row.shipments for row in orders.load(tx)}
    free, takes = _free(tx, sites, item_ids), _takes_ppm(tx, sites)
    coming: dict[str, list[Inbound]] = defaultdict(list)
    late, any_supplier = _lateness(tuple(learning.lateness(tx).items()))
    for row in stock.inbound(tx, item_ids):
        lateness = late.get(row.supplier_id, any_supplier)
        inbound = Inbound(row.inbound_id, row.item_id, row.quantity, row.due_at, lateness=lateness)
        coming[row.site_id].append(inbound)
    booked = _booked(tx, sites, leaving_out, goals)
    expected, works = works_expected(company, sites), works_learned(tx, sites)
    relief = _relief(tx, goals, item_ids)
    return tuple(
        SiteSupply(
            site_id=site.site_id,
            area=site.area,
            calendar=site.calendar,
            free=tuple(free.get(site.site_id, ())),
            inbound=tuple(coming[site.site_id]),
            own_s=expected[site.site_id].own_s,
            queue_s=waiting.get(site.site_id, 0) * expected[site.site_id].station_s,
            work=works[site.site_id],
            daily_shipments=goals.limit_of(site.site_id, site.daily_orders) or None,
            handling_order_minor=site.terms.handling_order_minor,
            handling_unit_minor=site.terms.handling_unit_minor,
            booked=booked[site.site_id],
            locality=site.locality,
            relief=relief[site.site_id],
            shift_paid=_shift_paid(site),
            takes_ppm=takes[site.site_id],
        )
        for site in sites.values()
    )


def _free(tx: Transaction, sites: Mapping[str, Site], item_ids: Collection[str]) -> Mapping[str, Sequence[FreeUnits]]:
    """What is free at each site, and how surely it is there: as was agreed with whoever keeps its books for us, else as
    counts, moves and short picks let believe."""
    books = books_known(tx, sites)
    found: dict[str, list[FreeUnits]] = defaultdict(list)
    for row in stock.free(tx, item_ids):
        agreed = sites[row.site_id].terms.confidence_ppm
        shelf = Shelf(row.units, row.doubt_ppm).as_found(books[row.site_id]) if agreed == WHOLE else None
        found[row.site_id].append(FreeUnits(row.item_id, row.quantity, row.lot, row.expires_on, agreed, shelf))
    return found


def works_expected(company: Company, sites: Mapping[str, Site]) -> dict[str, Work]:
    """What is expected of the work on a shipment at each site; where it is asked first, with the time of its answer."""
    own_s = company.pick_seconds + company.pack_seconds
    return {key: Work(own_s + site.terms.answer_s, company.station_seconds) for key, site in sites.items()}


def works_learned(tx: Transaction, sites: Collection[str]) -> dict[str, Mass]:
    """What work takes at each site of what is expected of it."""
    known, any_site = _works(tuple(learning.handling(tx).items()))
    return {site_id: known.get(site_id, any_site) for site_id in sites}


# What was learned stands for a day, and is asked for with every quote.
@lru_cache(maxsize=64)
def _works(known: tuple[tuple[str, Seen], ...]) -> tuple[Mapping[str, Mass], Mass]:
    of_all = together(seen for _, seen in known)
    return {site_id: work_of(seen, of_all) for site_id, seen in known}, work_of(NOTHING, of_all)


@lru_cache(maxsize=64)
def _lateness(known: tuple[tuple[str, Seen], ...]) -> tuple[Mapping[str, Mass], Mass]:
    of_all = together(seen for _, seen in known)
    return {supplier_id: lateness_of(seen, of_all) for supplier_id, seen in known}, lateness_of(NOTHING, of_all)


def _shift_paid(site: Site) -> bool:
    """Whether a shift of our own works there that is paid for so many shipments a day, whether or not they come."""
    ours = site.kind in (SiteKind.OWN, SiteKind.STORE)
    charges = (site.terms.handling_order_minor, site.terms.handling_unit_minor)
    return ours and site.daily_orders > 0 and charges == (None, None)


def books_known(tx: Transaction, sites: Mapping[str, Site]) -> dict[str, int]:
    """How often each site's books are wrong of how often the prior expects it, ppm of that; of those that are believed
    as agreed nothing is learned for others."""
    known = {
        site_id: seen
        for site_id, (_, seen) in learning.accuracies(tx).items()
        if site_id in sites and sites[site_id].terms.confidence_ppm == WHOLE
    }
    of_all = at_all_sites(known.values())
    return {site_id: times_ppm(known.get(site_id, Looks()), of_all) for site_id in sites}


def _takes_ppm(tx: Transaction, sites: Mapping[str, Site]) -> dict[str, int]:
    """P(a site takes the order), by how often it said yes by now; those that are not asked do.

    Each site that is asked begins as if it had said yes to 19 of 20.
    """
    asked = any(site.terms.answer_s for site in sites.values())
    answers = {row.site_id: row for row in nodes.answers(tx)} if asked else {}
    found = {}
    for site_id, site in sites.items():
        yes, no = (answers[site_id].yes, answers[site_id].no) if site_id in answers else (0, 0)
        found[site_id] = WHOLE * (yes + 19) // (yes + no + 20) if site.terms.answer_s else WHOLE
    return found


def _relief(tx: Transaction, goals: Goals, item_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """By site, what it is worth to send a unit of what lies there too long, or would end before it is sent."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    worth_minor = goals.weights.lying_unit_minor
    if worth_minor:
        for shelf in shelves_known(tx, {}, item_ids):
            if excess(shelf, goals.supply.days or LONG_DAYS) or would_end(shelf, tx.now.date()):
                found[shelf.site_id][shelf.item_id] = worth_minor
    return found


def _booked(
    tx: Transaction, sites: Mapping[str, Site], leaving_out: Collection[str], goals: Goals
) -> dict[str, Counter[date]]:
    """How many shipments each day of each site is taken up with: by the last day that keeps their promises, what is
    overdue from today on. A site that is behind has no room before it has caught up.
    """
    limits = _limits(sites, goals)
    booked: dict[str, Counter[date]] = defaultdict(Counter)
    if any(limits.values()):
        for row in orders.booked(tx, leaving_out):
            calendar = sites[row.site_id].calendar
            booked[row.site_id][max(calendar.day_of(row.ship_by), calendar.day_of(tx.now))] += row.shipments
        for row in orders.not_planned_yet(tx, PLAN_ORDERS, leaving_out):
            booked[row.site_id][sites[row.site_id].calendar.day_of(tx.now)] += row.orders
    for site_id, limit in limits.items():
        if limit:
            booked[site_id] = _spread(booked[site_id], limit, sites[site_id].calendar, tx.now)
    return booked


def _limits(sites: Mapping[str, Site], goals: Goals) -> dict[str, int]:
    """How many shipments each site can do a day; 0: any number."""
    return {site.site_id: goals.limit_of(site.site_id, site.daily_orders) for site in sites.values()}


def _spread(due: Counter[date], limit: int, calendar: Calendar, now: datetime) -> Counter[date]:
    """Each shipment on the last day with room by which it is due, else on the first after it: what is left of a day is
    left whatever is worked on first. Of today the hours that are gone are gone.
    """
    today = calendar.day_of(now)
    spread = Counter({today: _gone(limit, calendar, now)})
    for day in sorted(due):
        left = due[day]
        back = (day - timedelta(days=before) for before in range((day - today).days + 1))
        on = (day + timedelta(days=after) for after in range(1, _FAR_DAYS))
        for other in (each for each in chain(back, on) if calendar.works_on(each)):
            taken = min(left, limit - spread[other])
            spread[other] += taken
            left -= taken
            if not left:
                break
    return spread


def _gone(limit: int, calendar: Calendar, now: datetime) -> int:
    """How many shipments of today's could have been done by now, all day at one pace."""
    today = calendar.day_of(now)
    opens, closes = calendar.at(today, calendar.opens), calendar.at(today, calendar.closes)
    passed = min(max(now - opens, timedelta()), closes - opens)
    return limit * (passed // timedelta(seconds=1)) // max((closes - opens) // timedelta(seconds=1), 1)


def spared(
    tx: Transaction,
    supplies: tuple[SiteSupply, ...],
    goals: Goals,
    customer_class: str | None,
    item_ids: Collection[str],
) -> tuple[SiteSupply, ...]:
    """The supplies without what the goals reserve for customers of other classes, as far as these have not got it."""
    reserves = goals.scarcity.reserves
    about = {item_id for item_id in item_ids if any(reserve.is_about(item_id) for reserve in reserves)}
    if not about:
        return supplies
    at_most = {}
    for item_id, (units, held) in scarcity.free_and_held_by_class(tx, about).items():
        kept = kept_for_others(units, held, customer_class or "", reserves, item_id)
        if kept:
            at_most[item_id] = max(units - sum(held.values()) - kept, 0)
    return limited(supplies, at_most)


def limited(supplies: tuple[SiteSupply, ...], at_most: Mapping[str, int]) -> tuple[SiteSupply, ...]:
    """The supplies with no more units on hand of an item than `at_most` says, from as few sites as can be."""
    for item_id, units in at_most.items():
        here = {site.site_id: sum(row.quantity for row in site.free if row.item_id == item_id) for site in supplies}
        left, allowed = units, dict.fromkeys(here, 0)
        for site_id in sorted(here, key=lambda site_id: (-here[site_id], site_id)):
            allowed[site_id] = min(left, here[site_id])
            left -= allowed[site_id]
        supplies = tuple(_with_at_most(site, item_id, allowed[site.site_id]) for site in supplies)
    return supplies


def _with_at_most(site: SiteSupply, item_id: str, units: int) -> SiteSupply:
    free = []
    for row in site.free:
        gives = min(row.quantity, units) if row.item_id == item_id else row.quantity
        units -= gives if row.item_id == item_id else 0
        free.append(replace(row, quantity=gives))
    return replace(site, free=tuple(free))


def costs_of(goals: Goals) -> Costs:
    """What planning weighs for all orders; what a day late costs for one class is said by each `Demand`."""
    weights = goals.weights
    return Costs(
        handling_order_minor=weights.handling_order_minor,
        handling_unit_minor=weights.handling_unit_minor,
        split_minor=weights.split_minor,
        late_day_minor=weights.late_day_minor,
        broken_minor=weights.broken_minor,
        waits_minor=weights.waits_minor,
    )


def parts_of(item: Item) -> tuple[Part, ...]:
    """What one unit of an item is held and picked as: its parts if it is a kit, else itself."""
    return item.parts or (Part(item.item_id, 1),)


def needs_of(demand: Iterable[tuple[int, str, int]], items: Mapping[str, Item]) -> tuple[Need, ...]:
    """(line, item, units) as planning wants them, lines for nothing left out."""
    return tuple(Need(line_no, items[item_id], quantity) for line_no, item_id, quantity in demand if quantity > 0)


def reserved_at(reservations: Iterable[Reservation]) -> Counter[tuple[int, str, str, str, str]]:
    """Units by (line, item, site, lot, inbound), to compare what is held with what a plan wants held."""
    units: Counter[tuple[int, str, str, str, str]] = Counter()
    for r in reservations:
        units[r.line_no, r.item_id, r.site_id, r.lot, r.inbound_id or ""] += r.quantity
    return units
