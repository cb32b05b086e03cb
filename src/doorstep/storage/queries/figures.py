"""Figures over days: promises that fall due and how they ended, parcels that will be late, costs."""

from __future__ import annotations

from datetime import date, datetime

from doorstep.storage.transaction import Query

_DUE = """
WITH parts AS (
    SELECT order_id, bool_or(state <> 'handed_over') AS in_house FROM fulfilment
    WHERE state IN ('planned', 'released', 'picked', 'packed', 'labelled', 'handed_over') GROUP BY order_id
)
SELECT o.agreed_by AS day, 0 AS delivered, count(*) FILTER (WHERE p.in_house IS FALSE)::int AS on_road,
    count(*) FILTER (WHERE p.in_house IS NOT FALSE)::int AS in_house
FROM orders o LEFT JOIN parts p USING (order_id)
WHERE o.state = 'open' AND o.cleared_at IS NOT NULL AND o.agreed_by BETWEEN %s AND %s GROUP BY o.agreed_by
UNION ALL
SELECT last_day, count(*)::int, 0, 0 FROM score
WHERE last_day BETWEEN %s AND %s AND against = 'agreed' GROUP BY last_day
"""


def due_query(first_day: date, last_day: date) -> Query:
    """Rows (day, delivered, on_road, in_house): orders whose agreed promise ends on each of the days, none passed yet.

    A promise whose last day has not passed has a verdict only where it was delivered.
    """
    return (_DUE, first_day, last_day, first_day, last_day)


_KEPT = """
WITH given AS (SELECT %s::date AS today, %s::date AS week, %s::date AS month)
SELECT a.against, k.kept, k.broken, 0 AS open, k.kept_lately, k.broken_lately, 0 AS open_lately
FROM given CROSS JOIN (VALUES ('asked'), ('first'), ('agreed')) a (against) CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE s.kept)::int AS kept, count(*) FILTER (WHERE NOT s.kept)::int AS broken,
        count(*) FILTER (WHERE s.kept AND s.last_day > given.week)::int AS kept_lately,
        count(*) FILTER (WHERE NOT s.kept AND s.last_day > given.week)::int AS broken_lately
    FROM score s WHERE s.against = a.against AND s.last_day > given.month AND s.last_day <= given.today) k
UNION ALL
SELECT d.against, 0, 0, count(*)::int, 0, 0, count(*) FILTER (WHERE d.last_day > given.week)::int
FROM given JOIN orders o ON o.state = 'open' AND o.cleared_at IS NOT NULL AND (o.agreed_by BETWEEN given.month
    AND given.today OR o.first_by BETWEEN given.month AND given.today OR o.asked_by BETWEEN given.month AND given.today)
CROSS JOIN LATERAL (VALUES ('asked', o.asked_by), ('first', o.first_by), ('agreed', o.agreed_by)) d (against, last_day)
WHERE d.last_day > given.month AND d.last_day <= given.today
AND NOT EXISTS (SELECT FROM score s WHERE s.order_id = o.order_id AND s.against = d.against) GROUP BY d.against
"""


def kept_query(today: date, week: date, month: date) -> Query:
    """Rows (against, kept, broken, open; the same lately) of promises that ended after `month`, up to `today`; lately:
    after `week`.
    """
    return (_KEPT, today, week, month)


# Which they are, two indexes tell without a look at any row; then only the few that are shown are looked at.
_LATE = """
WITH late AS MATERIALIZED (
    SELECT p.order_id, p.eta, o.agreed_by, p.eta - o.agreed_by AS days_late
    FROM (SELECT order_id, eta FROM parcel WHERE state = 'handed_over' AND eta > %s) p
    JOIN (SELECT order_id, agreed_by FROM orders WHERE state = 'open' AND agreed_by >= %s) o USING (order_id)
    WHERE p.eta > o.agreed_by
), worst AS (
    SELECT DISTINCT order_id, eta, agreed_by, days_late FROM late ORDER BY days_late DESC, order_id, eta LIMIT %s
)
SELECT p.sscc, p.order_id, o.reference, o.customer_id, p.site_id, p.milestone, p.eta, w.agreed_by, w.days_late,
    (SELECT count(*)::int FROM late) AS total
FROM worst w JOIN parcel p ON p.order_id = w.order_id AND p.state = 'handed_over' AND p.eta = w.eta
JOIN orders o ON o.order_id = w.order_id ORDER BY w.days_late DESC, p.sscc LIMIT %s
"""


def late_query(today: date, at_most: int) -> Query:
    """Parcels on the road that are expected after a promise that can still be kept, the latest first, with `total`."""
    return (_LATE, today, today, at_most, at_most)


# One pass over the index, which holds all that is asked. Many orders cost the same: they come as one row, which is
# faster than sorting them all for three medians.
_COST = """
SELECT week, month, before, count(*)::int AS orders FROM (
    SELECT order_id, sum(amount_minor) FILTER (WHERE incurred_at >= %s)::bigint AS week,
        sum(amount_minor) FILTER (WHERE incurred_at >= %s)::bigint AS month,
        sum(amount_minor) FILTER (WHERE incurred_at < %s)::bigint AS before
    FROM cost_entry WHERE incurred_at >= %s AND incurred_at < %s AND currency = %s GROUP BY order_id
) per_order GROUP BY week, month, before
"""
_KINDS = """
SELECT cost_kind, coalesce(sum(amount_minor) FILTER (WHERE incurred_at >= %s), 0)::bigint AS week,
    coalesce(sum(amount_minor) FILTER (WHERE incurred_at >= %s), 0)::bigint AS month,
    coalesce(sum(amount_minor) FILTER (WHERE incurred_at < %s), 0)::bigint AS before
FROM cost_entry WHERE incurred_at >= %s AND incurred_at < %s AND currency = %s GROUP BY cost_kind ORDER BY cost_kind
"""


def cost_queries(
    before: datetime, month: datetime, week: datetime, end: datetime, currency: str
) -> tuple[Query, Query]:
    """Rows (week, month, before, orders): so many orders cost so much since each of the instants, up to `end` (before:
    up to `month`), None where nothing; and rows (cost_kind, week, month, before) of sums by kind.
    """
    about = (week, month, month, before, end, currency)
    return (_COST, *about), (_KINDS, *about)
