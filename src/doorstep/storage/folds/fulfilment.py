"""Inside the site: plan, wave, pick tasks, bench, parcels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import fulfilment
from doorstep.events.envelope import Body, Entry
from doorstep.events.fulfilment import Content
from doorstep.events.stock import Move
from doorstep.storage import tables
from doorstep.storage.changes import Changes
from doorstep.storage.folds.stock import end_hold, fold_moves, shift_demand


def shipment_planned(body: fulfilment.ShipmentPlanned, entry: Entry, changes: Changes) -> None:
    for fulfilment_id in body.replaced:
        changes.set(tables.fulfilment, (fulfilment_id,), state="cancelled")
    for planned in body.fulfilments:
        changes.put(
            tables.fulfilment,
            fulfilment_id=planned.fulfilment_id,
            order_id=body.order_id,
            site_id=planned.site_id,
            service_id=planned.service_id,
            state="planned",
            wave_id="",
            departs=planned.departs,
            ship_by=planned.ship_by,
            waits_for_day=planned.waits_for_day,
            cost_minor=planned.cost_minor,
            since=entry.fact.occurred_at,
        )
        for line in planned.lines:
            changes.put(
                tables.fulfilment_line,
                fulfilment_id=planned.fulfilment_id,
                line_no=line.line_no,
                item_id=line.item_id,
                quantity=line.quantity,
                picked=0,
                packed=0,
            )
    changes.replace(
        tables.plan,
        order_id=body.order_id,
        cost_minor=body.cost_minor,
        bound_minor=body.bound_minor,
        reasons=body.reasons,
        rejected=body.rejected,
        planned_at=entry.fact.occurred_at,
        full_minor=body.full_minor,
        plan_id=body.plan_id,
        together=body.together,
        alone=body.alone,
        moved_by=body.moved_by,
    )


def wave_released(body: fulfilment.WaveReleased, entry: Entry, changes: Changes) -> None:
    changes.put(tables.wave, wave_id=body.wave_id, site_id=body.site_id, released_at=entry.fact.occurred_at)
    for fulfilment_id in body.fulfilment_ids:
        changes.set(tables.fulfilment, (fulfilment_id,), wave_id=body.wave_id)
    for task in body.tasks:
        changes.put(
            tables.pick_task,
            task_id=task.task_id,
            fulfilment_id=task.fulfilment_id,
            order_id=task.order_id,
            line_no=task.line_no,
            item_id=task.item_id,
            quantity=task.quantity,
            picked=0,
            place_id=task.place_id,
            lot=task.lot,
            hold_id=task.hold_id,
            state="open",
            doubt_ppm=task.doubt_ppm,
        )


def picked(body: fulfilment.Picked, entry: Entry, changes: Changes) -> None:
    _take_from_shelf(body, body.moves, 0, entry, changes)


def picked_short(body: fulfilment.PickedShort, entry: Entry, changes: Changes) -> None:
    _take_from_shelf(body, body.moves, body.short, entry, changes)
    fold_moves(body.lost, entry, changes, first_no=len(body.moves))
    hold = body.hold
    changes.add(tables.balance, (hold.place_id, hold.item_id, hold.lot), {"short_picks": 1})


def _take_from_shelf(
    body: fulfilment.TaskEvent, moves: tuple[Move, ...], short: int, entry: Entry, changes: Changes
) -> None:
    hold = body.hold
    found = hold.quantity - short
    fold_moves(moves, entry, changes, body.fulfilment_id, hold.line_no)
    end_hold(hold, "posted" if found else "voided", changes)
    shift_demand(changes, hold.order_id, hold.line_no, hold.item_id, held=-hold.quantity, picked=found, waiting=short)
    changes.set(tables.pick_task, (body.task_id,), state="short" if short else "picked", picked=found)
    changes.add(
        tables.fulfilment_line, (body.fulfilment_id, hold.line_no, hold.item_id), {"picked": found, "quantity": -short}
    )
    for move in moves:
        _on_bench(changes, body.fulfilment_id, hold.line_no, move.item_id, move.lot, move.quantity)


def _on_bench(changes: Changes, fulfilment_id: str, line_no: int, item_id: str, lot: str, quantity: int) -> None:
    key = (fulfilment_id, line_no, item_id, lot)
    changes.add(tables.bench, key, {"quantity": quantity}, {} if quantity > 0 else None)


def tasks_cancelled(body: fulfilment.TasksCancelled, _: Entry, changes: Changes) -> None:
    for task_id in body.task_ids:
        changes.set(tables.pick_task, (task_id,), state="cancelled")
    for line in body.lines:
        key = (body.fulfilment_id, line.line_no, line.item_id)
        changes.add(tables.fulfilment_line, key, {"quantity": -line.quantity})


def put_back(body: fulfilment.PutBack, entry: Entry, changes: Changes) -> None:
    fold_moves(body.moves, entry, changes)
    for line in body.lines:
        move = line.move
        shift_demand(changes, body.order_id, line.line_no, move.item_id, picked=-move.quantity, waiting=move.quantity)
        key = (body.fulfilment_id, line.line_no, move.item_id)
        changes.add(tables.fulfilment_line, key, {"picked": -move.quantity, "quantity": -move.quantity})
        _on_bench(changes, body.fulfilment_id, line.line_no, move.item_id, move.lot, -move.quantity)


def fulfilment_replanned(body: fulfilment.FulfilmentReplanned, _: Entry, changes: Changes) -> None:
    changes.set(
        tables.fulfilment,
        (body.fulfilment_id,),
        service_id=body.service_id,
        departs=body.departs,
        ship_by=body.ship_by,
        waits_for_day=body.waits_for_day,
        cost_minor=body.cost_minor,
    )


def fulfilment_cancelled(body: fulfilment.FulfilmentCancelled, _: Entry, changes: Changes) -> None:
    changes.set(tables.fulfilment, (body.fulfilment_id,), state="cancelled")


def parcel_packed(body: fulfilment.ParcelPacked, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.parcel,
        sscc=body.sscc,
        fulfilment_id=body.fulfilment_id,
        order_id=body.order_id,
        site_id=body.site_id,
        carton_id=body.carton_id,
        state="packed",
        length_mm=body.size.length_mm,
        width_mm=body.size.width_mm,
        height_mm=body.size.height_mm,
        weight_g=body.weight_g,
        milestone="",
        eta=None,
        packed_at=entry.fact.occurred_at,
        handed_over_at=None,
        first_scanned_at=None,
        delivered_at=None,
        placements=body.placements,
    )
    for content_no, content in enumerate(body.contents, 1):
        changes.put(
            tables.parcel_content,
            sscc=body.sscc,
            content_no=content_no,
            line_no=content.line_no,
            item_id=content.item_id,
            lot=content.lot,
            quantity=content.quantity,
            serials=content.serials,
        )
    if body.cost_minor:
        changes.put(
            tables.cost_entry,
            source=body.sscc,
            cost_kind="carton",
            order_id=body.order_id,
            amount_minor=body.cost_minor,
            currency=body.currency,
            incurred_at=entry.fact.occurred_at,
        )
    _between_bench_and_parcel(body, body.contents, body.moves, 1, entry, changes)


def parcel_unpacked(body: fulfilment.ParcelUnpacked, entry: Entry, changes: Changes) -> None:
    changes.set(tables.parcel, (body.sscc,), state="unpacked")
    _between_bench_and_parcel(body, body.contents, body.moves, -1, entry, changes)


def _between_bench_and_parcel(
    body: fulfilment.ParcelEvent,
    contents: tuple[Content, ...],
    moves: tuple[Move, ...],
    sign: int,
    entry: Entry,
    changes: Changes,
) -> None:
    for content_no, (content, move) in enumerate(zip(contents, moves, strict=True)):
        fold_moves((move,), entry, changes, body.fulfilment_id, content.line_no, first_no=content_no)
        key = (body.fulfilment_id, content.line_no, content.item_id)
        changes.add(tables.fulfilment_line, key, {"packed": sign * content.quantity})
        _on_bench(changes, body.fulfilment_id, content.line_no, content.item_id, content.lot, -sign * content.quantity)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    fulfilment.ShipmentPlanned: shipment_planned,
    fulfilment.WaveReleased: wave_released,
    fulfilment.Picked: picked,
    fulfilment.PickedShort: picked_short,
    fulfilment.TasksCancelled: tasks_cancelled,
    fulfilment.PutBack: put_back,
    fulfilment.FulfilmentReplanned: fulfilment_replanned,
    fulfilment.FulfilmentCancelled: fulfilment_cancelled,
    fulfilment.ParcelPacked: parcel_packed,
    fulfilment.ParcelUnpacked: parcel_unpacked,
}
