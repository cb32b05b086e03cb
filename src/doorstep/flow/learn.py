"""Improving: what really happened is counted again, and promises made from now on rest on it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from doorstep.carriers.billed import STEPS_G
from doorstep.carriers.zones import Zones
from doorstep.events.envelope import Body
from doorstep.events.learning import AccuracyLearned, BillingLearned, HandlingLearned, LatenessLearned, TransitLearned
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.flow.supply import works_expected
from doorstep.promising import accuracy, suppliers
from doorstep.promising.handling import WINDOW_DAYS, Shipment, seen, work_of
from doorstep.promising.learned import NEEDS, NOTHING, Seen, leaning, together
from doorstep.promising.mass import WHOLE, Mass, moved_ppm
from doorstep.promising.parcels import Parting, apart_ppm
from doorstep.promising.suppliers import Delivery
from doorstep.storage.queries import learning, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService

NEVER_AFTER_DAYS = 90  # what has not come by then counts as never
_LEAST_NEWS_PPM = 2_000  # of probability moved: less is not recorded
Lane = tuple[str, str]  # regions of origin and destination; '' and a zone; both '' for the whole service


@dataclass(frozen=True, slots=True)
class LearnedAnew:
    """How many are known otherwise now: lanes (with whole services), sites' work, services' bills, suppliers, and how
    often sites' books are right."""

    lanes: int
    sites: int
    bills: int
    suppliers: int
    books: int


def learn(office: Office, who: Who = CLOCKWORK) -> LearnedAnew:
    """Follow transit by lane and service, work and books by site, bills by service, suppliers; record what is new."""

    def step(tx: Transaction) -> LearnedAnew:
        found = [list(each(tx)) for each in (_transits, _handlings, _bills, _suppliers, _books)]
        scribe = Scribe(who, tx.now)
        tx.record(*(scribe(body, cause="learned") for bodies in found for body in bodies))
        return LearnedAnew(*map(len, found))

    told = office.store.run(step)
    if isinstance(told, Refusal):
        raise TypeError("learning is never refused")
    return told


def _transits(tx: Transaction) -> Iterator[Body]:
    known = learning.transits(tx)
    for service in master.services(tx):
        zones = _zones(tx, service)
        came = learning.travelled(tx, zones, service.calendar.zone)
        under_way = learning.under_way(tx, zones)
        until = service.calendar.day_of(tx.now)
        days, never = _counted(service, came, learning.missing(tx, zones, NEVER_AFTER_DAYS))
        waiting = _waiting(service, under_way, until - timedelta(days=1), days.get(("", ""), Counter()))
        expected = _expected(service, came, under_way, until)
        parting = _parting(service, learning.of_several_parcels(tx, zones, service.calendar.zone), days)
        for lane in sorted(days.keys() | never.keys() | waiting.keys()):
            told = {str(day): parcels for day, parcels in sorted(days[lane].items())}
            now = {str(day): ppm for day, ppm in expected[lane].points()} if lane in expected else {}
            still = {} if now else {str(day): parcels for day, parcels in sorted(waiting[lane].items())}
            before = known.get((service.service_id, *lane))
            apart = parting if lane == ("", "") else Parting()
            if before is None or _is_news(Seen.of(told, never[lane], now, still, apart), before):
                yield TransitLearned(service.service_id, *lane, told, never[lane], until, now, still, *apart)


def _is_news(seen: Seen, known: Seen) -> bool:
    mine, before = ((each.days, each.waiting, each.never, bool(each.expected), each.parting) for each in (seen, known))
    return mine != before or seen.moved_ppm(known) > _LEAST_NEWS_PPM


