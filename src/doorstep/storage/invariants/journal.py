"""The journal and what hangs on it: the chain, the views, the replies, exact numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from doorstep.events.envelope import GENESIS, chain, digest
from doorstep.storage import journal, schema
from doorstep.storage.invariants.found import MOST, found
from doorstep.storage.store import SCHEMA
from doorstep.storage.transaction import Transaction

_BATCH = 2_000


def inv_09(tx: Transaction) -> list[str]:
    """Nothing sealed was changed, taken out or put in: numbers 1, 2, 3 ..., digests and chain recomputed from the rows.

    Every journal row is sealed or waits to be, not both, and the index of touched objects says what the rows say.
    """
    return [*_broken_links(tx), *_strays(tx), *_touched_unlike_journal(tx)]


def _broken_links(tx: Transaction) -> list[str]:
    said: list[str] = []
    wanted, link = 1, GENESIS
    for row in _sealed(tx):
        if row.seq != wanted:
            said.append(f"The sealed log goes from {wanted - 1} to {row.seq}.")
        if _digest_of(row) != row.sealed_digest or row.digest != row.sealed_digest:
            said.append(f"Event {row.event_id}, sealed as {row.seq}, is not as it was when it was sealed.")
        if chain(link, row.seq, row.event_id, row.sealed_digest) != row.chain:
            said.append(f"The chain is broken at {row.seq}.")
        wanted, link = row.seq + 1, row.chain
        if len(said) >= MOST:
            break
    return said


def _sealed(tx: Transaction) -> Iterator[Any]:
    after = 0
    while rows := tx.rows(
        "SELECT s.seq, s.chain, s.digest AS sealed_digest, j.* FROM sealed s JOIN journal j USING (event_id) "
        "WHERE s.seq > %s ORDER BY s.seq LIMIT %s",
        after,
        _BATCH,
    ):
        yield from rows
        after = rows[-1].seq


def _digest_of(row: Any) -> bytes | None:
    try:
        return digest(journal.canonical_of(row))
    except TypeError:  # holds what was never written: canonical bytes have no floats
        return None


def _strays(tx: Transaction) -> list[str]:
    return [
        *found(
            tx,
            "Event {event_id} is neither sealed nor waiting to be.",
            # Joins, because NOT IN over a large log is looked up row by row.
            "SELECT event_id FROM journal LEFT JOIN sealed USING (event_id) LEFT JOIN unsealed u USING (event_id) "
            "WHERE sealed.seq IS NULL AND u.event_id IS NULL ORDER BY event_id",
        ),
        *found(
            tx,
            "Event {event_id} is sealed, and waits to be.",
            "SELECT event_id FROM sealed JOIN unsealed USING (event_id) ORDER BY event_id",
        ),
        *found(
            tx,
            "Event {event_id} is {log} and not in the journal.",
            "SELECT event_id, log FROM (SELECT event_id, 'sealed' AS log FROM sealed "
            "UNION ALL SELECT event_id, 'waiting to be sealed' FROM unsealed) logs "
            "LEFT JOIN journal j USING (event_id) WHERE j.kind IS NULL ORDER BY event_id",
        ),
    ]


def _touched_unlike_journal(tx: Transaction) -> list[str]:
    return found(
        tx,
        "Event {event_id} touches {object_type} {object_id} as {qualifier!r} only by {side}.",
        """
        SELECT object_type, object_id, event_id, qualifier,
            CASE WHEN bool_or(told) THEN 'the journal' ELSE 'the index' END AS side
        FROM (
            SELECT t.touch->>0 AS object_type, t.touch->>1 AS object_id, event_id, t.touch->>2 AS qualifier,
                true AS told
            FROM journal, jsonb_array_elements(objects) AS t (touch)
            UNION ALL
            SELECT object_type, object_id, event_id, qualifier, false FROM touched
        ) both_sides
        GROUP BY object_type, object_id, event_id, qualifier HAVING bool_and(told) = bool_or(told)
        ORDER BY event_id, object_type, object_id
        """,
    )


def inv_10(tx: Transaction) -> list[str]:
    """The views are what the journal makes of them: a rebuild beside them has the same rows, table by table."""
    return schema.differences_in(tx.connection, MOST)


def inv_13(tx: Transaction) -> list[str]:
    """Every reply can be given again and told from another request's: a digest of 32 bytes, one answer or one no."""
    return found(
        tx,
        "The reply kept under {key!r} cannot be given again.",
        "SELECT key FROM reply WHERE octet_length(request_hash) <> 32 OR jsonb_typeof(answer) <> 'object' "
        "OR (answer ? 'answer') = (answer ? 'refused' AND answer ? 'says' AND answer ? 'concerns') ORDER BY key",
    )


def inv_14(tx: Transaction, keys: Collection[str] = (), order_ids: Collection[str] = ()) -> list[str]:
    """Every write that was acknowledged is there: replies under `keys`, orders with their facts under `order_ids`.

    Without them it proves that no transaction is there in part: its facts are numbered 0, 1, 2 ...
    """
    return [
        *found(
            tx,
            "The reply acknowledged under {key!r} is lost.",
            "SELECT key FROM unnest(%s::text[]) AS asked (key) "
            "WHERE NOT EXISTS (SELECT FROM reply r WHERE r.key = asked.key) ORDER BY key",
            list(keys),
        ),
        *found(
            tx,
            "The acknowledged order {order_id} is lost.",
            "SELECT order_id FROM unnest(%s::text[]) AS asked (order_id) "
            "WHERE NOT EXISTS (SELECT FROM orders o WHERE o.order_id = asked.order_id) "
            "OR NOT EXISTS (SELECT FROM touched t WHERE t.object_type = 'order' AND t.object_id = asked.order_id "
            "AND t.qualifier = 'placed') ORDER BY order_id",
            list(order_ids),
        ),
        *found(
            tx,
            "{transaction} is there in part: {facts} facts, the last one numbered {last}.",
            "SELECT transaction, count(*) AS facts, max(position) AS last FROM journal GROUP BY transaction "
            "HAVING min(position) <> 0 OR max(position) <> count(*) - 1 "
            "OR count(DISTINCT position) <> count(*) ORDER BY transaction",
        ),
    ]


def inv_16(tx: Transaction) -> list[str]:
    """Numbers are exact: no fraction in any stored document, no column of a type that rounds."""
    # What is left of a document without its strings has a point only in a number. Taking them out is dear: first it is
    # asked whether anything looks like such a number, which a string may as well.
    fraction = (
        r"CASE WHEN {0}::text ~ '(^|\[|[:,] )-?[0-9]+\.[0-9]' "
        r"THEN regexp_replace({0}::text, '\"(\\.|[^\"\\])*\"', '', 'g') ~ '[0-9]\.[0-9]' ELSE false END"
    )
    documents = (("journal", "event_id", "body"), ("reply", "key", "answer"), ("due", "due_id", "arguments"))
    inexact = [
        violation
        for table, key, column in documents
        for violation in found(
            tx,
            f"The {column} of {table} {{key}} holds a number with a fraction.",
            f"SELECT {key} AS key FROM {table} WHERE {fraction.format(column)} ORDER BY {key}",
        )
    ]
    return inexact + found(
        tx,
        "{table_name}.{column_name} is {data_type}, which rounds.",
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = %s "
        "AND data_type IN ('real', 'double precision', 'numeric', 'money') ORDER BY table_name, column_name",
        SCHEMA,
    )
