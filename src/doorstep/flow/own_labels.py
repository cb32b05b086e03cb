"""Labels of own vehicles: nobody is asked for them. They are priced by the tariff's share of a usual route, and made by
us; the route that is driven settles what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from doorstep.carriers.bills import Bill, Charge
from doorstep.carriers.distance import Haul
from doorstep.carriers.port import CarrierSaysNo, LabelMade
from doorstep.carriers.shipments import Piece, shipment_bill
from doorstep.flow.label_answers import Answer
from doorstep.flow.office import Office
from doorstep.flow.papers import faces, parcel_labels
from doorstep.links.raster import dots
from doorstep.papers.zpl import label_zpl
from doorstep.storage.queries import floor, master
from doorstep.storage.queries import papers as asked
from doorstep.storage.transaction import Transaction
from doorstep.terms.money import share_out
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService

_DPI = 203
_NO_PRICE = CarrierSaysNo("no_price", "its tariff has no price for it: say where the address lies", retry=False)


def own_answers(office: Office, label_ids: Sequence[str]) -> list[Answer]:
    """Our own word about labels that are asked for: made, with the SSCC as their number, or why not."""
    if not label_ids:
        return []
    with office.store.reading() as tx:
        rows = tx.rows(*floor.labels_by_id(label_ids))
        services = {each.service_id: each for each in master.services(tx)}
        return [
            Answer(row.label_id, row.fulfilment_id, row.carrier_id, _made(tx, row, services[row.service_id]))
            for row in rows
            if row.state == "requested"
        ]


def _made(tx: Transaction, label: Any, service: CarrierService) -> LabelMade | CarrierSaysNo:
    parcels = asked.parcels_of_fulfilment(tx, label.fulfilment_id)
    row = next(each for each in parcels if each.sscc == label.sscc)
    told = parcel_labels(tx, [row], service=service)
    if isinstance(told, Refusal):
        return CarrierSaysNo(told.code, told.says, retry=False)
    bill = _bill(tx, label, service, parcels)
    if bill is None:
        return _NO_PRICE
    paper = label_zpl(told[0], faces(), _DPI, dots)
    share = parcels.index(row)
    charges = tuple(_part(charge, parcels, share) for charge in bill.charges)
    return LabelMade(
        tracking_number=label.sscc,
        cost_minor=sum(charge.minor for charge in charges),
        currency=bill.currency,
        document=paper.content,
        document_type=paper.media_type,
        charges=tuple(charge for charge in charges if charge.minor),
    )


def _bill(tx: Transaction, label: Any, service: CarrierService, parcels: Sequence[Any]) -> Bill | None:
    site = master.sites(tx)[parcels[0].site_id]
    destination = master.localities(tx, [label.order_id])[label.order_id]
    haul = Haul(site.locality, destination, site.calendar.day_of(tx.now))
    pieces = [Piece(Size(each.length_mm, each.width_mm, each.height_mm), max(each.weight_g, 1)) for each in parcels]
    told = shipment_bill(service, pieces, haul)
    return told if isinstance(told, Bill) else None


def _part(charge: Charge, parcels: Sequence[Any], number: int) -> Charge:
    """A parcel's part of a charge of its shipment, by weight."""
    return replace(charge, minor=share_out(charge.minor, [each.weight_g for each in parcels])[number])
