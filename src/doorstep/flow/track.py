"""Tracking: a carrier's message is kept once, read, and applied to its parcel, in whatever order messages come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from doorstep.carriers import dialects, local
from doorstep.carriers.port import Forged, Parked, ScanRead
from doorstep.events.orders import HandOffMade
from doorstep.events.shipping import (
    Delivered,
    DeliveryWithdrawn,
    EtaChanged,
    MilestoneReached,
    Scanned,
    ScanParked,
)
from doorstep.events.steps import Step
from doorstep.flow.hand_over import contents_of, moves_between, take
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.score import score_if_complete
from doorstep.goals.score import last_instant, slack
from doorstep.storage.queries import floor, master, orders
from doorstep.storage.store import Transaction
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.parcel import Milestone
from doorstep.terms.places import CUSTOMER, carrier_place
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService
from doorstep.tracking.eta import eta
from doorstep.tracking.track import Advance, ParcelTrack, Seen, advance, track_of

ARRIVES_BY = time(18)


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

    def step(tx: Transaction) -> ScanTaken:
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

    taken = office.store.run(step)
    if isinstance(taken, Refusal):
        raise TypeError("a scan is never refused")
    return taken


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
    _Journey(tx, scribe, carrier_id, parcel).follow(after)
    return ScanTaken("applied", parcel.sscc)


def _track(tx: Transaction, sscc: str) -> ParcelTrack:
    return track_of(
        Seen(row.message_id, Milestone(row.milestone), row.code, row.scanned_at, row.scan_place, "", row.corrects)
        for row in floor.scans(tx, sscc)
    )


class _Journey:
    """Records what an advance of a parcel's track means for the parcel, its stock, its order and its promise."""

    def __init__(self, tx: Transaction, scribe: Scribe, carrier_id: str, parcel: Any) -> None:
        self.tx = tx
        self.scribe = scribe
        self.carrier_id = carrier_id
        self.parcel = parcel
        self.about = (parcel.sscc, parcel.fulfilment_id, parcel.order_id)
        fulfilment = floor.fulfilment(tx, parcel.fulfilment_id)
        self.ship_by: datetime = fulfilment.ship_by
        self.service = master.service(tx, fulfilment.service_id)

    @property
    def calendar(self) -> Calendar:
        return self.service.calendar if self.service else Calendar()

    def follow(self, advanced: Advance) -> None:
        track = advanced.track
        current = str(track.milestone) if track.milestone else ""
        changed = [(change.milestone, change.now) for change in advanced.changes]
        if not changed and track.milestone and current != self.parcel.milestone:
            # Back where it was before, as held parcels go in transit again: no milestone is new, but one is current.
            changed = [(track.milestone, track.reached[track.milestone])]
        for milestone, reached_at in changed:
            body = MilestoneReached(*self.about, str(milestone), reached_at, current)
            self.tx.record(self.scribe(body, occurred_at=reached_at or self.tx.now))
        since = [at for milestone, at in track.reached.items() if milestone.rank >= Milestone.ACCEPTED.rank]
        if since and self.parcel.state == "packed":
            take(self.tx, self.scribe, self.carrier_id, self.parcel, min(since), cause="scanned without a hand-over")
        self._delivery(track)
        self._eta(track)

    def _delivery(self, track: ParcelTrack) -> None:
        # A parcel that turned back afterwards was delivered all the same.
        at = track.reached.get(Milestone.DELIVERED)
        if at is None:
            if self.parcel.state == "delivered":
                back = moves_between(contents_of(self.tx, self.parcel.sscc), CUSTOMER, carrier_place(self.carrier_id))
                self.tx.record(self.scribe(DeliveryWithdrawn(*self.about, back), cause="corrected by the carrier"))
        elif self.parcel.state != "delivered":
            self._deliver(at)
        elif at != self.parcel.delivered_at:
            self._date_delivery(at)

    def _date_delivery(self, at: datetime) -> None:
        """The goods are there already; a scan that came late tells when they really came."""
        body = Delivered(*self.about, at, self.calendar.day_of(at), ())
        self.tx.record(self.scribe(body, occurred_at=at, cause="told again with another time"))
        self.tx.flush()
        score_if_complete(self.tx, self.scribe, self.parcel.order_id, self.calendar, at)

    def _deliver(self, at: datetime) -> None:
        contents = contents_of(self.tx, self.parcel.sscc)
        moves = moves_between(contents, carrier_place(self.carrier_id), CUSTOMER)
        body = Delivered(*self.about, at, self.calendar.day_of(at), moves)
        self.tx.record(self.scribe(body, occurred_at=at))
        self.tx.flush()
        if all(parcel.state == "delivered" for parcel in floor.parcels(self.tx, [self.parcel.fulfilment_id])):
            hand_off = HandOffMade(
                self.parcel.order_id, self.parcel.fulfilment_id, Step.TRACK, Step.DELIVER, self._slack(at)
            )
            self.tx.record(self.scribe(hand_off, occurred_at=at))
        score_if_complete(self.tx, self.scribe, self.parcel.order_id, self.calendar, at)

    def _slack(self, at: datetime) -> int:
        agreed = orders.agreed(self.tx, [self.parcel.order_id])[self.parcel.order_id][0]
        window = Window(agreed.first_day, agreed.last_day, agreed.ppm)
        return slack(last_instant(window, self.calendar), at, 0)

    def _eta(self, track: ParcelTrack) -> None:
        if self.service is None:
            return
        days = transit_days(self.service)
        expected = eta(track, self.ship_by, days, self.calendar, ARRIVES_BY, self.tx.now)
        day: date | None = expected and self.calendar.day_of(expected)
        if day is not None and day != self.parcel.eta:
            self.tx.record(self.scribe(EtaChanged(*self.about, day)))


def transit_days(service: CarrierService, wanted_ppm: int = 900_000) -> int:
    """Working days within which the service's slowest zone delivers `wanted_ppm` of its parcels."""
    slowest = 0
    for ppm in service.transit_ppm.values():
        total = 0
        for days, share in enumerate(ppm):
            total += share
            if total >= wanted_ppm:
                slowest = max(slowest, days)
                break
    return slowest
