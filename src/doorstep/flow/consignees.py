"""Who gets an order: where it is delivered, all names that it is known by, its licences, what a person found of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from doorstep.storage.queries import legal, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.order import Terms
from doorstep.terms.places import Address
from doorstep.terms.sending import Consignee


def consignees(tx: Transaction, rows: Iterable[Any]) -> dict[str, Consignee]:
    """Who gets each of these orders, by its number: rows with order_id, customer_id, person_ref and terms_text."""
    rows = list(rows)
    screens = any(each.parties for each in legal.rulebook(tx).lists)
    customer_ids = {row.customer_id for row in rows}
    customers = {row.customer_id: row for row in legal.customers(tx, customer_ids)} if rows else {}
    refs = {row.person_ref for row in rows} | {row.person_ref for row in customers.values()}
    addresses = master.addresses(tx, refs) if screens else {}
    cleared = legal.cleared(tx, customer_ids) if screens else {}
    found = {}
    for row in rows:
        customer = customers.get(row.customer_id)
        known = [addresses.get(row.person_ref), addresses.get(customer.person_ref) if customer else None]
        names = tuple(dict.fromkeys(address.name for address in known if address is not None))
        now = master.terms_of(customer.text) if customer else Terms()
        found[row.order_id] = consignee_of(
            names, master.terms_of(row.terms_text), now, cleared.get(row.customer_id, frozenset())
        )
    return found


def same_consignee(address: Address) -> tuple[str, ...]:
    """What tells consignees apart: name and address, whatever the case and the spaces; not telephone and mail."""
    told = (address.name, *address.lines, address.city, address.postcode, address.country)
    return tuple(" ".join(each.casefold().split()) for each in told)


def consignee_of(names: tuple[str, ...], ordered: Terms, now: Terms, cleared: frozenset[str]) -> Consignee:
    """Who gets an order: with the licences of the order and those that the customer has by now."""
    licences = tuple(dict.fromkeys((*(ordered.licences or ()), *(now.licences or ()))))
    return Consignee(names, licences, ordered.min_shelf_life_days or 0, cleared)
