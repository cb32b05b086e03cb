"""What was learned, and what there is to learn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from doorstep.promising.learned import Learned, Seen
from doorstep.storage.definitions import definition
from doorstep.storage.transaction import Query, Transaction

_COLUMNS = "service_id, origin, destination, days::text AS days, never, expected::text AS expected"
TRANSITS: Query = (f"SELECT {_COLUMNS} FROM transit",)
_IN = "(t.destination = %s OR t.destination = '')"


def transits_to_query(destination: str) -> Query:
    return (f"SELECT {_COLUMNS} FROM transit t WHERE {_IN}", destination)


def transits(tx: Transaction, query: Query = TRANSITS) -> dict[tuple[str, str, str], Learned]:
    """What was learned by (service, origin, destination), the lanes of regions that have parcels."""
    rows = {
        (row.service_id, row.origin, row.destination): _seen(row.days, row.never, row.expected)
        for row in tx.rows(*query)
    }
    whole = {service_id: seen for (service_id, origin, _), seen in rows.items() if not origin}
    return {key: Learned(seen, whole.get(key[0], Seen())) for key, seen in rows.items()}


@lru_cache(maxsize=50_000)
def _seen(days: str, never: int, expected: str | None) -> Seen:
    """What was seen of a lane stands for a day or more, and is asked for with every order."""
    return Seen.of(json.loads(days), never, json.loads(expected) if expected else None)


def travelled(tx: Transaction, service_id: str, zone: str) -> list[Any]:
    """Rows (origin, destination, left_on, came_on, parcels) of a service's delivered parcels that left at a known time.

    Regions; dates on the site's wall and on the wall of `zone`.
    """
    return tx.rows(
        "SELECT left(s.area, 4) AS origin, left(o.area, 4) AS destination, "
        "(p.handed_over_at AT TIME ZONE (s.calendar->>'zone'))::date AS left_on, "
        "(p.delivered_at AT TIME ZONE %s)::date AS came_on, count(*) AS parcels "
        "FROM parcel p JOIN fulfilment f USING (fulfilment_id) JOIN orders o ON o.order_id = p.order_id "
        "JOIN site s ON s.site_id = p.site_id "
        "WHERE f.service_id = %s AND p.state = 'delivered' AND p.handed_over_at IS NOT NULL GROUP BY 1, 2, 3, 4",
        zone,
        service_id,
    )


def missing(tx: Transaction, service_id: str, since_days: int) -> list[Any]:
    """Rows (origin, destination, parcels) of what was handed over more than `since_days` ago and has not come."""
    return tx.rows(
        "SELECT left(s.area, 4) AS origin, left(o.area, 4) AS destination, count(*) AS parcels "
        "FROM parcel p JOIN fulfilment f USING (fulfilment_id) JOIN orders o ON o.order_id = p.order_id "
        "JOIN site s ON s.site_id = p.site_id WHERE f.service_id = %s AND p.state = 'handed_over' "
        "AND p.handed_over_at < %s - make_interval(days => %s) GROUP BY 1, 2",
        service_id,
        tx.now,
        since_days,
    )


def under_way(tx: Transaction, service_id: str) -> list[Any]:
    """Rows (origin, destination, left_on, parcels) of what was handed over at a known time and has not come yet."""
    return tx.rows(
        "SELECT left(s.area, 4) AS origin, left(o.area, 4) AS destination, "
        "(p.handed_over_at AT TIME ZONE (s.calendar->>'zone'))::date AS left_on, count(*) AS parcels "
        "FROM parcel p JOIN fulfilment f USING (fulfilment_id) JOIN orders o ON o.order_id = p.order_id "
        "JOIN site s ON s.site_id = p.site_id "
        "WHERE f.service_id = %s AND p.state = 'handed_over' AND p.handed_over_at IS NOT NULL GROUP BY 1, 2, 3",
        service_id,
    )


def handled(tx: Transaction) -> list[Any]:
    """Rows (site_id, cleared_at, handed_over_at) of parcels whose order was cleared before they left."""
    return tx.rows(
        "SELECT p.site_id, o.cleared_at, p.handed_over_at FROM parcel p JOIN orders o USING (order_id) "
        "WHERE p.state IN ('handed_over', 'delivered') AND p.handed_over_at > o.cleared_at ORDER BY p.site_id"
    )


def known_handling(tx: Transaction) -> dict[str, dict[str, int]]:
    return {row.site_id: row.hours for row in tx.rows("SELECT site_id, hours FROM handling")}


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
