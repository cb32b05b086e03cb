"""Taking an import back: whole, in one transaction, and only while nothing was built on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from doorstep.events.imports import ImportMade, ImportUndone
from doorstep.flow.imports.families import FAMILIES
from doorstep.flow.imports.scans import FOR_GOOD
from doorstep.flow.imports.values import BuiltOn, Kind, Work, undo_cause_of
from doorstep.flow.office import Office, Scribe, Who
from doorstep.storage import journal
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why

MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Undone:
    """An import that was taken back: how many things it had created and changed."""

    import_id: str
    kind: str
    file: str
    created: int
    changed: int


def undo_import(office: Office, who: Who, import_id: str) -> Undone | Refusal:
    """Take back all that an import brought. CANNOT_BE_UNDONE, naming the first rows, where anything stands on it."""

    def step(tx: Transaction) -> Undone | Refusal:
        row = tx.one("SELECT * FROM imports WHERE import_id = %s FOR UPDATE", import_id)
        if refusal := _judge(import_id, row):
            return refusal
        work = Work(office, tx, Scribe(who, tx.now, undo_cause_of(import_id)), import_id)
        stands: list[BuiltOn] = []
        for made_id, body in _made(tx, import_id):
            stands += FAMILIES[Kind(row.kind)]().take_back(work, made_id, tuple(reversed(body.effects)))
            if len(stands) > MOST_TOLD:
                break
            tx.flush()
        if stands:
            return _refusal(import_id, stands)
        tx.forget_persons(work.forgotten)
        work.record(ImportUndone(import_id))
        return Undone(import_id, row.kind, row.file, row.created, row.changed)

    return office.store.run(step)


def _judge(import_id: str, row: Any) -> Refusal | None:
    concerns = {"import_id": import_id}
    if row is None:
        return Refusal(Why.UNKNOWN_IMPORT, f"There is no import {import_id}.", concerns)
    if row.undone_at is not None:
        says = f"Import {import_id} was taken back already, {row.undone_at:%Y-%m-%d %H:%M} UTC."
        return Refusal(Why.CANNOT_BE_UNDONE, says, concerns)
    if row.kind == Kind.SCANS:
        return Refusal(Why.CANNOT_BE_UNDONE, FOR_GOOD, concerns)
    return None


def _made(tx: Transaction, import_id: str) -> Iterator[tuple[int, ImportMade]]:
    """The facts of the import, newest first, one at a time."""
    rows = tx.rows(
        "SELECT event_id FROM touched WHERE object_type = 'import' AND object_id = %s AND qualifier = 'made' "
        "ORDER BY event_id DESC",
        import_id,
    )
    for row in rows:
        body = journal.read(tx.one("SELECT * FROM journal WHERE event_id = %s", row.event_id)).entry.fact.body
        if isinstance(body, ImportMade):
            yield row.event_id, body


def _refusal(import_id: str, stands: list[BuiltOn]) -> Refusal:
    told = " ".join(f"Line {one.line}: {one.says}" for one in sorted(stands, key=lambda one: one.line)[:MOST_TOLD])
    more = " There is more." if len(stands) > MOST_TOLD else ""
    says = f"Import {import_id} cannot be taken back, because something was built on it. {told}{more}"
    return Refusal(Why.CANNOT_BE_UNDONE, says, {"import_id": import_id})
