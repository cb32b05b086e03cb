"""What stock and room are worth, and what the runs came to that found it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from doorstep.storage.transaction import Query, Transaction


def prices_query(item_ids: Collection[str], today: date) -> Query:
    """Prices of these items, and of all sites' days from today on."""
    return (
        "SELECT site_id, item_id, inbound_id, day, minor FROM scarce_price WHERE minor > 0 "
        "AND (item_id = ANY(%s) OR (item_id = '' AND day >= %s)) ORDER BY site_id, item_id, inbound_id, day",
        sorted(item_ids),
        today.isoformat(),
    )


def day_of(row: Any) -> date | None:
    return date.fromisoformat(row.day) if row.day else None


VERSIONS: Query = (
    "SELECT (SELECT md5(goals::text) FROM goals) AS goals, "
    "(SELECT md5(string_agg(service_id || fingerprint, ',' ORDER BY service_id)) FROM service) AS services, "
    "(SELECT md5(string_agg(carton::text, ',' ORDER BY carton_id)) FROM carton) AS cartons, "
    "(SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM transit t) AS transits, "
    "(SELECT md5(string_agg(h::text, ',' ORDER BY site_id)) FROM handling h) AS handling",
)


def versions(tx: Transaction) -> tuple[tuple[str, str], ...]:
    """What plans rest on beside orders and stock, each with the digest of all of it."""
    row = tx.one(*VERSIONS)
    names = ("goals", "services", "cartons", "transits", "handling")
    return tuple((name, (getattr(row, name) or "")[:12]) for name in names)


def run(tx: Transaction, plan_id: str) -> Any:
    return tx.one("SELECT * FROM planning_run WHERE plan_id = %s", plan_id)
