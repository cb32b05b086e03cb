"""Replies that are kept under their keys: which requests were answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from doorstep.storage.transaction import Transaction


def by_key(tx: Transaction, keys: Collection[str]) -> dict[str, bytes]:
    """The hashes of the requests that were answered under these keys."""
    rows = tx.rows("SELECT key, request_hash FROM reply WHERE key = ANY(%s)", list(keys))
    return {row.key: bytes(row.request_hash) for row in rows}


def hashes_under(tx: Transaction, beginnings: Collection[str]) -> Counter[tuple[str, bytes]]:
    """How many requests of each hash were answered under keys that begin so, by beginning and hash."""
    rows = tx.rows(
        "SELECT b, request_hash, count(*)::int AS times FROM unnest(%s::text[]) AS u (b) "
        "JOIN reply ON starts_with(key, b) GROUP BY 1, 2",
        list(beginnings),
    )
    return Counter({(row.b, bytes(row.request_hash)): row.times for row in rows})
