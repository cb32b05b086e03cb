"""What was learned, and what there is to learn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from doorstep.promising.accuracy import Looks
from doorstep.promising.learned import Seen
from doorstep.promising.parcels import Parting
from doorstep.storage.definitions import definition
from doorstep.storage.transaction import Query, Transaction

_COLUMNS = (
    "service_id, origin, destination, days::text AS days, never, expected::text AS expected, waiting::text AS waiting, "
    "expected_apart_ppm, apart_ppm"
)
TRANSITS: Query = (f"SELECT {_COLUMNS} FROM transit",)
_IN = "(t.destination = %s OR t.origin = '')"


def transits_to_query(destination: str) -> Query:
    return (f"SELECT {_COLUMNS} FROM transit t WHERE {_IN}", destination)


def transits(tx: Transaction, query: Query = TRANSITS) -> dict[tuple[str, str, str], Seen]:
    """What was learned, as `promising.learned.Transits` has it: what has parcels."""
    return {
        (row.service_id, row.origin, row.destination): _seen(
            *(row.days, row.never, row.expected, row.waiting, row.expected_apart_ppm, row.apart_ppm)
        )
        for row in tx.rows(*query)
    }


@lru_cache(maxsize=50_000)
def _seen(days: str, never: int, expected: str, waiting: str, expected_apart: int = 0, apart: int = 0) -> Seen:
    """What was seen of a lane stands for a day or more, and is asked for with every order."""
    parting = Parting(expected_apart, apart)
    return Seen.of(json.loads(days), never, json.loads(expected), json.loads(waiting), parting)


_SHUT = (
    "NOT o.terms->'receives'->'weekdays' @> "
    "to_jsonb(extract(isodow FROM m.reached_at AT TIME ZONE (o.terms->'receives'->>'zone'))::int - 1)"
)


@dataclass(frozen=True, slots=True)
class ZonesOf:
    """A service's zones: of lanes from an area to areas whose first `head` characters are so."""

    service_id: str
    head: int = 0
    lanes: tuple[tuple[str, str, str], ...] = ()  # origin, head of the destination, zone

    @property
    def columns(self) -> tuple[list[str], list[str], list[str], int]:
        origins, heads, zones = ([lane[column] for lane in self.lanes] for column in range(3))
        return origins, heads, zones, self.head


_ZONED = (
    "LEFT JOIN unnest(%s::text[], %s::text[], %s::text[]) AS z (origin, head, zone) "
    "ON z.origin = s.area AND z.head = left(o.area, %s) "
)


def lanes(tx: Transaction, service_id: str, head: int) -> list[Any]:
    """Rows (origin, head): the areas of sites, and the heads of areas to which the service ever took something."""
    return tx.rows(
        "SELECT DISTINCT s.area AS origin, left(o.area, %s) AS head FROM fulfilment f JOIN orders o USING (order_id) "
        "JOIN site s ON s.site_id = f.site_id WHERE f.service_id = %s AND f.state IN ('handed_over', 'delivered')",
        head,
        service_id,
    )


def travelled(tx: Transaction, zones: ZonesOf, wall: str) -> list[Any]:
    """Rows (origin, destination, zone, left_on, came_on, parcels) of delivered parcels that left at a known time.

    Regions; dates on the site's wall and on `wall`. A driver who found a consignee's door shut on a day on
    which nothing is received there had come: the wait is the consignee's, and is reckoned apart.
    """
    return tx.rows(
        "SELECT left(s.area, 4) AS origin, left(o.area, 4) AS destination, coalesce(z.zone, '') AS zone, "
        "(p.handed_over_at AT TIME ZONE (s.calendar->>'zone'))::date AS left_on, "
        "(coalesce(m.reached_at, p.delivered_at) AT TIME ZONE %s)::date AS came_on, count(*) AS parcels "
        "FROM parcel p JOIN fulfilment f USING (fulfilment_id) JOIN orders o ON o.order_id = p.order_id "
        "JOIN site s ON s.site_id = p.site_id LEFT JOIN milestone m ON m.sscc = p.sscc AND m.milestone = 'attempted' "
        f"AND m.reached_at < p.delivered_at AND {_SHUT} {_ZONED}"
        "WHERE f.service_id = %s AND p.state = 'delivered' AND p.handed_over_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5",
        wall,
        *zones.columns,
        zones.service_id,
    )


