"""A customer places an order: it is judged, promised and its stock is held, in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from doorstep.events.envelope import Fact
from doorstep.events.orders import HandOffMade, OrderCleared, OrderedLine, OrderPlaced, OrderPromised
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, HoldsExpired, StockHeld
from doorstep.flow.consignees import consignee_of
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of, deciders_of
from doorstep.flow.price_book import price_queries
from doorstep.flow.promise import holds_of, promised
from doorstep.flow.requote import Requote
from doorstep.flow.slack import slack_of_offer
from doorstep.flow.supply import costs_of, needs_of, parts_of, prices_of, site_supplies, spared, supply_queries
from doorstep.flow.told import Promise
from doorstep.goals.ceiling import above, value_of
from doorstep.intake.judge import judge
from doorstep.planning.answers import Offer, Quote
from doorstep.planning.quote import quote
from doorstep.planning.values import Demand, QuoteQuestion
from doorstep.storage.queries import learning, legal, master, orders, planning, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import EXPIRE_HOLDS, PLAN_ORDERS, PLAN_WAITING
from doorstep.terms.company import Company
from doorstep.terms.goals import ClassGoals, Goals
from doorstep.terms.item import Item
from doorstep.terms.order import Order, Terms
from doorstep.terms.places import Address, region
from doorstep.terms.refusals import Refusal, Why, first
from doorstep.terms.sending import Consignee


@dataclass(frozen=True, slots=True)
class Placed:
    """What the customer is told: the order's number and its promise, line by line."""

    order_id: str
    promise: Promise
    lines: tuple[Promise, ...]
    cleared: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """One point of a quote: what is promised, how surely, at which cost to us."""

    promise: Promise
    lines: tuple[Promise, ...]
    sites: tuple[str, ...]
    services: tuple[str, ...]
    cost_minor: int
    currency: str
    would_be_promised: bool  # placed now, the order would get this offer
    sent_minor: int  # of the cost, freight and cartons: what others are paid
    above_ceiling_minor: int  # by how much it costs more than goals let an order of this value cost; 0: it does not


@dataclass(frozen=True, slots=True)
class _Judged:
    """An order that can be meant, with what is known of it."""

    order: Order
    items: Mapping[str, Item]
    terms: Terms
    goals: Goals
    consignee: Consignee

    @property
    def wants(self) -> ClassGoals:
        return self.goals.of(self.terms.customer_class)

    @property
    def lines(self) -> tuple[tuple[str, int], ...]:
        return tuple((line.item_id, line.quantity) for line in self.order.lines)


def place_order(office: Office, who: Who, order: Order, key: str, keep_no: bool = True) -> Placed | Refusal:
    """Promise the order and hold its stock. The same `key` and order give the same answer without a second effect.

    `keep_no` False: what was refused can be asked again under its key, when what it lacked is there.
    An order that payment has not cleared is promised and held for `hold_seconds`; its clock starts when it is cleared.
    """

    def step(tx: Transaction) -> Placed | Refusal:
        return place_within(office, tx, Scribe(who, tx.now), order)

    return office.store.run(step, answers=Placed, key=key, request=order, keep_no=keep_no)


def place_within(office: Office, tx: Transaction, scribe: Scribe, order: Order) -> Placed | Refusal:
    """The same as part of a longer step; where it is refused, nothing was recorded."""
    company, judged = _read(tx, order)
    if isinstance(judged, Refusal):
        return judged
    order_id = office.ids.new("ord")
    answer = _quoted(tx, company, judged, order_id)
    if isinstance(answer, Refusal):
        return answer
    offer = answer.preferred(judged.terms.preference)
    _record(office, tx, scribe, company, order_id, offer, judged)
    return _told(order_id, offer, order.cleared)


def quote_order(office: Office, order: Order) -> tuple[Offered, ...] | Refusal:
    """What could be promised for the order now, cheapest first. Nothing is held."""
    with office.store.reading() as tx:
        return quote_within(tx, order)


def quote_within(tx: Transaction, order: Order) -> tuple[Offered, ...] | Refusal:
    """The same as part of a longer look or step."""
    company, judged = _read(tx, order)
    if isinstance(judged, Refusal):
        return judged
    answer = _quoted(tx, company, judged, "quote")
    if isinstance(answer, Refusal):
        return answer
    ceiling_minor = judged.wants.ceiling_of(value_of(judged.lines, judged.items))
    best = answer.preferred(judged.terms.preference)
    return tuple(_offered(offer, company.currency, offer is best, ceiling_minor) for offer in answer.offers)


