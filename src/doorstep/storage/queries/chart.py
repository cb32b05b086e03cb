"""What the process chart is made of, out of the journal and its index of touched objects: one query, whole columns.

The database codes objects, sites and departments as whole numbers and hands each column over in one piece; no fact is
read as an object and no body is opened but for the milestone that a carrier told and for what a plan replaced.
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

from doorstep.chart.columns import Events, Touched
from doorstep.chart.groups import Column
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
), {found}facts AS MATERIALIZED (
    SELECT j.event_id, w.code AS what, j.site, j.department{objects},
        floor(extract(epoch FROM coalesce(j.started_at, {completed})))::bigint AS started,
        floor(extract(epoch FROM {completed}))::bigint AS completed,
        (j.kind = 'MilestoneReached' AND j.body->>'reached_at' IS NULL)::int::bigint AS withdrawn
    FROM journal j JOIN what w ON w.kind = j.kind
    WHERE {meant} AND (%b::timestamptz IS NULL OR {completed} < %b) {among}
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
_MEANT = """CASE WHEN j.kind = 'ShipmentPlanned' THEN (w.milestone = 'replacing') = (j.body->'replaced' <> '[]')
    WHEN w.milestone = '' THEN true ELSE w.milestone = j.body->>'milestone' END"""
_COMPLETED = "coalesce(j.completed_at, j.occurred_at)"  # as the index journal_by_time has it
_CODED = """SELECT t.* FROM (
        SELECT event_id, object_type, object_id, dense_rank() OVER (ORDER BY object_type, object_id) - 1 AS object
        FROM {} WHERE object_type = ANY(%b) AND qualifier <> %b
    ) AS t JOIN facts USING (event_id)"""
# All of it: the index of touched objects is read once, in its own order.
_WHOLE = {
    "found": "",
    "objects": "",
    "among": "",
    "coded": _CODED.format("touched"),
}
# One order: its few facts are found by the index, and say themselves what they touched.
_ONE = {
    "found": "",
    "objects": ", j.objects",
    "among": "AND j.event_id IN (SELECT event_id FROM touched WHERE object_type = %b AND object_id = %b)",
    "coded": """SELECT event_id, o->>0 AS object_type, o->>1 AS object_id,
        dense_rank() OVER (ORDER BY o->>0, o->>1) - 1 AS object
    FROM facts CROSS JOIN LATERAL jsonb_array_elements(facts.objects) AS o WHERE o->>0 = ANY(%b) AND o->>2 <> %b""",
}


# Orders of which anything was completed since an instant, each with all that ever happened to it and its parts; what
# concerns no order, since then only.
_SINCE = {
    "found": f"""recent AS MATERIALIZED (
    SELECT j.event_id, j.objects FROM journal j JOIN what w ON w.kind = j.kind WHERE {_COMPLETED} >= %b AND {_MEANT}
), concerned AS MATERIALIZED (
    SELECT o->>0 AS object_type, o->>1 AS object_id FROM recent CROSS JOIN LATERAL jsonb_array_elements(objects) AS o
    WHERE o->>0 = ANY(%b) GROUP BY 1, 2
), mine AS MATERIALIZED (
    SELECT object_id AS order_id FROM concerned WHERE object_type = 'order'
    UNION SELECT order_id FROM concerned JOIN fulfilment ON object_type = 'fulfilment' AND fulfilment_id = object_id
    UNION SELECT order_id FROM concerned JOIN parcel ON object_type = 'parcel' AND sscc = object_id
    UNION SELECT order_id FROM concerned JOIN pick_task ON object_type = 'task' AND task_id = object_id
), parts AS MATERIALIZED (
    SELECT 'order' AS object_type, order_id AS object_id FROM mine
    UNION ALL SELECT 'fulfilment', fulfilment_id FROM mine JOIN fulfilment USING (order_id)
    UNION ALL SELECT 'parcel', sscc FROM mine JOIN parcel USING (order_id)
    UNION ALL SELECT 'task', task_id FROM mine JOIN fulfilment USING (order_id) JOIN pick_task USING (fulfilment_id)
), theirs AS MATERIALIZED (
    SELECT t.event_id, t.object_type, t.object_id, t.qualifier FROM parts JOIN touched t USING (object_type, object_id)
), """,
    "objects": "",
    "among": "AND j.event_id IN (SELECT event_id FROM theirs UNION SELECT event_id FROM recent)",
    "coded": _CODED.format("theirs"),
}


# How many of 200 facts, spread over the journal, were completed since.
_SHARE = f"""
SELECT count(*) FILTER (WHERE at >= %s) AS since, count(*) AS facts
FROM (SELECT max(event_id) AS id FROM journal) newest
CROSS JOIN LATERAL generate_series(1, newest.id, greatest(newest.id / 200, 1)) wanted (id)
CROSS JOIN LATERAL (
    SELECT {_COMPLETED} AS at FROM journal j WHERE j.event_id >= wanted.id ORDER BY j.event_id LIMIT 1) found
