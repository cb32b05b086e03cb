"""Imports: what a file brought, what was taken back again, and which map reads files of which shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step


@dataclass(frozen=True, slots=True)
class Effect:
    """What the row at `line` of the file came to: it created the object, or changed it from what it was `before`.

    `before` holds a definition as the journal keeps one, no personal data: only a reference to it.
    """

    line: int
    object_type: str
    object_id: str
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ImportMade(Body):
    """Some rows of a file were booked. A long file is booked by several of these under one import_id.

    Counts are of the rows read since the one before it; `last` says that the file is at its end. Digests are SHA-256
    in hexadecimal, of the file's bytes and of the map's text.
    """

    STEP: ClassVar[Step] = Step.DEFINE
    import_id: str
    kind: str
    file: str
    file_digest: str
    map_digest: str
    good: int
    bad: int
    created: int
    changed: int
    same: int
    effects: tuple[Effect, ...]
    last: bool = False

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("import", self.import_id, "made"),)


@dataclass(frozen=True, slots=True)
class ImportedOrder:
    """An order that came by an import. The digest is of the order as its rows told it."""

    customer_id: str
    reference: str
    order_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class OrdersImported(Body):
    """These orders were placed by an import: the same reference in a later file is the same order."""

    STEP: ClassVar[Step] = Step.PROMISE
    import_id: str
    orders: tuple[ImportedOrder, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("import", self.import_id, "of"),
            *(Touch("order", order.order_id, "imported") for order in self.orders),
        )


@dataclass(frozen=True, slots=True)
class OrdersForgotten(Body):
    """These orders of an import were taken back: their references are free for another file."""

    STEP: ClassVar[Step] = Step.CHANGE
    import_id: str
    orders: tuple[ImportedOrder, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("import", self.import_id, "of"),
            *(Touch("order", order.order_id, "taken back") for order in self.orders),
        )


@dataclass(frozen=True, slots=True)
class ImportUndone(Body):
    """All that an import brought was taken back, in this transaction."""

    STEP: ClassVar[Step] = Step.DEFINE
    import_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("import", self.import_id, "undone"),)


@dataclass(frozen=True, slots=True)
class MapRemembered(Body):
    """Files of this kind and shape (`fingerprint`) are read by this map, a TOML text, unless another one is given."""

    STEP: ClassVar[Step] = Step.DEFINE
    kind: str
    fingerprint: str
    text: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("map", f"{self.kind}/{self.fingerprint}", "remembered"),)
