"""Setting the company up: what it is, where it works, what it sells, whom it serves, who carries for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorstep.events.envelope import Body
from doorstep.events.master import (
    CartonDefined,
    CompanyDefined,
    CustomerDefined,
    ItemDefined,
    PlaceDefined,
    ServiceDefined,
    SiteDefined,
)
from doorstep.flow.office import Office, Scribe, Who
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.company import Company
from doorstep.terms.item import Item
from doorstep.terms.money import DECIMALS
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Carton, Side
from doorstep.terms.places import AS_OURS, Address, NodeTerms, PlaceKind, SiteKind
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService


def define_company(office: Office, who: Who, company: Company) -> str | Refusal:
    """The company's name, currency and defaults; again at any time."""
    if company.currency not in DECIMALS:
        says = f"{company.currency} is not a currency we know; use one of {', '.join(sorted(DECIMALS))}."
        return Refusal(Why.UNKNOWN_CURRENCY, says, {"currency": company.currency})
    alike = [one for one, other in company.separated if one == other]
    if alike:
        says = f"Goods of class {alike[0]} are separated from themselves; give such items different keep_apart."
        return Refusal(Why.MALFORMED, says, {"class": alike[0]})
    return _define(office, who, company.name, [CompanyDefined(company)])


def define_site(
    office: Office,
    who: Who,
    site_id: str,
    name: str,
    address: Address,
    calendar: Calendar,
    bins: Sequence[str],
    daily_orders: int = 0,
    kind: SiteKind = SiteKind.OWN,
    terms: NodeTerms = AS_OURS,
) -> str | Refusal:
    """A site with its bins, pack bench and dock. `bins` are names within the site, such as A-01."""
    reserved = {"pack", "dock"} & set(bins)
    if "/" in site_id or not site_id or site_id == "carrier" or reserved:
        says = f"{site_id} cannot name a site, or {', '.join(reserved) or 'a bin'} a bin of it."
        return Refusal(Why.MALFORMED, says, {"site_id": site_id})

    def step(tx: Transaction) -> str:
        scribe = Scribe(who, tx.now)
        person_ref = office.ids.new("per")
        tx.keep_person(person_ref, address)
        tx.record(
            scribe(SiteDefined(site_id, name, address.area, calendar, person_ref, daily_orders, kind, terms)),
            *(scribe(PlaceDefined(f"{site_id}/{place}", PlaceKind.BIN, site_id)) for place in bins),
        )
        return site_id

    return office.store.run(step)


def define_items(office: Office, who: Who, items: Sequence[Item]) -> str | Refusal:
    """Items of the catalogue; the parts of a kit must be among them or known, and no kits themselves."""

    def step(tx: Transaction) -> str | Refusal:
        part_ids = {part.item_id for item in items for part in item.parts}
        known = master.items(tx, part_ids) | {item.item_id: item for item in items}
        for item in items:
            wrong = wrong_with(item, known)
            if wrong:
                return Refusal(Why.MALFORMED, f"Item {item.item_id}: {wrong}", {"item_id": item.item_id})
        scribe = Scribe(who, tx.now)
        tx.record(*(scribe(ItemDefined(item)) for item in items))
        return f"{len(items)} items"

    return office.store.run(step)


def wrong_with(item: Item, known: Mapping[str, Item]) -> str:
    """What is wrong with an item, given the items that there are; '' where it can be defined."""
    if item.size is not None and min(item.size) <= 0:
        return f"its size is {tuple(item.size)} mm; every side must be above zero, or the size left unknown"
    if item.weight_g is not None and item.weight_g < 0:
        return f"it weighs {item.weight_g} g"
    if item.sold_by < 1:
        return f"it is sold by {item.sold_by}; a package holds one unit at least"
    if rules := wrong_rules(item):
        return rules
    if len({part.item_id for part in item.parts}) < len(item.parts):
        return "a part is named twice; name it once, with its quantity"
    for part in item.parts:
        if part.item_id not in known:
            return f"its part {part.item_id} is not an item"
        if known[part.item_id].parts:
            return f"its part {part.item_id} is a kit itself"
        if part.quantity <= 0:
            return f"it takes {part.quantity} of {part.item_id}"
    return ""


def wrong_rules(item: Item) -> str:
    """What is wrong with how an item is to be packed; '' where nothing is."""
    if item.most_on_top_g is not None and item.most_on_top_g < 0:
        return f"it bears {item.most_on_top_g} g; say 0 where nothing may stand on it"
    if item.fragile and item.most_on_top_g:
        return f"fragile says that nothing may stand on it, most_on_top_g that {item.most_on_top_g} g may; say one"
    if item.upright and item.up and set(item.up) != {Side.HEIGHT}:
        return f"upright says that its height points up, up names {', '.join(item.up)}; say one"
    if item.own_container and item.keep_together:
        return f"it ships in its own box and cannot be kept together with {item.keep_together}"
    return ""


@dataclass(frozen=True, slots=True)
class ToDefine:
    """A customer as it is to be defined."""

    customer_id: str
    address: Address
    terms: Terms


def define_customer(office: Office, who: Who, customer_id: str, address: Address, terms: Terms) -> str | Refusal:
    """A customer and the terms agreed with it."""
    told = define_customers(office, who, [ToDefine(customer_id, address, terms)])
    return told if isinstance(told, Refusal) else customer_id


def define_customers(office: Office, who: Who, customers: Sequence[ToDefine]) -> str | Refusal:
    """Customers and the terms agreed with them."""

    def step(tx: Transaction) -> str:
        known = master.customer_refs(tx, [customer.customer_id for customer in customers])
        scribe = Scribe(who, tx.now)
        for customer in customers:
            person_ref = known.get(customer.customer_id) or office.ids.new("per")
            tx.keep_person(person_ref, customer.address)
            tx.record(scribe(CustomerDefined(customer.customer_id, person_ref, customer.terms)))
        return f"{len(customers)} customers"

    return office.store.run(step)


def define_services(office: Office, who: Who, services: Sequence[CarrierService]) -> str | Refusal:
    """Carrier services with their tariffs."""
    return _define(office, who, f"{len(services)} services", [ServiceDefined(service) for service in services])


def define_cartons(office: Office, who: Who, cartons: Sequence[Carton]) -> str | Refusal:
    """Cartons we pack into."""
    return _define(office, who, f"{len(cartons)} cartons", [CartonDefined(carton) for carton in cartons])


def _define(office: Office, who: Who, told: str, bodies: Sequence[Body]) -> str | Refusal:
    def step(tx: Transaction) -> str:
        scribe = Scribe(who, tx.now)
        tx.record(*(scribe(body) for body in bodies))
        return told

    return office.store.run(step)
