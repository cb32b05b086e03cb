"""Pages of orders: whatever is searched, filtered and sorted by, an index leads to it, and counting stops at a bound.

A page is either walked to, along an index in the order of the ids, or picked from a set small enough to look at whole:
the open orders of a state, those in danger of being late, those a search found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from doorstep.storage.queries.today import OPEN_PARTS
from doorstep.storage.transaction import Transaction

Parameters = list[Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders: all of what is set must hold. `state` is one of planning's, `late` broken, predicted or either."""

    today: date
    ids: Sequence[str] | None = None
    state: str = ""
    late: str = ""
    site_id: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of a page with the key that each is sorted by, and how many there are in all, counted up to the bound."""

    keys: tuple[tuple[str, datetime | None], ...]
    total: int


@dataclass(slots=True)
class _Sql:
    """Conditions on `orders o` with their parameters, or a set of order ids with its own."""

    parts: list[str] = field(default_factory=list)
    parameters: Parameters = field(default_factory=list)

    def add(self, part: str, *parameters: Any) -> None:
        self.parts.append(part)
        self.parameters += parameters

    @property
    def conditions(self) -> str:
        return " AND ".join(self.parts) or "true"


CLOSED = ("delivered", "cancelled")
# LIMIT keeps the planner from turning these few looks by index into a join with every fulfilment order there ever was.
_UNDIVIDED = (
    "SELECT o.order_id FROM orders o LEFT JOIN LATERAL (SELECT 1 AS one FROM fulfilment f "
    "WHERE f.order_id = o.order_id AND f.state <> 'cancelled' LIMIT 1) f ON true "
    "WHERE o.state = 'open' AND f.one IS NULL AND "
)
_RANK = (
    "CASE f.state WHEN 'planned' THEN 0 WHEN 'released' THEN CASE WHEN (SELECT 1 FROM pick_task t "
    "WHERE t.fulfilment_id = f.fulfilment_id AND t.state IN ('picked', 'short') LIMIT 1) = 1 THEN 2 ELSE 1 END "
    "WHEN 'picked' THEN 3 WHEN 'packed' THEN 4 WHEN 'labelled' THEN 5 WHEN 'handed_over' THEN 6 ELSE 7 END"
)
_DIVIDED = (
    "SELECT c.order_id FROM (SELECT DISTINCT order_id FROM fulfilment WHERE state = %s) c CROSS JOIN LATERAL ("
    f"SELECT min({_RANK}) AS rank FROM fulfilment f WHERE f.order_id = c.order_id AND f.state <> 'cancelled') r "
    "WHERE r.rank = %s"
)
# The state of a fulfilment order that the state of its order shows in, and how far on the way that is.
_PART = {
    "planned": ("planned", 0),
    "released": ("released", 1),
    "picking": ("released", 2),
    "picked": ("picked", 3),
    "packed": ("packed", 4),
    "labelled": ("labelled", 5),
    "handed_over": ("handed_over", 6),
}
_PREDICTED = (
    "SELECT p.order_id FROM parcel p JOIN orders o USING (order_id) WHERE p.state = 'handed_over' AND p.eta > %s "
    "AND o.agreed_by >= %s AND p.eta > o.agreed_by UNION SELECT f.order_id FROM fulfilment f "
    f"WHERE f.state IN {OPEN_PARTS} AND f.ship_by < %s "
    "UNION SELECT o.order_id FROM orders o WHERE o.state = 'open' AND o.cleared_at IS NOT NULL AND o.agreed_by < %s "
    "AND NOT EXISTS (SELECT FROM score s WHERE s.order_id = o.order_id AND s.against = 'agreed')"
)
_BROKEN = "b.against = 'agreed' AND NOT b.kept"
_AT_SITE = "f.site_id = %s AND f.state <> 'cancelled'"


def walked(tx: Transaction, wanted: Wanted, after: str, newest: bool, at_most: int, bound: int) -> Found:
    """A page in the order of the ids, which is that of placing, after the id `after` ('' from the beginning)."""
    small = _small_set(wanted, tx.now)
    if small.parts:
        return _picked(tx, wanted, small, after, newest, at_most, bound)
    first = _walked(tx, wanted, "", newest, bound + 1)
    ids = _walked(tx, wanted, after, newest, at_most) if after else first[:at_most]
    return Found(tuple((order_id, None) for order_id in ids), len(first))


def _walked(tx: Transaction, wanted: Wanted, after: str, newest: bool, at_most: int) -> list[str]:
    walk = _walk(wanted, tx.now, after, newest, at_most)
    sort, _ = _direction(newest)
    rows = tx.rows(f"{walk.conditions} ORDER BY order_id {sort} LIMIT %s", *walk.parameters, at_most)
    return [row.order_id for row in rows]


def urgent(
    tx: Transaction, wanted: Wanted, after: tuple[datetime, str] | None, zone: str, at_most: int, bound: int
) -> Found:
    """Open orders by the instant at which their promise is in danger: the last departure of what has to leave yet; of
    what has left, the end of the promised day.
    """
    small, where = _small_set(wanted, tx.now), _conditions(wanted, tx.now)
    if not small.parts:
        small.add("SELECT order_id FROM orders WHERE state = 'open'")
    where.add("o.state = 'open'")
    rows = tx.rows(
        f"WITH c AS MATERIALIZED ({_both(small)}), parts AS MATERIALIZED (SELECT order_id, min(ship_by) AS ship_by "
        f"FROM fulfilment WHERE state IN {OPEN_PARTS} GROUP BY order_id), "
        "m AS MATERIALIZED (SELECT o.order_id, coalesce(parts.ship_by, "
        "(o.agreed_by + 1)::timestamp AT TIME ZONE %s, o.placed_at) AS until FROM c JOIN orders o USING (order_id) "
        f"LEFT JOIN parts USING (order_id) WHERE {where.conditions}) "
        "SELECT m.order_id, m.until, (SELECT count(*)::int FROM m) AS total FROM m "
        f"WHERE {'(m.until, m.order_id) > (%s, %s)' if after else 'true'} ORDER BY m.until, m.order_id LIMIT %s",
        *small.parameters,
        zone,
        *where.parameters,
        *(after or ()),
        at_most,
    )
    return Found(tuple((row.order_id, row.until) for row in rows), min(rows[0].total, bound + 1) if rows else 0)


def _picked(tx: Transaction, wanted: Wanted, small: _Sql, after: str, newest: bool, at_most: int, bound: int) -> Found:
    where = _conditions(wanted, tx.now)
    sort, beyond = _direction(newest)
    rows = tx.rows(
        f"WITH c AS MATERIALIZED ({_both(small)}), m AS MATERIALIZED (SELECT o.order_id FROM c "
        f"JOIN orders o USING (order_id) WHERE {where.conditions}) "
        "SELECT m.order_id, (SELECT count(*)::int FROM m) AS total FROM m "
        f"WHERE %s = '' OR m.order_id {beyond} %s ORDER BY m.order_id {sort} LIMIT %s",
        *small.parameters,
        *where.parameters,
        after,
        after,
        at_most,
    )
    return Found(tuple((row.order_id, None) for row in rows), min(rows[0].total, bound + 1) if rows else 0)


def _direction(newest: bool) -> tuple[str, str]:
    return ("DESC", "<") if newest else ("ASC", ">")


def _both(small: _Sql) -> str:
    return " INTERSECT ".join(f"({part})" for part in small.parts)


def _small_set(wanted: Wanted, now: datetime) -> _Sql:
    """Sets small enough to look at whole; all wanted orders are in each of them. None: there is none."""
    small = _Sql()
    if wanted.ids is not None:
        small.add("SELECT unnest(%s::text[]) AS order_id", list(wanted.ids))
    if wanted.state == "held":
        small.add(f"{_UNDIVIDED} (o.cleared_at IS NULL OR o.stopped)")
    elif wanted.state == "promised":
        small.add(f"{_UNDIVIDED} o.cleared_at IS NOT NULL AND NOT o.stopped")
    elif wanted.state in _PART:
        small.add(_DIVIDED, *_PART[wanted.state])
    if wanted.state == "cancelled" and wanted.site_id:
        small.add("SELECT order_id FROM fulfilment WHERE state = 'cancelled' AND site_id = %s", wanted.site_id)
    if wanted.late == "predicted":
        small.add(_PREDICTED, *_predicted(wanted, now))
    return small


def _predicted(wanted: Wanted, now: datetime) -> Parameters:
    return [wanted.today, wanted.today, now, wanted.today]


def _conditions(wanted: Wanted, now: datetime, *, late: bool = True, site: bool = True) -> _Sql:
    """What each order must fulfil beside being in its set; `late` and `site` False: the walk sees to these."""
    where = _Sql()
    if wanted.state in CLOSED:
        where.add("o.state = %s", wanted.state)
    elif wanted.state:
        where.add("o.state = 'open'")
    if wanted.customer_id:
        where.add("o.customer_id = %s", wanted.customer_id)
    if wanted.site_id and site and wanted.state != "cancelled":
        where.add(_one(f"fulfilment f WHERE f.order_id = o.order_id AND {_AT_SITE}"), wanted.site_id)
    broken = _one(f"score b WHERE b.order_id = o.order_id AND {_BROKEN}")
    if wanted.late == "broken" and late:
        where.add(broken)
    if wanted.late == "either" and late:
        where.add(f"({broken} OR o.order_id IN ({_PREDICTED}))", *_predicted(wanted, now))
    return where


def _one(there: str) -> str:
    """That there is one. EXISTS might be answered by reading the whole table first."""
    return f"(SELECT 1 FROM {there} LIMIT 1) = 1"


def _walk(wanted: Wanted, now: datetime, after: str, newest: bool, at_most: int) -> _Sql:
    """Up to `at_most` ids after `after` along an index in the order of the ids, with whatever else holds looked up."""
    sort, beyond = _direction(newest)

    def branch(source: str, by: str, where: _Sql, *more: str) -> str:
        keyset = [f"{by} {beyond} %s"] if after else []
        conditions = " AND ".join([where.conditions, *more, *keyset])
        limit = f"ORDER BY {by} {sort} LIMIT {int(at_most)}"
        return f"(SELECT DISTINCT {by} AS order_id FROM {source} WHERE {conditions} {limit})"

    from_id = [after] if after else []
    if wanted.late in ("broken", "either") and not wanted.customer_id:
        where = _conditions(wanted, now, late=False)
        broken = branch("score b JOIN orders o USING (order_id)", "b.order_id", where, _BROKEN)
        if wanted.late == "broken":
            return _Sql([f"SELECT order_id FROM {broken} w"], [*where.parameters, *from_id])
        coming = branch(f"({_PREDICTED}) p JOIN orders o USING (order_id)", "o.order_id", where)
        parameters = [*where.parameters, *from_id, *_predicted(wanted, now), *where.parameters, *from_id]
        return _Sql([f"SELECT order_id FROM ({broken} UNION {coming}) w"], parameters)
    if wanted.site_id and not wanted.customer_id:
        where = _conditions(wanted, now, site=False)
        walk = branch("fulfilment f JOIN orders o USING (order_id)", "f.order_id", where, _AT_SITE)
        return _Sql([f"SELECT order_id FROM {walk} w"], [*where.parameters, wanted.site_id, *from_id])
    where = _conditions(wanted, now)
    walk = branch("orders o", "o.order_id", where)
    return _Sql([f"SELECT order_id FROM {walk} w"], [*where.parameters, *from_id])


MOST_MATCHES = 1_001


def matching(tx: Transaction, text: str) -> list[str]:
    """Ids of orders that a text names: the beginning of an id or a reference, or a whole tracking number, SSCC or
    customer. No more than MOST_MATCHES of each.
    """
    sscc = text.removeprefix("(00)").replace(" ", "")
    sscc = sscc[2:] if len(sscc) == 20 and sscc.startswith("00") else sscc
    end = text[:-1] + chr(ord(text[-1]) + 1)
    rows = tx.rows(
        "(SELECT order_id FROM parcel WHERE sscc = %s) UNION (SELECT order_id FROM label WHERE tracking_number = %s "
        "AND carrier_id IN (SELECT DISTINCT carrier_id FROM service)) UNION (SELECT order_id FROM orders "
        "WHERE order_id LIKE %s ORDER BY order_id DESC LIMIT %s) UNION (SELECT order_id FROM orders "
        "WHERE reference <> '' AND reference ~>=~ %s AND reference ~<~ %s LIMIT %s) UNION (SELECT order_id FROM orders "
        "WHERE customer_id = %s ORDER BY order_id DESC LIMIT %s)",
        sscc,
        text,
        _beginning(text.lower()),
        MOST_MATCHES,
        text,
        end,
        MOST_MATCHES,
        text,
        MOST_MATCHES,
    )
    return [row.order_id for row in rows]


def _beginning(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def promises_broken(tx: Transaction, order_ids: Sequence[str]) -> set[str]:
    """Those of the orders whose agreed promise was broken."""
    rows = tx.rows(
        "SELECT order_id FROM score WHERE order_id = ANY(%s) AND against = 'agreed' AND NOT kept", list(order_ids)
    )
    return {row.order_id for row in rows}


def rows_of(tx: Transaction, order_ids: Sequence[str]) -> dict[str, Any]:
    """The rows of orders, each with how many lines and units it has and the latest day a parcel on the road is
    expected.
    """
    rows = tx.rows(
        "SELECT o.*, l.lines, l.units, (SELECT max(p.eta) FROM parcel p WHERE p.order_id = o.order_id "
        "AND p.state = 'handed_over') AS eta FROM orders o CROSS JOIN LATERAL (SELECT count(*)::int AS lines, "
        "coalesce(sum(ordered - cancelled), 0)::int AS units FROM order_line l WHERE l.order_id = o.order_id "
        "AND l.ordered > l.cancelled) l WHERE o.order_id = ANY(%s)",
        list(order_ids),
    )
    return {row.order_id: row for row in rows}
