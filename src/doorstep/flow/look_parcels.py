"""What people see of parcels: a page of them, one of them, its label to print, a drawing of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from doorstep.flow import look
from doorstep.flow.look_packed import packed_in
from doorstep.flow.office import Office
from doorstep.packing.draw import Drawing, draw
from doorstep.planning.compose import AS_UNKNOWN
from doorstep.storage.queries import floor, master
from doorstep.terms.parcel import Placement, Size
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """A parcel and the order it is of."""

    order_id: str
    site_id: str
    parcel: look.ParcelView


def shipment_list(office: Office, after: str = "", at_most: int = 50, order_id: str = "") -> tuple[ShipmentView, ...]:
    """Parcels that stand, the newest SSCC first; `after` is the last SSCC of the page before."""
    with office.store.reading(wide=True) as tx:
        rows = tx.rows(
            "SELECT sscc, order_id, site_id FROM parcel WHERE state <> 'unpacked' AND (%s = '' OR sscc < %s) "
            "AND (%s = '' OR order_id = %s) ORDER BY sscc DESC LIMIT %s",
            after,
            after,
            order_id,
            order_id,
            at_most,
        )
        seen = {view.sscc: view for view in look.parcels(tx, "p.sscc = ANY(%s)", [row.sscc for row in rows])}
    return tuple(ShipmentView(row.order_id, row.site_id, seen[row.sscc]) for row in rows)


def shipment(office: Office, sscc: str) -> ShipmentView | Refusal:
    """One parcel, an unpacked one too."""
    with office.store.reading(wide=True) as tx:
        row = floor.parcel(tx, sscc)
        if row is None:
            return Refusal(Why.UNKNOWN_PARCEL, f"There is no parcel {sscc}.", {"sscc": sscc})
        (view,) = look.parcels(tx, "p.sscc = %s", sscc)
    return ShipmentView(row.order_id, row.site_id, view)


def labels_made(office: Office, order_id: str) -> dict[str, datetime]:
    """When the newest label of each of the order's parcels was made, by SSCC; parcels without one are missing."""
    with office.store.reading(wide=True) as tx:
        rows = tx.rows(
            "SELECT j.body ->> 'sscc' AS sscc, max(j.occurred_at) AS made_at FROM touched t JOIN journal j "
            "USING (event_id) WHERE t.object_type = 'order' AND t.object_id = %s AND j.kind = 'LabelBought' GROUP BY 1",
            order_id,
        )
    return {row.sscc: row.made_at for row in rows}


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document: its media type, the digest it lies under, its bytes."""

    media_type: str
    digest: str
    content: bytes


def label_document(office: Office, sscc: str) -> Document | Refusal:
    """The document of the parcel's live label, to be printed."""
    with office.store.reading(wide=True) as tx:
        if floor.parcel(tx, sscc) is None:
            return Refusal(Why.UNKNOWN_PARCEL, f"There is no parcel {sscc}.", {"sscc": sscc})
        row = tx.one(
            "SELECT d.* FROM label l JOIN document d ON d.digest = l.document WHERE l.sscc = %s AND l.state = 'bought' "
            "ORDER BY l.label_id DESC LIMIT 1",
            sscc,
        )
    if row is None:
        return Refusal(Why.WRONG_STATE, f"Parcel {sscc} has no label yet.", {"sscc": sscc})
    return Document(row.media_type, row.digest, bytes(row.content))


def parcel_drawing(
    office: Office, sscc: str, upto: int | None = None, *, legend: bool = False, flat: bool = False
) -> Drawing | Refusal:
    """How a parcel was packed. `upto` shows the first so many units: one step of packing.

    `legend` writes the legend into the drawing, `flat` colours instead of CSS variables. WRONG_STATE for a parcel of
    which nobody knows what lay where, as those of an imported history.
    """
    with office.store.reading(wide=True) as tx:
        row = floor.parcel(tx, sscc)
        if row is None:
            return Refusal(Why.UNKNOWN_PARCEL, f"There is no parcel {sscc}.", {"sscc": sscc})
        units = [Placement(**{**placed, "size": Size(*placed["size"])}) for placed in row.placements]
        if not units:
            return Refusal(Why.WRONG_STATE, f"Nobody wrote down what lies where in parcel {sscc}.", {"sscc": sscc})
        items = master.items(tx, {unit.ref for unit in units})
        inner = packed_in(row, units, master.cartons(tx), 0).inner
    known = {item.item_id: AS_UNKNOWN.weight_g if item.weight_g is None else item.weight_g for item in items.values()}
    names = {item.item_id: item.description for item in items.values()}
    return draw(inner, units, names, known, title=f"Parcel {sscc}", upto=upto, legend=legend, flat=flat)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A scan as the customer sees it: what, when, where (no more than the carrier's place name)."""

    milestone: str
    scanned_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class TrackingView:
    """Where a parcel is, without a word about whose it is."""

    tracking_number: str
    carrier_id: str
    milestone: str
    eta: date | None
    delivered_at: datetime | None
    checkpoints: tuple[Checkpoint, ...]


def tracking(office: Office, carrier_id: str, tracking_number: str) -> TrackingView | Refusal:
    """Where the parcel with a carrier's number is."""
    with office.store.reading(wide=True) as tx:
        label = floor.label_by_tracking(tx, carrier_id, tracking_number)
        if label is None:
            concerns: dict[str, str | int] = {"carrier_id": carrier_id, "tracking_number": tracking_number}
            return Refusal(Why.UNKNOWN_PARCEL, f"No parcel of ours has the number {tracking_number}.", concerns)
        parcel = floor.parcel(tx, label.sscc)
        scans = floor.scans(tx, label.sscc)
    return TrackingView(
        tracking_number=tracking_number,
        carrier_id=carrier_id,
        milestone=parcel.milestone or "label_made",
        eta=parcel.eta,
        delivered_at=parcel.delivered_at,
        checkpoints=tuple(Checkpoint(s.milestone, s.scanned_at, s.scan_place) for s in reversed(scans)),
    )
