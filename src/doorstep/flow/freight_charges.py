"""What an order's freight is made of: as its labels were charged, else as it is planned by the prices of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from doorstep.carriers.bills import Charge
from doorstep.flow.office import Office, company_of
from doorstep.flow.price_book import price_book
from doorstep.planning.charges import expected_charges, together
from doorstep.planning.lane import Lane
from doorstep.storage.queries import consolidation, floor, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.tariff import ChargeKind

LABEL, TARIFF = "label", "tariff"


@dataclass(frozen=True, slots=True)
class FreightCharge:
    """One charge of a fulfilment order's freight, of all its parcels together. `source`: its labels, or the tariff by
    which it is planned."""

    fulfilment_id: str
    service_id: str
    source: str
    kind: str
    name: str
    basis: str
    minor: int
    currency: str


def charges_of(office: Office, order_id: str) -> tuple[FreightCharge, ...] | Refusal:
    """The charges of an order's freight: as its labels were bought, or as the tariff has them until then."""
    with office.store.reading() as tx:
        if not orders.those(tx, [order_id]):
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        return freight_charges(tx, order_id)


def freight_charges(tx: Transaction, order_id: str) -> tuple[FreightCharge, ...]:
    """The charges of an order's fulfilment orders that were not cancelled."""
    rows = [row for row in orders.fulfilments(tx, [order_id]) if row.state != "cancelled"]
    bought = defaultdict(list)
    for label in tx.rows(*floor.labels_of_fulfilments([row.fulfilment_id for row in rows])):
        if label.state == "bought":
            bought[label.fulfilment_id].append(label)
    with_others = {row.fulfilment_id: row for row in consolidation.of_order(tx, order_id)}
    found: list[FreightCharge] = []
    for row in rows:
        if bought[row.fulfilment_id]:
            found += _labelled(row, bought[row.fulfilment_id])
        elif row.fulfilment_id in with_others:
            found.append(_share(tx, row, with_others[row.fulfilment_id]))
        else:
            found += _planned(tx, row)
    return tuple(found)


def _labelled(row: Any, labels: list[Any]) -> Iterator[FreightCharge]:
    charges = []
    for label in labels:
        told = [Charge(ChargeKind(each["kind"]), each["name"], each["minor"]) for each in label.charges]
        charges += told or [Charge(ChargeKind.BASE, "as the carrier told it", label.cost_minor)]
    for each in together(charges):
        yield _told(row, LABEL, each, labels[0].currency)


def _share(tx: Transaction, row: Any, together: Any) -> FreightCharge:
    """Its part of a joint shipment, as it was shared out: by itself nobody would charge it so."""
    charge = Charge(ChargeKind.BASE, "share of one shipment", together.share_minor, together.travels_as)
    return _told(row, TARIFF, charge, company_of(tx).currency)


def _planned(tx: Transaction, row: Any) -> Iterator[FreightCharge]:
    service = master.service(tx, row.service_id)
    if service is None:
        return
    units: dict[str, int] = defaultdict(int)
    for line in orders.fulfilment_lines(tx, [row.fulfilment_id]):
        units[line.item_id] += line.quantity
    items = master.items(tx, sorted(units))
    book, to = price_book(tx), master.localities(tx, [row.order_id])[row.order_id]
    lane = Lane(
        service, company_of(tx).currency, master.sites(tx)[row.site_id].locality, to, book.on, billed=book.billed
    )
    contents = [(items[item_id], units[item_id]) for item_id in sorted(units)]
    for each in expected_charges(contents, master.cartons(tx), lane):
        yield _told(row, TARIFF, each, service.tariff.currency)


def _told(row: Any, source: str, charge: Charge, currency: str) -> FreightCharge:
    about = (row.fulfilment_id, row.service_id, source)
    return FreightCharge(*about, charge.kind.value, charge.name, charge.basis, charge.minor, currency)
