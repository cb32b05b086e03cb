"""Master data as values. Each definition is parsed once per text, however many steps read it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from doorstep.storage.definitions import definition
from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.company import Company
from doorstep.terms.goals import Goals
from doorstep.terms.item import Item
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Carton
from doorstep.terms.places import AS_OURS, Address, Locality, NodeTerms, Position, SiteKind, squeezed
from doorstep.terms.service import CarrierService


@dataclass(frozen=True, slots=True)
class Site:
    """A site as planning and the floor need it."""

    site_id: str
    name: str
    area: str
    person_ref: str
    calendar: Calendar
    daily_orders: int
    kind: SiteKind
    locality: Locality
    terms: NodeTerms = AS_OURS


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's agreed terms, and where its personal data lies."""

    customer_id: str
    person_ref: str
    terms: Terms
    address: Address | None  # None: nothing is known, or it was erased


@lru_cache(maxsize=100_000)
def _parsed(kind: Any, text: str) -> Any:
    return _adapter(kind).validate_json(text)


@lru_cache(maxsize=100)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


# What prices hang on of a person's address, of `person p`.
LIES = "jsonb_build_array(p.details -> 'postcode', p.details -> 'residential', p.details -> 'position')::text AS lies"


@lru_cache(maxsize=100_000)
def locality_of(area: str, lies: str) -> Locality:
    """An area with what LIES says of an address in it, which is nothing where it was erased."""
    postcode, residential, position = json.loads(lies)
    return Locality(area, squeezed(postcode or ""), bool(residential), Position(*position) if position else None)


# Queries without parameters, to be asked ahead together with others.
COMPANY: Query = definition("SELECT company::text AS text FROM company")
GOALS: Query = definition("SELECT goals::text AS text FROM goals")
SITES: Query = definition(
    "SELECT s.site_id, s.name, s.area, s.person_ref, s.calendar::text AS text, s.daily_orders, s.kind, "
    f"s.terms::text AS terms_text, {LIES} "
    "FROM site s LEFT JOIN person p ON p.person_ref = s.person_ref AND p.erased_at IS NULL ORDER BY s.site_id"
)
# A service holds its whole tariff, which is long; what is known here by its fingerprint is not sent again.
SERVICES: Query = definition("SELECT service_id, fingerprint FROM service ORDER BY service_id")
CARTONS: Query = definition("SELECT carton::text AS text FROM carton ORDER BY carton_id")


def company(tx: Transaction) -> Company | None:
    return read_company(tx.rows(*COMPANY))


def read_company(rows: Sequence[Any]) -> Company | None:
    """What COMPANY was answered."""
    return _parsed(Company, rows[0].text) if rows else None


def goals(tx: Transaction) -> Goals:
    """The company's goals; where none were set, those that want nothing special."""
    row = tx.one(*GOALS)
    return _parsed(Goals, row.text) if row else Goals()


def items(tx: Transaction, item_ids: Collection[str]) -> dict[str, Item]:
    """The items among `item_ids` that are known, and the parts of those that are kits."""
    found = _items(tx, item_ids)
    parts = {part.item_id for item in found.values() for part in item.parts} - found.keys()
    return {**found, **_items(tx, parts)} if parts else found


def items_query(item_ids: Collection[str]) -> Query:
    return ("SELECT item::text AS text FROM item WHERE item_id = ANY(%s)", list(item_ids))


def items_on_bench(fulfilment_id: str) -> Query:
    """The items of what lies on the pack bench for a fulfilment order, for `read_items`."""
    return (
        "SELECT item::text AS text FROM item WHERE item_id IN (SELECT item_id FROM bench WHERE fulfilment_id = %s)",
        fulfilment_id,
    )


def read_items(rows: Iterable[Any]) -> dict[str, Item]:
    found: Iterable[Item] = (_parsed(Item, row.text) for row in rows)
    return {item.item_id: item for item in found}


def _items(tx: Transaction, item_ids: Collection[str]) -> dict[str, Item]:
    return read_items(tx.rows(*items_query(item_ids)))


_known_services: dict[str, CarrierService] = {}
_MOST_SERVICES = 5_000


def services(tx: Transaction) -> tuple[CarrierService, ...]:
    return tuple(read_services(tx, tx.rows(*SERVICES)).values())


def service(tx: Transaction, service_id: str) -> CarrierService | None:
    rows = [row for row in tx.rows(*SERVICES) if row.service_id == service_id]
    return read_services(tx, rows).get(service_id)


def read_services(tx: Transaction, rows: Sequence[Any]) -> dict[str, CarrierService]:
    """The services of rows of (service_id, fingerprint), in their order.

    Those not seen before are read now, and are as they are now: one may have been defined anew since the rows were.
    """
    found = {row.service_id: _known_services.get(row.fingerprint) for row in rows}
    unknown = [service_id for service_id, known in found.items() if known is None]
    if unknown:
        if len(_known_services) > _MOST_SERVICES:
            _known_services.clear()
        for row in tx.rows(
            "SELECT service_id, fingerprint, service::text AS text FROM service WHERE service_id = ANY(%s)", unknown
        ):
            found[row.service_id] = _known_services[row.fingerprint] = _adapter(CarrierService).validate_json(row.text)
    return {service_id: known for service_id, known in found.items() if known is not None}


