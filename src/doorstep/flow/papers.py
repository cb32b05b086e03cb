"""Papers, made of what the tables say now: the same question gets the same paper as long as nothing has happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.flow.joined import stop_of
from doorstep.flow.marks import asked_of_parcels, marks_of_item
from doorstep.flow.office import Office
from doorstep.flow.route_paper import route_paper
from doorstep.flow.words import capital, day_of
from doorstep.links.raster import dots
from doorstep.links.typefaces import typefaces
from doorstep.papers.faces import Face, Faces
from doorstep.papers.floor import packing_slip, pick_list
from doorstep.papers.freight import bill_of_lading, manifest
from doorstep.papers.label import MODULE_DOTS, label_pdf
from doorstep.papers.values import (
    BillOfLading,
    Goods,
    Manifest,
    PackingSlip,
    Paper,
    PaperKind,
    ParcelLabel,
    PickList,
    PickTask,
    Unit,
)
from doorstep.papers.zpl import label_zpl
from doorstep.storage.queries import collection, floor, master
from doorstep.storage.queries import papers as asked
from doorstep.storage.transaction import Transaction
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService

FORMS = ("pdf", "zpl")


@lru_cache(maxsize=1)
def faces() -> Faces:
    """The typefaces, read once per process."""
    return Faces([Face(name, bold, content) for name, bold, content in typefaces()])


def make_paper(office: Office, kind: PaperKind, subject: str, form: str = "pdf", dpi: int = 203) -> Paper | Refusal:
    """The paper of a parcel, site, `SITE/CARRIER`, manifest, fulfilment order or route, as `kind` wants.

    Labels alone are ZPL, too.

    MALFORMED for a form or a printer that there is no such paper for; what is missing for it is a refusal that says so.
    """
    with office.store.reading() as tx:
        return make_within(tx, kind, subject, form, dpi)


def make_within(tx: Transaction, kind: PaperKind, subject: str, form: str, dpi: int) -> Paper | Refusal:
    """The same as part of a step."""
    return _judge(kind, form, dpi) or _make(tx, kind, subject, form, dpi)


def _judge(kind: PaperKind, form: str, dpi: int) -> Refusal | None:
    if form not in FORMS or (form == "zpl" and kind not in (PaperKind.LABEL, PaperKind.CARRIER_LABEL)):
        return Refusal(Why.MALFORMED, f"There is no {kind.replace('_', ' ')} as {form}.", {"form": form})
    if dpi not in MODULE_DOTS:
        says = f"Labels are made for printers of {' or '.join(map(str, MODULE_DOTS))} dots to the inch, not {dpi}."
        return Refusal(Why.MALFORMED, says, {"dpi": dpi})
    return None


def _make(tx: Transaction, kind: PaperKind, subject: str, form: str, dpi: int) -> Paper | Refusal:
    if kind is PaperKind.PICK_LIST:
        return _pick_list(tx, subject)
    if kind is PaperKind.MANIFEST:
        return _manifest(tx, subject)
    if kind is PaperKind.BILL_OF_LADING:
        return _bill(tx, subject)
    if kind is PaperKind.ROUTE_SHEET:
        return route_paper(tx, subject, faces())
    rows = asked.parcels(tx, [subject])
    if not rows:
        return Refusal(Why.UNKNOWN_PARCEL, f"There is no parcel {subject}.", {"sscc": subject})
    if kind is PaperKind.CARRIER_LABEL:
        return _carriers_own(tx, rows[0], form)
    if kind is PaperKind.PACKING_SLIP:
        return _slip(tx, rows[0])
    labels = parcel_labels(tx, rows)
    if isinstance(labels, Refusal):
        return labels
    return label_pdf(labels, faces(), dpi) if form == "pdf" else label_zpl(labels[0], faces(), dpi, dots)


def parcel_labels(
    tx: Transaction, rows: Sequence[Any], service: CarrierService | None = None
) -> list[ParcelLabel] | Refusal:
    """What stands on the labels of parcels; each must have bought its carrier's. With a `service` of own vehicles they
    are made now, and their number is the SSCC."""
    kept = master.addresses(tx, {ref for row in rows for ref in (row.from_ref, row.to_ref)})
    services = {service.service_id: service for service in master.services(tx)}
    asked_for = asked_of_parcels(tx, rows, services)
    labels = []
    for row in rows:
        if not row.tracking_number and service is None:
            return Refusal(Why.WRONG_STATE, f"Parcel {row.sscc} has no label yet.", {"sscc": row.sscc})
        sender, to = kept.get(row.from_ref), kept.get(row.to_ref)
        if sender is None or to is None:
            return _no_address(row.sscc)
        beside = asked.ssccs_of_order(tx, row.order_id)
        by = service or services.get(row.service_id)
        labels.append(
            ParcelLabel(
                sscc=row.sscc,
                tracking_number=row.sscc if service else row.tracking_number,
                carrier_id=service.carrier_id if service else row.carrier_id,
                service=by.name if by else row.service_id,
                weight_g=row.weight_g,
                sender=sender,
                to=to,
                order_id=row.order_id,
                number=beside.index(row.sscc) + 1,
                count=len(beside),
                purchase_order=row.reference,
                ship_on=row.departs.astimezone(_zone(tx, row.site_id)).date(),
                marks=asked_for[row.sscc].marks,
            )
        )
    return labels


def _no_address(subject: str) -> Refusal:
    says = f"No address is kept (any more) of where {subject} goes, or of the site it leaves: it cannot be printed."
    return Refusal(Why.BAD_ADDRESS, says, {"subject": subject})


def _zone(tx: Transaction, site_id: str) -> ZoneInfo:
    site = master.sites(tx).get(site_id)
    return ZoneInfo(site.calendar.zone if site else "UTC")


def _carriers_own(tx: Transaction, row: Any, form: str) -> Paper | Refusal:
    """The document as the carrier made it, to the byte."""
    document = asked.document(tx, row.document) if row.document else None
    if document is None:
        return Refusal(Why.WRONG_STATE, f"Parcel {row.sscc} has no label yet.", {"sscc": row.sscc})
    if document.media_type != f"application/{form}":
        says = f"The carrier made this label as {document.media_type}, not as {form}: print it so, or print ours."
        return Refusal(Why.WRONG_STATE, says, {"sscc": row.sscc, "media_type": document.media_type})
    return Paper(bytes(document.content), document.media_type)


def _slip(tx: Transaction, row: Any) -> Paper | Refusal:
    kept = master.addresses(tx, {row.from_ref, row.to_ref})
    sender, to = kept.get(row.from_ref), kept.get(row.to_ref)
    if sender is None or to is None:
        return _no_address(row.sscc)
    contents = floor.contents(tx, [row.sscc])
    wanted = asked.wanted(tx, row.order_id)
    items = master.items(tx, {each.item_id for each in contents} | set(wanted))
    here = Counter[str]()
    for each in contents:
        here[each.item_id] += each.quantity
    goods = tuple(
        Goods(
            item_id=each.item_id,
            description=_name(items, each.item_id),
            quantity=each.quantity,
            lot=each.lot,
            serials=tuple(each.serials),
            ordered=wanted.get(each.item_id, each.quantity),
        )
        for each in contents
    )
    later = tuple(
        Goods(item_id, _name(items, item_id), units - here[item_id])
        for item_id, units in sorted(wanted.items())
        if units > here[item_id]
    )
    beside = asked.ssccs_of_order(tx, row.order_id)
    services = {service.service_id: service for service in master.services(tx)}
    with_it = asked_of_parcels(tx, [row], services)[row.sscc]
    service = services.get(row.service_id or row.planned_by)
    slip = PackingSlip(
        sscc=row.sscc,
        order_id=row.order_id,
        purchase_order=row.reference,
        packed_on=row.packed_at.astimezone(_zone(tx, row.site_id)).date(),
        sender=sender,
        to=to,
        goods=goods,
        to_come=later,
        number=beside.index(row.sscc) + 1,
        count=len(beside),
        service=service.name if row.service_id and service else "",
        marks=with_it.marks,
        papers=with_it.papers,
    )
    return packing_slip(slip, faces())


def _name(items: Any, item_id: str) -> str:
    return items[item_id].description if item_id in items else item_id


def _site_and_address(tx: Transaction, site_id: str) -> tuple[Any, Address] | Refusal:
    site = master.sites(tx).get(site_id)
    if site is None:
        return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
    row = tx.one("SELECT person_ref FROM site WHERE site_id = %s", site_id)
    address = master.address(tx, row.person_ref)
    return (site, address) if address is not None else _no_address(site_id)


def _pick_list(tx: Transaction, site_id: str) -> Paper | Refusal:
    found = _site_and_address(tx, site_id)
    if isinstance(found, Refusal):
        return found
    site, address = found
    zone = site.calendar.zone
    rows = floor.open_tasks(tx, site_id)
    items = master.items(tx, {row.item_id for row in rows})
    services = {service.service_id: service for service in master.services(tx)}
    tasks = tuple(
        PickTask(
            task_id=row.task_id,
            place_id=row.place_id,
            item_id=row.item_id,
            description=_name(items, row.item_id),
            quantity=row.quantity,
            lot=row.lot,
            order_id=row.order_id,
            marks=marks_of_item(items.get(row.item_id), services.get(row.service_id)),
            ship_by=f"{day_of(row.ship_by, zone)} {row.ship_by.astimezone(ZoneInfo(zone)):%H:%M}",
        )
        for row in rows
    )
    made_at = f"{tx.now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    return pick_list(PickList(site_id, site.name, made_at, tasks), faces(), address.country)


def _manifest(tx: Transaction, subject: str) -> Paper | Refusal:
    closed = collection.manifest(tx, subject)
    site_id, _, carrier_id = (
        f"{closed.site_id}/{closed.carrier_id}".partition("/") if closed else subject.partition("/")
    )
    found = _site_and_address(tx, site_id)
    if isinstance(found, Refusal):
        return found
    site, address = found
    if closed is not None:
        listed = [row.sscc for row in collection.labels_of(tx, subject)]
        units = _units(tx, asked.parcels(tx, listed))
        if isinstance(units, Refusal):
            return units
        return manifest(Manifest(subject, carrier_id, site_id, address, closed.day, units), faces())
    if carrier_id not in {service.carrier_id for service in master.services(tx)}:
        return Refusal(Why.UNKNOWN_CARRIER, f"There is no carrier {carrier_id}.", {"carrier_id": carrier_id})
    units = _units(tx, asked.parcels_at_dock(tx, site_id, carrier_id))
    if isinstance(units, Refusal):
        return units
    day = tx.now.astimezone(ZoneInfo(site.calendar.zone)).date()
    number = f"{carrier_id}-{site_id}-{day:%Y%m%d}"
    return manifest(Manifest(number, carrier_id, site_id, address, day, units), faces())


def _bill(tx: Transaction, fulfilment_id: str) -> Paper | Refusal:
    row = floor.fulfilment(tx, fulfilment_id)
    if row is None:
        says = f"There is no fulfilment order {fulfilment_id}."
        return Refusal(Why.UNKNOWN_TASK, says, {"fulfilment_id": fulfilment_id})
    parcels = asked.parcels_of_fulfilment(tx, fulfilment_id)
    if not parcels:
        says = f"Nothing of fulfilment order {fulfilment_id} is packed yet."
        return Refusal(Why.WRONG_STATE, says, {"fulfilment_id": fulfilment_id})
    units = _units(tx, parcels)
    found = _site_and_address(tx, row.site_id)
    if isinstance(units, Refusal):
        return units
    if isinstance(found, Refusal):
        return found
    site, address = found
    service = master.service(tx, row.service_id)
    stop = stop_of(tx, row.order_id, fulfilment_id)
    bill = BillOfLading(
        bill_no=fulfilment_id,
        carrier_id=service.carrier_id if service else "",
        service=service.name if service else row.service_id,
        sender=address,
        to=units[0].to,
        day=row.departs.astimezone(ZoneInfo(site.calendar.zone)).date(),
        units=units,
        instructions=f"{capital(stop)}." if stop else "",
    )
    return bill_of_lading(bill, faces())


def _units(tx: Transaction, rows: Sequence[Any]) -> tuple[Unit, ...] | Refusal:
    kept = master.addresses(tx, {row.to_ref for row in rows})
    services = {service.service_id: service for service in master.services(tx)}
    asked_for = asked_of_parcels(tx, rows, services)
    contents: dict[str, Counter[str]] = defaultdict(Counter)
    for each in floor.contents(tx, [row.sscc for row in rows]):
        contents[each.sscc][each.item_id] += each.quantity
    items = master.items(tx, {item_id for counted in contents.values() for item_id in counted})
    units = []
    for row in rows:
        to = kept.get(row.to_ref)
        if to is None:
            return _no_address(row.sscc)
        inside = contents[row.sscc]
        hazards = {items[item_id].hazard for item_id in inside if item_id in items} - {""}
        units.append(
            Unit(
                sscc=row.sscc,
                tracking_number=row.tracking_number or "",
                order_id=row.order_id,
                to=to,
                weight_g=row.weight_g,
                size_mm=(row.length_mm, row.width_mm, row.height_mm),
                service=services[row.service_id].name if row.service_id in services else "",
                marks=asked_for[row.sscc].marks,
                hazard=", ".join(sorted(hazards)),
                description=", ".join(f"{units} {_name(items, item_id)}" for item_id, units in sorted(inside.items())),
            )
        )
    return tuple(units)
