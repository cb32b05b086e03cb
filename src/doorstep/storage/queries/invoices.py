"""What carriers' invoices are audited against, the invoices that were, and claims."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from doorstep.storage.store import Transaction


def invoice(tx: Transaction, carrier_id: str, number: str) -> Any:
    return tx.one("SELECT * FROM invoice WHERE carrier_id = %s AND invoice_number = %s", carrier_id, number)


def lock_number(tx: Transaction, carrier_id: str, number: str) -> None:
    """Two who bring one invoice follow one another."""
    tx.rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"invoice {carrier_id} {number}")


def line_numbers(tx: Transaction, carrier_id: str, number: str) -> set[int]:
    """The lines of an invoice that were taken."""
    sql = "SELECT line_no FROM invoice_line WHERE carrier_id = %s AND invoice_number = %s"
    return {row.line_no for row in tx.rows(sql, carrier_id, number)}


def labels(
    tx: Transaction, carrier_id: str, numbers: Collection[str], ssccs: Collection[str], references: Collection[str]
) -> list[Any]:
    """A carrier's labels, bought or voided, that are named by tracking number, SSCC, order or the order's reference.

    With the parcel as it was packed, and the areas it goes between.
    """
    return tx.rows(
        "WITH named AS MATERIALIZED ("
        "SELECT label_id FROM label WHERE carrier_id = %s AND tracking_number = ANY(%s) "
        "UNION SELECT label_id FROM label WHERE sscc = ANY(%s) "
        "UNION SELECT l.label_id FROM label l JOIN parcel p USING (sscc) WHERE p.order_id = ANY(%s) "
        "UNION SELECT l.label_id FROM orders o JOIN parcel p USING (order_id) JOIN label l USING (sscc) "
        "  WHERE o.reference = ANY(%s) AND o.reference <> '') "
        "SELECT l.*, o.reference, o.area, s.area AS origin, p.weight_g, p.length_mm, p.width_mm, p.height_mm, "
        "p.state AS parcel_state, p.handed_over_at, p.delivered_at, s.calendar::text AS site_calendar "
        "FROM named JOIN label l USING (label_id) JOIN parcel p USING (sscc) "
        "JOIN orders o ON o.order_id = l.order_id JOIN site s ON s.site_id = p.site_id "
        "WHERE l.carrier_id = %s AND l.state IN ('bought', 'void_requested', 'voided') ORDER BY l.label_id",
        carrier_id,
        list(numbers),
        list(ssccs),
        list(references),
        list(references),
        carrier_id,
    )


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
