"""The envelope every fact travels in, its canonical bytes and its digest.

The fields are EPCIS's what, when, where, why and how, and OCEL 2.0's event-to-object relation: exports only rename.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar, NamedTuple

import orjson

from doorstep.events.steps import Step
from doorstep.terms.clock import in_utc, stamp


class Touch(NamedTuple):
    """One object an event touched, and as what."""

    object_type: str
    object_id: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Body:
    """What a kind of event says. A subclass is one kind; its name is the kind's name in the journal.

    `VERSION` goes up when the fields change, and an upcaster is then registered for the old one.
    """

    VERSION: ClassVar[int] = 1
    STEP: ClassVar[Step]
    BUSINESS_STEP: ClassVar[str] = ""  # EPCIS CBV, where it has a word for it
    DISPOSITION: ClassVar[str] = ""  # EPCIS CBV

    def touches(self) -> tuple[Touch, ...]:
        """The objects this event is about."""
        raise TypeError(f"{type(self).__name__} does not say what it touches")


@dataclass(frozen=True, slots=True)
class Fact:
    """A body with who, when, where and why. `occurred_at` is when it happened, whenever it was written down.

    A fact of a step that takes time carries `started_at`, `completed_at` and the `resource` (person, bench, truck).
    """

    body: Body
    occurred_at: datetime
    actor: str
    department: str
    started_at: datetime | None = None
    completed_at: datetime | None = None
    resource: str = ""
    site: str = ""
    place: str = ""
    cause: str = ""

    @property
    def kind(self) -> str:
        return type(self.body).__name__


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as the journal holds it: `transaction` is shared by all facts of one step, `position` counts them."""

    fact: Fact
    recorded_at: datetime
    transaction: str
    position: int

    def header(self) -> dict[str, Any]:
        """The columns of the journal, body and objects apart."""
        fact, body = self.fact, self.fact.body
        return {
            "transaction": self.transaction,
            "position": self.position,
            "kind": fact.kind,
            "version": body.VERSION,
            "occurred_at": in_utc(fact.occurred_at),
            "recorded_at": in_utc(self.recorded_at),
            "actor": fact.actor,
            "department": fact.department,
            "step": str(body.STEP),
            "started_at": fact.started_at and in_utc(fact.started_at),
            "completed_at": fact.completed_at and in_utc(fact.completed_at),
            "resource": fact.resource,
            "site": fact.site,
            "place": fact.place,
            "business_step": body.BUSINESS_STEP,
            "disposition": body.DISPOSITION,
            "cause": fact.cause,
        }


def canonical(header: Mapping[str, Any], objects: list[list[str]], body: Any) -> bytes:
    """The bytes a digest is taken over: JSON, keys sorted, no white space, instants by `stamp`, no floats.

    `body` is plain already, as `plain` makes it or jsonb keeps it.
    """
    return spelt({**plain(header), "objects": objects, "body": body}, sort_keys=True)


def spelt(plainly: Any, *, sort_keys: bool = False) -> bytes:
    """A plain value as JSON without white space, in UTF-8."""
    try:
        return orjson.dumps(plainly, option=orjson.OPT_SORT_KEYS if sort_keys else None)
    except orjson.JSONEncodeError:
        # A number beyond 64 bits, as bad input may hold: spelt the same, only slower.
        return json.dumps(
            plainly, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()


def digest(canonical_bytes: bytes) -> bytes:
    return hashlib.sha256(canonical_bytes).digest()


def chain(previous: bytes, seq: int, event_id: int, event_digest: bytes) -> bytes:
    """The seal of an event: over the seal before it, its place in the sealed log, its id and its digest."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + event_id.to_bytes(8, "big") + event_digest).digest()


GENESIS = hashlib.sha256(b"doorstep journal").digest()


def plain(value: Any) -> Any:
    """A value as JSON holds it: dataclasses and mappings to objects, sets sorted, times to text. Floats are refused."""
    kind = type(value)
    make = _MAKERS.get(kind)
    if make is None:
        make = _MAKERS[kind] = _maker(kind, value)
    return make(value)


def _maker(kind: type, value: Any) -> Callable[[Any], Any]:
    """How values of exactly this type become plain; found once per type, because every fact passes here."""
    if issubclass(kind, bool | int):
        return int if kind is not bool and kind is not int else _as_it_is
    if issubclass(kind, str):
        return str
    if issubclass(kind, datetime):
        return stamp
    if issubclass(kind, date | time):
        return kind.isoformat
    if is_dataclass(value):
        return _fields_of(kind)
    if issubclass(kind, Mapping):
        return lambda mapping: {
            str(key): inner if type(inner) in _SCALARS else plain(inner) for key, inner in mapping.items()
        }
    if issubclass(kind, list | tuple):  # a NamedTuple travels as a list
        return lambda several: [plain(inner) for inner in several]
    if issubclass(kind, set | frozenset):
        return lambda several: sorted(plain(inner) for inner in several)
    raise TypeError(f"{value!r} of type {kind.__name__} has no place in the journal")


def _fields_of(kind: type) -> Callable[[Any], Any]:
    names = tuple(field.name for field in fields(kind))

    def of(value: Any) -> dict[str, Any]:
        plainly = {}
        for name in names:
            inner = getattr(value, name)
            plainly[name] = inner if type(inner) in _SCALARS else plain(inner)
        return plainly

    return of


def _as_it_is(value: Any) -> Any:
    return value


_SCALARS: frozenset[type] = frozenset({str, int, bool, type(None)})
_MAKERS: dict[type, Callable[[Any], Any]] = dict.fromkeys(_SCALARS, _as_it_is)
