"""Items: what the catalogue may say of them, and what may no longer change once there is stock of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from doorstep.events.envelope import Body, plain
from doorstep.events.master import ItemDefined
from doorstep.flow.imports.definitions import Definitions, Known
from doorstep.flow.imports.values import Given, Work
from doorstep.flow.master import wrong_with
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.item import Item

_ITEM = TypeAdapter(Item)

_BUSY = (
    "SELECT 1 AS stock FROM balance WHERE item_id = %s AND physical AND on_hand > 0 "
    "UNION ALL SELECT 1 FROM inbound WHERE item_id = %s AND expected > received "
    "UNION ALL SELECT 1 FROM order_line l JOIN demand d USING (order_id, line_no) "
    "WHERE %s IN (l.item_id, d.item_id) AND d.waiting + d.held + d.picked > 0 LIMIT 1"
)
_KITS_OF = (
    "SELECT part->>'item_id' AS object_id, kit.item_id AS user FROM item kit, "
    "jsonb_array_elements(kit.item->'parts') AS p (part) WHERE part->>'item_id' = ANY(%s) ORDER BY 1, 2"
)


class Items(Definitions):
    """Items of the catalogue. Kits of a chunk are judged after its other items, which may be their parts."""

    object_type = "item"

    def __init__(self) -> None:
        self._known: dict[str, Item] = {}

    def name_of(self, value: Item) -> str:
        return value.item_id

    def order_of_work(self, rows: Sequence[Given]) -> Sequence[Given]:
        return sorted(rows, key=lambda given: bool(given.value.parts))

    def known(self, tx: Transaction, values: Sequence[Item]) -> dict[str, Known]:
        names = {item.item_id for item in values} | {part.item_id for item in values for part in item.parts}
        self._known = master.items(tx, names)
        return {name: Known(item, plain(item)) for name, item in self._known.items()}

    def wrong(self, work: Work, value: Item, mine: Known | None) -> str:
        if wrong := wrong_with(value, self._known):
            return f"Item {value.item_id}: {wrong}."
        if mine is None:
            return ""
        was: Item = mine.value
        if value.parts and not was.parts and (kit := work.tx.one(_KITS_OF, [value.item_id])):
            return f"Item {value.item_id}: it is a part of {kit.user}, so it cannot be a kit itself."
        if (value.tracking, value.parts) != (was.tracking, was.parts):
            what = "tracking" if value.tracking is not was.tracking else "parts"
            if work.tx.one(_BUSY, value.item_id, value.item_id, value.item_id):
                return f"Item {value.item_id}: its {what} cannot change while there is stock of it or an open order."
        return ""

    def define(self, work: Work, value: Item, mine: Known | None) -> Known:
        work.record(ItemDefined(value))
        self._known[value.item_id] = value
        return Known(value, plain(value))

    def restored(self, object_id: str, kept: Mapping[str, Any]) -> Body:
        return ItemDefined(_ITEM.validate_python(kept))

    def used(self, tx: Transaction, created: Collection[str], with_them: Collection[str]) -> dict[str, str]:
        rows = tx.rows(_KITS_OF, list(created))
        return {row.object_id: f"{row.user} is made of it." for row in rows if row.user not in with_them}
