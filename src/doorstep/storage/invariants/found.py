"""How an invariant tells what it found."""

from __future__ import annotations

from typing import Any

from doorstep.storage.transaction import Transaction

MOST = 100  # of one kind of violation: more would not help whoever reads them


def found(tx: Transaction, says: str, sql: str, *parameters: Any) -> list[str]:
    """One sentence for each row of a query that finds violations; `says` is filled in with the row's columns."""
    rows = tx.rows(f"{sql} LIMIT {MOST}", *parameters)
    return [says.format(**row._asdict()) for row in rows]
