"""Orders: what is wanted, what was promised, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import orders
from doorstep.events.envelope import Body, Entry
from doorstep.events.steps import Step
from doorstep.storage import tables
from doorstep.storage.changes import Changes

# What a fulfilment order has come to when it is handed to the step.
STATE_AT = {
    Step.RELEASE: "planned",
    Step.PICK: "released",
    Step.PACK: "picked",
    Step.LABEL: "packed",
    Step.HAND_OVER: "labelled",
    Step.TRACK: "handed_over",
    Step.DELIVER: "delivered",
}


def order_placed(body: orders.OrderPlaced, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.orders,
        order_id=body.order_id,
        customer_id=body.customer_id,
        person_ref=body.person_ref,
        area=body.area,
        currency=body.currency,
        reference=body.reference,
        state="open",
        stopped=False,
        asked_from=body.asked_from,
        asked_by=body.asked_by,
        placed_at=entry.fact.occurred_at,
        cleared_at=body.cleared_at,
        delivered_on=None,
        terms=body.terms,
        last_step=str(Step.PROMISE),
        first_by=None,
        agreed_by=None,
    )
    for line in body.lines:
        changes.put(
            tables.order_line,
            order_id=body.order_id,
            line_no=line.line_no,
            item_id=line.item_id,
            ordered=line.quantity,
            cancelled=0,
        )
        for part in line.parts:
            wanted = line.quantity * part.quantity
            changes.put(
                tables.demand,
                order_id=body.order_id,
                line_no=line.line_no,
                item_id=part.item_id,
                per_unit=part.quantity,
                wanted=wanted,
                waiting=wanted,
                held=0,
                picked=0,
                shipped=0,
            )


def order_cleared(body: orders.OrderCleared, entry: Entry, changes: Changes) -> None:
    changes.set(tables.orders, (body.order_id,), cleared_at=entry.fact.occurred_at)


def order_promised(body: orders.OrderPromised, entry: Entry, changes: Changes) -> None:
    for window in body.windows:
        changes.put(
            tables.promise,
            promise_id=body.promise_id,
            line_no=window.line_no,
            order_id=body.order_id,
            revision=body.revision,
            first_day=window.first_day,
            last_day=window.last_day,
            ppm=window.ppm,
            basis=body.basis,
            cause=entry.fact.cause,
            caused_by=body.caused_by,
            promised_at=entry.fact.occurred_at,
            inputs=body.inputs,
        )
        if window.line_no == 0:
            first = {"first_by": window.last_day} if body.revision == 1 else {}
            changes.set(tables.orders, (body.order_id,), agreed_by=window.last_day, **first)


def order_held(body: orders.OrderHeld, _: Entry, changes: Changes) -> None:
    changes.set(tables.orders, (body.order_id,), stopped=True)


def order_resumed(body: orders.OrderResumed, _: Entry, changes: Changes) -> None:
    changes.set(tables.orders, (body.order_id,), stopped=False)


def quantity_changed(body: orders.QuantityChanged, _: Entry, changes: Changes) -> None:
    more = body.after - body.before
    column = {"ordered": more} if more > 0 else {"cancelled": -more}
    changes.add(tables.order_line, (body.order_id, body.line_no), column)
    for part in body.parts:
        units = more * part.quantity
        changes.add(tables.demand, (body.order_id, body.line_no, part.item_id), {"wanted": units, "waiting": units})


def address_changed(body: orders.AddressChanged, _: Entry, changes: Changes) -> None:
    changes.set(tables.orders, (body.order_id,), person_ref=body.person_ref, area=body.area)


def date_changed(body: orders.DateChanged, _: Entry, changes: Changes) -> None:
    changes.set(tables.orders, (body.order_id,), asked_from=body.asked_from, asked_by=body.asked_by)


def order_cancelled(body: orders.OrderCancelled, _: Entry, changes: Changes) -> None:
    changes.set(tables.orders, (body.order_id,), state="cancelled")


def order_delivered(body: orders.OrderDelivered, _: Entry, changes: Changes) -> None:
    changes.set(tables.orders, (body.order_id,), state="delivered", delivered_on=body.delivered_on)


def _score(body: orders.Score, kept: bool, reason: str, changes: Changes) -> None:
    changes.replace(
        tables.score,
        order_id=body.order_id,
        against=body.against,
        kept=kept,
        reason=reason,
        last_day=body.last_day,
        delivered_on=body.delivered_on,
    )


def promise_kept(body: orders.PromiseKept, _: Entry, changes: Changes) -> None:
    _score(body, True, "", changes)


def promise_broken(body: orders.PromiseBroken, _: Entry, changes: Changes) -> None:
    _score(body, False, body.reason, changes)


def hand_off_made(body: orders.HandOffMade, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.hand_off,
        transaction=entry.transaction,
        position=entry.position,
        order_id=body.order_id,
        from_step=str(body.from_step),
        to_step=str(body.to_step),
        made_at=entry.fact.occurred_at,
        slack_seconds=body.slack_seconds,
    )
    changes.set(tables.orders, (body.order_id,), last_step=str(body.to_step))
    if body.fulfilment_id and body.to_step in STATE_AT:
        since = entry.fact.occurred_at
        changes.set(tables.fulfilment, (body.fulfilment_id,), state=STATE_AT[body.to_step], since=since)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    orders.OrderPlaced: order_placed,
    orders.OrderCleared: order_cleared,
    orders.OrderPromised: order_promised,
    orders.OrderHeld: order_held,
    orders.OrderResumed: order_resumed,
    orders.QuantityChanged: quantity_changed,
    orders.AddressChanged: address_changed,
    orders.DateChanged: date_changed,
    orders.OrderCancelled: order_cancelled,
    orders.OrderDelivered: order_delivered,
    orders.PromiseKept: promise_kept,
    orders.PromiseBroken: promise_broken,
    orders.HandOffMade: hand_off_made,
}