def _expected(service: CarrierService, came: Sequence[Any], waiting: Sequence[Any], today: date) -> Mapping[Lane, Mass]:
    """What parcels that leave now take, by lane; nothing where too few have come for more than counts."""
    if sum(row.parcels for row in came) < NEEDS:
        return {}
    from doorstep.promising.lanes import WINDOW, Trip, transit_now  # NumPy: half a second that no other verb waits for

    since = today - timedelta(days=2 * WINDOW)
    ahead = range((today - since).days + 1)
    working = [day for n in ahead if service.calendar.works_on(day := since + timedelta(n))]
    if not working:
        return {}
    trips = [
        Trip(
            (row.origin, row.destination),
            bisect_left(working, row.left_on),
            bisect_right(working, row.came_on) - 1 if here else None,
            row.parcels,
            row.zone,
        )
        for rows, here in ((came, True), (waiting, False))
        for row in rows
        if row.left_on >= since
    ]
    return transit_now(trips, standard_of(service), len(working) - 1)


def standard_of(service: CarrierService) -> Mass:
    """What the carrier publishes, its zones alike."""
    weights: Counter[int] = Counter()
    for zone in service.transit_ppm.values():
        weights.update(dict(Mass.published(zone).points()))
    return Mass.rounded(weights, WHOLE * max(len(service.transit_ppm), 1))


def _zones(tx: Transaction, service: CarrierService) -> learning.ZonesOf:
    """The tariff's zones of the lanes that were taken; none where it tells them by distance."""
    rules = getattr(service.tariff, "zones", ())
    if not rules:
        return learning.ZonesOf(service.service_id)
    told, head = Zones(rules), max(len(rule.destination) for rule in rules)
    lanes = learning.lanes(tx, service.service_id, head)
    known = tuple((row.origin, row.head, zone) for row in lanes if (zone := told.of(row.origin, row.head)))
    return learning.ZonesOf(service.service_id, head, known)


def _counted(
    service: CarrierService, came: Sequence[Any], missing: Sequence[Any]
) -> tuple[dict[Lane, Counter[int]], Counter[Lane]]:
    """Parcels by lane and working days, and those that never came; each also under its zone and the whole service."""
    days: dict[Lane, Counter[int]] = defaultdict(Counter)
    for row in came:
        taken = _working_days(service.calendar, row.left_on, row.came_on)
        for lane in _levels(row):
            days[lane][taken] += row.parcels
    never: Counter[Lane] = Counter()
    for row in missing:
        for lane in _levels(row):
            never[lane] += row.parcels
    return days, never


def _waiting(
    service: CarrierService, under_way: Sequence[Any], until: date, came: Counter[int]
) -> dict[Lane, Counter[int]]:
    """Parcels on their way, by the working day after which they had not come at the end of `until`.

    Longer than any ever took, by counts of what `came` or by what is published, says no more and is no news: each is
    told as no longer than that, with room for what zones are apart.
    """
    longest = max(came, default=0) + 2 * max((len(ppm) for ppm in service.transit_ppm.values()), default=0)
    days: dict[Lane, Counter[int]] = defaultdict(Counter)
    for row in under_way:
        if until - timedelta(days=NEVER_AFTER_DAYS) < row.left_on <= until:
            gone = min(_working_days(service.calendar, row.left_on, until), longest)
            for lane in _levels(row):
                days[lane][gone] += row.parcels
    return days


def _parting(service: CarrierService, rows: Sequence[Any], days: Mapping[Lane, Counter[int]]) -> Parting:
    """How many shipments of several parcels came apart, and would have by what single parcels of their lane took."""
    expected = apart = 0
    for row in rows:
        published = service.transit_of(row.zone)
        standard = Mass.published(published) if published else standard_of(service)
        zone, lane = (
            Seen(tuple(sorted(days.get(key, {}).items()))) for key in (("", row.zone), (row.origin, row.destination))
        )
        took = leaning(lane, leaning(zone, standard))
        expected += row.shipments * apart_ppm(took, row.parcels)
        apart += row.apart * WHOLE
    return Parting(expected, apart)


def _levels(row: Any) -> set[Lane]:
    return {(row.origin, row.destination), ("", row.zone), ("", "")}


