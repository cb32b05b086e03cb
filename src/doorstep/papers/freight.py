"""Papers of the dock: what a carrier's driver signs for, and the bill of lading of freight."""

from __future__ import annotations

from collections.abc import Iterable

from doorstep.papers.code128 import code_128
from doorstep.papers.faces import Faces
from doorstep.papers.form import Column, Form
from doorstep.papers.label import weight_words
from doorstep.papers.values import BillOfLading, Manifest, Paper, Unit


def manifest(told: Manifest, faces: Faces) -> Paper:
    """Every parcel that a carrier takes at a dock, with its weight, and the sum that the driver signs for."""
    form = Form(
        faces,
        "Carrier manifest",
        told.sender.country,
        f"{told.carrier_id} at {told.site_id}",
        code_128(told.manifest_id),
    )
    form.parties(("From", told.sender))
    form.facts(
        [
            ("Carrier", told.carrier_id),
            ("Day", told.day.isoformat()),
            ("Parcels", str(len(told.units))),
            ("Weight", weight_words(_weight_g(told.units))),
        ]
    )
    columns = (
        Column("No", 5, numbers=True),
        Column("SSCC", 21),
        Column("Tracking number", 20),
        Column("To", 30),
        Column("Service", 14),
        Column("Weight", 10, numbers=True),
    )
    rows = [
        (str(number), unit.sscc, unit.tracking_number, _short(unit), unit.service, weight_words(unit.weight_g))
        for number, unit in enumerate(told.units, 1)
    ]
    form.table(columns, rows)
    form.words(f"{len(told.units)} parcels, {weight_words(_weight_g(told.units))}, received in apparent good order.")
    form.signatures("Driver's name", "Driver's signature", "Date and time", "Handed over by")
    return form.paper(told.manifest_id)


def bill_of_lading(bill: BillOfLading, faces: Faces) -> Paper:
    """A straight bill of lading: one consignment, one consignee, not negotiable."""
    form = Form(faces, "Bill of lading", bill.sender.country, "Straight, not negotiable", code_128(bill.bill_no))
    form.parties(("Shipper", bill.sender), ("Consignee", bill.to))
    form.facts(
        [
            ("Bill of lading", bill.bill_no),
            ("Carrier", bill.carrier_id),
            ("Service", bill.service),
            ("Day", bill.day.isoformat()),
            ("Freight charges", "prepaid" if bill.prepaid else "collect"),
            ("Handling units", str(len(bill.units))),
            ("Gross weight", weight_words(_weight_g(bill.units))),
            ("Volume", _volume(bill.units)),
        ]
    )
    columns = (
        Column("No", 5, numbers=True),
        Column("SSCC", 20),
        Column("Contents", 33),
        Column("Dangerous goods", 14),
        Column("L x W x H mm", 17, numbers=True),
        Column("Weight", 11, numbers=True),
    )
    rows = [
        (
            str(number),
            unit.sscc,
            unit.description,
            ", ".join(unit.marks) or (f"UN class {unit.hazard}" if unit.hazard else "no"),
            " x ".join(str(side) for side in unit.size_mm),
            weight_words(unit.weight_g),
        )
        for number, unit in enumerate(bill.units, 1)
    ]
    form.table(columns, rows)
    if bill.instructions:
        form.words(f"Instructions: {bill.instructions}")
    form.words(
        "Received in apparent good order, except as noted, the goods described above, marked and consigned as shown. "
        "The shipper certifies that they are properly described, packed, marked and labelled for transport."
    )
    form.signatures("Shipper, date", "Carrier, date", "Consignee, date")
    return form.paper(bill.bill_no)


def _weight_g(units: Iterable[Unit]) -> int:
    return sum(unit.weight_g for unit in units)


def _volume(units: Iterable[Unit]) -> str:
    """In cubic metres, rounded up to the litre."""
    litres = -(-sum(unit.size_mm[0] * unit.size_mm[1] * unit.size_mm[2] for unit in units) // 1_000_000)
    return f"{litres // 1000}.{litres % 1000:03d} m³"


def _short(unit: Unit) -> str:
    return f"{unit.to.name}, {unit.to.postcode} {unit.to.city}, {unit.to.country}"
