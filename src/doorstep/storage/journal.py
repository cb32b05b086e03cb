"""The journal: facts are appended and never changed; one sealer puts them in one order and chains their digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from doorstep.events.envelope import GENESIS, Entry, Fact, canonical, chain, digest, plain, spelt
from doorstep.events.registry import REGISTRY
from doorstep.storage.arrays import array
from doorstep.storage.changes import Statement

_COLUMNS = {
    "transaction": "text",
    "position": "integer",
    "kind": "text",
    "version": "smallint",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "actor": "text",
    "department": "text",
    "step": "text",
    "started_at": "timestamptz",
    "completed_at": "timestamptz",
    "resource": "text",
    "site": "text",
    "place": "text",
    "business_step": "text",
    "disposition": "text",
    "cause": "text",
    "objects": "text",
    "body": "text",
    "digest": "bytea",
}
_JSON = ("objects", "body")
_TOUCHED = ("text", "integer", "text", "text", "text")  # transaction, position, and the object it touched

# One statement: the rows get their ids in the order of their positions, after every lock of the transaction was taken
# (it runs last), and are marked unsealed; what they touched is filed under the same ids. Arrays go binary (%b): as text
# the driver would escape their every quote.
_APPEND = f"""
WITH appended AS (
    INSERT INTO journal ({", ".join(_COLUMNS)})
    SELECT {", ".join(f"{name}::jsonb" if name in _JSON else name for name in _COLUMNS)}
    FROM unnest({", ".join(f"%b::{kind}[]" for kind in _COLUMNS.values())}) AS d ({", ".join(_COLUMNS)})
    ORDER BY position
    RETURNING event_id, transaction, position
), marked AS (
    INSERT INTO unsealed SELECT event_id FROM appended
)
INSERT INTO touched (object_type, object_id, event_id, qualifier)
SELECT o.object_type, o.object_id, appended.event_id, o.qualifier
FROM unnest({", ".join(f"%b::{kind}[]" for kind in _TOUCHED)})
    AS o (transaction, position, object_type, object_id, qualifier)
JOIN appended USING (transaction, position)
"""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it lies in the journal."""

    event_id: int
    entry: Entry


def append(entries: Sequence[Entry]) -> Statement:
    """The statement that appends the entries; run it after every other statement of the transaction."""
    rows, touches = [], []
    for entry in entries:
        header, body, touched = entry.header(), plain(entry.fact.body), entry.fact.body.touches()
        objects = [list(touch) for touch in touched]
        row = {
            **header,
            "objects": spelt(objects).decode(),
            "body": spelt(body).decode(),
        }
        row["digest"] = digest(canonical(header, objects, body))
        rows.append(row)
        touches += [(entry.transaction, entry.position, *touch) for touch in dict.fromkeys(touched)]
    arrays = [array(kind, (row[name] for row in rows)) for name, kind in _COLUMNS.items()]
    columns = zip(*touches, strict=True) if touches else [()] * len(_TOUCHED)
    sides = [array(kind, side) for kind, side in zip(_TOUCHED, columns, strict=True)]
    return _APPEND, [*arrays, *sides], len(touches)


def canonical_of(row: Any) -> bytes:
    """The canonical bytes of a journal row as it is stored (its `event_id` and `digest` apart)."""
    header = {name: getattr(row, name) for name in _COLUMNS if name not in (*_JSON, "digest")}
    return canonical(header, row.objects, row.body)


def read(row: Any) -> Written:
    """A journal row as an entry, whatever version it was written in."""
    fact = Fact(
        body=REGISTRY.read(row.kind, row.version, row.body),
        occurred_at=row.occurred_at,
        actor=row.actor,
        department=row.department,
        started_at=row.started_at,
        completed_at=row.completed_at,
        resource=row.resource,
        site=row.site,
        place=row.place,
        cause=row.cause,
    )
    return Written(row.event_id, Entry(fact, row.recorded_at, row.transaction, row.position))


# A number of Doorstep's own for PostgreSQL's advisory locks: whoever holds it seals.
_SEALER = 7_310_001


def seal(connection: psycopg.Connection[Any], at_most: int = 10_000) -> int:
    """Seal up to `at_most` committed entries in the order of their ids; returns how many. One sealer at a time.

    Entries of transactions still open are not visible yet and follow in a later call: the sealed log has no gap,
    and nobody waits for anybody.
    """
    with connection.transaction():
        if not _one(connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_SEALER,)))[0]:
            return 0
        rows = connection.execute(
            "SELECT u.event_id, j.digest FROM unsealed u JOIN journal j USING (event_id) ORDER BY event_id LIMIT %s",
            (at_most,),
        ).fetchall()
        if not rows:
            return 0
        last = connection.execute("SELECT seq, chain FROM sealed ORDER BY seq DESC LIMIT 1").fetchone()
        seq, link = (last[0], last[1]) if last else (0, GENESIS)
        links = []
        for event_id, event_digest in rows:
            seq += 1
            link = chain(link, seq, event_id, event_digest)
            links.append((seq, event_id, event_digest, link))
        connection.execute(
            "INSERT INTO sealed SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::bytea[], %b::bytea[])",
            [list(column) for column in zip(*links, strict=True)],
        )
        connection.execute("DELETE FROM unsealed WHERE event_id = ANY(%s)", ([row[0] for row in rows],))
        return len(rows)


def _one(cursor: psycopg.Cursor[Any]) -> Any:
    row = cursor.fetchone()
    if row is None:
        raise LookupError("a query that must answer gave no row")
    return row


def sealed_entries(connection: psycopg.Connection[Any], after: int = 0, batch: int = 2_000) -> Iterator[list[Any]]:
    """The sealed log in order, in batches of journal rows with their `seq` and `chain`."""
    while rows := connection.execute(
        "SELECT s.seq, s.chain, j.* FROM sealed s JOIN journal j USING (event_id) "
        "WHERE s.seq > %s ORDER BY s.seq LIMIT %s",
        (after, batch),
    ).fetchall():
        yield rows
        after = rows[-1].seq


def all_entries(connection: psycopg.Connection[Any], batch: int = 2_000) -> Iterator[list[Any]]:
    """The sealed log in order and then what waits to be sealed, in batches of journal rows."""
    yield from sealed_entries(connection, batch=batch)
    after = 0
    while rows := connection.execute(
        "SELECT j.* FROM unsealed u JOIN journal j USING (event_id) WHERE u.event_id > %s ORDER BY u.event_id LIMIT %s",
        (after, batch),
    ).fetchall():
        yield rows
        after = rows[-1].event_id


def entries_about(connection: psycopg.Connection[Any], object_type: str, object_id: str) -> list[Written]:
    """Everything that ever touched an object, oldest first."""
    rows = connection.execute(
        "SELECT j.* FROM journal j WHERE j.event_id IN "
        "(SELECT event_id FROM touched WHERE object_type = %s AND object_id = %s) ORDER BY j.event_id",
        (object_type, object_id),
    ).fetchall()
    return [read(row) for row in rows]


def entries_about_all(connection: psycopg.Connection[Any], objects: Sequence[tuple[str, str]]) -> list[Written]:
    """Everything that touched any of these (type, id), oldest first, each once."""
    rows = connection.execute(
        "SELECT j.* FROM journal j WHERE j.event_id IN (SELECT t.event_id FROM unnest(%b::text[], %b::text[]) "
        "AS o (object_type, object_id) JOIN touched t USING (object_type, object_id)) ORDER BY j.event_id",
        [[kind for kind, _ in objects], [name for _, name in objects]],
    ).fetchall()
    return [read(row) for row in rows]
