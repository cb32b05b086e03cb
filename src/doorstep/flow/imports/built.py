"""What was built on an import since: facts of the journal that name what it made, and rows that stand on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from doorstep.events.imports import Effect
from doorstep.flow.imports.values import BuiltOn, Work
from doorstep.storage.transaction import Transaction

# Facts of an import that was taken back, and of the taking back, leave a thing as it was before them.
_SINCE = (
    "t.event_id > %s AND NOT starts_with(j.cause, 'undo of import ') AND j.cause <> 'import ' || %s "
    "AND NOT EXISTS (SELECT FROM imports i WHERE i.undone_at IS NOT NULL AND j.cause = 'import ' || i.import_id)"
)
# These say what a thing is; every other fact makes use of it.
_DEFINITIONS = ("ItemDefined", "CustomerDefined", "SupplierDefined", "SiteDefined", "PlaceDefined", "ServiceDefined")
_AS_IT_WAS = (*_DEFINITIONS, "MasterWithdrawn", "InboundChanged")

_PLAINLY = {"defined": "defined again", "by": "named by an order or a delivery", "to": "named by a delivery"}


def named_since(work: Work, made_id: int, object_type: str, object_ids: Collection[str]) -> dict[str, str]:
    """The things among `object_ids` that a fact after `made_id` names, and how the last such fact does.

    Definitions do not count that this import made itself, or that are taken back again.
    """
    rows = work.tx.rows(
        "SELECT DISTINCT ON (t.object_id) t.object_id, t.qualifier, j.recorded_at FROM touched t "
        f"JOIN journal j USING (event_id) WHERE t.object_type = %s AND t.object_id = ANY(%s) AND ({_SINCE} "
        "OR (t.event_id > %s AND NOT j.kind = ANY(%s))) AND j.kind <> 'OrdersImported' "
        "ORDER BY t.object_id, t.event_id DESC",
        object_type,
        list(object_ids),
        made_id,
        work.import_id,
        made_id,
        list(_AS_IT_WAS),
    )
    return {row.object_id: _PLAINLY.get(row.qualifier, row.qualifier) for row in rows}


def moved_since(work: Work, made_id: int, place_id: str, item_id: str, lot: str) -> bool:
    """Whether units of an item (and lot) came into a bin or left it after `made_id`, but for what is taken back."""
    row = work.tx.one(
        "SELECT 1 FROM touched t JOIN journal j USING (event_id) JOIN move m USING (transaction, position) "
        f"WHERE t.object_type = 'item' AND t.object_id = %s AND m.lot = %s AND {_SINCE} "
        "AND m.item_id = t.object_id AND %s IN (m.from_place, m.to_place) LIMIT 1",
        item_id,
        lot,
        made_id,
        work.import_id,
        place_id,
    )
    return row is not None


def used(tx: Transaction, says: str, query: str, object_ids: Iterable[str]) -> dict[str, str]:
    """What stands on each thing by the views: `query` gives rows (object_id, user); `says` is filled in with them."""
    return {row.object_id: says.format(user=row.user) for row in tx.rows(query, list(object_ids))}


def built_on(effects: Iterable[Effect], found: dict[str, str], says: str) -> list[BuiltOn]:
    """A BuiltOn for each effect on a thing that was found; `says` is filled in with its name and how it was found."""
    return [
        BuiltOn(effect.line, effect.object_id, says.format(name=effect.object_id, how=found[effect.object_id]))
        for effect in effects
        if effect.object_id in found
    ]