def clear_order(office: Office, who: Who, order_id: str) -> str | Refusal:
    """Payment, credit and fraud checks are done: the order's clock starts, its holds no longer expire.

    Where the first promise was made for an earlier start, a new one is written beside it, caused by the customer.
    """

    def step(tx: Transaction) -> str | Refusal:
        row = orders.lock(tx, order_id)
        if row is None:
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        if row.state != "open":
            return Refusal(Why.WRONG_STATE, f"Order {order_id} is {row.state}.", {"order_id": order_id})
        if row.cleared_at is None:
            tx.record(Scribe(who, tx.now)(OrderCleared(order_id)))
            tx.no_longer(EXPIRE_HOLDS, [order_id])
            tx.flush()
            requote = Requote(office, tx, Scribe(who, tx.now), order_id)
            if requote.unreleased_if_possible():
                requote.record("customer", "cleared", only_if_other=True)
            tx.later(PLAN_ORDERS, order_id, tx.now)
        return order_id

    return office.store.run(step)


def expire_holds(office: Office, order_id: str) -> int:
    """Let go of what is held for an order that nobody cleared in time. Returns how many holds ended."""

    def step(tx: Transaction) -> int:
        row = orders.lock(tx, order_id)
        if row is None or row.cleared_at is not None:
            return 0
        dated = [(hold.expires_at, hold) for hold in stock.holds_of_orders(tx, [order_id]) if hold.expires_at]
        holds = tuple(hold for expires_at, hold in dated if expires_at <= tx.now)
        if holds:
            tx.record(Scribe(CLOCKWORK, tx.now)(HoldsExpired(holds), cause="not cleared in time"))
            for item_id in sorted({hold.item_id for hold in holds}):
                tx.later(PLAN_WAITING, item_id, tx.now)
        if still := [expires_at for expires_at, _ in dated if expires_at > tx.now]:
            tx.put_off(EXPIRE_HOLDS, order_id, -(-(min(still) - tx.now) // timedelta(seconds=1)))
        return len(holds)

    told = office.store.run(step)
    return told if isinstance(told, int) else 0


def _read(tx: Transaction, order: Order) -> tuple[Company, _Judged | Refusal]:
    """The company, the order's items, goals and resolved terms; the first refusal where something is wrong with it."""
    item_ids = [line.item_id for line in order.lines]
    customers = master.customer_query(order.customer_id)
    tx.ahead(master.COMPANY, master.GOALS, legal.RULES, master.items_query(item_ids), customers)
    company = company_of(tx)
    goals = master.goals(tx)
    items = master.items(tx, item_ids)
    customer = master.customer(tx, order.customer_id)
    refusals = judge(order, items, customer is not None, company, tx.now)
    if customer is None or refusals:
        return company, first(refusals)
    order = replace(order, ship_to=as_known(order.ship_to, customer.address))
    terms = goals.resolved(order.terms.over(customer.terms), company.terms)
    names, cleared = [order.ship_to.name], frozenset[str]()
    if any(each.parties for each in legal.rulebook(tx).lists):
        names += [customer.address.name] if customer.address else []
        cleared = legal.cleared(tx, [order.customer_id]).get(order.customer_id, cleared)
    consignee = consignee_of(tuple(dict.fromkeys(names)), terms, customer.terms, cleared)
    return company, _Judged(order, items, terms, goals, consignee)


def as_known(told: Address, known: Address | None) -> Address:
    """An address with what it does not say of itself, and the customer's own says: whether it is a home, where it lies.

    Only where both are the same place, by country, postcode, and street.
    """
    if known is None or (known.country, known.locality.postcode, known.lines) != (
        *(told.country, told.locality.postcode, told.lines),
    ):
        return told
    residential = known.residential if told.residential is None else told.residential
    return replace(told, residential=residential, position=told.position or known.position)


def _quoted(tx: Transaction, company: Company, judged: _Judged, order_id: str) -> Quote | Refusal:
    order, items = judged.order, judged.items
    demand = Demand(
        order_id=order_id,
        needs=needs_of(
            (
                (line.line_no, part.item_id, line.quantity * part.quantity)
                for line in order.lines
                for part in parts_of(items[line.item_id])
            ),
            items,
        ),
        area=order.ship_to.area,
        terms=judged.terms,
        asked_from=order.asked_from,
        asked_by=order.asked_by,
        receives=judged.terms.receives,
        late_day_minor=judged.goals.late_day_minor(judged.terms.customer_class),
        consignee=judged.consignee,
        locality=order.ship_to.locality,
    )
    return ask_quote(tx, company, judged.goals, demand)


def ask_quote(tx: Transaction, company: Company, goals: Goals, demand: Demand) -> Quote | Refusal:
    """What planning offers for a demand now; the refusal where it offers nothing."""
    item_ids = sorted({need.item.item_id for need in demand.needs})
    learned = learning.transits_to_query(region(demand.area))
    tx.ahead(
        *(master.SERVICES, master.CARTONS, legal.RULES, *price_queries(tx.now.date()), learned),
        *(*supply_queries(tx, item_ids), planning.prices_query(item_ids, tx.now.date())),
    )
    question = QuoteQuestion(
        now=tx.now,
        demand=demand,
        sites=spared(tx, site_supplies(tx, company, item_ids), goals, demand.terms.customer_class, item_ids),
        services=master.services(tx),
        costs=costs_of(goals),
        prices=prices_of(tx, item_ids),
        transits=learning.transits(tx, learned),
    )
    answer = quote(question, deciders_of(tx, company))
    return answer.refusal or answer


def _record(
    office: Office,
    tx: Transaction,
    scribe: Scribe,
    company: Company,
    order_id: str,
    offer: Offer,
    judged: _Judged,
) -> None:
    order = judged.order
    person_ref = office.ids.new("per")
    expires_at = None if order.cleared else tx.now + timedelta(seconds=company.hold_seconds)
    tx.keep_person(person_ref, order.ship_to)
    placed = OrderPlaced(
        order_id=order_id,
        customer_id=order.customer_id,
        person_ref=person_ref,
        area=order.ship_to.area,
        currency=order.currency,
        reference=order.reference,
        lines=tuple(
            OrderedLine(line.line_no, line.item_id, line.quantity, parts_of(judged.items[line.item_id]))
            for line in order.lines
        ),
        asked_from=order.asked_from,
        asked_by=order.asked_by,
        cleared_at=tx.now if order.cleared else None,
        terms=judged.terms,
    )
    holds = holds_of(order_id, offer.reservations, office.ids, expires_at)
    slack_seconds = slack_of_offer(company, offer, tx.now)
    tx.record(*placed_facts(scribe, placed, promised(order_id, offer, 1, office.ids), holds, slack_seconds))
    if order.cleared:
        tx.later(PLAN_ORDERS, order_id, tx.now)
    elif expires_at is not None:
        tx.later(EXPIRE_HOLDS, order_id, expires_at)


def placed_facts(
    scribe: Scribe, placed: OrderPlaced, promise: OrderPromised, holds: tuple[Hold, ...], slack_seconds: int
) -> tuple[Fact, ...]:
    """An order is there: what was wanted, what was promised, what is held for it, and planning's turn."""
    return (
        scribe(placed),
        scribe(promise),
        scribe(StockHeld(holds)),
        scribe(HandOffMade(placed.order_id, "", Step.PROMISE, Step.PLAN, slack_seconds)),
    )


def _told(order_id: str, offer: Offer, cleared: bool) -> Placed:
    whole, *lines = promises_of(offer)
    return Placed(order_id, whole, tuple(lines), cleared)


def promises_of(offer: Offer) -> Sequence[Promise]:
    return [
        Promise(made.line_no, made.window.first_day, made.window.last_day, made.window.ppm)
        for made in (offer.order, *offer.lines)
    ]


def _offered(offer: Offer, currency: str, would_be_promised: bool, ceiling_minor: int | None) -> Offered:
    whole, *lines = promises_of(offer)
    return Offered(
        promise=whole,
        lines=tuple(lines),
        sites=tuple(shipment.site_id for shipment in offer.shipments),
        services=tuple(shipment.service_id for shipment in offer.shipments),
        cost_minor=offer.cost.total_minor,
        currency=currency,
        would_be_promised=would_be_promised,
        sent_minor=offer.cost.freight_minor + offer.cost.cartons_minor,
        above_ceiling_minor=above(offer.cost.total_minor, ceiling_minor),
    )
