"""Scans: what carriers told of parcels, taken as if each had sent it; kept for good, so nothing takes them back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from doorstep.events.imports import Effect
from doorstep.flow.imports.values import BuiltOn, Given, Judged, Work, created, refused, same
from doorstep.flow.track import ScanTaken, take_within
from doorstep.intake.values import ScanRow
from doorstep.storage.queries import master
from doorstep.terms.clock import stamp

FOR_GOOD = (
    "Scans are kept as the carrier told them: what is wrong is set right by a later scan, not by taking one back."
)


class Scans:
    """Carriers' scans, in the message form of the local dialect."""

    chunk = 100

    def book(self, work: Work, rows: Sequence[Given]) -> list[Judged]:
        carriers = {service.carrier_id for service in master.services(work.tx)}
        scans: list[ScanRow] = [given.value for given in rows if given.value.carrier_id in carriers]
        taken = iter(take_within(work.tx, [(scan.carrier_id, raw_of(scan)) for scan in scans]))
        work.tx.flush()
        return [self._judged(given, next(taken) if given.value.carrier_id in carriers else None) for given in rows]

    def _judged(self, given: Given, taken: ScanTaken | None) -> Judged:
        scan: ScanRow = given.value
        name = f"{scan.carrier_id}/{scan.message_id}"
        if taken is None:
            return refused(given, f"There is no carrier {scan.carrier_id}.", name)
        if taken.outcome == "duplicate":
            return same(given, name)
        return created(given, "scan", name, f"parked: {taken.reason}" if taken.outcome == "parked" else "")

    def take_back(self, work: Work, made_id: int, effects: Sequence[Effect]) -> list[BuiltOn]:
        return [BuiltOn(effect.line, effect.object_id, FOR_GOOD) for effect in effects]


def raw_of(scan: ScanRow) -> bytes:
    """The message that the carrier would have sent."""
    said = {
        "id": scan.message_id,
        "tracking_number": scan.tracking_number,
        "code": scan.code,
        "at": stamp(scan.scanned_at),
        "place": scan.place,
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False).encode()