def of_several_parcels(tx: Transaction, zones: ZonesOf, wall: str) -> list[Any]:
    """Rows (origin, destination, zone, parcels, shipments, apart) of fulfilment orders of several parcels that left on
    one day and have all come: how many there were of so many parcels, and how many came on more than one day of `wall`.
    """
    return tx.rows(
        "SELECT origin, destination, zone, parcels, count(*) AS shipments, count(*) FILTER (WHERE came > 1) AS apart "
        "FROM (SELECT left(s.area, 4) AS origin, left(o.area, 4) AS destination, coalesce(z.zone, '') AS zone, "
        "count(*)::int AS parcels, "
        "count(DISTINCT (p.delivered_at AT TIME ZONE %s)::date) AS came "
        "FROM fulfilment f JOIN parcel p USING (fulfilment_id) JOIN orders o ON o.order_id = f.order_id "
        f"JOIN site s ON s.site_id = f.site_id {_ZONED}"
        "WHERE f.service_id = %s AND f.state = 'delivered' AND p.state <> 'unpacked' GROUP BY f.fulfilment_id, 1, 2, 3 "
        "HAVING count(*) > 1 AND bool_and(p.state = 'delivered' AND p.handed_over_at IS NOT NULL) "
        "AND max(p.handed_over_at) - min(p.handed_over_at) < interval '1 hour'"
        ") shipment GROUP BY 1, 2, 3, 4",
        wall,
        *zones.columns,
        zones.service_id,
    )


def missing(tx: Transaction, zones: ZonesOf, since_days: int) -> list[Any]:
    """Rows (origin, destination, zone, parcels) of what was handed over more than `since_days` ago and has not come."""
    return tx.rows(
        "SELECT left(s.area, 4) AS origin, left(o.area, 4) AS destination, coalesce(z.zone, '') AS zone, "
        "count(*) AS parcels FROM parcel p JOIN fulfilment f USING (fulfilment_id) "
        f"JOIN orders o ON o.order_id = p.order_id JOIN site s ON s.site_id = p.site_id {_ZONED}"
        "WHERE f.service_id = %s AND p.state = 'handed_over' "
        "AND p.handed_over_at < %s - make_interval(days => %s) GROUP BY 1, 2, 3",
        *zones.columns,
        zones.service_id,
        tx.now,
        since_days,
    )


def under_way(tx: Transaction, zones: ZonesOf) -> list[Any]:
    """Rows (origin, destination, zone, left_on, parcels) of what was handed over at a known time and has not come.

    What is before a shut door is left out: it has come as far as the carrier can bring it.
    """
    return tx.rows(
        "SELECT left(s.area, 4) AS origin, left(o.area, 4) AS destination, coalesce(z.zone, '') AS zone, "
        "(p.handed_over_at AT TIME ZONE (s.calendar->>'zone'))::date AS left_on, count(*) AS parcels "
        "FROM parcel p JOIN fulfilment f USING (fulfilment_id) JOIN orders o ON o.order_id = p.order_id "
        f"JOIN site s ON s.site_id = p.site_id LEFT JOIN milestone m ON m.sscc = p.sscc "
        f"AND m.milestone = 'attempted' AND {_SHUT} {_ZONED}"
        "WHERE f.service_id = %s AND p.state = 'handed_over' AND p.handed_over_at IS NOT NULL AND m.sscc IS NULL "
        "GROUP BY 1, 2, 3, 4",
        *zones.columns,
        zones.service_id,
    )


