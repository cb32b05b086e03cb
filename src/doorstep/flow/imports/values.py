"""What an import is given, row by row, and what it makes of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from doorstep.events.envelope import Body, Fact
from doorstep.events.imports import Effect
from doorstep.flow.imports.compare import Difference
from doorstep.flow.office import Office, Scribe
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal


class Kind(StrEnum):
    """What a file can bring."""

    ITEMS = "items"
    SITES = "sites"
    PLACES = "places"
    STOCK = "stock"
    CUSTOMERS = "customers"
    SUPPLIERS = "suppliers"
    PURCHASE_ORDERS = "purchase_orders"
    ORDERS = "orders"
    TARIFFS = "tariffs"
    SCANS = "scans"


class Verdict(StrEnum):
    """What becomes of a row."""

    REFUSED = "refused"
    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Given:
    """A row, or a group of rows, as a value; `line` is where it (or its first row) stands in the file.

    `told` are the fields that the file speaks of, dotted where they lie inside another (`address.city`); what it does
    not speak of stays as it is known. None: all of them. `source` is handed back with a refusal, whatever it is.
    `number` counts the rows of a chunk.
    """

    value: Any
    line: int = 0
    told: frozenset[str] | None = None
    source: Any = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be read: where, and what is wrong. `column` is '' where it is the row as a whole."""

    line: int
    says: str
    column: str = ""
    source: Any = None


@dataclass(frozen=True, slots=True)
class CameBack:
    """A row that was refused, by whoever read it or by the business."""

    line: int
    column: str
    says: str
    source: Any = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one row. `note` tells what is worth knowing of a row that went in."""

    given: Given
    verdict: Verdict
    object_id: str = ""
    differences: tuple[Difference, ...] = ()
    says: str = ""
    note: str = ""
    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class BuiltOn:
    """Why the effect of a row cannot be taken back."""

    line: int
    object_id: str
    says: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """An import of the very same file that came to its end and stands: its number, and the number of its last fact."""

    import_id: str
    made_id: int


@dataclass(slots=True)
class Work:
    """One chunk being booked, or taken back: the open transaction and who acts, with the import as the cause."""

    office: Office
    tx: Transaction
    scribe: Scribe
    import_id: str
    earlier: Earlier | None = None  # where it is not meant to be booked once more
    forgotten: list[str] = field(default_factory=list)  # persons nothing refers to any more

    def record(self, *bodies: Body) -> None:
        facts: list[Fact] = [self.scribe(body) for body in bodies]
        self.tx.record(*facts)


def cause_of(import_id: str) -> str:
    """The cause of every fact that an import records."""
    return f"import {import_id}"


def undo_cause_of(import_id: str) -> str:
    """The cause of every fact that takes an import back."""
    return f"undo of import {import_id}"


def refused(given: Given, why: str | Refusal, object_id: str = "") -> Judged:
    says = why.says if isinstance(why, Refusal) else why
    return Judged(given, Verdict.REFUSED, object_id, says=says)


def same(given: Given, object_id: str) -> Judged:
    return Judged(given, Verdict.SAME, object_id)


def created(given: Given, object_type: str, object_id: str, note: str = "") -> Judged:
    effect = Effect(given.line, object_type, object_id)
    return Judged(given, Verdict.CREATED, object_id, note=note, effect=effect)


def changed(
    given: Given, object_type: str, object_id: str, differences: Sequence[Difference], before: dict[str, Any]
) -> Judged:
    effect = Effect(given.line, object_type, object_id, before)
    return Judged(given, Verdict.CHANGED, object_id, tuple(differences), effect=effect)
