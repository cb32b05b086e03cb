"""The own fleet: vehicles of a site, what is to go with them on a day, its routes and their stops."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.fleet import FleetVehicle

_VEHICLE = TypeAdapter(FleetVehicle)


def vehicles(tx: Transaction, site_id: str = "") -> tuple[FleetVehicle, ...]:
    """Those of a site, or of all, by their ids."""
    rows = tx.rows(
        "SELECT vehicle::text AS text FROM vehicle WHERE %s = '' OR site_id = %s ORDER BY vehicle_id", site_id, site_id
    )
    return tuple(_VEHICLE.validate_json(row.text) for row in rows)


def lock_fleet(tx: Transaction, site_id: str) -> None:
    """Nobody else plans or drives routes of the site until this step is over."""
    tx.rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"fleet {site_id}")


_GOING = (
    "SELECT f.fulfilment_id, f.order_id, f.service_id, f.state, f.departs, o.person_ref, o.area, o.agreed_by, "
    "o.terms::text AS terms_text, o.reference FROM fulfilment f JOIN orders o USING (order_id)"
)


def those(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    """Fulfilment orders with whom they go to."""
    return tx.rows(
        f"{_GOING} WHERE f.fulfilment_id = ANY(%s) ORDER BY f.order_id, f.fulfilment_id", list(fulfilment_ids)
    )


def to_drive(tx: Transaction, site_id: str, service_ids: Collection[str], day: date, until: datetime) -> list[Any]:
    """Fulfilment orders that are to leave a site on a day by one of its own services, or should have left before and
    stand there still, or came back; with whom they go to. Those on a route that is out, or was driven today, are not.

    `until` is the end of the day on the site's wall; what is only planned and should have left before is planned anew.
    """
    return tx.rows(
        f"{_GOING} WHERE f.site_id = %s AND f.service_id = ANY(%s) AND f.departs < %s "
        "AND o.state = 'open' AND NOT o.stopped AND ("
        "  f.state IN ('released', 'picked', 'packed', 'labelled') "
        "  OR (f.state = 'planned' AND f.departs >= %s - interval '1 day') "
        "  OR (f.state = 'handed_over' AND EXISTS (SELECT FROM parcel p WHERE p.fulfilment_id = f.fulfilment_id "
        "      AND p.state = 'handed_over'))) "
        "AND NOT EXISTS (SELECT FROM route_stop s JOIN route r USING (route_id) WHERE r.site_id = f.site_id "
        "  AND s.fulfilment_ids ? f.fulfilment_id AND (r.state = 'out' OR (r.state = 'ended' AND r.day = %s))) "
        "ORDER BY f.order_id, f.fulfilment_id",
        site_id,
        list(service_ids),
        until,
        until,
        day,
    )


def loads(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    """Rows (fulfilment_id, sscc, weight_g, length_mm, width_mm, height_mm, state) of parcels that are not delivered."""
    return tx.rows(
        "SELECT fulfilment_id, sscc, weight_g, length_mm, width_mm, height_mm, state FROM parcel "
        "WHERE fulfilment_id = ANY(%s) AND state IN ('packed', 'handed_over') ORDER BY sscc",
        list(fulfilment_ids),
    )


def all_loads(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    """Rows (fulfilment_id, sscc, weight_g, length_mm, width_mm, height_mm) of parcels that stand, wherever they are
    by now."""
    return tx.rows(
        "SELECT fulfilment_id, sscc, weight_g, length_mm, width_mm, height_mm FROM parcel "
        "WHERE fulfilment_id = ANY(%s) AND state <> 'unpacked' ORDER BY sscc",
        list(fulfilment_ids),
    )


def route(tx: Transaction, route_id: str) -> Any:
    return tx.one("SELECT * FROM route WHERE route_id = %s", route_id)


def routes_of_day(tx: Transaction, site_id: str, day: date) -> list[Any]:
    """Its routes that were not called off, by vehicle."""
    return tx.rows(
        "SELECT * FROM route WHERE site_id = %s AND day = %s AND state <> 'called_off' ORDER BY vehicle_id, route_id",
        site_id,
        day,
    )


def not_left(tx: Transaction, site_id: str, day: date) -> tuple[str, ...]:
    """Routes of a day, or of one before, that are planned and have not left."""
    rows = tx.rows(
        "SELECT route_id FROM route WHERE site_id = %s AND day <= %s AND state = 'planned' ORDER BY route_id",
        site_id,
        day,
    )
    return tuple(row.route_id for row in rows)


def stops(tx: Transaction, route_ids: Collection[str]) -> list[Any]:
    """The halts of routes in their order."""
    return tx.rows(
        "SELECT * FROM route_stop WHERE route_id = ANY(%s) ORDER BY route_id, visit_no, stop_id", list(route_ids)
    )


# What each fulfilment order of a stop was told first: by its own route, or by one that never left, since it was last on
# one that did. Of a stop of several the one that ends first. Plans are found by their orders, each is opened once.
_FIRST_WINDOWS = """
WITH mine AS (
    SELECT s.route_id, s.stop_id, f AS fulfilment_id FROM route_stop s
    CROSS JOIN LATERAL jsonb_array_elements_text(s.fulfilment_ids) f
    WHERE s.route_id = ANY(%s) AND s.doing = 'stop'
), plans AS (
    SELECT DISTINCT t.event_id FROM touched t JOIN (
        SELECT DISTINCT o AS order_id FROM route_stop s CROSS JOIN LATERAL jsonb_array_elements_text(s.order_ids) o
        WHERE s.route_id = ANY(%s)
    ) mine_too ON t.object_type = 'order' AND t.object_id = mine_too.order_id AND t.qualifier = 'on a route'
), told AS (
    SELECT j.event_id, r ->> 'route_id' AS route_id, f AS fulfilment_id,
        (v ->> 'window_from')::timestamptz AS window_from, (v ->> 'window_until')::timestamptz AS window_until
    FROM plans JOIN journal j USING (event_id)
    CROSS JOIN LATERAL jsonb_array_elements(j.body -> 'routes') r
    CROSS JOIN LATERAL jsonb_array_elements(r -> 'visits') v
    CROSS JOIN LATERAL jsonb_array_elements_text(v -> 'fulfilment_ids') f
    WHERE j.kind = 'RoutesPlanned'
), heard AS (
    SELECT m.*, told.event_id, told.window_from, told.window_until, told.route_id = m.route_id AS own,
        r.state = 'called_off' AS called_off,
        min(told.event_id) FILTER (WHERE told.route_id = m.route_id) OVER one AS begins
    FROM mine m JOIN told USING (fulfilment_id) JOIN route r ON r.route_id = told.route_id
    WINDOW one AS (PARTITION BY m.route_id, m.stop_id, m.fulfilment_id)
), since AS (
    SELECT heard.*, max(event_id) FILTER (WHERE NOT own AND NOT called_off AND event_id < begins)
        OVER (PARTITION BY route_id, stop_id, fulfilment_id) AS driven
    FROM heard
), firsts AS (
    SELECT DISTINCT ON (route_id, stop_id, fulfilment_id) * FROM since
    WHERE (own OR called_off) AND event_id > coalesce(driven, 0)
    ORDER BY route_id, stop_id, fulfilment_id, event_id
)
SELECT DISTINCT ON (route_id, stop_id) route_id, stop_id, window_from, window_until FROM firsts
ORDER BY route_id, stop_id, window_until, window_from
"""


def first_windows(tx: Transaction, route_ids: Collection[str]) -> dict[tuple[str, str], Any]:
    """Rows (route_id, stop_id, window_from, window_until) by route and stop: what those a stop is of were told first,
    by this route or one that was called off before it left; what came back from a route is told anew."""
    rows = tx.rows(_FIRST_WINDOWS, list(route_ids), list(route_ids))
    return {(row.route_id, row.stop_id): row for row in rows}


def planned_day(tx: Transaction, site_id: str, day: date) -> Any:
    """What the last plan of a day left out, and where its distances came from."""
    return tx.one("SELECT * FROM route_day WHERE site_id = %s AND day = %s", site_id, day)


def days_with_stops_left(tx: Transaction) -> list[Any]:
    """Rows (site_id, day, unplaced) of plans of the last day and on in which stops are on no route."""
    return tx.rows(
        "SELECT site_id, day, unplaced FROM route_day WHERE unplaced <> '[]' AND day >= %s::date - 1 "
        "ORDER BY site_id, day",
        tx.now,
    )


def where_orders_go(tx: Transaction, order_ids: Collection[str]) -> dict[str, Any]:
    """Rows (order_id, reference, person_ref, terms_text) by order."""
    rows = tx.rows(
        "SELECT order_id, reference, customer_id, person_ref, area, agreed_by, terms::text AS terms_text FROM orders "
        "WHERE order_id = ANY(%s)",
        list(order_ids),
    )
    return {row.order_id: row for row in rows}


def forgotten(tx: Transaction, before: datetime) -> list[Any]:
    """Routes under way with no stop left that were to be back before; `last_at` is when the last stop was told."""
    return tx.rows(
        "SELECT r.*, max(s.at) AS last_at FROM route r JOIN route_stop s USING (route_id) WHERE r.state = 'out' "
        "AND r.ends_at < %s GROUP BY r.route_id HAVING bool_and(s.doing <> 'stop' OR s.state <> 'planned') "
        "AND max(s.at) IS NOT NULL ORDER BY r.route_id",
        before,
    )


def to_load(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    """Parcels of these that can leave, or came back: packed with a label, or with us on their way."""
    return tx.rows(
        "SELECT p.sscc, p.fulfilment_id, p.order_id, p.state, l.carrier_id, l.tracking_number FROM parcel p "
        "JOIN label l ON l.sscc = p.sscc AND l.state = 'bought' WHERE p.fulfilment_id = ANY(%s) "
        "AND p.state IN ('packed', 'handed_over') ORDER BY p.sscc",
        list(fulfilment_ids),
    )


def numbers_of(tx: Transaction, ssccs: Collection[str]) -> dict[str, Any]:
    """Rows (sscc, order_id, label_id, carrier_id, tracking_number, cost_minor, currency, weight_g) by parcel."""
    rows = tx.rows(
        "SELECT l.sscc, l.order_id, l.label_id, l.carrier_id, l.tracking_number, l.cost_minor, l.currency, p.weight_g, "
        "EXISTS (SELECT FROM route_share s WHERE s.label_id = l.label_id) AS shared "
        "FROM label l JOIN parcel p USING (sscc) WHERE l.state = 'bought' AND l.sscc = ANY(%s) ORDER BY l.sscc",
        list(ssccs),
    )
    return {row.sscc: row for row in rows}


def windows_of_order(order_id: str) -> Query:
    """Rows (window_from, window_until, fulfilment_ids, zone) of an order's stops that are still before a vehicle."""
    return (
        "SELECT s.window_from, s.window_until, s.fulfilment_ids, t.calendar ->> 'zone' AS zone FROM route_stop s "
        "JOIN route r USING (route_id) JOIN site t USING (site_id) "
        "WHERE r.state IN ('planned', 'out') AND s.order_ids ? %s AND s.doing = 'stop' AND s.state = 'planned' "
        "ORDER BY s.window_from",
        order_id,
    )
