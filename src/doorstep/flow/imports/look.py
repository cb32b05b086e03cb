"""Imports as they stand, and the maps remembered for files of one shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.events.imports import MapRemembered
from doorstep.flow.imports.values import Kind
from doorstep.flow.office import Office, Scribe, Who
from doorstep.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import. `ended_at` None: it runs, or was killed and can be started again."""

    import_id: str
    kind: str
    file: str
    good: int
    bad: int
    created: int
    changed: int
    same: int
    made_at: datetime
    ended_at: datetime | None
    undone_at: datetime | None


def imports(office: Office, at_most: int = 50) -> list[ImportView]:
    """The imports that recorded anything, newest first."""
    with office.store.reading() as tx:
        rows = tx.rows(
            "SELECT import_id, kind, file, good, bad, created, changed, same, made_at, ended_at, undone_at "
            "FROM imports ORDER BY made_at DESC, import_id DESC LIMIT %s",
            at_most,
        )
    return [ImportView(**row._asdict()) for row in rows]


def remembered_map(office: Office, kind: Kind, fingerprint: str) -> str | None:
    """The text of the map that read the last file of this kind and shape; None where there was none."""
    with office.store.reading() as tx:
        row = tx.one("SELECT text FROM import_map WHERE kind = %s AND fingerprint = %s", str(kind), fingerprint)
    return row.text if row else None


def remember_map(office: Office, who: Who, kind: Kind, fingerprint: str, text: str) -> bool:
    """Read files of this kind and shape by this map from now on; False where that is known already."""

    def step(tx: Transaction) -> bool:
        row = tx.one("SELECT text FROM import_map WHERE kind = %s AND fingerprint = %s", str(kind), fingerprint)
        if row and row.text == text:
            return False
        tx.record(Scribe(who, tx.now)(MapRemembered(str(kind), fingerprint, text)))
        return True

    return office.store.run(step) is True
