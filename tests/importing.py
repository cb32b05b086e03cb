"""Short words for the tests of imports: a file is what its values are, and its digest is made from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from doorstep.flow.imports.run import About, Imported, run_import
from doorstep.flow.imports.undo import Undone, undo_import
from doorstep.flow.imports.values import CameBack, Given, Kind, Unread
from doorstep.intake.values import PurchaseRow, StockRow
from doorstep.terms.clock import FalseClock
from doorstep.terms.item import Item
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import CLERK, MONDAY, Shop, granted, refused

FRIDAY = datetime(2026, 3, 6, 15, tzinfo=UTC)


def rows_of(values: Sequence[Any], told: Sequence[str] | None = None) -> list[Given | Unread]:
    """The values as the rows of a file with a heading: the first stands in line 2."""
    named = None if told is None else frozenset(told)
    return [
        value if isinstance(value, Unread) else Given(value, line, named, source=f"row {line}")
        for line, value in enumerate(values, 2)
    ]


def about(kind: Kind, values: Sequence[Any]) -> About:
    return About(f"{kind}.csv", hashlib.sha256(repr(values).encode()).hexdigest(), "")


def bring(shop: Shop, kind: Kind, *values: Any, told: Sequence[str] | None = None, **more: Any) -> Imported:
    """Import the values, a second after what came before."""
    shop.later(seconds=1)
    rows = rows_of(values, told)
    return granted(run_import(shop.office, CLERK, kind, lambda: iter(rows), about(kind, values), **more))


def counts(told: Imported) -> tuple[int, int, int, int]:
    """(created, changed, same, bad)."""
    return told.created, told.changed, told.same, told.bad


def no_of(told: Imported, *words: str) -> CameBack:
    """The one row that came back, which must say all these words."""
    (problem,) = told.problems
    for word in words:
        assert word in problem.says, problem
    return problem


def take_back(shop: Shop, told: Imported) -> Undone:
    shop.later(seconds=1)
    return granted(undo_import(shop.office, CLERK, told.import_id))


def stands(shop: Shop, told: Imported, *words: str) -> Refusal:
    """The import cannot be taken back, for what these words say."""
    return refused(undo_import(shop.office, CLERK, told.import_id), Why.CANNOT_BE_UNDONE, *words)


def killed_after(values: Sequence[Any], count: int) -> Iterator[Given | Unread]:
    """A file whose reader is killed when it comes to the row after `count`."""
    yield from rows_of(values)[:count]
    raise KilledError


class KilledError(Exception):
    """The process ended here."""


MASTER = ("item", "customer", "supplier", "site", "place", "service", "balance", "pool", "unit", "inbound", "hold")


def views(shop: Shop, *names: str) -> dict[str, list[Any]]:
    """The rows of the views: of stock what stands in places, so that an empty bin is as one that was never used, and
    how often it was looked at or moved, which nobody takes back, is left out.
    """
    found = {}
    for name in names or MASTER:
        where = {"balance": " WHERE physical AND on_hand <> 0", "pool": " WHERE on_hand <> 0"}.get(name, "")
        columns = "place_id, item_id, lot, on_hand, held" if name == "balance" else "*"
        found[name] = sorted(shop.rows(f"SELECT {columns} FROM {name}{where}"), key=repr)
    return found


def cup(name: str = "CUP", **more: Any) -> Item:
    return Item(name, more.pop("description", "Espresso cup"), **more)


def stock(quantity: int, item_id: str = "MUG", place_id: str = "CS/A-01", **more: Any) -> StockRow:
    return StockRow(place_id, item_id, quantity, **more)


def purchase(quantity: int, line_no: int = 1, due_at: datetime = FRIDAY, item_id: str = "MUG") -> PurchaseRow:
    return PurchaseRow("PO-7", line_no, "potter", "CS", item_id, quantity, due_at)


def monday() -> FalseClock:
    return FalseClock(MONDAY)