def handled(tx: Transaction, since_days: int) -> list[Any]:
    """Rows (site_id, cleared_at, released_at, packed_at, tells) of fulfilment orders cleared in so many days.

    `packed_at` is when the last of its parcels was. `tells`: nothing but work kept it from the dock: no goods that were
    on their way, no day it waited for, nobody who stopped the order, no site that said no to it; and it is known when
    it was packed, which a history that knows only hand-overs does not say.
    """
    return tx.rows(
        "SELECT f.site_id, o.cleared_at, w.released_at, p.packed_at, NOT f.waits_for_day AND NOT o.stopped "
        "AND coalesce(p.known, o.state = 'open') "
        "AND NOT EXISTS (SELECT FROM hold h WHERE h.order_id = f.order_id AND h.inbound_id <> '') "
        "AND NOT EXISTS (SELECT FROM asking a WHERE a.order_id = f.order_id AND a.state = 'declined') "
        "AS tells FROM fulfilment f JOIN orders o USING (order_id) LEFT JOIN wave w ON w.wave_id = f.wave_id "
        "LEFT JOIN LATERAL (SELECT max(packed_at) AS packed_at, "
        "  bool_and(state = 'packed' OR coalesce(packed_at < handed_over_at, false)) AS known "
        "  FROM parcel WHERE fulfilment_id = f.fulfilment_id AND state <> 'unpacked' "
        "  AND f.state IN ('packed', 'labelled', 'handed_over', 'delivered')) p ON true "
        "WHERE o.cleared_at > %s - make_interval(days => %s) AND f.state <> 'cancelled' "
        "AND (p.packed_at IS NOT NULL OR f.state IN ('planned', 'released', 'picked')) ORDER BY f.site_id",
        tx.now,
        since_days,
    )


HANDLING: Query = definition(
    "SELECT site_id, taken::text AS taken, waiting::text AS waiting, shipments FROM handling ORDER BY site_id"
)


def handling(tx: Transaction) -> dict[str, Seen]:
    """What was learned of the work at each site, as `promising.handling.work_of` takes it."""
    return {row.site_id: _seen(row.taken, 0, "{}", row.waiting) for row in tx.rows(*HANDLING)}


def delivered_to_us(tx: Transaction, since_days: int) -> list[Any]:
    """Rows (supplier_id, site_id, due_at, came_at) of what suppliers named so many days ago or later.

    `due_at` is what was named first; `came_at` is when the last of it came, None where some has not.
    """
    facts = (
        "FROM touched t JOIN journal j USING (event_id) WHERE t.object_type = 'inbound' AND t.object_id = i.inbound_id"
    )
    return tx.rows(
        "SELECT i.supplier_id, i.site_id, e.due_at, CASE WHEN i.received >= i.expected THEN "
        f"(SELECT max(j.occurred_at) {facts} AND t.qualifier = 'received') END AS came_at FROM inbound i "
        f"CROSS JOIN LATERAL (SELECT min((j.body ->> 'due_at')::timestamptz) AS due_at {facts} "
        "AND t.qualifier = 'expected') e WHERE i.supplier_id <> '' AND i.expected > 0 "
        "AND e.due_at > %s - make_interval(days => %s) ORDER BY i.supplier_id, i.inbound_id",
        tx.now,
        since_days,
    )


LATENESS: Query = definition(
    "SELECT supplier_id, days::text AS days, waiting::text AS waiting, never FROM lateness ORDER BY supplier_id"
)


def lateness(tx: Transaction) -> dict[str, Seen]:
    """What was learned of each supplier, as `promising.suppliers.lateness_of` takes it."""
    return {row.supplier_id: _seen(row.days, row.never, "{}", row.waiting) for row in tx.rows(*LATENESS)}


