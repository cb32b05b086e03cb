"""May it ship, as planning asks it: of every service before its cost, and of every departure before it is an option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from doorstep.planning.values import Demand, MayShip, SiteSupply
from doorstep.promising.arrivals import Leg
from doorstep.terms.calendar import Calendar
from doorstep.terms.item import Item
from doorstep.terms.refusals import Refusal
from doorstep.terms.sending import Consignee, Goods, Sending, Trip
from doorstep.terms.service import CarrierService


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a shipment, sorted by item, each with the end of its first lot."""

    goods: tuple[Goods, ...]
    units: tuple[tuple[str, int], ...]

    def hang_on_time(self, consignee: Consignee) -> bool:
        """Whether it may hang on when they travel if they may be sent."""
        return any(each.expires_on or _hangs_on_time(each.item, consignee) for each in self.goods)


Asked = Callable[[CarrierService], Refusal | None]


class Legal:
    """Asks the decider about ways of orders, and keeps what orders of equal goods and equal consignees share."""

    def __init__(self, now: datetime, may_ship: MayShip) -> None:
        self._now = now
        self._may_ship = may_ship
        self._told: dict[tuple[object, ...], dict[str, Refusal | None]] = {}

    def forbids(
        self, site: SiteSupply, demand: Demand, contents: Contents
    ) -> Callable[[CarrierService], Refusal | None]:
        """Of a service: why these goods may not go with it at all; None where they may, at the right time."""
        told = self._told.setdefault((site.area[:2], demand.area, demand.consignee, contents.units), {})

        def forbids_with(service: CarrierService) -> Refusal | None:
            if service.service_id not in told:
                goods = tuple(Goods(each.item, each.quantity) for each in contents.goods)
                told[service.service_id] = self._may_ship(self._sending(goods, service, site, demand))
            return told[service.service_id]

        return forbids_with

    def forbids_then(
        self,
        service: CarrierService,
        site: SiteSupply,
        demand: Demand,
        contents: Contents,
        departs: datetime,
        leg: Leg,
    ) -> Refusal | None:
        """Why they may not leave with this departure; None where they may. Asked of what hangs on time."""
        trip = trip_of(departs, leg, demand.wanted_ppm)
        return self._may_ship(self._sending(contents.goods, service, site, demand, trip))

    def _sending(
        self,
        goods: tuple[Goods, ...],
        service: CarrierService,
        site: SiteSupply,
        demand: Demand,
        trip: Trip | None = None,
    ) -> Sending:
        return Sending(
            goods=goods,
            service=service,
            area=demand.area,
            consignee=demand.consignee,
            on=trip.leaves_on if trip else self._now.date(),
            trip=trip,
            from_country=site.area.partition("-")[0],
        )


def trip_of(departs: datetime, leg: Leg, wanted_ppm: int) -> Trip:
    """From a departure to the day by which it is there as surely as wanted; where that is never, to the last one."""
    left_on = leg.site.day_of(departs)
    days = leg.whole_transit.quantile(wanted_ppm)
    if days is None:
        days = leg.transit.start + len(leg.transit.ppm)
    return trip_between(departs, left_on, days, leg.carrier, leg.receives)


def trip_between(
    departs: datetime, left_on: date, days: int, carrier: Calendar, receives: Calendar | None = None
) -> Trip:
    """A trip of so many working days of the carrier; there at the latest when it closes on the day it arrives."""
    try:
        arrives_on = carrier.working_day(left_on, days)
        if receives is not None:
            arrives_on = receives.working_day(arrives_on)
    except ValueError:  # a year of days off
        arrives_on = left_on + timedelta(days=365)
    between = (left_on + timedelta(days=day) for day in range(1, (arrives_on - left_on).days))
    closed = sum(not carrier.works_on(day) for day in between)
    hours = -(-(carrier.at(arrives_on, carrier.closes) - departs) // timedelta(hours=1))
    return Trip(left_on, arrives_on, max(hours, 0), closed)


def _hangs_on_time(item: Item, consignee: Consignee) -> bool:
    return bool(item.temperature) or item.transit_hours is not None or bool(item.licence and consignee.licences)
