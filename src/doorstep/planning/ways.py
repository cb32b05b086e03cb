"""Ways to serve one order: for each pattern of sourcing, the services and departures that it can be sent with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate

from doorstep.planning.answers import CostParts, Freight, Shipment
from doorstep.planning.legal import Legal
from doorstep.planning.supply import Free, Pattern, RowKey, Supply, covers, patterns, row_of
from doorstep.planning.values import (
    Boxed,
    Costs,
    DayKey,
    Deciders,
    Demand,
    Reservation,
    Scarce,
    SiteSupply,
    StockKey,
    Transits,
)
from doorstep.promising.arrivals import NOT_LATE, Leg, arrivals, departures, held, next_departure
from doorstep.promising.learned import NOTHING, Learned, Seen, transit
from doorstep.promising.mass import WHOLE, Mass, last_of
from doorstep.promising.priors import handling_prior
from doorstep.terms.item import Item
from doorstep.terms.places import region
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService

_HALF = WHOLE // 2
_FAR_DAYS = 370  # how far ahead a departure is looked for


@dataclass(frozen=True, slots=True)
class Option:
    """One shipment by one service with one departure, and when it arrives."""

    taken: tuple[Reservation, ...]
    service_id: str
    departs: datetime
    day: DayKey
    leg: Leg
    arrival: Mass
    boxed: Boxed
    freight_minor: int
    cartons_minor: int
    handling_minor: int
    learned: bool  # whether its transit rests on parcels that were seen

    @property
    def cost_minor(self) -> int:
        return self.freight_minor + self.cartons_minor + self.handling_minor

    @property
    def freight(self) -> Freight:
        said = self.boxed.tariff_minor
        return Freight(self.service_id, self.freight_minor if said is None else said, self.freight_minor)

    def as_shipment(self, ship_by: datetime, in_window_ppm: int) -> Shipment:
        return Shipment(
            site_id=self.day.site_id,
            service_id=self.service_id,
            departs=self.departs,
            ship_by=ship_by,
            reservations=self.taken,
            zone=self.boxed.zone,
            tariff_id=self.boxed.tariff_id,
            parcels=self.boxed.parcels,
            cost_minor=self.cost_minor,
            leg=self.leg,
            in_window_ppm=in_window_ppm,
            freight=self.freight,
        )


@dataclass(frozen=True, slots=True)
class Way:
    """A complete way to serve an order: one option per shipment. `cost` knows no promise yet."""

    options: tuple[Option, ...]
    cost: CostParts

    def arrival_of(self, line_no: int) -> Mass:
        """When the line is complete; line 0 is the order."""
        if len(self.options) == 1:
            return self.options[0].arrival
        carrying = [o for o in self.options if line_no == 0 or any(r.line_no == line_no for r in o.taken)]
        return last_of([option.arrival for option in carrying])

    def rows(self) -> dict[RowKey, int]:
        """Units taken of each row of supply; two lines of one item are one sum."""
        units: dict[RowKey, int] = {}
        for option in self.options:
            for reservation in option.taken:
                key = row_of(reservation)
                units[key] = units.get(key, 0) + reservation.quantity
        return units

    def uses(self) -> dict[Scarce, int]:
        """What is used of everything that has a price."""
        units: dict[Scarce, int] = {}
        for row, quantity in self.rows().items():
            key = StockKey(row.site_id, row.item_id, row.inbound_id)
            units[key] = units.get(key, 0) + quantity
        for option in self.options:
            units[option.day] = units.get(option.day, 0) + 1
        return units


def handling_of(site: SiteSupply, costs: Costs, units: int) -> int:
    """What handling a shipment of so many units costs: what the site charges, else what the company reckons with."""
    order_minor = costs.handling_order_minor if site.handling_order_minor is None else site.handling_order_minor
    unit_minor = costs.handling_unit_minor if site.handling_unit_minor is None else site.handling_unit_minor
    return order_minor + unit_minor * units


def scarce_minor(uses: Mapping[Scarce, int], prices: Mapping[Scarce, int]) -> int:
    return sum(units * prices.get(key, 0) for key, units in uses.items()) if prices else 0


@dataclass(frozen=True, slots=True)
class Ahead:
    """Which departures to look at: none on a `full` day, none that can only arrive before `not_before`.

    `later`: all that can be made; else until one can no more arrive before `not_before`.
    """

    not_before: date | None = None
    full: frozenset[DayKey] = frozenset()
    later: bool = True


class Desk:
    """Makes the ways of orders against one supply, and keeps what orders share: rates of equal contents."""

    def __init__(
        self,
        now: datetime,
        sites: Sequence[SiteSupply],
        services: Sequence[CarrierService],
        costs: Costs,
        deciders: Deciders,
        transits: Transits,
    ) -> None:
        self.now = now
        self._transits = transits
        self.supply = Supply(sites)
        self._legal = Legal(now, self.supply, deciders.may_ship)
        self.services = services
        self.costs = costs
        self._deciders = deciders
        self._boxed: dict[tuple[object, ...], Boxed | Refusal] = {}
        self._times: dict[tuple[object, ...], list[tuple[datetime, Leg, Mass]]] = {}
        self._handling = {site.site_id: handling_prior(site.own_s, site.queue_s) for site in sites}

    def today(self) -> date:
        return self.now.date()

    def ways(
        self,
        demand: Demand,
        free: Free,
        ahead: Ahead,
        *,
        also: Sequence[Pattern] = (),
    ) -> tuple[list[Way], list[Refusal]]:
        """All ways to serve the order from `free`, and why some sources and services cannot.

        `also`: patterns to look at besides, such as what the order holds.
        """
        items = {need.item.item_id: need.item for need in demand.needs}
        found: list[Way] = []
        refusals: list[Refusal] = []
        filled = patterns(demand, self.supply, free, self.costs, self.today())
        for pattern in dict.fromkeys((*filled, *(p for p in also if covers(p, demand, self.costs)))):
            choices = []
            for taken in pattern:
                options, noes = self._options(demand, items, taken, ahead)
                refusals += noes
                choices.append(options)
            found += (self._way(options) for options in _combined(choices, demand.wanted_ppm, ahead.not_before))
        return found, refusals

    def _way(self, options: tuple[Option, ...]) -> Way:
        cost = CostParts(
            freight_minor=sum(option.freight_minor for option in options),
            cartons_minor=sum(option.cartons_minor for option in options),
            handling_minor=sum(option.handling_minor for option in options),
            split_minor=self.costs.split_minor * (len(options) - 1),
        )
        return Way(options, cost)

    def _options(
        self,
        demand: Demand,
        items: Mapping[str, Item],
        taken: tuple[Reservation, ...],
        ahead: Ahead,
    ) -> tuple[list[Option], list[Refusal]]:
        site = self.supply.sites[taken[0].site_id]
        handling_minor = handling_of(site, self.costs, sum(reservation.quantity for reservation in taken))
        options: list[Option] = []
        refusals: list[Refusal] = []
        for service in self.services:
            boxed = self._box(service, site, demand, items, taken)
            if isinstance(boxed, Refusal):
                refusals.append(boxed)
                continue
            freight_minor = sum(parcel.freight_minor for parcel in boxed.parcels)
            cartons_minor = sum(parcel.carton_minor for parcel in boxed.parcels)
            learned = bool(self._learned(service, site, demand.area).service.parcels)
            for departs, leg, arrival in self._timetable(site, service, boxed.zone, demand, taken, ahead):
                no = self._legal.forbids_then(service, site, demand, items, taken, departs, leg)
                if no is not None:
                    refusals.append(no)
                    continue
                options.append(
                    Option(
                        taken=taken,
                        service_id=service.service_id,
                        departs=departs,
                        day=DayKey(site.site_id, site.calendar.day_of(departs)),
                        leg=leg,
                        arrival=arrival,
                        boxed=boxed,
                        freight_minor=freight_minor,
                        cartons_minor=cartons_minor,
                        handling_minor=handling_minor,
                        learned=learned,
                    )
                )
        return options, refusals

    def _box(
        self,
        service: CarrierService,
        site: SiteSupply,
        demand: Demand,
        items: Mapping[str, Item],
        taken: Sequence[Reservation],
    ) -> Boxed | Refusal:
        """The shipment in its parcels, or why this service cannot take it: may it ship is asked before cost."""
        area = demand.area
        if site.site_id not in service.cut_offs:
            return no_service(service, site, area, f"{service.name} does not call at {site.site_id}")
        forbidden = self._legal.forbids(service, site, demand, items, taken)
        if forbidden is not None:
            return forbidden
        contents: dict[str, int] = {}
        for reservation in taken:
            contents[reservation.item_id] = contents.get(reservation.item_id, 0) + reservation.quantity
        key = (service.service_id, site.lies, demand.lies, tuple(sorted(contents.items())))
        if key not in self._boxed:
            goods = [(items[item_id], contents[item_id]) for item_id in sorted(contents)]
            boxed = self._deciders.carton_up(goods, service, site.lies, demand.lies)
            if isinstance(boxed, Boxed) and service.transit_of(boxed.zone) is None:
                boxed = no_service(service, site, area, f"{service.name} states no transit time for {boxed.zone}")
            self._boxed[key] = boxed
        return self._boxed[key]

    def _timetable(
        self,
        site: SiteSupply,
        service: CarrierService,
        zone: str,
        demand: Demand,
        taken: Sequence[Reservation],
        ahead: Ahead,
    ) -> list[tuple[datetime, Leg, Mass]]:
        """Departures to aim at, each with its leg and arrival; kept, because orders share most of them."""
        there_ppm = WHOLE
        latest = self.now
        rows = {reservation_row: self.supply.rows[reservation_row] for reservation_row in map(row_of, taken)}.values()
        for row in rows:
            there_ppm = there_ppm * row.there_ppm // WHOLE
            latest = max(latest, row.due_at or latest)
        # Each inbound as lateness after the latest of them; part days round up, so that none is thought sooner. What is
        # overdue did not come on the days that have passed.
        late = [
            row.lateness.at_least((self.now - row.due_at) // timedelta(days=1)).shift(
                -((latest - row.due_at) // timedelta(days=1))
            )
            for row in rows
            if row.lateness is not None and row.due_at is not None
        ]
        lateness = last_of([NOT_LATE, *late]) if late else NOT_LATE
        full = frozenset(day.day for day in ahead.full if day.site_id == site.site_id)
        key = (
            *(site.site_id, service.service_id, zone, region(demand.area), latest, lateness, there_ppm),
            *(demand.receives, ahead.not_before, ahead.later, full),
        )
        if key not in self._times:
            leg = Leg(
                release_at=latest,
                handling=self._handling[site.site_id],
                site=site.calendar,
                cut_off=service.cut_offs[site.site_id],
                transit=transit(self._learned(service, site, demand.area), tuple(service.transit_of(zone) or ())),
                carrier=service.calendar,
                lateness=lateness,
                receives=demand.receives,
                there_ppm=there_ppm,
            )
            self._times[key] = list(self._departures(leg, ahead.not_before, full, ahead.later))
        return self._times[key]

    def _learned(self, service: CarrierService, site: SiteSupply, area: str) -> Learned:
        """What was seen of the lane; of a lane without parcels, what was seen of the service."""
        lane = self._transits.get((service.service_id, region(site.area), region(area)))
        return lane or Learned(Seen(), self._transits.get((service.service_id, "", ""), NOTHING).lane)

    def _departures(
        self, leg: Leg, not_before: date | None, full: Collection[date], later: bool
    ) -> Iterator[tuple[datetime, Leg, Mass]]:
        """Departures to aim at, each with the leg that leaves no earlier and when it arrives: the first is the one more
        likely than not.
        """
        made = departures(leg)
        likely = accumulate(made.values())
        departs = next((leaves for leaves, ppm in zip(made, likely, strict=True) if ppm >= _HALF * WHOLE), None)
        longest = leg.transit.start + len(leg.transit.ppm)
        yielded, first = 0, True
        for _ in range(_FAR_DAYS):
            if departs is None or yielded >= self.costs.most_departures:
                return
            left_on = leg.site.day_of(departs)
            too_early = not_before is not None and _there_before(leg, left_on, longest, not_before)
            if not too_early and left_on not in full:
                yielded += 1
                waits = leg if first else replace(leg, hold_until=departs)
                yield departs, waits, arrivals(waits, made if first else held(made, departs))
                if not later and (not_before is None or not _there_before(leg, left_on, leg.transit.start, not_before)):
                    return
            first = False
            departs = next_departure(leg, departs + timedelta(seconds=1))


def _there_before(leg: Leg, left_on: date, transit_days: int, day: date) -> bool:
    try:
        return leg.carrier.working_day(left_on, transit_days) < day
    except ValueError:  # the carrier does not work as many days within a year
        return False


def no_service(service: CarrierService, site: SiteSupply, area: str, says: str) -> Refusal:
    return Refusal(Why.NO_SERVICE, says, {"service": service.service_id, "site": site.site_id, "area": area})


def _combined(
    choices: Sequence[list[Option]], wanted_ppm: int, not_before: date | None
) -> Iterator[tuple[Option, ...]]:
    """One option per shipment. Of several shipments: for each day by which all can be there, the cheapest of each."""
    if len(choices) == 1:
        yield from ((option,) for option in choices[0])
        return
    dated = [[(_there_by(option, wanted_ppm), option) for option in options] for options in choices]
    seen = set()
    for deadline in sorted({day for options in dated for day, _ in options}):
        picked = []
        for options in dated:
            in_time = [
                (_early(o, wanted_ppm, not_before), o.cost_minor, o.departs, i)
                for i, (day, o) in enumerate(options)
                if day <= deadline
            ]
            if not in_time:
                break
            picked.append(min(in_time)[3])
        if len(picked) == len(dated) and tuple(picked) not in seen:
            seen.add(tuple(picked))
            yield tuple(options[i][1] for options, i in zip(dated, picked, strict=True))


def _there_by(option: Option, wanted_ppm: int) -> int:
    """The day by which the shipment is there as surely as wanted, or the last on which it may be."""
    day = option.arrival.quantile(wanted_ppm)
    return option.arrival.start + len(option.arrival.ppm) if day is None else day


def _early(option: Option, wanted_ppm: int, not_before: date | None) -> bool:
    if not_before is None:
        return False
    return option.arrival.by(not_before.toordinal() - 1) > WHOLE - wanted_ppm


def lasts(way: Way, last_day_of: Mapping[int, date], supply: Supply, shelf_life_days: int) -> bool:
    """Whether every lot is good on its line's last day and for the wanted shelf life after."""
    for option in way.options:
        for reservation in option.taken:
            expires_on = supply.rows[row_of(reservation)].expires_on
            if expires_on and expires_on < last_day_of[reservation.line_no] + timedelta(days=shelf_life_days):
                return False
    return True