"""
_FEW = 4  # below one in so many it is faster to look for the orders of what happened since than to read all


def read(
    tx: Transaction,
    whats: Sequence[str],
    object_types: Sequence[str],
    let_go: str,
    departments: Sequence[str],
    since: datetime | None = None,
    until: datetime | None = None,
    order: tuple[str, str] | None = None,
) -> Read:
    """The events named in `whats` (`Kind`, `MilestoneReached:milestone` or, of a plan that takes the place of another,
    `ShipmentPlanned:replacing`), by places there, and what they touched.

    `object_types` are the types of objects looked at, `let_go` the word for one that an event let go. Departments come
    in the order given, others after them. `since`: orders of which nothing was completed since are not wanted; `until`:
    completed before; `order`: only what touched this object (type, id).
    """
    if since and not _is_lately(tx, since):
        since = None
    parameters: list[Any] = [list(whats)]
    parameters += [since.replace(microsecond=0), list(object_types)] if since else []  # the chart reckons in seconds
    parameters += [until, until]
    parameters += [*order] if order else []
    parameters += [list(departments), list(object_types), let_go, list(object_types)]
    with tx.connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        cursor.adapters.register_loader(_BIGINTS, _Column)
        pieces = _ONE if order else _SINCE if since else _WHOLE
        sql = _SQL.format(**pieces, meant=_MEANT, completed=_COMPLETED)
        row = cursor.execute(sql, parameters).fetchone()
    if row is None:
        raise psycopg.DataError("the chart's columns gave no row")
    columns = [np.zeros(0, dtype=np.int64) if column is None else column for column in row[:11]]
    facts, objects = _sorted(columns[:7], [columns[0]]), _sorted(columns[7:], [columns[9], columns[7]])
    event, what, started, completed, withdrawn, site, department = facts
    made = Events(event, what, started, completed, withdrawn.astype(np.bool_), site, department)
    return Read(made, Touched(*objects), ("", *row[11]), tuple(row[12]))


def _is_lately(tx: Transaction, since: datetime) -> bool:
    row = tx.one(_SHARE, since)
    return bool(row.since * _FEW < row.facts)


def _sorted(columns: Sequence[Column], by: Sequence[Column]) -> list[Column]:
    """The rows in the order of the last of these columns; where that is the same, of the one before."""
    order = np.lexsort(by)
    return [column[order] for column in columns]


def first_fact_at(tx: Transaction) -> datetime | None:
    """When the fact that was written first was completed; None where there is none."""
    row = tx.one(f"SELECT {_COMPLETED} AS at FROM journal j ORDER BY event_id LIMIT 1")
    return None if row is None else row.at


def newest_fact(tx: Transaction) -> int:
    """The greatest number in the journal, the newest fact's as far as steps that ran at once allow; 0 where none is."""
    return int(tx.rows("SELECT coalesce(max(event_id), 0) AS event_id FROM journal")[0].event_id)
