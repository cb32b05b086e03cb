"""Customers and suppliers. A changed address is kept under a new reference, so that the old one can be given back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from doorstep.events.envelope import Body, plain
from doorstep.events.master import CustomerDefined, SupplierDefined
from doorstep.flow.imports.definitions import Definitions, Known
from doorstep.flow.imports.values import Work
from doorstep.intake.judge import judge_address
from doorstep.intake.values import CustomerRow, SupplierRow
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.order import Terms
from doorstep.terms.places import Address

_TERMS = TypeAdapter(Terms)


def wrong_address(address: Address | None) -> str:
    """What is wrong with an address; '' where nothing is, or where there is none."""
    found = judge_address(address) if address is not None else []
    return found[0].says if found else ""


def person_of(work: Work, address: Address | None, mine: Known | None) -> str:
    """The reference under which the address lies: the one it has, or a new one. '' where there is none."""
    if mine is not None and mine.value.address == address:
        return str(mine.kept["person_ref"])
    if address is None:
        return ""
    person_ref = work.office.ids.new("per")
    work.tx.keep_person(person_ref, address)
    return person_ref


class Customers(Definitions):
    """Customers, where they are, and the terms agreed with them."""

    object_type = "customer"

    def name_of(self, value: CustomerRow) -> str:
        return value.customer_id

    def known(self, tx: Transaction, values: Sequence[CustomerRow]) -> dict[str, Known]:
        rows = tx.rows(
            "SELECT customer_id, person_ref, terms::text AS text FROM customer WHERE customer_id = ANY(%s)",
            [value.customer_id for value in values],
        )
        where = master.addresses(tx, [row.person_ref for row in rows])
        found = {}
        for row in rows:
            terms = master.terms_of(row.text)
            value = CustomerRow(row.customer_id, where.get(row.person_ref), terms)  # type: ignore[arg-type]
            found[row.customer_id] = Known(value, {"person_ref": row.person_ref, "terms": plain(terms)})
        return found

    def wrong(self, work: Work, value: CustomerRow, mine: Known | None) -> str:
        return wrong_address(value.address)

    def define(self, work: Work, value: CustomerRow, mine: Known | None) -> Known:
        person_ref = person_of(work, value.address, mine)
        work.record(CustomerDefined(value.customer_id, person_ref, value.terms))
        return Known(value, {"person_ref": person_ref, "terms": plain(value.terms)})

    def restored(self, object_id: str, kept: Mapping[str, Any]) -> Body:
        return CustomerDefined(object_id, kept["person_ref"], _TERMS.validate_python(kept["terms"]))

    def persons(self, tx: Transaction, names: Collection[str]) -> dict[str, str]:
        rows = tx.rows("SELECT customer_id, person_ref FROM customer WHERE customer_id = ANY(%s)", list(names))
        return {row.customer_id: row.person_ref for row in rows}


class Suppliers(Definitions):
    """Who brings goods."""

    object_type = "supplier"

    def name_of(self, value: SupplierRow) -> str:
        return value.supplier_id

    def known(self, tx: Transaction, values: Sequence[SupplierRow]) -> dict[str, Known]:
        rows = tx.rows("SELECT * FROM supplier WHERE supplier_id = ANY(%s)", [value.supplier_id for value in values])
        where = master.addresses(tx, [row.person_ref for row in rows])
        return {
            row.supplier_id: Known(
                SupplierRow(row.supplier_id, row.name, where.get(row.person_ref), row.lead_days),
                {"name": row.name, "person_ref": row.person_ref, "lead_days": row.lead_days},
            )
            for row in rows
        }

    def wrong(self, work: Work, value: SupplierRow, mine: Known | None) -> str:
        if value.lead_days is not None and value.lead_days < 0:
            return f"{value.lead_days} days cannot pass between order and delivery."
        return wrong_address(value.address)

    def define(self, work: Work, value: SupplierRow, mine: Known | None) -> Known:
        person_ref = person_of(work, value.address, mine)
        work.record(SupplierDefined(value.supplier_id, value.name, person_ref, value.lead_days))
        return Known(value, {"name": value.name, "person_ref": person_ref, "lead_days": value.lead_days})

    def restored(self, object_id: str, kept: Mapping[str, Any]) -> Body:
        return SupplierDefined(object_id, kept["name"], kept["person_ref"], kept["lead_days"])

    def persons(self, tx: Transaction, names: Collection[str]) -> dict[str, str]:
        rows = tx.rows("SELECT supplier_id, person_ref FROM supplier WHERE supplier_id = ANY(%s)", list(names))
        return {row.supplier_id: row.person_ref for row in rows}