@lru_cache(maxsize=100_000)
def _working_days(calendar: Calendar, left_on: date, came_on: date) -> int:
    """The number of working days after the departure that `came_on` is; on a closed day, that of the day before."""
    day, days = calendar.working_day(left_on), 0
    while (after := calendar.working_day(day, 1)) <= came_on:
        day, days = after, days + 1
    return days


def _bills(tx: Transaction) -> Iterator[Body]:
    steps: dict[str, dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for row in learning.billed_in_the_end(tx, STEPS_G):
        steps[row.service_id][str(row.step)] = (row.parcels, row.expected, row.billed)
    known = learning.billing(tx)
    for service_id, told in sorted(steps.items()):
        if {step: list(sums) for step, sums in told.items()} != known.get(service_id):
            yield BillingLearned(service_id, told, tx.now.date())


def _handlings(tx: Transaction) -> Iterator[Body]:
    sites, company = master.sites(tx), master.company(tx)
    if company is None:
        return
    expected, known = works_expected(company, sites), learning.handling(tx)
    # What was learned is forgotten where nothing of it is left in the window.
    shipments: dict[str, list[Shipment]] = {site_id: [] for site_id in sites}
    for row in learning.handled(tx, WINDOW_DAYS):
        shipments[row.site_id].append(Shipment(row.cleared_at, row.released_at, row.packed_at, row.tells))
    found = {
        site_id: seen(mine, expected[site_id], sites[site_id].calendar, tx.now)
        for site_id, mine in sorted(shipments.items())
    }
    all_now, all_before = together(found.values()), together(known.values())
    for site_id, now in found.items():
        before = work_of(known.get(site_id, NOTHING), all_before)
        work = work_of(now, all_now)
        if moved_ppm(dict(work.points()), dict(before.points())) > _LEAST_NEWS_PPM:
            packed = sum(each.tells and each.packed_at is not None for each in shipments[site_id])
            today = sites[site_id].calendar.day_of(tx.now)
            yield HandlingLearned(site_id, _as_text(now.days), _as_text(now.waiting), packed, today)


def _suppliers(tx: Transaction) -> Iterator[Body]:
    sites, known = master.sites(tx), learning.lateness(tx)
    deliveries: dict[str, list[Delivery]] = defaultdict(list, {supplier_id: [] for supplier_id in known})
    for row in learning.delivered_to_us(tx, suppliers.WINDOW_DAYS):
        day_of = sites[row.site_id].calendar.day_of
        came_on = None if row.came_at is None else day_of(row.came_at)
        deliveries[row.supplier_id].append(Delivery(day_of(row.due_at), came_on))
    for supplier_id, mine in sorted(deliveries.items()):
        now = suppliers.seen(mine, tx.now.date())
        if now != known.get(supplier_id, NOTHING):
            yield LatenessLearned(supplier_id, _as_text(now.days), _as_text(now.waiting), now.never, tx.now.date())


def _books(tx: Transaction) -> Iterator[Body]:
    sites, known = master.sites(tx), learning.accuracies(tx)
    weeks: dict[str, list[Any]] = defaultdict(list, {site_id: [] for site_id in known})
    for row in learning.looked(tx, accuracy.WINDOW_WEEKS):
        weeks[row.site_id].append(row)
    for site_id, rows in sorted(weeks.items()):
        now = accuracy.looks((row.weeks, row.doubts_ppm, row.short) for row in rows)
        many = sum(row.looks for row in rows)
        looks_before, before = known.get(site_id, (0, accuracy.Looks()))
        # That what was seen has aged by a night is no news.
        moved = abs(accuracy.times_ppm(now, before) - accuracy.times_ppm(before, before))
        if many != looks_before or moved * 20 > accuracy.times_ppm(before, before):
            today = sites[site_id].calendar.day_of(tx.now)
            yield AccuracyLearned(site_id, many, now.expected_ppm, now.short_ppm, today)


def _as_text(counted: Sequence[tuple[int, int]]) -> dict[str, int]:
    return {str(step): weight for step, weight in counted}
