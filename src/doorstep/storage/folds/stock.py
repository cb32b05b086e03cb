"""Stock: moves make balances, holds make what is kept of them, and every wanted unit of an order is somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from doorstep.events import stock
from doorstep.events.envelope import Body, Entry
from doorstep.events.stock import Hold, Move
from doorstep.storage import tables
from doorstep.storage.changes import Changes
from doorstep.terms.places import PlaceKind, kind_of, site_of


def fold_moves(
    moves: Iterable[Move], entry: Entry, changes: Changes, fulfilment_id: str = "", line_no: int = 0, first_no: int = 0
) -> None:
    """Book the moves; `fulfilment_id` and `line_no` say for whom units known one by one now are."""
    for move_no, move in enumerate(moves, first_no):
        changes.put(
            tables.move,
            transaction=entry.transaction,
            position=entry.position,
            move_no=move_no,
            item_id=move.item_id,
            lot=move.lot,
            quantity=move.quantity,
            from_place=move.from_place,
            to_place=move.to_place,
            occurred_at=entry.fact.occurred_at,
        )
        _book(changes, move.from_place, move, -move.quantity, entry.fact.occurred_at)
        _book(changes, move.to_place, move, move.quantity, entry.fact.occurred_at)
        for serial in move.serials:
            changes.replace(
                tables.unit,
                item_id=move.item_id,
                serial=serial,
                lot=move.lot,
                place_id=move.to_place,
                fulfilment_id=fulfilment_id,
                line_no=line_no,
            )


def _book(changes: Changes, place_id: str, move: Move, quantity: int, at: datetime) -> None:
    kind = kind_of(place_id)
    # A physical place can only give what it was given before, so only a gift makes its row.
    create = {"physical": kind.physical, "first_at": at} if quantity > 0 or not kind.physical else None
    changes.add(tables.balance, (place_id, move.item_id, move.lot), {"on_hand": quantity, "moves": 1}, create)
    if kind is PlaceKind.BIN:
        key = (site_of(place_id), move.item_id, move.lot)
        changes.add(tables.pool, key, {"on_hand": quantity}, {} if quantity > 0 else None)


def keep(hold: Hold, changes: Changes, sign: int) -> None:
    """Keep (`sign` 1) or let go (-1) the units of a hold where they stand."""
    quantity = sign * hold.quantity
    if hold.inbound_id:
        changes.add(tables.inbound, (hold.inbound_id,), {"held": quantity})
        return
    changes.add(tables.pool, (hold.site_id, hold.item_id, hold.lot), {"held": quantity})
    if hold.place_id:
        changes.add(tables.balance, (hold.place_id, hold.item_id, hold.lot), {"held": quantity})


def make_hold(hold: Hold, changes: Changes) -> None:
    changes.put(
        tables.hold,
        hold_id=hold.hold_id,
        order_id=hold.order_id,
        line_no=hold.line_no,
        item_id=hold.item_id,
        quantity=hold.quantity,
        site_id=hold.site_id,
        lot=hold.lot,
        place_id=hold.place_id,
        inbound_id=hold.inbound_id,
        reason=hold.reason,
        expires_at=hold.expires_at,
        state="active",
    )
    keep(hold, changes, 1)


def end_hold(hold: Hold, state: str, changes: Changes) -> None:
    changes.expect(tables.hold, (hold.hold_id,), state="active")
    changes.set(tables.hold, (hold.hold_id,), state=state)
    keep(hold, changes, -1)


def shift_demand(changes: Changes, order_id: str, line_no: int, item_id: str, **amounts: int) -> None:
    """Move units of an order line between waiting, held, picked and shipped (and wanted, when it changes)."""
    changes.add(tables.demand, (order_id, line_no, item_id), amounts)


def _shift_held(hold: Hold, changes: Changes, held: int) -> None:
    shift_demand(changes, hold.order_id, hold.line_no, hold.item_id, held=held, waiting=-held)


def stock_held(body: stock.StockHeld, _: Entry, changes: Changes) -> None:
    for hold in body.holds:
        make_hold(hold, changes)
        _shift_held(hold, changes, hold.quantity)


def holds_voided(body: stock.HoldsVoided, _: Entry, changes: Changes) -> None:
    for hold in body.holds:
        end_hold(hold, "voided", changes)
        _shift_held(hold, changes, -hold.quantity)


def holds_expired(body: stock.HoldsExpired, _: Entry, changes: Changes) -> None:
    for hold in body.holds:
        end_hold(hold, "expired", changes)
        _shift_held(hold, changes, -hold.quantity)


def holds_moved(body: stock.HoldsMoved, _: Entry, changes: Changes) -> None:
    for hold in body.ended:
        end_hold(hold, "moved", changes)
        _shift_held(hold, changes, -hold.quantity)
    for hold in body.made:
        make_hold(hold, changes)
        _shift_held(hold, changes, hold.quantity)


def inbound_expected(body: stock.InboundExpected, _: Entry, changes: Changes) -> None:
    changes.put(
        tables.inbound,
        inbound_id=body.inbound_id,
        supplier_id=body.supplier_id,
        site_id=body.site_id,
        item_id=body.item_id,
        expected=body.quantity,
        received=0,
        held=0,
        due_at=body.due_at,
    )


def stock_received(body: stock.StockReceived, entry: Entry, changes: Changes) -> None:
    fold_moves(body.moves, entry, changes)
    if body.inbound_id:
        changes.add(tables.inbound, (body.inbound_id,), {"received": sum(move.quantity for move in body.moves)})
    for move in body.moves:
        if move.lot:
            changes.replace(tables.lot, item_id=move.item_id, lot=move.lot, expires_on=body.expires_on)


def inbound_changed(body: stock.InboundChanged, _: Entry, changes: Changes) -> None:
    changes.set(tables.inbound, (body.inbound_id,), expected=body.quantity, due_at=body.due_at)


def inbound_withdrawn(body: stock.InboundWithdrawn, _: Entry, changes: Changes) -> None:
    changes.remove(tables.inbound, (body.inbound_id,))


def stock_counted(body: stock.StockCounted, entry: Entry, changes: Changes) -> None:
    fold_moves(body.moves, entry, changes)
    if body.believed or body.counted or body.moves_by_then:  # else nothing ever was there
        changes.set(
            tables.balance,
            (body.place_id, body.item_id, body.lot),
            counted_at=entry.fact.occurred_at,
            counted_moves=body.moves_by_then,
            counted_short_picks=body.short_picks_by_then,
        )
    if body.expires_on is not None:
        changes.replace(tables.lot, item_id=body.item_id, lot=body.lot, expires_on=body.expires_on)


def scarce_stock_shared(_: stock.ScarceStockShared, __: Entry, ___: Changes) -> None:
    """The decision itself: what it does to holds and promises are facts of their own."""


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    stock.StockHeld: stock_held,
    stock.HoldsVoided: holds_voided,
    stock.HoldsExpired: holds_expired,
    stock.HoldsMoved: holds_moved,
    stock.InboundExpected: inbound_expected,
    stock.InboundChanged: inbound_changed,
    stock.InboundWithdrawn: inbound_withdrawn,
    stock.StockReceived: stock_received,
    stock.StockCounted: stock_counted,
    stock.ScarceStockShared: scarce_stock_shared,
}
