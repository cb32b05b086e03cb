"""The day's work: what is at risk, and how much stands in each stage. Only open work is read, by index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.storage.transaction import Query, Transaction
from doorstep.storage.verbs import SEND_LABEL


@dataclass(frozen=True, slots=True)
class Days:
    """Today at each site: its ids, and the instants at which its day began and will end there."""

    site_ids: Sequence[str]
    starts: Sequence[datetime]
    ends: Sequence[datetime]
    first: datetime  # the earliest of the starts; now, where there is no site


TROUBLED = "('held', 'attempted', 'returning', 'returned', 'lost')"  # as the index parcel_in_trouble has it
OPEN_PARTS = "('planned', 'released', 'picked', 'packed', 'labelled')"

# Whatever waits, with the last instant that helps (`until`) and the work still ahead of it then. A reservation lies in
# no bin: what has one and no planned fulfilment order, or waits for stock, is to be planned.
_RISK = f"""
WITH here AS (
    SELECT * FROM unnest(%s::text[], %s::timestamptz[]) AS s (site_id, day_end)
), given AS (
    SELECT %s::timestamptz AS now, %s::bigint AS pick_s, %s::bigint AS pack_s, %s::text AS zone, %s::int AS days_back,
        (SELECT max(day_end) FROM here) AS day_end, %s::boolean AS everywhere
), parts AS MATERIALIZED (
    SELECT f.fulfilment_id, f.order_id, f.site_id, f.state, f.departs, f.ship_by, here.day_end
    FROM fulfilment f JOIN here USING (site_id) WHERE f.state IN {OPEN_PARTS}
), labels AS (
    SELECT f.fulfilment_id, bool_or(l.state = 'failed') AS refused, bool_or(d.trouble <> '') AS outage
    FROM parts f JOIN parcel p USING (fulfilment_id)
    CROSS JOIN LATERAL (SELECT state, label_id FROM label WHERE label.sscc = p.sscc ORDER BY label_id DESC LIMIT 1) l
    LEFT JOIN due d ON d.verb = '{SEND_LABEL}' AND d.key = l.label_id AND l.state = 'requested'
    WHERE f.state = 'packed' AND p.state = 'packed' GROUP BY f.fulfilment_id
), stopped AS (
    SELECT order_id FROM orders WHERE state = 'open' AND stopped
), coming AS (
    SELECT DISTINCT order_id FROM hold WHERE state = 'active' AND inbound_id <> ''
), to_plan AS (
    SELECT order_id, bool_or(waits) AS waits FROM (
        SELECT order_id, true AS waits FROM demand WHERE waiting > 0
        UNION ALL SELECT h.order_id, false FROM hold h WHERE h.state = 'active' AND h.place_id = ''
        AND NOT EXISTS (SELECT FROM fulfilment f WHERE f.state = 'planned' AND f.order_id = h.order_id)
        UNION ALL SELECT order_id, false FROM stopped) every GROUP BY order_id
), whole AS MATERIALIZED (
    SELECT o.order_id, o.agreed_by - o.first_by AS moved_days, o.cleared_at, CASE WHEN o.stopped THEN 'on_hold'
        WHEN NOT w.waits THEN 'not_planned' WHEN (
            SELECT 1 FROM fulfilment f JOIN pick_task t USING (fulfilment_id)
            WHERE f.order_id = o.order_id AND t.state = 'short' LIMIT 1) = 1 THEN 'short_pick' ELSE 'backorder'
            END AS cause
    FROM to_plan w JOIN orders o USING (order_id) CROSS JOIN given
    WHERE o.state = 'open' AND o.cleared_at IS NOT NULL
    AND NOT (o.stopped AND EXISTS (SELECT FROM parts p WHERE p.order_id = o.order_id))
    AND (given.everywhere OR (SELECT 1 FROM hold h JOIN here USING (site_id)
            WHERE h.order_id = o.order_id AND h.state = 'active' LIMIT 1) = 1
        OR (SELECT 1 FROM fulfilment f JOIN here USING (site_id) WHERE f.order_id = o.order_id LIMIT 1) = 1)
), found AS MATERIALIZED (
    SELECT f.order_id, f.fulfilment_id, f.site_id, f.state AS stage, f.ship_by AS until, CASE
            WHEN s.order_id IS NOT NULL THEN 'on_hold' WHEN l.refused THEN 'label_refused'
            WHEN l.outage THEN 'label_outage' WHEN f.state = 'planned' AND c.order_id IS NOT NULL
            THEN 'goods_on_their_way' WHEN f.state = 'planned' THEN 'not_released'
            WHEN f.state = 'released' THEN 'not_picked' WHEN f.state = 'picked' THEN 'not_packed'
            WHEN f.state = 'packed' THEN 'label_awaited' ELSE 'not_handed_over' END AS cause,
        CASE WHEN f.state IN ('planned', 'released') THEN given.pick_s + given.pack_s
            WHEN f.state = 'picked' THEN given.pack_s ELSE 0 END AS ahead_s
    FROM parts f CROSS JOIN given LEFT JOIN labels l USING (fulfilment_id) LEFT JOIN stopped s USING (order_id)
    LEFT JOIN coming c USING (order_id)
    WHERE least(f.departs, f.ship_by) < f.day_end OR s.order_id IS NOT NULL OR l.refused OR l.outage
  UNION ALL
    SELECT w.order_id, '', '', 'to_plan', coalesce(h.made_at + (h.slack_seconds + given.pick_s + given.pack_s)
        * interval '1 second' + w.moved_days * interval '1 day', w.cleared_at), w.cause, given.pick_s + given.pack_s
    FROM whole w CROSS JOIN given LEFT JOIN LATERAL (
        SELECT made_at, slack_seconds FROM hand_off WHERE hand_off.order_id = w.order_id AND from_step = 'promise'
        ORDER BY made_at DESC LIMIT 1) h ON true
    WHERE w.cause <> 'not_planned' OR h.made_at < given.now - interval '1 hour' OR h.made_at + (h.slack_seconds
        + given.pick_s + given.pack_s) * interval '1 second' + w.moved_days * interval '1 day' < given.day_end
  UNION ALL
    SELECT h.order_id, '', '', 'to_clear', min(h.expires_at), 'not_cleared', 0
    FROM hold h JOIN orders o USING (order_id) CROSS JOIN given
    WHERE h.state = 'active' AND h.expires_at < given.day_end AND o.state = 'open' AND o.cleared_at IS NULL
    AND (given.everywhere OR h.site_id IN (SELECT site_id FROM here)) GROUP BY h.order_id
  UNION ALL
    SELECT DISTINCT ON (p.fulfilment_id) p.order_id, p.fulfilment_id, p.site_id, 'handed_over',
        (o.agreed_by + 1)::timestamp AT TIME ZONE given.zone, 'carrier_trouble', 0
    FROM parcel p JOIN orders o USING (order_id) JOIN here USING (site_id) CROSS JOIN given
    WHERE p.state = 'handed_over' AND p.milestone IN {TROUBLED} AND o.state = 'open'
    AND o.agreed_by >= (given.now AT TIME ZONE given.zone)::date - given.days_back
), judged AS MATERIALIZED (
    SELECT f.*, CASE WHEN f.slack_seconds < 0 AND f.cause <> 'not_cleared' THEN 'late' WHEN f.cause IN ('not_cleared',
            'on_hold', 'short_pick', 'backorder', 'label_refused', 'label_outage', 'carrier_trouble') THEN 'stuck'
            ELSE 'due' END AS risk
    FROM (SELECT found.*, floor(extract(epoch FROM found.until - given.now))::bigint - found.ahead_s AS slack_seconds
        FROM found CROSS JOIN given) f
)
SELECT j.order_id, j.fulfilment_id, j.site_id, j.stage, j.cause, j.risk, j.until, j.slack_seconds, o.reference,
    o.customer_id, t.counts FROM (
    SELECT * FROM judged ORDER BY slack_seconds, order_id, fulfilment_id LIMIT %s
) j JOIN orders o USING (order_id) CROSS JOIN (
    SELECT jsonb_agg(jsonb_build_array(cause, risk, number)) AS counts
    FROM (SELECT cause, risk, count(*) AS number FROM judged GROUP BY cause, risk) c
) t ORDER BY j.slack_seconds, j.order_id, j.fulfilment_id
"""


def risk_query(
    days: Days, now: datetime, pick_s: int, pack_s: int, zone: str, days_back: int, everywhere: bool, at_most: int
) -> Query:
    """Rows of what is at risk, least slack first, each with the counts of all by cause and risk."""
    sites = (list(days.site_ids), list(days.ends))
    return (_RISK, *sites, now, pick_s, pack_s, zone, days_back, everywhere, at_most)


# The instant at which the first of the days began is given as such: the planner then sees how few rows have come since,
# and enters the index there.
_STAGES = """
WITH here AS (SELECT * FROM unnest(%s::text[], %s::timestamptz[]) AS s (site_id, day_start))
SELECT f.state AS stage, f.site_id, count(*)::int AS number, min(f.since) AS since FROM fulfilment f
WHERE f.state IN ('planned', 'released', 'picked', 'packed', 'labelled', 'handed_over')
AND f.site_id IN (SELECT site_id FROM here) GROUP BY f.state, f.site_id
UNION ALL
SELECT 'delivered', f.site_id, count(*)::int, min(f.since) FROM fulfilment f JOIN here USING (site_id)
WHERE f.state = 'delivered' AND f.site_id = ANY(%s) AND f.since >= %s AND f.since >= here.day_start GROUP BY f.site_id
UNION ALL
SELECT 'to_clear', '', count(*)::int, min(placed_at) FROM orders WHERE state = 'open' AND cleared_at IS NULL
UNION ALL
SELECT 'to_plan', '', count(*)::int, min(o.cleared_at) FROM (
    SELECT order_id FROM demand WHERE waiting > 0
    UNION SELECT h.order_id FROM hold h WHERE h.state = 'active' AND h.place_id = ''
    AND NOT EXISTS (SELECT FROM fulfilment f WHERE f.state = 'planned' AND f.order_id = h.order_id)
) u CROSS JOIN LATERAL (SELECT cleared_at FROM orders o WHERE o.order_id = u.order_id AND o.state = 'open'
    AND o.cleared_at IS NOT NULL LIMIT 1) o
