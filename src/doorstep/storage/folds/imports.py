"""Imports: counts add up over the facts of one import; references of orders are known until they are forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import imports
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def import_made(body: imports.ImportMade, entry: Entry, changes: Changes) -> None:
    counts = {name: getattr(body, name) for name in ("good", "bad", "created", "changed", "same")}
    about = {name: getattr(body, name) for name in ("kind", "file", "file_digest", "map_digest")}
    made_at = entry.fact.occurred_at
    changes.add(tables.imports, (body.import_id,), counts, {**about, "made_at": made_at})
    if body.last:
        changes.set(tables.imports, (body.import_id,), ended_at=made_at)


def orders_imported(body: imports.OrdersImported, _: Entry, changes: Changes) -> None:
    for order in body.orders:
        changes.replace(
            tables.imported_order,
            customer_id=order.customer_id,
            reference=order.reference,
            order_id=order.order_id,
            import_id=body.import_id,
            digest=order.digest,
        )


def orders_forgotten(body: imports.OrdersForgotten, _: Entry, changes: Changes) -> None:
    for order in body.orders:
        changes.remove(tables.imported_order, (order.customer_id, order.reference))


def import_undone(body: imports.ImportUndone, entry: Entry, changes: Changes) -> None:
    changes.set(tables.imports, (body.import_id,), undone_at=entry.fact.occurred_at)


def map_remembered(body: imports.MapRemembered, _: Entry, changes: Changes) -> None:
    changes.replace(tables.import_map, kind=body.kind, fingerprint=body.fingerprint, text=body.text)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    imports.ImportMade: import_made,
    imports.OrdersImported: orders_imported,
    imports.OrdersForgotten: orders_forgotten,
    imports.ImportUndone: import_undone,
    imports.MapRemembered: map_remembered,
}
