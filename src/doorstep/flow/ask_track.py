"""Asking a carrier where a parcel is, for those that push nothing: what it lists is taken as if it had been pushed."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.carriers.port import AtCarrier
from doorstep.flow.carrier_talk import exchange, tell
from doorstep.flow.office import Office
from doorstep.flow.track import ScanTaken, take_scans
from doorstep.storage.queries import floor
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of each event the carrier lists, the known ones among them; `why` it told none, '' where it did."""

    taken: tuple[ScanTaken, ...]
    why: str = ""


def ask_where(office: Office, carrier_id: str, tracking_number: str) -> Heard | Refusal:
    """Ask the carrier what it knows of a parcel of ours. No transaction is open meanwhile."""
    with office.store.reading() as tx:
        row = floor.label_by_tracking(tx, carrier_id, tracking_number)
    if row is None:
        concerns = {"carrier_id": carrier_id, "tracking_number": tracking_number}
        return Refusal(Why.UNKNOWN_PARCEL, f"No parcel of ours has the number {tracking_number}.", concerns)
    dialect, label = office.enquiries(carrier_id), AtCarrier(tracking_number, row.carrier_ref)
    told = exchange(office, carrier_id, dialect.build_track(label), lambda reply: dialect.read_track(reply, label))
    return Heard(take_scans(office, carrier_id, told)) if isinstance(told, tuple) else Heard((), tell(told))