"""


def stages_query(days: Days) -> Query:
    """Rows (stage, site_id, number, since): what stands in each stage, and since when the oldest does."""
    sites, starts = list(days.site_ids), list(days.starts)
    return (_STAGES, sites, starts, sites, days.first)


_FLOW = """
WITH here AS (SELECT * FROM unnest(%s::text[], %s::timestamptz[]) AS s (site_id, day_start)),
moved AS MATERIALIZED (
    SELECT f.order_id, f.fulfilment_id, f.state, here.day_start FROM fulfilment f JOIN here USING (site_id)
    WHERE f.state IN ('handed_over', 'delivered') AND f.site_id = ANY(%s) AND f.since >= %s
    AND f.since >= here.day_start
), gone AS (
    SELECT order_id FROM moved WHERE state = 'handed_over' UNION SELECT m.order_id FROM moved m
    CROSS JOIN LATERAL (SELECT max(handed_over_at) AS at FROM parcel p WHERE p.fulfilment_id = m.fulfilment_id) p
    WHERE m.state = 'delivered' AND p.at >= m.day_start
), there AS (
    SELECT DISTINCT m.order_id FROM moved m CROSS JOIN LATERAL (
        SELECT state FROM orders o WHERE o.order_id = m.order_id LIMIT 1) o
    WHERE m.state = 'delivered' AND o.state = 'delivered'
)
SELECT (SELECT count(*)::int FROM orders WHERE placed_at >= %s) AS placed,
    (SELECT count(*)::int FROM gone) AS handed_over, (SELECT count(*)::int FROM there) AS delivered
