"""What carriers' invoices are audited against, the invoices that were, and claims."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from doorstep.storage.store import Transaction


def invoice(tx: Transaction, carrier_id: str, number: str) -> Any:
    return tx.one("SELECT * FROM invoice WHERE carrier_id = %s AND invoice_number = %s", carrier_id, number)


def labels(
    tx: Transaction, carrier_id: str, numbers: Collection[str], ssccs: Collection[str], references: Collection[str]
) -> list[Any]:
    """A carrier's labels, bought or voided, that are named by tracking number, SSCC, order or the order's reference."""
    return tx.rows(
        "SELECT l.*, o.reference, p.weight_g, p.length_mm, p.width_mm, p.height_mm, p.state AS parcel_state "
        "FROM label l JOIN parcel p USING (sscc) JOIN orders o ON o.order_id = l.order_id "
        "WHERE l.carrier_id = %s AND l.state IN ('bought', 'void_requested', 'voided') AND "
        "(l.tracking_number = ANY(%s) OR l.sscc = ANY(%s) OR l.order_id = ANY(%s) OR o.reference = ANY(%s)) "
        "ORDER BY l.label_id",
        carrier_id,
        list(numbers),
        list(ssccs),
        list(references),
        list(references),
    )


def billed_before(tx: Transaction, label_ids: Collection[str]) -> list[Any]:
    return tx.rows(
        "SELECT label_id, invoice_number, line_no, charges FROM invoice_line WHERE label_id = ANY(%s) "
        "ORDER BY invoice_number, line_no",
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
