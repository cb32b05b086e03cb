"""Tracking: carriers' messages are kept once, read, and applied to their parcels, in whatever order they come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from doorstep.carriers import dialects
from doorstep.carriers.port import Enquiries, Forged, Parked, ScanRead
from doorstep.events.shipping import Scanned, ScanParked
from doorstep.flow.in_hand import Beside, Hand
from doorstep.flow.journey import Journey
from doorstep.flow.office import Office, Scribe, Who
from doorstep.storage.queries import floor
from doorstep.storage.store import OvertakenError
from doorstep.storage.transaction import Transaction
from doorstep.terms.parcel import Milestone
from doorstep.terms.refusals import Refusal

_AT_ONCE = 200  # messages in one transaction


@dataclass(frozen=True, slots=True)
class ScanTaken:
    """What became of a message: applied, duplicate, or parked with the reason; and the parcel it was about."""

    outcome: str
    sscc: str
    reason: str = ""


def authentic(
    office: Office, carrier_id: str, secrets: Sequence[bytes], headers: Mapping[str, str], raw: bytes, now: datetime
) -> Forged | None:
    """Whether a message was sent by the carrier, now: None, or why not."""
    return office.enquiries(carrier_id).verify_signature(secrets, headers, raw, now)


def take_scan(office: Office, carrier_id: str, raw: bytes) -> ScanTaken:
    """Take an authentic message of a carrier. It is never refused: what cannot be applied is parked, loudly.

    One that tells of several scans is taken scan by scan; what became of the last that was not known is told.
    """
    taken = take_scans(office, carrier_id, office.enquiries(carrier_id).messages(raw))
    if not taken:
        return ScanTaken("nothing", "", "it is about no parcel")
    return next((one for one in reversed(taken) if one.outcome != "duplicate"), taken[-1])


def take_scans(office: Office, carrier_id: str, raws: Sequence[bytes]) -> tuple[ScanTaken, ...]:
    """Take authentic messages of a carrier, as `take_scan` would one after the other in this order.

    Up to 200 go in one transaction. OvertakenError where some can never be written: all the others are taken then.
    """
    taken: list[ScanTaken] = []
    lost: list[OvertakenError] = []
    waiting = [raws[start : start + _AT_ONCE] for start in range(0, len(raws), _AT_ONCE)]
    while waiting:
        some = waiting.pop(0)
        try:
            told = office.store.run(
                partial(take_within, messages=[(carrier_id, raw) for raw in some], speaks=office.enquiries)
            )
        except OvertakenError as overtaken:
            if len(some) == 1:
                lost.append(overtaken)
            else:
                half = len(some) // 2
                waiting[:0] = [some[:half], some[half:]]
            continue
        if isinstance(told, Refusal):
            raise TypeError("a scan is never refused")
        taken += told
    if lost:
        raise lost[0]
    return tuple(taken)


def _local(_: str) -> Enquiries:
    return dialects.enquiries(dialects.LOCAL)


def take_within(
    tx: Transaction, messages: Sequence[tuple[str, bytes]], speaks: Callable[[str], Enquiries] = _local
) -> list[ScanTaken]:
    """The same, of (carrier, message) pairs, as part of a longer step, which has written what it recorded before.

    `speaks` tells a carrier's dialect; what comes out of files is in the local one, whoever it is of.
    """
    reads = [speaks(carrier_id).read_scan(raw, tx.now) for carrier_id, raw in messages]
    ids = [
        (carrier_id, read.message_id or hashlib.sha256(raw).hexdigest())
        for (carrier_id, raw), read in zip(messages, reads, strict=True)
    ]
    numbers = {
        (carrier_id, read.tracking_number)
        for (carrier_id, _), read in zip(messages, reads, strict=True)
        if isinstance(read, ScanRead)
    }
    _, kept, labels = tx.answers(
        floor.lock_numbers(numbers), floor.messages_kept(ids), floor.labels_by_tracking(numbers)
    )
    before = {tuple(row) for row in kept}
    new: dict[tuple[str, str], tuple[ScanRead | Parked, bytes]] = {}
    for its_id, read, (_, raw) in zip(ids, reads, messages, strict=True):
        if its_id not in before:
            new.setdefault(its_id, (read, raw))
    # In one order for everybody, so that two who bring the same ones never wait in a ring.
    tx.keep_messages([(*its_id, raw) for its_id, (_, raw) in sorted(new.items())])
    batch = _Batch(tx, labels, [(carrier_id, read) for (carrier_id, _), (read, _) in new.items()])
    taken = {its_id: batch.take(*its_id, read) for its_id, (read, _) in new.items()}
    return [taken.pop(its_id) if its_id in taken else ScanTaken("duplicate", "") for its_id in ids]


def reread_scans(office: Office, label_id: str) -> int:
    """The number of a label is known now: what was parked for want of it is applied. Returns how many messages."""

    def step(tx: Transaction) -> int:
        label = floor.label(tx, label_id)
        number = (label.carrier_id, label.tracking_number)
        _, labels, rows = tx.answers(
            floor.lock_numbers([number]), floor.labels_by_tracking([number]), floor.parked_messages(*number)
        )
        reads = [(row.message_id, _read_again(office, label.carrier_id, row.raw, tx.now)) for row in rows]
        batch = _Batch(tx, labels, [(label.carrier_id, read) for _, read in reads])
        for message_id, read in reads:
            if isinstance(read, ScanRead):
                batch.take(label.carrier_id, message_id, read)
        return len(rows)

    told = office.store.run(step)
    return told if isinstance(told, int) else 0


def _read_again(office: Office, carrier_id: str, raw: bytes, now: datetime) -> ScanRead | Parked:
    """In the carrier's dialect, or in the one of files."""
    read = office.enquiries(carrier_id).read_scan(raw, now)
    return _local(carrier_id).read_scan(raw, now) if isinstance(read, Parked) else read


