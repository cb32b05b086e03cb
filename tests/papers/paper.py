"""Papers looked at as whoever gets them would: text read off a PDF, barcodes off its dots."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import cache
from typing import Any

import pypdfium2 as pdfium
import zxingcpp

from doorstep.links.typefaces import typefaces
from doorstep.papers.faces import Face, Faces
from doorstep.papers.values import ParcelLabel
from doorstep.terms.places import Address

SHOP = Address("The Corner Shop", ("100 Market Street",), "Chicago", "60601", "US")
SSCC = "003456789012345675"


@cache
def faces() -> Faces:
    return Faces([Face(*each) for each in typefaces()])


def label(to: Address, **more: Any) -> ParcelLabel:
    given: dict[str, Any] = {
        "sscc": SSCC,
        "tracking_number": "SW123456789US",
        "carrier_id": "swift",
        "service": "Swift Express",
        "weight_g": 1250,
        "sender": SHOP,
        "to": to,
        "order_id": "ord_01",
        "ship_on": date(2026, 3, 2),
    }
    return ParcelLabel(**{**given, **more})


def text_of(document: bytes) -> str:
    """Everything a PDF says, page after page, as a reader program reads it."""
    opened = pdfium.PdfDocument(document)
    told = "\n".join(page.get_textpage().get_text_range() for page in opened)
    opened.close()
    return unicodedata.normalize("NFC", told.replace("\u200b", "").replace("\r\n", "\n"))


def barcodes(document: bytes, dpi: int) -> dict[str, str]:
    """What a scanner reads off the first page as a printer prints it: symbology identifier by content."""
    opened = pdfium.PdfDocument(document)
    image = opened[0].render(scale=dpi / 72).to_numpy().copy()
    opened.close()
    return {found.bytes.decode(): found.symbology_identifier for found in zxingcpp.read_barcodes(image)}
