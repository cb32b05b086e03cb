"""How promises were kept: by month, lane and service, each with how many orders it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.flow.look_targets import ClassKept, classes_in
from doorstep.flow.office import Office
from doorstep.goals.rates import interval_ppm, share_ppm
from doorstep.storage.transaction import Transaction

_THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """How the promises of a group of orders ended; `group` is its month, lane or service, '' all of them.

    An order counts as kept when it was there in full inside its window, as not kept when it came otherwise or its
    window passed without it; cancelled ones and ones still under way are in `orders` alone. `kept_ppm` is of those
    delivered, `kept_of_all_ppm` of all orders; `low_ppm` to `high_ppm` is how sure the first is. `promised_days` and
    `actual_days` are means over delivered orders in thousandths of a day, from order to last day and to delivery.
    """

    group: str
    orders: int
    delivered: int
    kept: int
    late: int
    early: int
    undelivered: int
    kept_ppm: int | None
    low_ppm: int
    high_ppm: int
    kept_of_all_ppm: int | None
    promised_days: int | None
    actual_days: int | None


@dataclass(frozen=True, slots=True)
class Scores:
    """Against the promise first made: all orders, by month of ordering, lane and service, and classes with their goals.

    An order that came from several sites stands on each of their lanes and services.
    """

    zone: str
    whole: Kept
    months: tuple[Kept, ...]
    lanes: tuple[Kept, ...]
    services: tuple[Kept, ...]
    classes: tuple[ClassKept, ...]


_ORDERS = """
WITH judged AS (
    SELECT o.order_id, o.state, s.kept, s.reason, o.delivered_on, s.last_day, o.area,
        to_char(o.placed_at AT TIME ZONE %s, 'YYYY-MM') AS month, (o.placed_at AT TIME ZONE %s)::date AS placed_on
    FROM orders o LEFT JOIN score s ON s.order_id = o.order_id AND s.against = 'first'
), ways AS (
    SELECT f.order_id, f.service_id, left(t.area, 4) AS origin
    FROM fulfilment f JOIN site t USING (site_id) WHERE f.state <> 'cancelled'
), lanes AS (
    SELECT DISTINCT order_id, origin FROM ways
), services AS (
    SELECT DISTINCT order_id, service_id FROM ways
)
"""
_SUMS = """
    count(*) AS orders, count(*) FILTER (WHERE state = 'delivered') AS delivered,
    count(*) FILTER (WHERE kept) AS kept, count(*) FILTER (WHERE reason = 'late') AS late,
    count(*) FILTER (WHERE reason = 'early') AS early,
    count(*) FILTER (WHERE reason = 'never delivered') AS undelivered,
    coalesce(sum(last_day - placed_on) FILTER (WHERE state = 'delivered'), 0) AS promised_sum,
    coalesce(sum(delivered_on - placed_on) FILTER (WHERE state = 'delivered'), 0) AS actual_sum
"""


def scores(office: Office, zone: str) -> Scores:
    """How promises were kept, months and days of ordering on the wall of `zone`."""
    with office.store.reading(wide=True) as tx:
        return scores_in(tx, zone)


def scores_in(tx: Transaction, zone: str) -> Scores:
    """The same inside a look at the database."""
    lane = "lanes.origin || ' > ' || left(judged.area, 4)"
    (whole,) = _grouped(tx, zone, "''", "FROM judged")
    return Scores(
        zone=zone,
        whole=whole,
        months=_grouped(tx, zone, "month", "FROM judged"),
        lanes=_grouped(tx, zone, lane, "FROM judged JOIN lanes USING (order_id)"),
        services=_grouped(tx, zone, "services.service_id", "FROM judged JOIN services USING (order_id)"),
        classes=classes_in(tx),
    )


def _grouped(tx: Transaction, zone: str, group: str, source: str) -> tuple[Kept, ...]:
    order = "GROUP BY 1 ORDER BY 1" if group != "''" else ""
    sql = f"{_ORDERS} SELECT {group} AS grouped, {_SUMS} {source} {order}"
    return tuple(_kept(row) for row in tx.rows(sql, zone, zone))


def _kept(row: object) -> Kept:
    orders, delivered, kept, late, early, undelivered, promised, actual = _numbers(row)
    low, high = interval_ppm(kept, delivered)
    return Kept(
        group=str(getattr(row, "grouped", "")),
        orders=orders,
        delivered=delivered,
        kept=kept,
        late=late,
        early=early,
        undelivered=undelivered,
        kept_ppm=share_ppm(kept, delivered),
        low_ppm=low,
        high_ppm=high,
        kept_of_all_ppm=share_ppm(kept, orders),
        promised_days=_mean(promised, delivered),
        actual_days=_mean(actual, delivered),
    )


def _numbers(row: object) -> Sequence[int]:
    names = ("orders", "delivered", "kept", "late", "early", "undelivered", "promised_sum", "actual_sum")
    return [int(getattr(row, name)) for name in names]


def _mean(total_days: int, of: int) -> int | None:
    """In thousandths, rounded half up."""
    return (2 * total_days * _THOUSAND + of) // (2 * of) if of else None
