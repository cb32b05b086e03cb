"""Stock as it stands: what is free where, who holds what, what is on its way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from doorstep.events.stock import Hold
from doorstep.promising.priors import DOUBTS, Doubts
from doorstep.storage.transaction import Query, Transaction

_BELIEVED = (
    "b.on_hand, coalesce(b.counted_at, b.first_at) AS known_at, b.moves - b.counted_moves AS moves, "
    "b.short_picks - b.counted_short_picks AS short_picks"
)
_HOLD = (
    "SELECT hold_id, order_id, line_no, item_id, quantity, site_id, lot, place_id, inbound_id, reason, expires_at "
    "FROM hold WHERE state = 'active' AND "
)


def free(tx: Transaction, item_ids: Collection[str], doubts: Doubts = DOUBTS) -> list[Any]:
    """Rows (site_id, item_id, lot, quantity, expires_on) of what a site can promise; 0 where all of a lot is held.

    With what is believed of the bins of the item at the site, of all lots: `units` in the fullest, and P(less is in
    some of them than the books show) as `doubt_ppm`, by `doubts`, which add up.
    """
    return tx.rows(*free_query(item_ids, tx.now.date(), doubts))


def free_query(item_ids: Collection[str], today: date, doubts: Doubts = DOUBTS) -> Query:
    return (
        "SELECT p.site_id, p.item_id, p.lot, p.on_hand - p.held AS quantity, l.expires_on, "
        "coalesce(b.units, p.on_hand) AS units, coalesce(b.doubt_ppm, 0) AS doubt_ppm "
        "FROM pool p LEFT JOIN lot l ON l.item_id = p.item_id AND l.lot = p.lot LEFT JOIN ("
        "SELECT split_part(place_id, '/', 1) AS site_id, item_id, max(on_hand) AS units, sum(%s::bigint "
        "+ %s * greatest(%s::date - (coalesce(counted_at, first_at) AT TIME ZONE 'UTC')::date, 0) "
        "+ %s * (moves - counted_moves) + %s * (short_picks - counted_short_picks))::bigint AS doubt_ppm "
        "FROM balance WHERE item_id = ANY(%s) AND on_hand > 0 AND physical "
        "AND substr(place_id, strpos(place_id, '/') + 1) NOT IN ('pack', 'dock') GROUP BY 1, 2"
        ") b ON b.site_id = p.site_id AND b.item_id = p.item_id "
        "WHERE p.item_id = ANY(%s) AND p.on_hand > 0 ORDER BY p.site_id, p.item_id, l.expires_on, p.lot",
        *(doubts.counted, doubts.day, today, doubts.move, doubts.short_pick),
        list(item_ids),
        list(item_ids),
    )


def inbound(tx: Transaction, item_ids: Collection[str]) -> list[Any]:
    """Rows (inbound_id, supplier_id, site_id, item_id, quantity, due_at) of what is expected and not yet held."""
    return tx.rows(*inbound_query(item_ids))


def inbound_query(item_ids: Collection[str]) -> Query:
    return (
        "SELECT inbound_id, supplier_id, site_id, item_id, expected - received - held AS quantity, due_at FROM inbound "
        "WHERE item_id = ANY(%s) AND expected > received ORDER BY due_at, inbound_id",
        list(item_ids),
    )


def holds_of_orders(tx: Transaction, order_ids: Collection[str]) -> list[Hold]:
    return read_holds(tx.rows(*holds_query(order_ids)))


def holds_query(order_ids: Collection[str]) -> Query:
    """The active holds of orders, for `read_holds`."""
    return (_HOLD + "order_id = ANY(%s) ORDER BY hold_id", list(order_ids))


def holds_of_tasks(task_ids: Collection[str]) -> Query:
    """The active holds that pick tasks stand on, for `read_holds`."""
    return (_HOLD + "hold_id IN (SELECT hold_id FROM pick_task WHERE task_id = ANY(%s))", list(task_ids))


def holds_at_site(tx: Transaction, site_id: str, item_id: str, lot: str) -> list[Hold]:
    """Holds of stock on hand, newest promise first: the last to come is the first to be let down.

    The age of a hold tells nothing: planning and release make new ones for old orders.
    """
    return read_holds(
        tx.rows(
            _HOLD + "site_id = %s AND item_id = %s AND lot = %s AND inbound_id = '' "
            "ORDER BY (SELECT o.placed_at FROM orders o WHERE o.order_id = hold.order_id) DESC, order_id DESC, "
            "hold_id DESC",
            site_id,
            item_id,
            lot,
        )
    )


def holds_on_inbound(tx: Transaction, inbound_id: str) -> list[Hold]:
    """Holds of an inbound, oldest promise first."""
    return read_holds(
        tx.rows(
            _HOLD + "inbound_id = %s ORDER BY (SELECT o.placed_at FROM orders o WHERE o.order_id = hold.order_id), "
            "hold_id",
            inbound_id,
        )
    )


def read_holds(rows: Sequence[Any]) -> list[Hold]:
    return [Hold(**row._asdict()) for row in rows]


def bins(tx: Transaction, site_id: str, item_ids: Collection[str]) -> list[Any]:
    """Rows (place_id, item_id, lot, free) of the site's bins that still have something nobody is to pick.

    With what the belief in their books rests on: `on_hand`, `known_at` when they were counted or first filled, moves
    and short picks since.
    """
    return tx.rows(
        f"SELECT b.place_id, b.item_id, b.lot, b.on_hand - b.held AS free, {_BELIEVED} FROM balance b "
        "JOIN place p ON p.place_id = b.place_id AND p.site_id = %s AND p.kind = 'bin' "
        "WHERE b.item_id = ANY(%s) AND b.on_hand > b.held ORDER BY b.place_id, b.item_id, b.lot",
        site_id,
        list(item_ids),
    )


def balance(tx: Transaction, place_id: str, item_id: str, lot: str) -> Any:
    """The row (on_hand, held, all moves and short picks so far as `all_moves` and `all_short_picks`) of a place, with
    what the belief in it rests on, as `bins` has it; locked for this step; None where nothing ever was."""
    return tx.one(
        f"SELECT {_BELIEVED}, held, moves AS all_moves, short_picks AS all_short_picks FROM balance b "
        "WHERE place_id = %s AND item_id = %s AND lot = %s FOR UPDATE",
        place_id,
        item_id,
        lot,
    )


def pool(tx: Transaction, site_id: str, item_id: str, lot: str) -> Any:
    return tx.one(
        "SELECT on_hand, held FROM pool WHERE site_id = %s AND item_id = %s AND lot = %s FOR UPDATE",
        site_id,
        item_id,
        lot,
    )


def serials_known(tx: Transaction, item_id: str, serials: Collection[str]) -> dict[str, Any]:
    """Rows (serial, place_id, lot, fulfilment_id) of the serials that were ever seen, locked for this step."""
    rows = tx.rows(
        "SELECT serial, place_id, lot, fulfilment_id FROM unit WHERE item_id = %s AND serial = ANY(%s) "
        "ORDER BY serial FOR UPDATE",
        item_id,
        list(serials),
    )
    return {row.serial: row for row in rows}


def units_of_tasks(named: Sequence[tuple[str, str]]) -> Query:
    """Rows (item_id, serial, place_id) of serials that were ever seen, each (task, serial), locked for this step."""
    return (
        "SELECT u.item_id, u.serial, u.place_id FROM unit u JOIN pick_task t USING (item_id) "
        "JOIN unnest(%s::text[], %s::text[]) AS n (task_id, serial) ON n.task_id = t.task_id AND n.serial = u.serial "
        "ORDER BY u.item_id, u.serial FOR UPDATE OF u",
        [task_id for task_id, _ in named],
        [serial for _, serial in named],
    )


def lock_serials(tx: Transaction, item_id: str) -> None:
    """Until this step ends nobody else makes serials of the item known: one that is new is new once."""
    tx.rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"serials {item_id}")


def serials_of_line(tx: Transaction, fulfilment_id: str, line_no: int, item_id: str, place_id: str) -> list[Any]:
    """Rows (serial, lot) of the units picked for a line that stand at a place."""
    return tx.rows(
        "SELECT serial, lot FROM unit WHERE fulfilment_id = %s AND line_no = %s AND item_id = %s AND place_id = %s "
        "ORDER BY serial FOR UPDATE",
        fulfilment_id,
        line_no,
        item_id,
        place_id,
    )


def units_of_fulfilment(fulfilment_id: str) -> Query:
    """Rows (line_no, item_id, serial, place_id) of the units picked for a fulfilment order, locked for this step."""
    return (
        "SELECT line_no, item_id, serial, place_id FROM unit WHERE fulfilment_id = %s "
        "ORDER BY item_id, serial FOR UPDATE",
        fulfilment_id,
    )


def inbound_row(tx: Transaction, inbound_id: str) -> Any:
    return tx.one("SELECT * FROM inbound WHERE inbound_id = %s FOR UPDATE", inbound_id)