"""


def flow_query(days: Days) -> Query:
    """One row (placed, handed_over, delivered): orders since the days began."""
    sites, starts = list(days.site_ids), list(days.starts)
    return (_FLOW, sites, starts, sites, days.first, days.first)


def stopped_because(tx: Transaction, order_ids: Collection[str]) -> Mapping[str, Any]:
    """The newest row (order_id, cause, actor, occurred_at) of who stopped each order, and why."""
    rows = tx.rows(
        "SELECT DISTINCT ON (t.object_id) t.object_id AS order_id, j.cause, j.actor, j.occurred_at FROM touched t "
        "JOIN journal j USING (event_id) WHERE t.object_type = 'order' AND t.object_id = ANY(%s) "
        "AND j.kind = 'OrderHeld' ORDER BY t.object_id, j.event_id DESC",
        list(order_ids),
    )
    return {row.order_id: row for row in rows}


def awaited(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    """Rows (order_id, item_id, quantity, due_at, supplier_id) of what orders wait for.

    Units no stock has, with the next inbound of the item that is not promised to others yet (None: nobody brings
    any), and units held on an inbound.
    """
    return tx.rows(
        "SELECT d.order_id, d.item_id, d.waiting AS quantity, i.due_at, coalesce(i.supplier_id, '') AS supplier_id "
        "FROM demand d LEFT JOIN LATERAL (SELECT due_at, supplier_id FROM inbound i WHERE i.item_id = d.item_id "
        "AND i.expected > i.received + i.held ORDER BY due_at LIMIT 1) i ON true "
        "WHERE d.order_id = ANY(%s) AND d.waiting > 0 UNION ALL "
        "SELECT h.order_id, h.item_id, sum(h.quantity)::bigint, i.due_at, i.supplier_id FROM hold h "
        "JOIN inbound i USING (inbound_id) WHERE h.order_id = ANY(%s) AND h.state = 'active' AND h.inbound_id <> '' "
        "GROUP BY h.order_id, h.item_id, i.due_at, i.supplier_id ORDER BY 1, 4, 2",
        list(order_ids),
        list(order_ids),
    )


def short_tasks(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    """Rows (order_id, item_id, place_id, missing) of what pickers did not find, newest first."""
    return tx.rows(
        "SELECT f.order_id, t.item_id, t.place_id, t.quantity - t.picked AS missing FROM fulfilment f "
        "JOIN pick_task t USING (fulfilment_id) WHERE f.order_id = ANY(%s) AND t.state = 'short' "
        "ORDER BY t.task_id DESC",
        list(order_ids),
    )


def tasks_left(tx: Transaction, fulfilment_ids: Collection[str]) -> Mapping[str, Any]:
    """The row (fulfilment_id, left_over, of) of each: pick tasks still open, and how many there are."""
    rows = tx.rows(
        "SELECT fulfilment_id, count(*) FILTER (WHERE state = 'open')::int AS left_over, count(*)::int AS of "
        "FROM pick_task WHERE fulfilment_id = ANY(%s) AND state <> 'cancelled' GROUP BY fulfilment_id",
        list(fulfilment_ids),
    )
    return {row.fulfilment_id: row for row in rows}


def parcels_now(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    """Rows of standing parcels (sscc, milestone, state) with the newest label, its run's trouble and its last scan."""
    return tx.rows(
        "SELECT p.fulfilment_id, p.sscc, p.state, p.milestone, l.carrier_id, l.state AS label_state, l.says, "
        "coalesce(d.trouble, '') AS trouble, coalesce(s.scan_place, '') AS place FROM parcel p "
        "LEFT JOIN LATERAL (SELECT * FROM label WHERE label.sscc = p.sscc ORDER BY label_id DESC LIMIT 1) l ON true "
        f"LEFT JOIN due d ON d.verb = '{SEND_LABEL}' AND d.key = l.label_id "
        "LEFT JOIN LATERAL (SELECT scan_place FROM scan WHERE scan.sscc = p.sscc ORDER BY scanned_at DESC LIMIT 1) s "
        "ON true WHERE p.fulfilment_id = ANY(%s) AND p.state <> 'unpacked' ORDER BY p.sscc",
        list(fulfilment_ids),
    )