def service_delivered_last(tx: Transaction, order_id: str) -> CarrierService | None:
    """The service that brought the order's last parcel by now; None where none is there."""
    rows = tx.rows(
        "SELECT service_id, s.fingerprint FROM parcel p JOIN fulfilment f USING (fulfilment_id) "
        "JOIN service s USING (service_id) WHERE p.order_id = %s AND p.state = 'delivered' "
        "ORDER BY p.delivered_at DESC, p.sscc LIMIT 1",
        order_id,
    )
    return next(iter(read_services(tx, rows).values()), None)


def services_of_orders(order_ids: Collection[str]) -> Query:
    """The services that fulfilment orders of these go by, for `read_services`."""
    return (
        "SELECT service_id, fingerprint FROM service WHERE service_id IN "
        "(SELECT service_id FROM fulfilment WHERE order_id = ANY(%s))",
        list(order_ids),
    )


def services_of_fulfilments(fulfilment_ids: Collection[str]) -> Query:
    return (
        "SELECT service_id, fingerprint FROM service WHERE service_id IN "
        "(SELECT service_id FROM fulfilment WHERE fulfilment_id = ANY(%s))",
        list(fulfilment_ids),
    )


def cartons(tx: Transaction) -> tuple[Carton, ...]:
    return read_cartons(tx.rows(*CARTONS))


def read_cartons(rows: Iterable[Any]) -> tuple[Carton, ...]:
    """What CARTONS was answered."""
    return tuple(_parsed(Carton, row.text) for row in rows)


def sites(tx: Transaction) -> dict[str, Site]:
    return read_sites(tx.rows(*SITES))


def read_sites(rows: Iterable[Any]) -> dict[str, Site]:
    """What SITES was answered."""
    return {
        row.site_id: Site(
            row.site_id,
            row.name,
            row.area,
            row.person_ref,
            _parsed(Calendar, row.text),
            row.daily_orders,
            SiteKind(row.kind),
            locality_of(row.area, row.lies),
            _parsed(NodeTerms, row.terms_text),
        )
        for row in rows
    }


def customer(tx: Transaction, customer_id: str) -> Customer | None:
    row = tx.one(*customer_query(customer_id))
    if row is None:
        return None
    address = _adapter(Address).validate_json(row.details) if row.details else None
    return Customer(customer_id, row.person_ref, _parsed(Terms, row.text), address)


def customer_classes(tx: Transaction) -> list[str]:
    """Every class that a customer is of by agreement."""
    rows = tx.rows("SELECT DISTINCT terms ->> 'customer_class' AS name FROM customer ORDER BY 1")
    return [row.name for row in rows if row.name is not None]


def customer_refs(tx: Transaction, customer_ids: Collection[str]) -> dict[str, str]:
    """Where the personal data of customers lies, by customer; those that are not known are missing."""
    rows = tx.rows("SELECT customer_id, person_ref FROM customer WHERE customer_id = ANY(%s)", list(customer_ids))
    return {row.customer_id: row.person_ref for row in rows}


def customer_query(customer_id: str) -> Query:
    return (
        "SELECT c.person_ref, c.terms::text AS text, p.details::text AS details FROM customer c LEFT JOIN person p "
        "ON p.person_ref = c.person_ref AND p.erased_at IS NULL WHERE customer_id = %s",
        customer_id,
    )


def calendar_of(text: str) -> Calendar:
    """A calendar as a row keeps it."""
    parsed: Calendar = _parsed(Calendar, text)
    return parsed


def terms_of(text: str) -> Terms:
    """Terms as a row keeps them."""
    parsed: Terms = _parsed(Terms, text)
    return parsed


def localities(tx: Transaction, order_ids: Collection[str]) -> dict[str, Locality]:
    """What prices hang on of where orders go."""
    return {row.order_id: locality_of(row.area, row.lies) for row in tx.rows(*lies_of_orders(order_ids))}


def lies_of_orders(order_ids: Collection[str]) -> Query:
    return (f"{_GOES_TO} WHERE o.order_id = ANY(%s)", list(order_ids))


def lies_of_fulfilments(fulfilment_ids: Collection[str]) -> Query:
    """Rows (order_id, area, lies) of where fulfilment orders go, for `locality_of`."""
    return (
        f"{_GOES_TO} WHERE o.order_id IN (SELECT order_id FROM fulfilment WHERE fulfilment_id = ANY(%s))",
        list(fulfilment_ids),
    )


_GOES_TO = (
    f"SELECT o.order_id, o.area, {LIES} FROM orders o "
    "LEFT JOIN person p ON p.person_ref = o.person_ref AND p.erased_at IS NULL"
)


def address(tx: Transaction, person_ref: str) -> Address | None:
    """Where a person is reached; None where nothing is known or it was erased."""
    row = tx.one(*address_query(person_ref))
    return _adapter(Address).validate_json(row.text) if row else None


def address_query(person_ref: str) -> Query:
    return ("SELECT details::text AS text FROM person WHERE person_ref = %s AND erased_at IS NULL", person_ref)


def addresses(tx: Transaction, person_refs: Collection[str]) -> dict[str, Address]:
    """The same for many, by reference; those of whom nothing is known are missing."""
    rows = tx.rows(*addresses_query(person_refs))
    return {row.person_ref: _adapter(Address).validate_json(row.text) for row in rows}


def addresses_query(person_refs: Collection[str]) -> Query:
    return (
        "SELECT person_ref, details::text AS text FROM person WHERE person_ref = ANY(%s) AND erased_at IS NULL",
        sorted(person_refs),
    )


def place_kind(tx: Transaction, place_id: str) -> str | None:
    row = tx.one(*place_query(place_id))
    return row.kind if row else None


def place_query(place_id: str) -> Query:
    return ("SELECT kind FROM place WHERE place_id = %s", place_id)
