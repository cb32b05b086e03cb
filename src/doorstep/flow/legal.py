"""May it ship, asked once more at the label: whether parcels may go as things stand now, and how else they may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from doorstep.carriers.may_ship import may_it_ship
from doorstep.events.legal import LabelForbidden
from doorstep.flow.consignees import consignees
from doorstep.flow.office import Office, Scribe, company_of
from doorstep.flow.requote import Requote
from doorstep.planning.compose import refusal_of
from doorstep.planning.lane import Lane
from doorstep.planning.legal import trip_between
from doorstep.promising.arrivals import delayed
from doorstep.promising.learned import learned_of, transit
from doorstep.storage.queries import consolidation, learning, legal, master
from doorstep.storage.transaction import Query, Transaction
from doorstep.storage.verbs import REQUEST_LABELS
from doorstep.terms.item import Item
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Size
from doorstep.terms.places import Locality, region
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.sending import Goods, Sending, Trip
from doorstep.terms.service import CarrierService

TRY_AGAIN = timedelta(hours=1)
_MOST_DAYS = 370


class Floor(NamedTuple):
    """What is packed for fulfilment orders, and which of them are stopped, as `floor_queries` were answered."""

    inside: Sequence[Any]
    stopped: Sequence[Any]


def floor_queries(fulfilment_ids: Collection[str]) -> tuple[Query, Query]:
    return legal.on_floor_query(fulfilment_ids), legal.forbidden_query(fulfilment_ids)


class LabelDesk:
    """Asks, before any label is bought, whether packed parcels may go as things stand now, and how else they may."""

    def __init__(
        self,
        office: Office,
        tx: Transaction,
        scribe: Scribe,
        parcels: Sequence[Any],
        orders: Mapping[str, Any],
        floor: Floor,
    ) -> None:
        self._office, self._tx, self._scribe = office, tx, scribe
        self._orders = orders
        self._parcels: dict[str, list[Any]] = defaultdict(list)
        for parcel in parcels:
            if parcel.state == "packed":
                self._parcels[parcel.fulfilment_id].append(parcel)
        self._inside: dict[str, list[Any]] = defaultdict(list)
        for row in floor.inside:
            self._inside[row.sscc].append(row)
        item_ids = {row.item_id for row in floor.inside}
        tx.ahead(master.items_query(item_ids), legal.customers_query({row.customer_id for row in orders.values()}))
        self._items = master.items(tx, item_ids)
        self._rulebook = legal.rulebook(tx)
        self._sites = master.sites(tx)
        self._consignee = consignees(tx, orders.values())
        self._currency = company_of(tx).currency
        self._stopped = {row.fulfilment_id: row for row in floor.stopped}

    def forbids(self, row: Any, service: CarrierService) -> Refusal | None:
        """The first rule that forbids a parcel of the fulfilment order to go with the service now; None: all may."""
        order = self._orders[row.order_id]
        site = self._sites[row.site_id]
        for parcel in self._parcels[row.fulfilment_id]:
            goods = self._goods(parcel)
            trip = self._trip(row, service, parcel, order) if _hangs_on_time(goods, service) else None
            sending = Sending(
                goods=goods,
                service=service,
                area=order.area,
                consignee=self._consignee[row.order_id],
                on=trip.leaves_on if trip else site.calendar.day_of(self._tx.now),
                trip=trip,
                parcel_g=parcel.weight_g,
                from_country=site.area.partition("-")[0],
            )
            no = refusal_of(may_it_ship(sending, self._rulebook), service)
            if no is not None:
                return no
        return None

    def in_another_way(self, row: Any) -> CarrierService | None:
        """Have it go by another service that may take it, promised anew and late if need be; None: there is none."""
        lawful = {
            service.service_id: service
            for service in master.services(self._tx)
            if service.service_id != row.service_id and self.forbids(row, service) is None
        }
        if not lawful:
            return None
        requote = Requote(self._office, self._tx, self._scribe, row.order_id, tuple(lawful.values()))
        told = requote.on_floor(row)
        if isinstance(told, Refusal) and told.why is Why.DATE_OUT_OF_REACH:
            told = requote.on_floor(row, even_late=True)
        if isinstance(told, Refusal):
            return None
        requote.record("us", "may not ship as planned", only_if_other=True)
        shipment = requote.offers[0].shipments[0]
        return lawful[shipment.service_id]

    def stop(self, row: Any, no: Refusal) -> None:
        """Say once what forbids it, and ask again in an hour: days pass, licences come."""
        known = self._stopped.get(row.fulfilment_id)
        if known is None or (known.service_id, known.says) != (row.service_id, no.says):
            told = {name: str(no.concerns[name]) for name in ("rule", "source", "do")}
            body = LabelForbidden(row.fulfilment_id, row.order_id, row.service_id, says=no.says, **told)
            self._tx.record(self._scribe(body, site=row.site_id, cause=body.rule))
        self._tx.later(REQUEST_LABELS, row.fulfilment_id, self._tx.now + TRY_AGAIN)

    def _goods(self, parcel: Any) -> tuple[Goods, ...]:
        inside = (each for each in self._inside[parcel.sscc] if each.item_id in self._items)
        return tuple(Goods(self._items[each.item_id], each.quantity, each.expires_on) for each in inside)

    def _trip(self, row: Any, service: CarrierService, parcel: Any, order: Any) -> Trip | None:
        """From the next time the carrier calls to the day by which it is there as surely as the order wants."""
        site = self._sites[row.site_id]
        cut_off = service.cut_offs.get(row.site_id)
        if cut_off is None:
            return None
        left_on = site.calendar.day_of(self._tx.now)
        departs = site.calendar.at(left_on, cut_off)
        for _ in range(_MOST_DAYS):
            if departs >= self._tx.now and site.calendar.works_on(left_on) and service.calendar.works_on(left_on):
                break
            left_on += timedelta(days=1)
            departs = site.calendar.at(left_on, cut_off)
        terms = master.terms_of(order.terms_text)
        to = master.localities(self._tx, [order.order_id])[order.order_id]
        later = consolidation.later_seconds(self._tx, row.fulfilment_id, service.service_id)
        days = self._days(service, site.locality, to, parcel, left_on, terms, later)
        return trip_between(departs, left_on, days, service.calendar, terms.receives)

    def _days(
        self,
        service: CarrierService,
        origin: Locality,
        to: Locality,
        parcel: Any,
        left_on: date,
        terms: Terms,
        later_seconds: int,
    ) -> int:
        lane = Lane(service, self._currency, origin, to, left_on)
        zone = lane.zone(Size(parcel.length_mm, parcel.width_mm, parcel.height_mm), parcel.weight_g)
        published = service.transit_of(zone)
        if published is None:
            published = max(service.transit_ppm.values(), key=len, default=(0,))
        learned = learning.transits(self._tx, learning.transits_to_query(region(to.area)))
        straight = transit(learned_of(learned, service, origin.area, to.area, zone), tuple(published))
        told = delayed(straight, later_seconds, service.calendar)
        surely = told.quantile(terms.wanted_ppm or 0)
        return told.start + len(told.ppm) if surely is None else surely


def _hangs_on_time(goods: Iterable[Goods], service: CarrierService) -> bool:
    return any(each.expires_on is not None or _in_a_hurry(each.item, service) for each in goods)


def _in_a_hurry(item: Item, service: CarrierService) -> bool:
    cold = (bool(item.temperature) or item.transit_hours is not None) and item.temperature not in service.keeps
    return cold or bool(item.licence)
