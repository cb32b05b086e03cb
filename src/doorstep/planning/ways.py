"""Ways to serve one order: for each pattern of sourcing, the services and departures that it can be sent with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar

from doorstep.planning.answers import CostParts, Freight, Shipment
from doorstep.planning.calls import Call, cheapest_of_alike
from doorstep.planning.legal import Contents, Legal
from doorstep.planning.supply import Free, Pattern, RowKey, Supply, covers, patterns, row_of
from doorstep.planning.timetable import Ahead, Source, Timetable, source_of
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
)
from doorstep.promising.arrivals import Leg
from doorstep.promising.learned import Transits
from doorstep.promising.mass import WHOLE, Mass, last_of
from doorstep.terms.item import Item
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.sending import Goods
from doorstep.terms.service import CarrierService

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Taking:
    """What one shipment takes of supply, worked out once for all services and days that it could go by.

    `rows` and `stock` are units by row of supply and by what has a price; `ends` are lines with the last day of a lot.
    """

    reservations: tuple[Reservation, ...]
    contents: Contents
    rows: Mapping[RowKey, int]
    stock: Mapping[Scarce, int]
    ends: tuple[tuple[int, date], ...]
    source: Source
    handling_minor: int
    paid_minor: int  # handling that is paid in any case


class Option(NamedTuple):
    """One shipment by one service with one departure, and when it arrives."""

    taking: Taking
    service_id: str
    departs: datetime
    day: DayKey
    leg: Leg
    arrival: Mass
    boxed: Boxed
    freight_minor: int
    cartons_minor: int
    learned: bool  # whether its transit rests on parcels that were seen

    @property
    def taken(self) -> tuple[Reservation, ...]:
        return self.taking.reservations

    @property
    def handling_minor(self) -> int:
        return self.taking.handling_minor

    @property
    def paid_minor(self) -> int:
        return self.taking.paid_minor

    @property
    def cost_minor(self) -> int:
        return self.freight_minor + self.cartons_minor + self.taking.handling_minor

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
            paid_minor=self.paid_minor,
            leg=self.leg,
            in_window_ppm=in_window_ppm,
            freight=self.freight,
        )


class Way(NamedTuple):
    """A complete way to serve an order: one option per shipment. `cost` knows no promise yet."""

    options: tuple[Option, ...]
    cost: CostParts

    def arrival_of(self, line_no: int) -> Mass:
        """When the line is complete; line 0 is the order."""
        if len(self.options) == 1:
            return self.options[0].arrival
        carrying = (o for o in self.options if line_no == 0 or any(r.line_no == line_no for r in o.taken))
        return all_of(tuple(option.arrival for option in carrying))

    def rows(self) -> Mapping[RowKey, int]:
        """Units taken of each row of supply; two lines of one item are one sum."""
        return _summed([option.taking.rows for option in self.options])

    def uses(self) -> Mapping[Scarce, int]:
        """What is used of everything that has a price."""
        if len(self.options) == 1:
            (option,) = self.options
            return {**option.taking.stock, option.day: 1}
        days: list[Mapping[Scarce, int]] = [{option.day: 1} for option in self.options]
        return _summed([*(option.taking.stock for option in self.options), *days])

    def lasts(self, last_day_of: Mapping[int, date], shelf_life_days: int) -> bool:
        """Whether every lot is good on its line's last day and for the wanted shelf life after."""
        return all(
            expires_on >= last_day_of[line_no] + timedelta(days=shelf_life_days)
            for option in self.options
            for line_no, expires_on in option.taking.ends
        )


def _summed(parts: Sequence[Mapping[Key, int]]) -> Mapping[Key, int]:
    if len(parts) == 1:
        return parts[0]
    sums: dict[Key, int] = {}
    for part in parts:
        for key, units in part.items():
            sums[key] = sums.get(key, 0) + units
    return sums


@lru_cache(maxsize=4096)
def all_of(arrivals: tuple[Mass, ...]) -> Mass:
    """When the last of several shipments is there. Kept: ways of one order differ in one of them."""
    return last_of(arrivals)


