"""What papers are made of, and the print queue."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from doorstep.storage.transaction import Transaction

_UNITS = (
    "SELECT p.*, l.tracking_number, l.carrier_id, l.service_id, l.document, o.person_ref AS to_ref, o.reference, "
    "s.person_ref AS from_ref, s.name AS site_name, f.departs, f.service_id AS planned_by "
    "FROM parcel p JOIN orders o USING (order_id) JOIN site s ON s.site_id = p.site_id "
    "JOIN fulfilment f USING (fulfilment_id) LEFT JOIN label l ON l.sscc = p.sscc AND l.state = 'bought' "
)


def parcels(tx: Transaction, ssccs: Collection[str]) -> list[Any]:
    """Parcels with their live label, and where person and site are kept that they go between."""
    return tx.rows(f"{_UNITS} WHERE p.sscc = ANY(%s) AND p.state <> 'unpacked' ORDER BY p.sscc", list(ssccs))


def parcels_of_fulfilment(tx: Transaction, fulfilment_id: str) -> list[Any]:
    where = "p.fulfilment_id = %s AND p.state <> 'unpacked'"
    return tx.rows(f"{_UNITS} WHERE {where} ORDER BY p.sscc", fulfilment_id)


def parcels_at_dock(tx: Transaction, site_id: str, carrier_id: str) -> list[Any]:
    """Those of a site with a label of the carrier that wait for it."""
    where = "p.site_id = %s AND p.state = 'packed' AND l.carrier_id = %s"
    return tx.rows(f"{_UNITS} WHERE {where} ORDER BY p.sscc", site_id, carrier_id)


def ssccs_of_order(tx: Transaction, order_id: str) -> list[str]:
    rows = tx.rows("SELECT sscc FROM parcel WHERE order_id = %s AND state <> 'unpacked' ORDER BY sscc", order_id)
    return [row.sscc for row in rows]


def wanted(tx: Transaction, order_id: str) -> dict[str, int]:
    """How many units of each item the order wants altogether, kits as their parts."""
    rows = tx.rows("SELECT item_id, sum(wanted)::int AS wanted FROM demand WHERE order_id = %s GROUP BY 1", order_id)
    return {row.item_id: row.wanted for row in rows}


def document(tx: Transaction, digest: str) -> Any:
    return tx.one("SELECT * FROM document WHERE digest = %s", digest)


def job(tx: Transaction, print_id: str, lock: bool = False) -> Any:
    return tx.one(f"SELECT * FROM print_job WHERE print_id = %s{' FOR UPDATE' if lock else ''}", print_id)


def last_of(tx: Transaction, paper: str, subject: str) -> Any:
    """The newest print of a paper of something, whatever became of it; None where there never was one."""
    return tx.one(
        "SELECT * FROM print_job WHERE paper = %s AND subject = %s ORDER BY print_id DESC LIMIT 1 FOR UPDATE",
        paper,
        subject,
    )


def next_for(tx: Transaction, printer: str) -> Any:
    """What the printer has in hand already, else the oldest that waits for it; None where nothing does."""
    return tx.one(
        "SELECT * FROM print_job WHERE printer = %s AND state IN ('queued', 'taken') "
        "ORDER BY state = 'queued', print_id LIMIT 1 FOR UPDATE",
        printer,
    )


def jobs(tx: Transaction, printer: str, subject: str, at_most: int) -> list[Any]:
    """Prints, newest first; '' for any printer or subject."""
    return tx.rows(
        "SELECT * FROM print_job WHERE (%s = '' OR printer = %s) AND (%s = '' OR subject = %s) "
        "ORDER BY print_id DESC LIMIT %s",
        printer,
        printer,
        subject,
        subject,
        at_most,
    )
