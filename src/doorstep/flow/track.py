"""Tracking: a carrier's message is kept once, read, and applied to its parcel, in whatever order messages come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.carriers import dialects, local
from doorstep.carriers.port import Forged, Parked, ScanRead
from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import Content
from doorstep.events.shipping import (
    Scanned,
    ScanParked,
)
from doorstep.flow.hand_over import contents_of, take
from doorstep.flow.journey import Journey
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.score import score_if_complete
from doorstep.storage.queries import floor, master, orders
from doorstep.storage.store import Transaction
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.parcel import Milestone
from doorstep.terms.refusals import Refusal
from doorstep.tracking.track import ParcelTrack, Seen, advance, track_of


@dataclass(frozen=True, slots=True)
class ScanTaken:
    """What became of a message: applied, duplicate, or parked with the reason; and the parcel it was about."""

    outcome: str
    sscc: str
    reason: str = ""


def authentic(secrets: Sequence[bytes], headers: Mapping[str, str], raw: bytes, now: datetime) -> Forged | None:
    """Whether a message was sent by the carrier, now: None, or why not."""
    return local.verify_signature(secrets, headers, raw, now)


def take_scan(office: Office, carrier_id: str, raw: bytes) -> ScanTaken:
    """Take an authentic message of a carrier. It is never refused: what cannot be applied is parked, loudly."""

    taken = office.store.run(lambda tx: take_within(tx, carrier_id, raw))
    if isinstance(taken, Refusal):
        raise TypeError("a scan is never refused")
    return taken


def take_within(tx: Transaction, carrier_id: str, raw: bytes) -> ScanTaken:
    """The same as part of a longer step."""
    read = dialects.of(carrier_id).read_scan(raw, tx.now)
    message_id = read.message_id or hashlib.sha256(raw).hexdigest()
    if tx.one("SELECT 1 FROM message WHERE carrier_id = %s AND message_id = %s", carrier_id, message_id):
        return ScanTaken("duplicate", "")
    tx.keep_message(carrier_id, message_id, raw)
    scribe = Scribe(Who(carrier_id), tx.now)
    if isinstance(read, Parked):
        tx.record(scribe(ScanParked(carrier_id, message_id, "", read.reason), cause=read.reason))
        return ScanTaken("parked", "", read.reason)
    return _apply(tx, scribe, carrier_id, read)


def reread_scans(office: Office, label_id: str) -> int:
    """The number of a label is known now: what was parked for want of it is applied. Returns how many messages."""

    def step(tx: Transaction) -> int:
        label = floor.label(tx, label_id)
        rows = tx.rows(
            "SELECT m.message_id, m.raw FROM scan s JOIN message m USING (carrier_id, message_id) WHERE s.parked <> '' "
            "AND s.carrier_id = %s AND s.tracking_number = %s ORDER BY m.received_at, m.message_id",
            label.carrier_id,
            label.tracking_number,
        )
        scribe = Scribe(Who(label.carrier_id), tx.now)
        for row in rows:
            read = dialects.of(label.carrier_id).read_scan(row.raw, tx.now)
            if isinstance(read, ScanRead):
                _apply(tx, scribe, label.carrier_id, read)
                tx.flush()
        return len(rows)

    told = office.store.run(step)
    return told if isinstance(told, int) else 0


def _apply(tx: Transaction, scribe: Scribe, carrier_id: str, read: ScanRead) -> ScanTaken:
    floor.lock_number(tx, carrier_id, read.tracking_number)
    label = floor.label_by_tracking(tx, carrier_id, read.tracking_number)
    if label is None:
        reason = f"no parcel of ours has the number {read.tracking_number}"
        tx.record(scribe(ScanParked(carrier_id, read.message_id, read.tracking_number, reason), cause="unknown number"))
        return ScanTaken("parked", "", reason)
    orders.lock(tx, label.order_id)
    parcel = floor.parcel(tx, label.sscc)
    if parcel.state == "unpacked":
        # Its goods are on the shelf or in another parcel: what the carrier has, nobody knows.
        reason = f"parcel {parcel.sscc} was opened again"
        tx.record(scribe(ScanParked(carrier_id, read.message_id, read.tracking_number, reason), cause="opened again"))
        return ScanTaken("parked", "", reason)
    before = _track(tx, parcel.sscc)
    after = advance(before, read)
    body = Scanned(
        carrier_id=carrier_id,
        message_id=read.message_id,
        tracking_number=read.tracking_number,
        sscc=parcel.sscc,
        code=read.code,
        milestone=str(read.milestone),
        scanned_at=read.occurred_at,
        scan_place=read.place,
        corrects=read.corrects,
    )
    tx.record(scribe(body, occurred_at=read.occurred_at, place=read.place))
    Journey(scribe, carrier_id, parcel, _Tables(tx, scribe, carrier_id, parcel)).follow(after)
    return ScanTaken("applied", parcel.sscc)


def _track(tx: Transaction, sscc: str) -> ParcelTrack:
    return track_of(
        Seen(row.message_id, Milestone(row.milestone), row.code, row.scanned_at, row.scan_place, "", row.corrects)
        for row in floor.scans(tx, sscc)
    )


class _Tables:
    """What the tables know beside a parcel, for its journey. What was recorded is written before it is read."""

    def __init__(self, tx: Transaction, scribe: Scribe, carrier_id: str, parcel: Any) -> None:
        self._tx = tx
        self._scribe = scribe
        self._carrier_id = carrier_id
        self._parcel = parcel
        fulfilment = floor.fulfilment(tx, parcel.fulfilment_id)
        self.ship_by: datetime = fulfilment.ship_by
        self.service = master.service(tx, fulfilment.service_id)

    def record(self, *facts: Fact) -> None:
        self._tx.record(*facts)

    def contents(self) -> tuple[Content, ...]:
        return contents_of(self._tx, self._parcel.sscc)

    def take(self, occurred_at: datetime) -> None:
        take(self._tx, self._scribe, self._carrier_id, self._parcel, occurred_at, cause="scanned without a hand-over")

    def fulfilment_delivered(self) -> bool:
        self._tx.flush()
        return all(parcel.state == "delivered" for parcel in floor.parcels(self._tx, [self._parcel.fulfilment_id]))

    def agreed(self) -> Window:
        row = orders.agreed(self._tx, [self._parcel.order_id])[self._parcel.order_id][0]
        return Window(row.first_day, row.last_day, row.ppm)

    def score_if_complete(self, destination: Calendar, at: datetime) -> None:
        self._tx.flush()
        score_if_complete(self._tx, self._scribe, self._parcel.order_id, destination, at)
