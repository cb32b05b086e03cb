"""Whether this process could take an order now: the tables are there, and the database takes a write."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.flow.office import Office
from doorstep.storage.queries import master
from doorstep.storage.tables import PERMANENT, VIEWS
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Health:
    """What a probe found. `oldest_due_seconds`: how long the oldest later run has been waiting beyond its time."""

    missing_tables: tuple[str, ...]
    set_up: bool
    oldest_due_seconds: int


def probe(office: Office) -> Health:
    """Write and take back; DatabaseUnavailable where the database does not take it."""

    def step(tx: Transaction) -> Health:
        names = [table.name for metadata in (PERMANENT, VIEWS) for table in metadata.sorted_tables]
        missing = tx.rows("SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL", names)
        if missing:
            return Health(tuple(row.name for row in missing), False, 0)
        tx.answer(f"probe/{tx.id}", b"", "null")
        tx.flush()
        oldest = tx.one("SELECT min(due_at) AS due_at FROM due")
        waits = int((tx.now - oldest.due_at).total_seconds()) if oldest.due_at else 0
        return Health((), master.company(tx) is not None, max(waits, 0))

    told = office.store.run(step, dry_run=True)
    if isinstance(told, Refusal):
        raise TypeError("a probe is not refused")
    return told
