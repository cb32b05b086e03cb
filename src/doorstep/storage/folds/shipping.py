"""Outside: labels, hand-over, scans, the doorstep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import shipping
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes
from doorstep.storage.folds.stock import fold_moves, shift_demand


def label_requested(body: shipping.LabelRequested, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.label,
        label_id=body.label_id,
        sscc=body.sscc,
        order_id=body.order_id,
        fulfilment_id=body.fulfilment_id,
        carrier_id=body.carrier_id,
        service_id=body.service_id,
        state="requested",
        tracking_number="",
        cost_minor=0,
        currency="",
        document="",
        says="",
        requested_at=entry.fact.occurred_at,
        charges=[],
        tariff_id="",
        priced_on=None,
        carrier_ref="",
    )


def label_opened(body: shipping.LabelOpened, _: Entry, changes: Changes) -> None:
    changes.set(tables.label, (body.label_id,), carrier_ref=body.carrier_ref)


def label_document_kept(body: shipping.LabelDocumentKept, _: Entry, changes: Changes) -> None:
    changes.set(tables.label, (body.label_id,), document=body.document)


def label_bought(body: shipping.LabelBought, entry: Entry, changes: Changes) -> None:
    changes.set(
        tables.label,
        (body.label_id,),
        state="bought",
        tracking_number=body.tracking_number,
        cost_minor=body.cost_minor,
        currency=body.currency,
        document=body.document,
        charges=body.charges,
        tariff_id=body.tariff_id,
        priced_on=body.priced_on,
    )
    _cost(body, "freight", body.cost_minor, body.currency, entry, changes)


def _cost(
    body: shipping.LabelEvent, kind: str, amount_minor: int, currency: str, entry: Entry, changes: Changes
) -> None:
    changes.put(
        tables.cost_entry,
        source=body.label_id,
        cost_kind=kind,
        order_id=body.order_id,
        amount_minor=amount_minor,
        currency=currency,
        incurred_at=entry.fact.occurred_at,
    )


def label_failed(body: shipping.LabelFailed, _: Entry, changes: Changes) -> None:
    changes.set(tables.label, (body.label_id,), state="failed", says=f"{body.code}: {body.says}")


def label_void_requested(body: shipping.LabelVoidRequested, _: Entry, changes: Changes) -> None:
    changes.set(tables.label, (body.label_id,), state="void_requested")


def label_voided(body: shipping.LabelVoided, entry: Entry, changes: Changes) -> None:
    changes.set(tables.label, (body.label_id,), state="voided")
    if body.refund_minor:
        _cost(body, "freight refund", -body.refund_minor, body.currency, entry, changes)


def label_void_refused(body: shipping.LabelVoidRefused, _: Entry, changes: Changes) -> None:
    changes.set(tables.label, (body.label_id,), state="bought", says=f"{body.code}: {body.says}")


def handed_over(body: shipping.HandedOver, entry: Entry, changes: Changes) -> None:
    for content_no, (content, move) in enumerate(zip(body.contents, body.moves, strict=True)):
        fold_moves((move,), entry, changes, body.fulfilment_id, content.line_no, first_no=content_no)
        shift_demand(
            changes,
            body.order_id,
            content.line_no,
            content.item_id,
            picked=-content.quantity,
            shipped=content.quantity,
        )
    known_at = entry.fact.occurred_at if body.when_known else None
    changes.set(tables.parcel, (body.sscc,), state="handed_over", handed_over_at=known_at)


def scanned(body: shipping.Scanned, _: Entry, changes: Changes) -> None:
    changes.replace(
        tables.scan,
        carrier_id=body.carrier_id,
        message_id=body.message_id,
        sscc=body.sscc,
        tracking_number=body.tracking_number,
        code=body.code,
        milestone=body.milestone,
        scanned_at=body.scanned_at,
        scan_place=body.scan_place,
        corrects=body.corrects,
        parked="",
    )


def scan_parked(body: shipping.ScanParked, _: Entry, changes: Changes) -> None:
    changes.replace(
        tables.scan,
        carrier_id=body.carrier_id,
        message_id=body.message_id,
        sscc="",
        tracking_number=body.tracking_number,
        code="",
        milestone="",
        scanned_at=None,
        scan_place="",
        corrects=False,
        parked=body.reason,
    )


def milestone_reached(body: shipping.MilestoneReached, _: Entry, changes: Changes) -> None:
    changes.replace(tables.milestone, sscc=body.sscc, milestone=body.milestone, reached_at=body.reached_at)
    changes.set(tables.parcel, (body.sscc,), milestone=body.current)
    if body.milestone == "accepted":
        changes.set(tables.parcel, (body.sscc,), first_scanned_at=body.reached_at)


def eta_changed(body: shipping.EtaChanged, _: Entry, changes: Changes) -> None:
    changes.set(tables.parcel, (body.sscc,), eta=body.eta)


def delivered(body: shipping.Delivered, entry: Entry, changes: Changes) -> None:
    fold_moves(body.moves, entry, changes, body.fulfilment_id)
    changes.set(tables.parcel, (body.sscc,), state="delivered", delivered_at=body.delivered_at)


def delivery_withdrawn(body: shipping.DeliveryWithdrawn, entry: Entry, changes: Changes) -> None:
    fold_moves(body.moves, entry, changes, body.fulfilment_id)
    changes.set(tables.parcel, (body.sscc,), state="handed_over", delivered_at=None)
    changes.set(tables.orders, (body.order_id,), state="open", delivered_on=None)
    changes.set(tables.fulfilment, (body.fulfilment_id,), state="handed_over", since=entry.fact.occurred_at)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    shipping.LabelRequested: label_requested,
    shipping.LabelOpened: label_opened,
    shipping.LabelBought: label_bought,
    shipping.LabelDocumentKept: label_document_kept,
    shipping.LabelFailed: label_failed,
    shipping.LabelVoidRequested: label_void_requested,
    shipping.LabelVoided: label_voided,
    shipping.LabelVoidRefused: label_void_refused,
    shipping.HandedOver: handed_over,
    shipping.Scanned: scanned,
    shipping.ScanParked: scan_parked,
    shipping.MilestoneReached: milestone_reached,
    shipping.EtaChanged: eta_changed,
    shipping.Delivered: delivered,
    shipping.DeliveryWithdrawn: delivery_withdrawn,
}
