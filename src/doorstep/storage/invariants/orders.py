"""Orders: every unit is somewhere and somebody will go on with it; what it cost; what was promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from doorstep.events.orders import OrderPromised
from doorstep.storage import journal
from doorstep.storage.invariants.found import MOST, found
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import (
    EXPIRE_HOLDS,
    PLAN_ORDERS,
    REQUEST_LABELS,
    SEND_LABEL,
    SETTLE_FULFILMENT,
    VOID_LABEL,
)


def inv_05(tx: Transaction) -> list[str]:
    """Ordered = open + shipped + cancelled, and somebody will go on with every open unit.

    Per line of an order that is cleared and not stopped: units that wait have a `plan_orders` due; units held on hand
    stand in a planned fulfilment order, in an open pick task, or have a `plan_orders` due; units held of an inbound
    wait for its receipt. Units picked lie on the bench or in a packed parcel, units shipped in one that left. Whatever
    goes on by itself has its run due: released goods nobody picks any more, packed parcels without a label, labels
    requested or to be voided, holds that run out.
    """
    return [*_lines_add_up(tx), *_units_are_where_they_are_said_to_be(tx), *_somebody_goes_on(tx), *_timers_run(tx)]


def _lines_add_up(tx: Transaction) -> list[str]:
    return [
        *found(
            tx,
            "Line {line_no} of {order_id} wants {wanted} of {item_id}; ordered and not cancelled are {units}.",
            "SELECT d.*, (l.ordered - l.cancelled) * d.per_unit AS units FROM demand d "
            "JOIN order_line l USING (order_id, line_no) WHERE wanted <> (l.ordered - l.cancelled) * d.per_unit "
            "ORDER BY order_id, line_no",
        ),
        *found(
            tx,
            "Line {line_no} of {order_id} wants {wanted} of {item_id}, and {somewhere} are somewhere.",
            "SELECT d.*, waiting + held + picked + shipped AS somewhere FROM demand d "
            "WHERE wanted <> waiting + held + picked + shipped ORDER BY order_id, line_no",
        ),
        *found(
            tx,
            "Line {line_no} of {order_id} is known only as {side}.",
            "SELECT order_id, line_no, CASE WHEN l.ordered IS NULL THEN 'demand' ELSE 'an order line' END AS side "
            "FROM order_line l FULL JOIN (SELECT DISTINCT order_id, line_no, true AS wanted FROM demand) d "
            "USING (order_id, line_no) WHERE l.ordered IS NULL OR d.wanted IS NULL ORDER BY order_id, line_no",
        ),
        *found(
            tx,
            "Order {order_id} is {state}, and {open} units of its line {line_no} are still open.",
            "SELECT order_id, state, line_no, waiting + held + picked AS open FROM orders JOIN demand USING (order_id) "
            "WHERE state <> 'open' AND waiting + held + picked > 0 ORDER BY order_id, line_no",
        ),
    ]


def _units_are_where_they_are_said_to_be(tx: Transaction) -> list[str]:
    return found(
        tx,
        "Line {line_no} of {order_id} says {picked} of {item_id} are picked and {shipped} shipped; {here} are on the "
        "bench or packed, {gone} left in parcels.",
        """
        WITH units AS (
            SELECT f.order_id, b.line_no, b.item_id, b.quantity AS here, 0 AS gone
            FROM bench b JOIN fulfilment f USING (fulfilment_id)
            UNION ALL
            SELECT p.order_id, c.line_no, c.item_id, CASE p.state WHEN 'packed' THEN c.quantity ELSE 0 END,
                CASE p.state WHEN 'packed' THEN 0 ELSE c.quantity END
            FROM parcel p JOIN parcel_content c USING (sscc) WHERE p.state <> 'unpacked'
        ), summed AS (
            SELECT order_id, line_no, item_id, sum(here) AS here, sum(gone) AS gone FROM units
            GROUP BY order_id, line_no, item_id
        )
        SELECT order_id, line_no, item_id, coalesce(picked, 0) AS picked, coalesce(shipped, 0) AS shipped,
            coalesce(here, 0) AS here, coalesce(gone, 0) AS gone
        FROM demand FULL JOIN summed USING (order_id, line_no, item_id)
        WHERE coalesce(picked, 0) <> coalesce(here, 0) OR coalesce(shipped, 0) <> coalesce(gone, 0)
        ORDER BY order_id, line_no, item_id
        """,
    )


def _somebody_goes_on(tx: Transaction) -> list[str]:
    return found(
        tx,
        "Nobody goes on with line {line_no} of {order_id}: {waiting} of {item_id} wait, {reserved} are held on hand, "
        f"{{planned}} are planned or have a pick task, and no {PLAN_ORDERS} is due.",
        """
        WITH going AS (
            SELECT d.* FROM demand d JOIN orders o USING (order_id)
            WHERE o.state = 'open' AND NOT o.stopped AND o.cleared_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM due WHERE due.verb = %s AND due.key = d.order_id)
        ), reserved AS (
            SELECT order_id, line_no, item_id, sum(quantity) AS reserved FROM hold
            WHERE state = 'active' AND inbound_id = '' GROUP BY order_id, line_no, item_id
        ), work AS (
            SELECT f.order_id, l.line_no, l.item_id, l.quantity FROM fulfilment_line l
            JOIN fulfilment f USING (fulfilment_id) WHERE f.state = 'planned'
            UNION ALL
            SELECT t.order_id, t.line_no, t.item_id, t.quantity FROM pick_task t
            JOIN fulfilment f USING (fulfilment_id) WHERE t.state = 'open' AND f.state NOT IN ('planned', 'cancelled')
        ), planned AS (
            SELECT order_id, line_no, item_id, sum(quantity) AS planned FROM work GROUP BY order_id, line_no, item_id
        )
        SELECT order_id, line_no, item_id, waiting, coalesce(reserved, 0) AS reserved, coalesce(planned, 0) AS planned
        FROM going LEFT JOIN reserved USING (order_id, line_no, item_id)
        LEFT JOIN planned USING (order_id, line_no, item_id)
        WHERE waiting > 0 OR coalesce(reserved, 0) > coalesce(planned, 0)
        ORDER BY order_id, line_no, item_id
        """,
        PLAN_ORDERS,
    )


def _timers_run(tx: Transaction) -> list[str]:
    return [
        *found(
            tx,
            f"{{fulfilment_id}} is released, has no open pick task, and no {SETTLE_FULFILMENT} is due for it.",
            "SELECT fulfilment_id FROM fulfilment f JOIN orders o USING (order_id) "
            "WHERE f.state = 'released' AND NOT o.stopped AND NOT EXISTS "
            "(SELECT FROM pick_task t WHERE t.fulfilment_id = f.fulfilment_id AND t.state = 'open') AND NOT EXISTS "
            "(SELECT FROM due WHERE due.verb = %s AND due.key = fulfilment_id) ORDER BY fulfilment_id",
            SETTLE_FULFILMENT,
        ),
        *found(
            tx,
            f"Parcel {{sscc}} is packed and has no label, and no {REQUEST_LABELS} is due for {{fulfilment_id}}.",
            "SELECT sscc, fulfilment_id FROM parcel p JOIN orders o USING (order_id) "
            "WHERE p.state = 'packed' AND o.state = 'open' AND NOT o.stopped AND NOT EXISTS "
            "(SELECT FROM label l WHERE l.sscc = p.sscc AND l.state <> 'voided') AND NOT EXISTS "
            "(SELECT FROM due WHERE due.verb = %s AND due.key = fulfilment_id) ORDER BY sscc",
            REQUEST_LABELS,
        ),
        *found(
            tx,
            "Label {label_id} is {state}, and no {verb} is due for it.",
            "SELECT label_id, state, verb FROM label JOIN (VALUES ('requested', %s), ('void_requested', %s)) "
            "AS job (state, verb) USING (state) "
            "WHERE NOT EXISTS (SELECT FROM due WHERE due.verb = job.verb AND due.key = label_id) ORDER BY label_id",
            SEND_LABEL,
            VOID_LABEL,
        ),
        *found(
            tx,
            f"Hold {{hold_id}} of {{order_id}} runs out at {{expires_at}}, and no {EXPIRE_HOLDS} is due.",
            "SELECT hold_id, order_id, expires_at FROM hold JOIN orders o USING (order_id) "
            "WHERE hold.state = 'active' AND expires_at IS NOT NULL AND o.cleared_at IS NULL AND NOT EXISTS "
            "(SELECT FROM due WHERE due.verb = %s AND due.key = order_id) ORDER BY hold_id",
            EXPIRE_HOLDS,
        ),
    ]


def inv_07(tx: Transaction) -> list[str]:
    """Every cost entry has one source that there is, and its amount; a source never gives back more than it took."""
    return [
        *found(
            tx,
            "The {cost_kind} of {amount_minor} from {source!r} for {order_id} has no such source.",
            "SELECT c.* FROM cost_entry c WHERE NOT CASE c.cost_kind "
            "WHEN 'carton' THEN EXISTS (SELECT FROM parcel p WHERE p.sscc = c.source AND p.order_id = c.order_id) "
            "WHEN 'freight' THEN EXISTS (SELECT FROM label l WHERE l.label_id = c.source AND l.order_id = c.order_id "
            "  AND l.cost_minor = c.amount_minor AND l.currency = c.currency) "
            "WHEN 'freight refund' THEN EXISTS (SELECT FROM label l WHERE l.label_id = c.source "
            "  AND l.order_id = c.order_id AND l.currency = c.currency) "
            "WHEN 'freight correction' THEN EXISTS (SELECT FROM invoice_line l WHERE l.order_id = c.order_id "
            "  AND c.source = l.carrier_id || '/' || l.invoice_number || '/' || l.line_no "
            "  AND c.amount_minor = l.billed_minor - l.expected_minor - l.disputed_minor) "
            "WHEN 'claim' THEN EXISTS (SELECT FROM claim l WHERE l.claim_id = c.source AND l.order_id = c.order_id "
            "  AND l.state IN ('paid', 'refused', 'expired', 'withdrawn')) "
            "WHEN 'freight release' THEN EXISTS (SELECT FROM accrual_release r WHERE r.label_id = c.source "
            "  AND r.order_id = c.order_id AND r.released_minor = -c.amount_minor) "
            "WHEN 'route' THEN EXISTS (SELECT FROM route_share s WHERE c.source = s.route_id || '/' || s.sscc "
            "  AND s.order_id = c.order_id AND c.amount_minor = s.share_minor - s.accrued_minor) "
            "ELSE false END ORDER BY source, cost_kind",
        ),
        *found(
            tx,
            "The {cost_kind} from {source} is {amount_minor}: a cost is not below zero, a refund not above.",
            "SELECT * FROM cost_entry WHERE (cost_kind IN ('carton', 'freight') AND amount_minor < 0) "
            "OR (cost_kind = 'freight refund' AND amount_minor > 0) ORDER BY source, cost_kind",
        ),
        *found(
            tx,
            "{source} gives back more than it took: {total} {currency} are left.",
            "SELECT source, currency, sum(amount_minor) AS total FROM cost_entry "
            "WHERE cost_kind NOT IN ('freight correction', 'claim', 'route') GROUP BY source, currency "
            "HAVING sum(amount_minor) < 0 ORDER BY source",
        ),
    ]


def inv_08(tx: Transaction) -> list[str]:
    """Promises are written once: revisions 1..n of one promise each, and the rows are what OrderPromised events say."""
    return [
        *found(
            tx,
            "The promises of {order_id} are {promises}, their revisions {first} to {last}.",
            "SELECT order_id, count(DISTINCT promise_id) AS promises, min(revision) AS first, max(revision) AS last "
            "FROM promise GROUP BY order_id HAVING min(revision) <> 1 "
            "OR max(revision) <> count(DISTINCT revision) OR max(revision) <> count(DISTINCT promise_id) "
            "ORDER BY order_id",
        ),
        *found(
            tx,
            "Promise {promise_id} of {order_id} is revision {revision}, caused by {caused_by!r}.",
            "SELECT DISTINCT promise_id, order_id, revision, caused_by FROM promise "
            "WHERE (revision = 1) <> (caused_by = '') ORDER BY order_id, revision",
        ),
        *_rows_unlike_their_events(tx),
    ]


_BATCH = 2_000


def _rows_unlike_their_events(tx: Transaction) -> list[str]:
    """Batch by batch: the promises of a company fill more than its memory."""
    unlike: list[tuple[str, int]] = []
    seen = after = 0
    while events := tx.rows(
        "SELECT * FROM journal WHERE kind = %s AND event_id > %s ORDER BY event_id LIMIT %s",
        OrderPromised.__name__,
        after,
        _BATCH,
    ):
        after = events[-1].event_id
        told = {key: row for event in events for key, row in _told(event)}
        rows = tx.rows("SELECT * FROM promise WHERE promise_id = ANY(%s)", list({key[0] for key in told}))
        stored = {(row.promise_id, row.line_no): _as_told(row) for row in rows}
        unlike += [key for key in stored.keys() | told.keys() if stored.get(key) != told.get(key)]
        seen += len(told)
    said = [f"Promise {promise_id}, line {line_no}, is not what was told." for promise_id, line_no in sorted(unlike)]
    if tx.one("SELECT count(*) AS promises FROM promise").promises > seen:
        said += found(
            tx,
            "Promise {promise_id}, line {line_no}, is not what was told.",
            "SELECT promise_id, line_no FROM promise p WHERE NOT EXISTS (SELECT FROM touched t "
            "WHERE t.object_type = 'promise' AND t.object_id = p.promise_id) ORDER BY promise_id, line_no",
        ) or ["There are promises that no event told of."]
    return said[:MOST]


def _told(event: Any) -> Iterator[tuple[tuple[str, int], tuple[Any, ...]]]:
    fact = journal.read(event).entry.fact
    body = fact.body
    if isinstance(body, OrderPromised):
        for window in body.windows:
            yield (
                (body.promise_id, window.line_no),
                (
                    *(body.order_id, body.revision, window.first_day, window.last_day, window.ppm),
                    *(body.basis, fact.cause, body.caused_by, fact.occurred_at, dict(body.inputs)),
                ),
            )


def _as_told(row: Any) -> tuple[Any, ...]:
    return (
        *(row.order_id, row.revision, row.first_day, row.last_day, row.ppm),
        *(row.basis, row.cause, row.caused_by, row.promised_at, row.inputs),
    )