def looked(tx: Transaction, since_weeks: int) -> list[Any]:
    """Rows (site_id, weeks, looks, doubts_ppm, short) of picks and counts of so many weeks, by how many weeks ago.

    `doubts_ppm` is what was doubted beforehand, added up; `short` of them found less than the books showed.
    """
    weeks = "floor(extract(epoch FROM %s - {at}) / 604800)::int AS weeks"
    return tx.rows(
        "SELECT site_id, weeks, count(*) AS looks, sum(doubt_ppm)::bigint AS doubts_ppm, "
        "count(*) FILTER (WHERE found_less) AS short FROM ("
        f"SELECT w.site_id, {weeks.format(at='w.released_at')}, t.doubt_ppm, t.state = 'short' AS found_less "
        "FROM wave w JOIN fulfilment f USING (wave_id) JOIN pick_task t USING (fulfilment_id) "
        "WHERE t.state IN ('picked', 'short') AND t.doubt_ppm IS NOT NULL "
        "AND w.released_at > %s - make_interval(weeks => %s) "
        f"UNION ALL SELECT j.site, {weeks.format(at='j.occurred_at')}, (j.body ->> 'doubt_ppm')::bigint, "
        "(j.body ->> 'counted')::bigint < (j.body ->> 'believed')::bigint "
        "FROM touched t JOIN journal j USING (event_id) WHERE t.object_type = 'count' AND t.qualifier = 'made' "
        "AND j.body ->> 'doubt_ppm' IS NOT NULL AND j.occurred_at > %s - make_interval(weeks => %s)"
        ") seen GROUP BY 1, 2 ORDER BY 1, 2",
        *(tx.now, tx.now, since_weeks, tx.now, tx.now, since_weeks),
    )


ACCURACY: Query = definition("SELECT site_id, looks, expected_ppm, short_ppm FROM accuracy ORDER BY site_id")


def accuracies(tx: Transaction) -> dict[str, tuple[int, Looks]]:
    """How many looks at each site's bins told something, and what, as `promising.accuracy.times_ppm` takes it."""
    return {row.site_id: (row.looks, Looks(row.expected_ppm, row.short_ppm)) for row in tx.rows(*ACCURACY)}


def shipments(tx: Transaction) -> dict[str, int]:
    """How many shipments told something of the work at each site."""
    return {row.site_id: row.shipments for row in tx.rows(*HANDLING)}


def billed_in_the_end(tx: Transaction, steps_g: Sequence[int]) -> list[Any]:
    """Rows (service_id, step, parcels, expected, billed) of labels that were billed, by weight step.

    What is disputed is not billed, until its claim ends without being paid; what a claim was paid is taken off.
    """
    return tx.rows(
        "WITH of_label AS (SELECT label_id, sum(expected_minor) AS expected, "
        "  sum(billed_minor - disputed_minor) AS kept "
        "  FROM invoice_line WHERE label_id <> '' GROUP BY 1 HAVING sum(expected_minor) > 0), "
        "ended AS (SELECT label_id, sum(CASE WHEN kind = 'overcharge' THEN claimed_minor - paid_minor "
        "  ELSE -paid_minor END) AS minor FROM claim WHERE label_id <> '' AND kind IN ('overcharge', 'late_refund') "
        "  AND state IN ('paid', 'refused', 'expired', 'withdrawn') GROUP BY 1) "
        "SELECT l.service_id, width_bucket(p.weight_g - 1, %s::bigint[]) AS step, count(*) AS parcels, "
        "sum(b.expected)::bigint AS expected, sum(b.kept + coalesce(e.minor, 0))::bigint AS billed "
        "FROM of_label b JOIN label l USING (label_id) JOIN parcel p USING (sscc) LEFT JOIN ended e USING (label_id) "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        list(steps_g),
    )


BILLING: Query = definition("SELECT service_id, steps::text AS text FROM billing ORDER BY service_id")


def billing(tx: Transaction) -> dict[str, dict[str, list[int]]]:
    """What was learned of bills: by service, by weight step, parcels, expected and billed."""
    return {row.service_id: row.steps for row in tx.rows("SELECT service_id, steps FROM billing")}
