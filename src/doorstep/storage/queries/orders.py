"""Orders as they stand: what is wanted, promised, planned, and how far each has come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from doorstep.storage.transaction import Query, Transaction


def lock(tx: Transaction, order_id: str) -> Any:
    """The order's row, its terms as text, locked for this step: steps on one order follow one another."""
    return tx.one("SELECT *, terms::text AS terms_text FROM orders WHERE order_id = %s FOR UPDATE", order_id)


def lock_all(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    return tx.rows(
        "SELECT *, terms::text AS terms_text FROM orders WHERE order_id = ANY(%s) ORDER BY order_id FOR UPDATE",
        list(order_ids),
    )


def lock_free(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    """Those of them that nobody works on now, locked for this step."""
    return tx.rows(
        "SELECT *, terms::text AS terms_text FROM orders WHERE order_id = ANY(%s) ORDER BY order_id "
        "FOR UPDATE SKIP LOCKED",
        list(order_ids),
    )


def lock_those_of(table: str, keys: Collection[str]) -> Query:
    """Locks the orders that rows of a table belong to, as `lock_all` does; asked before those rows are looked at.

    Rows of these tables stay with their order for ever, so it makes no difference who changes them meanwhile.
    """
    key = {"pick_task": "task_id", "fulfilment": "fulfilment_id", "parcel": "sscc", "label": "label_id"}[table]
    return (
        "SELECT *, terms::text AS terms_text FROM orders WHERE order_id IN "
        f"(SELECT order_id FROM {table} WHERE {key} = ANY(%s)) ORDER BY order_id FOR UPDATE",
        list(keys),
    )


def order(tx: Transaction, order_id: str) -> Any:
    return tx.one(*order_query(order_id))


def order_query(order_id: str) -> Query:
    return ("SELECT *, terms::text AS terms_text FROM orders WHERE order_id = %s", order_id)


def those(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    return tx.rows(
        "SELECT *, terms::text AS terms_text FROM orders WHERE order_id = ANY(%s) ORDER BY order_id", list(order_ids)
    )


def newest_by_class(tx: Transaction, among: int) -> list[Any]:
    """Of the newest orders that were not cancelled, the newest of each class of customers."""
    return tx.rows(
        "SELECT DISTINCT ON (o.terms ->> 'customer_class') o.order_id, o.customer_id, o.person_ref, o.currency FROM "
        "(SELECT * FROM orders WHERE state <> 'cancelled' ORDER BY order_id DESC LIMIT %s) o "
        "ORDER BY o.terms ->> 'customer_class', o.order_id DESC",
        among,
    )


def lines(tx: Transaction, order_id: str) -> list[Any]:
    return tx.rows("SELECT * FROM order_line WHERE order_id = %s ORDER BY line_no", order_id)


def lines_of(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    """The lines of many orders."""
    return tx.rows("SELECT * FROM order_line WHERE order_id = ANY(%s) ORDER BY order_id, line_no", list(order_ids))


def asked(order_ids: Collection[str], lock: bool = False) -> Query:
    """Rows (order_id, asked_from, asked_by, receives), where wanted locked as `lock_all` does.

    `receives` is the calendar as text, None where goods are taken in on every day.
    """
    return (
        "SELECT order_id, asked_from, asked_by, nullif(terms -> 'receives', 'null')::text AS receives "
        "FROM orders WHERE order_id = ANY(%s) ORDER BY order_id" + " FOR UPDATE" * lock,
        list(order_ids),
    )


def demand(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    return tx.rows(*demand_query(order_ids))


def demand_query(order_ids: Collection[str]) -> Query:
    return ("SELECT * FROM demand WHERE order_id = ANY(%s) ORDER BY order_id, line_no, item_id", list(order_ids))


_PLANNABLE = (
    "o.state = 'open' AND NOT o.stopped AND o.cleared_at IS NOT NULL AND EXISTS (SELECT FROM demand d "
    "WHERE d.order_id = o.order_id AND (d.waiting > 0 OR EXISTS (SELECT FROM hold h WHERE h.order_id = d.order_id "
    "AND h.line_no = d.line_no AND h.item_id = d.item_id AND h.state = 'active' AND h.place_id = '')))"
)


_NAMED = (
    "AND (%s::text IS NULL OR coalesce(o.terms ->> 'customer_class', '') = %s) AND (%s::text = '' OR o.order_id = %s)"
)
_ASKED = "SELECT key FROM due WHERE verb = %s AND due_at <= %s"


def plannable(tx: Transaction, verb: str, at_most: int) -> list[Any]:
    return tx.rows(*plannable_query(verb, tx.now, at_most))


def plannable_query(verb: str, now: datetime, at_most: int) -> Query:
    """Orders with units that no released fulfilment order has: cleared, going on, not being worked on by anybody.

    Those that a run was asked for come first, so that many that are planned already keep nobody waiting; then the
    oldest.
    """
    return (
        f"SELECT o.*, o.terms::text AS terms_text FROM orders o WHERE {_PLANNABLE} "
        f"ORDER BY o.order_id IN ({_ASKED}) DESC, o.placed_at, o.order_id LIMIT %s FOR UPDATE OF o SKIP LOCKED",
        verb,
        now,
        at_most,
    )


def still_plannable(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    """Those of them that can be planned and nobody works on, locked for this step."""
    return tx.rows(
        f"SELECT o.*, o.terms::text AS terms_text FROM orders o WHERE o.order_id = ANY(%s) AND {_PLANNABLE} "
        "ORDER BY o.order_id FOR UPDATE OF o SKIP LOCKED",
        list(order_ids),
    )


def to_plan_now(tx: Transaction, verb: str, at_most: int) -> list[Any]:
    return tx.rows(*to_plan_now_query(verb, tx.now, at_most))


def to_plan_now_query(verb: str, now: datetime, at_most: int) -> Query:
    """Those of them that cannot be left as they are: asked for, going as one shipment with one that is, planned to
    leave at a time that has passed, or holding what one that is asked for waits for. The same order, the same locks.
    """
    return (
        f"WITH asked AS MATERIALIZED ({_ASKED}), scarce AS MATERIALIZED (SELECT DISTINCT d.item_id FROM demand d "
        "JOIN asked ON asked.key = d.order_id WHERE d.waiting > 0), wanted AS MATERIALIZED (SELECT key AS order_id "
        "FROM asked UNION SELECT order_id FROM fulfilment WHERE state = 'planned' AND departs < %s UNION "
        "SELECT o.order_id FROM asked JOIN consolidation_member m ON m.order_id = asked.key JOIN consolidation c "
        "USING (consolidation_id) JOIN consolidation_member o USING (consolidation_id) WHERE c.state = 'joined' UNION "
        "SELECT h.order_id FROM hold h JOIN scarce USING (item_id) WHERE h.state = 'active' AND h.place_id = '') "
        "SELECT o.*, o.terms::text AS terms_text FROM orders o "
        f"WHERE o.order_id IN (SELECT order_id FROM wanted) AND {_PLANNABLE} "
        "ORDER BY o.order_id IN (SELECT key FROM asked) DESC, o.placed_at, o.order_id LIMIT %s "
        "FOR UPDATE OF o SKIP LOCKED",
        verb,
        now,
        now,
        at_most,
    )


def open_now(tx: Transaction, at_most: int, customer_class: str | None = None, order_id: str = "") -> list[Any]:
    """The same orders, of one class or one of them alone where named, the newest first: to look at, nothing locked."""
    return tx.rows(
        f"SELECT o.*, o.terms::text AS terms_text FROM orders o WHERE {_PLANNABLE} {_NAMED} "
        "ORDER BY o.order_id DESC LIMIT %s",
        *(customer_class, customer_class, order_id, order_id, at_most),
    )


def newest(
    tx: Transaction, at_most: int, customer_class: str | None = None, order_id: str = "", but: Collection[str] = ()
) -> list[Any]:
    """Orders that were not cancelled, the newest first, without those of `but`."""
    return tx.rows(
        f"SELECT o.*, o.terms::text AS terms_text FROM orders o WHERE o.state <> 'cancelled' {_NAMED} "
        "AND NOT o.order_id = ANY(%s) ORDER BY o.order_id DESC LIMIT %s",
        *(customer_class, customer_class, order_id, order_id, list(but), at_most),
    )


def ask_for_all(tx: Transaction, verb: str) -> None:
    """Ask for a later run, now, of every order that planning could plan; told to the database at once."""
    sql = (
        f"INSERT INTO due (verb, key, arguments, due_at) SELECT %s, o.order_id, '{{}}', %s FROM orders o "
        f"WHERE {_PLANNABLE} ORDER BY o.order_id ON CONFLICT (verb, key) "
        "DO UPDATE SET due_at = least(due.due_at, excluded.due_at), asked = due.asked + 1"
    )
    tx.tell((sql, verb, tx.now))


def asked_for(tx: Transaction, verb: str) -> dict[str, int]:
    """How often each order's later run was asked for by now."""
    return {row.key: row.asked for row in tx.rows(*asked_for_query(verb))}


def asked_for_query(verb: str) -> Query:
    return ("SELECT key, asked FROM due WHERE verb = %s", verb)


def asked_by_now(tx: Transaction, verb: str) -> set[str]:
    """Orders whose later run is due."""
    return {row.key for row in tx.rows(_ASKED, verb, tx.now)}


def asked_in_vain(tx: Transaction, verb: str) -> list[str]:
    """Orders that a later run was asked for and that have nothing left to plan.

    What asks for them is locked before they are looked at: whoever asks again meanwhile asks anew, and is not
    forgotten.
    """
    locked = "SELECT key FROM due WHERE verb = %s AND due_at <= %s ORDER BY due_id FOR UPDATE SKIP LOCKED"
    keys = [row.key for row in tx.rows(locked, verb, tx.now)]
    rows = tx.rows(
        f"SELECT key FROM unnest(%s::text[]) AS asked (key) WHERE NOT EXISTS "
        f"(SELECT FROM orders o WHERE o.order_id = asked.key AND {_PLANNABLE})",
        keys,
    )
    return [row.key for row in rows]


def promises(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    """Every promise of the orders, by revision and line (0 is the order as a whole)."""
    return tx.rows(*promises_query(order_ids))


def promises_query(order_ids: Collection[str]) -> Query:
    return (
        "SELECT promise_id, order_id, line_no, revision, first_day, last_day, ppm, basis, cause, "
        "caused_by, promised_at FROM promise WHERE order_id = ANY(%s) ORDER BY order_id, revision, line_no",
        list(order_ids),
    )


def promise_inputs(tx: Transaction, order_id: str) -> list[Any]:
    """What each promise of the order was computed from, oldest first."""
    rows = tx.rows("SELECT inputs FROM promise WHERE order_id = %s AND line_no = 0 ORDER BY revision", order_id)
    return [row.inputs for row in rows]


def agreed(tx: Transaction, order_ids: Collection[str]) -> dict[str, dict[int, Any]]:
    """The promise that now stands, by order and line: each order's newest."""
    found: dict[str, dict[int, Any]] = {}
    for row in tx.rows(*agreed_query(order_ids)):
        found.setdefault(row.order_id, {})[row.line_no] = row
    return found


def agreed_query(order_ids: Collection[str]) -> Query:
    return (
        "SELECT DISTINCT ON (order_id, line_no) order_id, line_no, revision, first_day, last_day, ppm FROM promise "
        "WHERE order_id = ANY(%s) ORDER BY order_id, line_no, revision DESC",
        list(order_ids),
    )


def fulfilments(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    """The fulfilment orders that stand, oldest first."""
    return tx.rows(*fulfilments_query(order_ids))


def fulfilments_query(order_ids: Collection[str]) -> Query:
    return (
        "SELECT * FROM fulfilment WHERE order_id = ANY(%s) AND state <> 'cancelled' ORDER BY fulfilment_id",
        list(order_ids),
    )


def planned_lines(tx: Transaction, order_ids: Collection[str]) -> list[Any]:
    """The lines of the orders' fulfilment orders that are planned and not released yet."""
    return tx.rows(*planned_lines_query(order_ids))


def planned_lines_query(order_ids: Collection[str]) -> Query:
    return (
        "SELECT l.* FROM fulfilment f JOIN fulfilment_line l USING (fulfilment_id) WHERE f.order_id = ANY(%s) "
        "AND f.state = 'planned' ORDER BY l.fulfilment_id, l.line_no, l.item_id",
        list(order_ids),
    )


def fulfilment_lines(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    return tx.rows(
        "SELECT * FROM fulfilment_line WHERE fulfilment_id = ANY(%s) ORDER BY fulfilment_id, line_no, item_id",
        list(fulfilment_ids),
    )


LOAD: Query = (
    "SELECT site_id, count(*) AS shipments FROM fulfilment WHERE state IN ('released', 'picked') GROUP BY site_id",
)


def load(tx: Transaction) -> list[Any]:
    """Rows (site_id, shipments) of fulfilment orders between release and packing: the queue before a new one."""
    return tx.rows(*LOAD)


def booked(tx: Transaction, leaving_out: Collection[str]) -> list[Any]:
    """Rows (site_id, ship_by, shipments): what sites have not packed yet, by when each is to leave at the latest.

    Fulfilment orders that go as one shipment are one. Plans of the orders of `leaving_out` do not count.
    """
    return tx.rows(*booked_query(leaving_out))


def booked_query(leaving_out: Collection[str]) -> Query:
    return (
        "SELECT site_id, ship_by, count(*) AS shipments FROM (SELECT f.site_id, min(f.ship_by) AS ship_by "
        "FROM fulfilment f LEFT JOIN (consolidation_member m JOIN consolidation c ON c.consolidation_id = "
        "m.consolidation_id AND c.state = 'joined') ON m.order_id = f.order_id AND m.fulfilment_id = f.fulfilment_id "
        "AND c.service_id = f.service_id AND c.departs = f.departs WHERE f.state IN ('planned', 'released', 'picked') "
        "AND (f.state <> 'planned' OR f.order_id NOT IN (SELECT unnest(%s::text[]))) "
        "GROUP BY f.site_id, coalesce(c.consolidation_id, f.fulfilment_id)) g GROUP BY site_id, ship_by",
        sorted(leaving_out),
    )


def not_planned_yet(tx: Transaction, verb: str, leaving_out: Collection[str]) -> list[Any]:
    """Rows (site_id, orders): how many ask to be planned and have no plan, by the sites they hold stock of; without
    those of `leaving_out`."""
    return tx.rows(*not_planned_query(verb, leaving_out))


def not_planned_query(verb: str, leaving_out: Collection[str]) -> Query:
    return (
        "SELECT h.site_id, count(DISTINCT h.order_id) AS orders FROM due d JOIN hold h ON h.order_id = d.key "
        "AND h.state = 'active' AND h.place_id = '' AND h.inbound_id = '' WHERE d.verb = %s AND NOT EXISTS (SELECT "
        "FROM fulfilment f WHERE f.order_id = d.key AND f.state <> 'cancelled') "
        "AND d.key NOT IN (SELECT unnest(%s::text[])) GROUP BY h.site_id",
        verb,
        sorted(leaving_out),
    )


def next_sscc_serials(tx: Transaction, count: int) -> list[int]:
    rows = tx.rows("SELECT nextval('sscc_serial') AS serial FROM generate_series(1, %s)", count)
    return [row.serial for row in rows]
