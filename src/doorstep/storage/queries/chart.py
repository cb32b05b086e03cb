"""What the process chart is made of, out of the journal and its index of touched objects: one query, whole columns.

The database codes objects, sites and departments as whole numbers and hands each column over in one piece; no fact is
read as an object and no body is opened but for the milestone that a carrier told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.rows import tuple_row

from doorstep.chart.columns import Column, Events, Touched
from doorstep.storage.transaction import Transaction

_BIGINTS = psycopg.postgres.types["int8"].array_oid
_HEADER_BYTES = 20  # dimensions, flags, element type, length, lower bound: four bytes each
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i8")])


class _Column(Loader):
    """A bigint[] without nulls, as PostgreSQL sends it in binary, becomes a NumPy column without a copy of each."""

    format = Format.BINARY

    def load(self, data: Any) -> Column:
        """ValueError where the array is not flat, or holds nulls: what is read would not be what was sent."""
        raw = bytes(data)
        if len(raw) <= _HEADER_BYTES:
            return np.zeros(0, dtype=np.int64)
        dimensions, nulls = np.frombuffer(raw, dtype=">i4", count=2)
        if dimensions != 1 or nulls:
            raise ValueError("a column of the chart holds nulls")
        elements = np.frombuffer(raw, dtype=_ELEMENT, offset=_HEADER_BYTES)
        return elements["value"].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Read:
    """The columns, and the names that their codes of sites and departments are places of; site 0 has no name."""

    events: Events
    touched: Touched
    sites: tuple[str, ...]
    departments: tuple[str, ...]


_SQL = """
WITH what AS MATERIALIZED (
    SELECT split_part(name, ':', 1) AS kind, split_part(name, ':', 2) AS milestone, ordinality - 1 AS code
    FROM unnest(%b::text[]) WITH ORDINALITY AS w (name, ordinality)
), sites AS MATERIALIZED (
    SELECT site_id, row_number() OVER (ORDER BY site_id) AS code FROM site
), facts AS MATERIALIZED (
    SELECT j.event_id, w.code AS what, j.site, j.department{objects},
        floor(extract(epoch FROM coalesce(j.started_at, j.completed_at, j.occurred_at)))::bigint AS started,
        floor(extract(epoch FROM coalesce(j.completed_at, j.occurred_at)))::bigint AS completed,
        (j.kind = 'MilestoneReached' AND j.body->>'reached_at' IS NULL)::int::bigint AS withdrawn
    FROM journal j JOIN what w ON w.kind = j.kind
    WHERE CASE WHEN w.milestone = '' THEN true ELSE w.milestone = j.body->>'milestone' END
        AND (%b::timestamptz IS NULL OR coalesce(j.completed_at, j.occurred_at) < %b) {of_order}
), departments AS MATERIALIZED (
    SELECT department, row_number() OVER (ORDER BY array_position(%b::text[], department), department) - 1 AS code
    FROM (SELECT DISTINCT department FROM facts) AS known
), events AS (
    SELECT array_agg(f.event_id) AS event, array_agg(f.what) AS what, array_agg(f.started) AS started,
        array_agg(f.completed) AS completed, array_agg(f.withdrawn) AS withdrawn,
        array_agg(coalesce(s.code, 0)) AS site, array_agg(d.code) AS department
    FROM facts f JOIN departments d USING (department) LEFT JOIN sites s ON s.site_id = f.site
), coded AS (
    {coded}
), objects AS (
    SELECT array_agg(c.event_id) AS event,
        array_agg(array_position(%b::text[], c.object_type)::bigint - 1) AS object_type,
        array_agg(c.object) AS object, array_agg(coalesce(s.code, 0)) AS site
    FROM coded c LEFT JOIN fulfilment f ON c.object_type = 'fulfilment' AND f.fulfilment_id = c.object_id
    LEFT JOIN sites s ON s.site_id = f.site_id
)
SELECT e.event, e.what, e.started, e.completed, e.withdrawn, e.site, e.department,
    o.event, o.object_type, o.object, o.site,
    (SELECT coalesce(array_agg(site_id ORDER BY code), '{{}}') FROM sites),
    (SELECT coalesce(array_agg(department ORDER BY code), '{{}}') FROM departments)
FROM events e CROSS JOIN objects o
"""
# All of it: the index of touched objects is read once, in its own order.
_WHOLE = {
    "objects": "",
    "of_order": "",
    "coded": """SELECT t.* FROM (
        SELECT event_id, object_type, object_id, dense_rank() OVER (ORDER BY object_type, object_id) - 1 AS object
        FROM touched WHERE object_type = ANY(%b) AND qualifier <> %b
    ) AS t JOIN facts USING (event_id)""",
}
# One order: its few facts are found by the index, and say themselves what they touched.
_ONE = {
    "objects": ", j.objects",
    "of_order": "AND j.event_id IN (SELECT event_id FROM touched WHERE object_type = %b AND object_id = %b)",
    "coded": """SELECT event_id, o->>0 AS object_type, o->>1 AS object_id,
        dense_rank() OVER (ORDER BY o->>0, o->>1) - 1 AS object
    FROM facts CROSS JOIN LATERAL jsonb_array_elements(facts.objects) AS o WHERE o->>0 = ANY(%b) AND o->>2 <> %b""",
}


def read(
    tx: Transaction,
    whats: Sequence[str],
    object_types: Sequence[str],
    let_go: str,
    departments: Sequence[str],
    until: datetime | None = None,
    order: tuple[str, str] | None = None,
) -> Read:
    """The events named in `whats` (`Kind` or `MilestoneReached:milestone`), by places there, and what they touched.

    `object_types` are the types of objects looked at, `let_go` the word for one that an event let go. Departments come
    in the order given, others after them. `until`: completed before; `order`: only what touched this object (type, id).
    """
    parameters: list[Any] = [list(whats), until, until]
    parameters += [*order] if order else []
    parameters += [list(departments), list(object_types), let_go, list(object_types)]
    with tx.connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        cursor.adapters.register_loader(_BIGINTS, _Column)
        row = cursor.execute(_SQL.format(**(_ONE if order else _WHOLE)), parameters).fetchone()
    if row is None:
        raise psycopg.DataError("the chart's columns gave no row")
    columns = [np.zeros(0, dtype=np.int64) if column is None else column for column in row[:11]]
    facts, objects = _by_first(columns[:7]), _by_first(columns[7:])
    event, what, started, completed, withdrawn, site, department = facts
    made = Events(event, what, started, completed, withdrawn.astype(np.bool_), site, department)
    return Read(made, Touched(*objects), ("", *row[11]), tuple(row[12]))


def _by_first(columns: Sequence[Column]) -> list[Column]:
    """The rows in the order of the first column."""
    order = np.argsort(columns[0], kind="stable")
    return [column[order] for column in columns]


def newest_fact(tx: Transaction) -> int:
    """The greatest number in the journal, the newest fact's as far as steps that ran at once allow; 0 where none is."""
    return int(tx.rows("SELECT coalesce(max(event_id), 0) AS event_id FROM journal")[0].event_id)
