"""What carriers' invoices are audited against, the invoices that were, and claims."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from doorstep.storage.queries.floor import OWN_VEHICLES
from doorstep.storage.transaction import Transaction
from doorstep.terms.billing import BillingTerms


def invoice(tx: Transaction, carrier_id: str, number: str) -> Any:
    return tx.one("SELECT * FROM invoice WHERE carrier_id = %s AND invoice_number = %s", carrier_id, number)


def lock_number(tx: Transaction, carrier_id: str, number: str) -> None:
    """Two who bring one invoice follow one another."""
    tx.rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"invoice {carrier_id} {number}")


def line_numbers(tx: Transaction, carrier_id: str, number: str) -> set[int]:
    """The lines of an invoice that were taken."""
    sql = "SELECT line_no FROM invoice_line WHERE carrier_id = %s AND invoice_number = %s"
    return {row.line_no for row in tx.rows(sql, carrier_id, number)}


_LABEL = (
    "SELECT l.*, o.reference, o.area, s.area AS origin, p.site_id, p.weight_g, p.length_mm, p.width_mm, p.height_mm, "
    "p.state AS parcel_state, p.packed_at, p.handed_over_at, p.delivered_at, s.calendar::text AS site_calendar "
)
_FROM = (
    "JOIN parcel p USING (sscc) JOIN orders o ON o.order_id = l.order_id JOIN site s ON s.site_id = p.site_id "
    "WHERE l.state IN ('bought', 'void_requested', 'voided') "
)


def labels(
    tx: Transaction, carrier_id: str, numbers: Collection[str], ssccs: Collection[str], references: Collection[str]
) -> list[Any]:
    """A carrier's labels, bought or voided, that are named by tracking number, SSCC, order or the order's reference.

    With the parcel as it was packed, when it left and came, and the areas it goes between.
    """
    return tx.rows(
        "WITH named AS MATERIALIZED ("
        "SELECT label_id FROM label WHERE carrier_id = %s AND tracking_number = ANY(%s) "
        "UNION SELECT label_id FROM label WHERE sscc = ANY(%s) "
        "UNION SELECT l.label_id FROM label l JOIN parcel p USING (sscc) WHERE p.order_id = ANY(%s) "
        "UNION SELECT l.label_id FROM orders o JOIN parcel p USING (order_id) JOIN label l USING (sscc) "
        "  WHERE o.reference = ANY(%s) AND o.reference <> '') "
        f"{_LABEL} FROM named JOIN label l USING (label_id) {_FROM} AND l.carrier_id = %s ORDER BY l.label_id",
        carrier_id,
        list(numbers),
        list(ssccs),
        list(references),
        list(references),
        carrier_id,
    )


def claimable(tx: Transaction, sscc: str) -> Any:
    """The label a parcel goes by, with the day it was last billed on; None where it has none. The parcel is locked."""
    billed = "(SELECT max(billed_on) FROM invoice_line JOIN invoice USING (carrier_id, invoice_number) "
    return tx.one(
        f"{_LABEL}, {billed} WHERE label_id = l.label_id) AS billed_on FROM label l {_FROM} AND l.sscc = %s "
        "AND l.state <> 'voided' ORDER BY l.label_id DESC LIMIT 1 FOR UPDATE OF p",
        sscc,
    )


_NO_CLAIM = "AND NOT EXISTS (SELECT FROM claim c WHERE c.label_id = l.label_id AND c.kind = %s) "


def not_come(tx: Transaction, at_most: int) -> list[Any]:
    """Labels of parcels that a carrier has, longest first, of which no loss was claimed; with what their goods cost."""
    goods = (
        "(SELECT coalesce(sum(t.quantity * (i.item ->> 'price_minor')::bigint), 0)::bigint FROM parcel_content t "
        "JOIN item i USING (item_id) WHERE t.sscc = l.sscc) AS goods_minor"
    )
    return tx.rows(
        f"{_LABEL}, {goods} FROM label l {_FROM} AND l.state <> 'voided' AND p.state = 'handed_over' {_NO_CLAIM}"
        "ORDER BY coalesce(p.handed_over_at, p.packed_at), l.label_id LIMIT %s FOR UPDATE OF p SKIP LOCKED",
        "loss",
        at_most,
    )


def came_and_billed(tx: Transaction, service_ids: Collection[str], at_most: int) -> list[Any]:
    """Labels of these services that came and were billed, of which no lateness was claimed; the newest first."""
    return tx.rows(
        f"{_LABEL}, b.billed_on, b.invoice_number FROM label l JOIN LATERAL (SELECT v.billed_on, v.invoice_number "
        "  FROM invoice_line JOIN invoice v USING (carrier_id, invoice_number) WHERE label_id = l.label_id "
        "  ORDER BY v.billed_on LIMIT 1) b ON true "
        f"{_FROM} AND l.service_id = ANY(%s) AND p.state = 'delivered' {_NO_CLAIM}"
        "ORDER BY p.delivered_at DESC, l.label_id LIMIT %s",
        list(service_ids),
        "late_refund",
        at_most,
    )


def lost_and_come(tx: Transaction) -> list[Any]:
    """Claims for loss, not answered yet, of parcels that came after all; locked."""
    return tx.rows(
        "SELECT c.* FROM claim c JOIN parcel p USING (sscc) WHERE c.kind = 'loss' AND c.state IN ('open', 'filed') "
        "AND p.state = 'delivered' ORDER BY c.claim_id FOR UPDATE OF c"
    )


def claims_of_label(tx: Transaction, label_id: str, kind: str, states: Collection[str]) -> list[Any]:
    sql = "SELECT * FROM claim WHERE label_id = %s AND kind = %s AND state = ANY(%s) ORDER BY claim_id"
    return tx.rows(sql, label_id, kind, list(states))


def unbilled(tx: Transaction, at_most: int) -> list[Any]:
    """Labels of parcels that left and that nobody billed, longest first, of which nothing was released."""
    return tx.rows(
        f"{_LABEL} FROM label l {_FROM} AND l.state <> 'voided' AND p.state IN ('handed_over', 'delivered') "
        "AND l.cost_minor > 0 AND NOT EXISTS (SELECT FROM invoice_line b WHERE b.label_id = l.label_id) "
        "AND NOT EXISTS (SELECT FROM accrual_release r WHERE r.label_id = l.label_id) "
        f"AND NOT {OWN_VEHICLES} "  # nobody bills them: their route settles them
        "ORDER BY coalesce(p.handed_over_at, p.packed_at), l.label_id LIMIT %s FOR UPDATE OF p SKIP LOCKED",
        at_most,
    )


def released(tx: Transaction, label_ids: Collection[str]) -> dict[str, int]:
    """What is no longer accrued of labels, minor units."""
    rows = tx.rows("SELECT label_id, released_minor FROM accrual_release WHERE label_id = ANY(%s)", list(label_ids))
    return {row.label_id: row.released_minor for row in rows}


def billing_terms(tx: Transaction) -> dict[str, BillingTerms]:
    """What was agreed by carrier, '' with all."""
    rows = tx.rows("SELECT carrier_id, terms::text AS text FROM billing_terms ORDER BY carrier_id")
    return {row.carrier_id: _TERMS.validate_json(row.text) for row in rows}


_TERMS = TypeAdapter(BillingTerms)


def billed_before(tx: Transaction, label_ids: Collection[str]) -> list[Any]:
    return tx.rows(
        "SELECT label_id, invoice_number, line_no, charges, settled_minor FROM invoice_line WHERE label_id = ANY(%s) "
        "AND label_id <> '' ORDER BY invoice_number, line_no",
        list(label_ids),
    )


def lock_claim(tx: Transaction, claim_id: str) -> Any:
    return tx.one("SELECT * FROM claim WHERE claim_id = %s FOR UPDATE", claim_id)


def past_claims(tx: Transaction, today: date) -> list[Any]:
    """Open claims whose last day has passed."""
    return tx.rows("SELECT * FROM claim WHERE state = 'open' AND file_by < %s ORDER BY claim_id FOR UPDATE", today)


def claims(tx: Transaction, state: str, at_most: int) -> list[Any]:
    """Claims, those first that must be filed first; '' for any state."""
    return tx.rows(
        "SELECT * FROM claim WHERE (%s = '' OR state = %s) ORDER BY file_by, claim_id LIMIT %s", state, state, at_most
    )