def reread_scans_many(office: Office, label_ids: Sequence[str]) -> int:
    """The same for many labels; those of whose numbers nothing is parked take one look together."""
    with office.store.reading() as tx:
        rows = tx.rows(*floor.labels_with_parked_scans(label_ids))
    return sum(reread_scans(office, row.label_id) for row in rows)


class _Batch:
    """Messages that are new, the numbers they are about locked, applied one after the other to what is in hand."""

    def __init__(self, tx: Transaction, labels: Sequence[Any], reads: Sequence[tuple[str, ScanRead | Parked]]) -> None:
        """`labels` are those of the numbers that the messages (carrier, message) are about."""
        self._tx = tx
        self._labels = {(label.carrier_id, label.tracking_number): label for label in labels}
        about = [
            (self._labels.get((carrier_id, read.tracking_number)), read)
            for carrier_id, read in reads
            if isinstance(read, ScanRead)
        ]
        ending = {label.order_id for label, read in about if label and _may_end(read)}
        concerned = {label.sscc: label for label, _ in about if label}
        self._hand = Hand(tx, list(concerned.values()), ending)

    def take(self, carrier_id: str, message_id: str, read: ScanRead | Parked) -> ScanTaken:
        scribe = Scribe(Who(carrier_id), self._tx.now)
        if isinstance(read, Parked):
            self._tx.record(scribe(ScanParked(carrier_id, message_id, "", read.reason), cause=read.reason))
            return ScanTaken("parked", "", read.reason)
        label = self._labels.get((carrier_id, read.tracking_number))
        if label is None:
            reason = f"no parcel of ours has the number {read.tracking_number}"
            return self._park(scribe, carrier_id, read, reason, "unknown number")
        parcel = self._hand.parcels[label.sscc]
        if parcel.state == "unpacked":
            # Its goods are on the shelf or in another parcel: what the carrier has, nobody knows.
            return self._park(scribe, carrier_id, read, f"parcel {parcel.sscc} was opened again", "opened again")
        advanced = self._hand.advance(parcel, read)
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
        self._tx.record(scribe(body, occurred_at=read.occurred_at, place=read.place))
        Journey(scribe, carrier_id, parcel, Beside(self._hand, scribe, carrier_id, parcel)).follow(advanced)
        return ScanTaken("applied", parcel.sscc)

    def _park(self, scribe: Scribe, carrier_id: str, read: ScanRead, reason: str, cause: str) -> ScanTaken:
        self._tx.record(scribe(ScanParked(carrier_id, read.message_id, read.tracking_number, reason), cause=cause))
        return ScanTaken("parked", "", reason)


def _may_end(read: ScanRead) -> bool:
    """Whether a scan may end a parcel's way, or take such an end back."""
    return read.milestone is Milestone.DELIVERED or read.corrects
