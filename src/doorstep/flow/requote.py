"""Promising an order anew after something about it changed: what is not released from all supply, what is picked from
where it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from doorstep.events.fulfilment import FulfilmentReplanned
from doorstep.events.orders import OrderPromised, PromisedWindow
from doorstep.events.stock import Hold, HoldsVoided, StockHeld
from doorstep.flow.consignees import consignees
from doorstep.flow.office import Office, Scribe, company_of, deciders_of
from doorstep.flow.price_book import price_queries
from doorstep.flow.promise import bases_of, holds_of, inputs_of
from doorstep.flow.supply import (
    costs_of,
    limited,
    needs_of,
    prices_of,
    site_supplies,
    spared,
    supply_queries,
    works_learned,
)
from doorstep.planning.answers import LinePromise, Offer
from doorstep.planning.quote import quote
from doorstep.planning.values import Demand, FreeUnits, QuoteQuestion, SiteSupply
from doorstep.promising.window import Basis, promise
from doorstep.storage.queries import learning, legal, master, nodes, orders, planning, stock
from doorstep.storage.transaction import Query, Transaction
from doorstep.storage.verbs import EXPIRE_HOLDS
from doorstep.terms.places import region
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService

_Units = Sequence[tuple[int, str, int]]


class Requote:
    """Offers for the parts of one order, and the one new promise they make together.

    By all services, or by `services`. `by` is a day by which it must be there, instead of what was asked for; `at_most`
    limits how many units of an item may come from what stands in bins.
    """

    def __init__(
        self,
        office: Office,
        tx: Transaction,
        scribe: Scribe,
        order_id: str,
        services: tuple[CarrierService, ...] | None = None,
        by: date | None = None,
        at_most: Mapping[str, int] | None = None,
    ) -> None:
        self.office = office
        self.tx = tx
        self.scribe = scribe
        tx.ahead(
            *(orders.order_query(order_id), master.COMPANY),
            *(stock.holds_query([order_id]), orders.demand_query([order_id]), orders.agreed_query([order_id])),
        )
        self.order = orders.order(tx, order_id)
        self.company = company_of(tx)
        self.goals = master.goals(tx)
        self.terms = master.terms_of(self.order.terms_text)
        self.services = services
        self.asked_by = by or self.order.asked_by
        self.at_most = at_most or {}
        self.offers: list[Offer] = []
        self.asked: Counter[tuple[int, str]] = Counter()

    def unreleased(self) -> Refusal | None:
        """Let go of what is reserved in no bin, and reserve again what the order now wants, as the best offer says."""
        order_id = self.order.order_id
        holds = tuple(hold for hold in stock.holds_of_orders(self.tx, [order_id]) if not hold.place_id)
        if holds:
            self.tx.record(self.scribe(HoldsVoided(holds), cause="changed"))
            self.tx.flush()
        waiting = [(row.line_no, row.item_id, row.waiting) for row in orders.demand(self.tx, [order_id])]
        wanted = [units for units in waiting if units[2]]
        if not wanted:
            return None
        item_ids = {item_id for _, item_id, _ in wanted}
        self._ask_ahead(item_ids)
        supplies = site_supplies(self.tx, self.company, item_ids, [order_id])
        supplies = spared(self.tx, supplies, self.goals, self.terms.customer_class, item_ids - self.at_most.keys())
        offer = self._ask(wanted, limited(supplies, self.at_most), self.asked_by)
        if isinstance(offer, Refusal):
            return offer
        expires_at = self.expiry(holds)
        made = holds_of(order_id, offer.reservations, self.office.ids, expires_at)
        if expires_at is not None:
            self.tx.later(EXPIRE_HOLDS, order_id, expires_at)
        self.tx.record(self.scribe(StockHeld(made), cause="changed"))
        self.tx.flush()
        return None

    def _ask_ahead(self, item_ids: set[str]) -> None:
        """What an offer out of all supply is known to rest on, in one round trip."""
        order, today = self.order, self.tx.now.date()
        self.tx.ahead(
            *(master.items_query(item_ids), *supply_queries(self.tx, item_ids, [order.order_id])),
            *(legal.customers_query({order.customer_id}), nodes.said_no_query([order.order_id])),
            *(master.lies_of_orders([order.order_id]), self._transits()),
            *(planning.prices_query(item_ids, today), *price_queries(today)),
        )

    def _transits(self) -> Query:
        return learning.transits_to_query(region(self.order.area))

    def expiry(self, ended: Sequence[Hold]) -> datetime | None:
        """Until when stock is held for an order that nobody cleared: as long as before; anew where that is over."""
        if self.order.cleared_at is not None:
            return None
        patience = timedelta(seconds=self.company.hold_seconds)
        at_first = self.order.placed_at + patience
        anew = at_first if at_first > self.tx.now else self.tx.now + patience
        return max((hold.expires_at for hold in ended if hold.expires_at is not None), default=anew)

    def unreleased_if_possible(self) -> bool:
        """The same, or, where nothing can be offered now, everything left as it was."""
        return self.tx.attempt(self.unreleased) is None

    def on_floor(self, fulfilment: Any, even_late: bool = False) -> Refusal | None:
        """Choose service and time anew for goods that are picked or packed; they stay where they are.

        `even_late`: by the day that can be kept, where the day asked for cannot.
        """
        rows = legal.on_floor(self.tx, [fulfilment.fulfilment_id])
        here: Counter[str] = Counter()
        for row in rows:
            here[row.item_id] += row.quantity
        units = []
        for row in orders.fulfilment_lines(self.tx, [fulfilment.fulfilment_id]):
            still_here = min(row.picked, here[row.item_id])  # a carrier may have some of its parcels
            here[row.item_id] -= still_here
            if still_here:
                units.append((row.line_no, row.item_id, still_here))
        site = master.sites(self.tx)[fulfilment.site_id]
        supply = SiteSupply(
            site_id=site.site_id,
            area=site.area,
            calendar=site.calendar,
            free=tuple(FreeUnits(row.item_id, row.quantity, f"{row.sscc}/{row.lot}", row.expires_on) for row in rows),
            own_s=self.company.pack_seconds,
            work=works_learned(self.tx, [site.site_id])[site.site_id],
            locality=site.locality,
        )
        offer = self._ask(units, (supply,), None if even_late else self.order.asked_by)
        if isinstance(offer, Refusal):
            return offer
        shipment = offer.shipments[0]
        body = FulfilmentReplanned(
            fulfilment.fulfilment_id,
            self.order.order_id,
            shipment.service_id,
            shipment.departs,
            shipment.ship_by,
            shipment.cost_minor,
            shipment.waits_for_day,
        )
        self.tx.record(self.scribe(body, site=fulfilment.site_id, cause="changed"))
        return None

    def _ask(self, units: _Units, supplies: tuple[SiteSupply, ...], asked_by: date | None) -> Offer | Refusal:
        items = master.items(self.tx, {item_id for _, item_id, _ in units})
        demand = Demand(
            order_id=self.order.order_id,
            needs=needs_of(units, items),
            area=self.order.area,
            terms=self.terms,
            asked_from=self.order.asked_from,
            asked_by=asked_by,
            receives=self.terms.receives,
            late_day_minor=self.goals.late_day_minor(self.terms.customer_class),
            consignee=consignees(self.tx, [self.order])[self.order.order_id],
            not_from=nodes.said_no(self.tx, [self.order.order_id])[self.order.order_id],
            locality=master.localities(self.tx, [self.order.order_id])[self.order.order_id],
        )
        services = master.services(self.tx) if self.services is None else self.services
        transits = learning.transits(self.tx, self._transits())
        prices = prices_of(self.tx, items.keys())
        question = QuoteQuestion(self.tx.now, demand, supplies, services, costs_of(self.goals), prices, transits)
        answer = quote(question, deciders_of(self.tx, self.company))
        if answer.refusal is not None:
            return answer.refusal
        wanted = self.terms.preference or self.goals.of(self.terms.customer_class).preference
        offer = answer.preferred(wanted)
        self.offers.append(offer)
        for line_no, item_id, quantity in units:
            self.asked[line_no, item_id] += quantity
        return offer

    def record(self, caused_by: str, cause: str, only_if_other: bool = False) -> PromisedWindow | None:
        """Write the new promise beside the old ones; returns its window for the order as a whole.

        With `only_if_other` nothing is written where the order's window is as it was.
        """
        if not self.offers:
            return None
        promises = self._together()
        windows = tuple(
            PromisedWindow(made.line_no, made.window.first_day, made.window.last_day, made.window.ppm)
            for made in promises
        )
        before = orders.agreed(self.tx, [self.order.order_id])[self.order.order_id][0]
        if only_if_other and (before.first_day, before.last_day) == (windows[0].first_day, windows[0].last_day):
            return None
        body = OrderPromised(
            order_id=self.order.order_id,
            promise_id=self.office.ids.new("prm"),
            revision=before.revision + 1,
            windows=windows,
            basis=promises[0].basis.basis,
            caused_by=caused_by,
            inputs=inputs_of(promises),
        )
        self.tx.record(self.scribe(body, cause=cause))
        return windows[0]

    def _together(self) -> list[LinePromise]:
        """The order is promised when its last part is there; a line when the last part that carries some of it is."""
        standing = self._standing()
        if len(self.offers) == 1 and not standing:
            return [self.offers[0].order, *self.offers[0].lines]
        by_line: dict[int, list[Basis]] = defaultdict(list)
        for offer in self.offers:
            for made in (offer.order, *offer.lines):
                by_line[made.line_no].append(made.basis)
        for line_no, basis in standing.items():
            by_line[line_no].append(basis)
        if standing:
            legs = dict.fromkeys(leg for basis in standing.values() for leg in basis.legs)
            by_line[0].append(replace(by_line[0][0], legs=tuple(legs)))
        return [_joined(line_no, bases) for line_no, bases in sorted(by_line.items())]

    def _standing(self) -> dict[int, Basis]:
        """The basis, as promised, of lines with units that no offer is about: on the floor, or gone already."""
        wanted = orders.demand(self.tx, [self.order.order_id])
        elsewhere = {row.line_no for row in wanted if row.wanted > self.asked[row.line_no, row.item_id]}
        if not elsewhere:
            return {}
        found: dict[int, Basis] = {}
        for inputs in orders.promise_inputs(self.tx, self.order.order_id):
            found |= bases_of(inputs)
        return {line_no: found[line_no] for line_no in sorted(elsewhere & found.keys())}


def _joined(line_no: int, bases: Sequence[Basis]) -> LinePromise:
    legs = tuple(leg for basis in bases for leg in basis.legs)
    basis = Basis(legs, bases[0].wanted_ppm, bases[0].not_before, bases[0].basis)
    window = promise(basis)
    if window is None:
        raise ValueError("parts that can each be promised cannot be promised together")
    return LinePromise(line_no, window, basis)