def handling_of(site: SiteSupply, costs: Costs, units: int) -> int:
    """What handling a shipment of so many units costs: what the site charges, else what the company reckons with."""
    order_minor = costs.handling_order_minor if site.handling_order_minor is None else site.handling_order_minor
    unit_minor = costs.handling_unit_minor if site.handling_unit_minor is None else site.handling_unit_minor
    return order_minor + unit_minor * units


def scarce_minor(uses: Mapping[Scarce, int], prices: Mapping[Scarce, int]) -> int:
    return sum(units * prices.get(key, 0) for key, units in uses.items()) if prices else 0


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
        self.supply = Supply(sites)
        self._legal = Legal(now, deciders.may_ship)
        self.services = services
        self.costs = costs
        self._deciders = deciders
        self._boxed: dict[tuple[object, ...], dict[str, Boxed | Refusal]] = {}
        self._timetable = Timetable(sites, services, transits, costs.most_departures)

    def today(self) -> date:
        return self.now.date()

    def ways(
        self,
        demand: Demand,
        free: Free,
        ahead: Ahead,
        *,
        also: Sequence[Pattern] = (),
        held: Sequence[Reservation] = (),
        cheapest_alike: bool = False,
    ) -> tuple[list[Way], list[Refusal]]:
        """All ways to serve the order from `free`, and why some sources and services cannot.

        `also`: patterns to look at besides, such as what the order holds. What it has `held` is nobody else's: it
        stands in for what is missing. `cheapest_alike`: of the services that leave and arrive alike with the same
        goods only the cheapest, the first of equals: no other is ever offered.
        """
        items = {need.item.item_id: need.item for need in demand.needs}
        own = Counter({row_of(reservation): 0 for reservation in held})
        for reservation in held:
            own[row_of(reservation)] += reservation.quantity
        found: list[Way] = []
        refusals: list[Refusal] = []
        known: dict[tuple[Reservation, ...], tuple[list[Option], list[Refusal]]] = {}
        filled = patterns(demand, self.supply, free, self.costs, self.today())
        for pattern in dict.fromkeys((*filled, *(p for p in also if covers(p, demand, self.costs)))):
            choices = []
            for taken in pattern:
                if taken not in known:
                    known[taken] = self._options(demand, self._taking(items, taken, own), ahead, cheapest_alike)
                options, noes = known[taken]
                refusals += noes
                choices.append(options)
            found += (self._way(options) for options in _combined(choices, demand.wanted_ppm, ahead.not_before))
        return found, refusals

    def may_travel(self, option: Option, demand: Demand, leg: Leg) -> bool:
        """Whether the option's goods may ship on another leg than its own."""
        contents = option.taking.contents
        if not contents.hang_on_time(demand.consignee):
            return True
        service = next(each for each in self.services if each.service_id == option.service_id)
        site = self.supply.sites[option.day.site_id]
        return self._legal.forbids_then(service, site, demand, contents, option.departs, leg) is None

    def _way(self, options: tuple[Option, ...]) -> Way:
        freight = cartons = handling = paid = 0
        for option in options:
            freight += option.freight_minor
            cartons += option.cartons_minor
            handling += option.taking.handling_minor
            paid += option.taking.paid_minor
        split = self.costs.split_minor * (len(options) - 1)
        return Way(options, CostParts(freight, cartons, handling, split, paid_minor=paid))

    def _taking(self, items: Mapping[str, Item], taken: tuple[Reservation, ...], own: Mapping[RowKey, int]) -> Taking:
        site = self.supply.sites[taken[0].site_id]
        rows: dict[RowKey, int] = {}
        stock: dict[Scarce, int] = {}
        units: dict[str, int] = {}
        ends: dict[str, date | None] = {}
        lines = []
        for reservation in taken:
            key, item_id = row_of(reservation), reservation.item_id
            priced = StockKey(key.site_id, item_id, key.inbound_id)
            rows[key] = rows.get(key, 0) + reservation.quantity
            stock[priced] = stock.get(priced, 0) + reservation.quantity
            units[item_id] = units.get(item_id, 0) + reservation.quantity
            expires_on = self.supply.rows[key].expires_on
            if expires_on is not None:
                ends[item_id] = min(ends.get(item_id) or expires_on, expires_on)
                lines.append((reservation.line_no, expires_on))
        sums = tuple(sorted(units.items()))
        goods = tuple(Goods(items[item_id], quantity, ends.get(item_id)) for item_id, quantity in sums)
        relief = sum(site.relief.get(each.item_id, 0) * each.quantity for each in taken if each.inbound_id is None)
        full_minor = handling_of(site, self.costs, sum(units.values()))
        paid_minor = full_minor if site.shift_paid else 0
        handling_minor = max(full_minor - paid_minor - relief, 0)
        there_ppm = self.supply.there_ppm(rows, own)
        source = source_of(self.now, [self.supply.rows[key] for key in rows], there_ppm)
        return Taking(taken, Contents(goods, sums), rows, stock, tuple(lines), source, handling_minor, paid_minor)

    def _options(
        self, demand: Demand, taking: Taking, ahead: Ahead, cheapest_alike: bool
    ) -> tuple[list[Option], list[Refusal]]:
        site = self.supply.sites[taking.reservations[0].site_id]
        hangs_on_time = taking.contents.hang_on_time(demand.consignee)
        options: list[Option] = []
        calls, refusals = self._calls(site, demand, taking, ahead)
        if cheapest_alike and not hangs_on_time:
            calls = cheapest_of_alike(calls)
        for service, boxed, freight_minor, cartons_minor, learned, departures in calls:
            service_id = service.service_id
            for departs, day, leg, arrival in departures:
                if hangs_on_time:
                    no = self._legal.forbids_then(service, site, demand, taking.contents, departs, leg)
                    if no is not None:
                        refusals.append(no)
                        continue
                # By position: it is done a hundred times an order.
                options.append(
                    Option(taking, service_id, departs, day, leg, arrival, boxed, freight_minor, cartons_minor, learned)
                )
        return options, refusals

    def _calls(
        self, site: SiteSupply, demand: Demand, taking: Taking, ahead: Ahead
    ) -> tuple[list[Call], list[Refusal]]:
        """The services that can take it, in their order, and why the others cannot."""
        calls: list[Call] = []
        refusals: list[Refusal] = []
        box = self._box(site, demand, taking.contents)
        leaving = self._timetable.leaving(site, demand, taking.source, ahead)
        for service in self.services:
            boxed = box(service)
            if isinstance(boxed, Refusal):
                refusals.append(boxed)
                continue
            freight_minor = cartons_minor = 0
            for parcel in boxed.parcels:
                freight_minor += parcel.freight_minor
                cartons_minor += parcel.carton_minor
            travels = self._timetable.travels(service, site, demand.area, boxed.zone)
            departures = leaving.by(service, travels, len(boxed.parcels))
            calls.append(Call(service, boxed, freight_minor, cartons_minor, travels.learned, departures))
        return calls, refusals

    def _box(self, site: SiteSupply, demand: Demand, contents: Contents) -> Callable[[CarrierService], Boxed | Refusal]:
        """Of a service: the shipment in its parcels, or why it cannot take it: may it ship is asked before cost."""
        area, origin, destination = demand.area, site.lies, demand.lies
        forbids = self._legal.forbids(site, demand, contents)
        known = self._boxed.setdefault((origin, destination, contents.units), {})
        goods = tuple([(each.item, each.quantity) for each in contents.goods])

        def boxed_for(service: CarrierService) -> Boxed | Refusal:
            if site.site_id not in service.cut_offs:
                return no_service(service, site, area, f"{service.name} does not call at {site.site_id}")
            forbidden = forbids(service)
            if forbidden is not None:
                return forbidden
            boxed = known.get(service.service_id)
            if boxed is None:
                boxed = self._deciders.carton_up(goods, service, origin, destination)
                if isinstance(boxed, Boxed) and service.transit_of(boxed.zone) is None:
                    boxed = no_service(service, site, area, f"{service.name} states no transit time for {boxed.zone}")
                known[service.service_id] = boxed
            return boxed

        return boxed_for


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
