"""The parcel label: 4 by 6 inches, black on white, its barcodes whole dots of the printer that prints it.

From top to bottom what people need, then what machines read: who sends; how it goes; to whom, the town and postcode
largest (a driver reads them from two metres: capitals of 7 mm); where to (routing) ; the carrier's number; the SSCC.
Source: GS1 General Specifications 6.6 (logistic label), 5.12.3 (module 0.495 to 0.94 mm, bars of 32 mm for an SSCC,
quiet zones of ten modules).
"""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.papers.code128 import Symbol, code_128, gs1_128
from doorstep.papers.faces import Faces
from doorstep.papers.setting import wrap
from doorstep.papers.sheet import MM, POINTS_PER_INCH, Sheets
from doorstep.papers.values import PDF, Paper, ParcelLabel
from doorstep.terms.places import Address

WIDTH, HEIGHT = 4 * POINTS_PER_INCH, 6 * POINTS_PER_INCH
MARGIN = 9.0
_ROOM = WIDTH - 2 * MARGIN
# Dots of one module, by the printer's dots to the inch: 0.5 mm and 0.508 mm.
MODULE_DOTS = {203: 4, 300: 6}
_NARROW_DOTS = {203: 3, 300: 4}
SSCC_HIGH = 32 * MM
_SIZES = (17.0, 15.0, 13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0)
_STREET_FOOT = 148.0
_MARKS_TOP, _MARKS_SIZES = 137.0, (9.0, 8.0, 7.0, 6.0, 5.0)


def sscc_symbol(label: ParcelLabel) -> Symbol:
    return gs1_128([("00", label.sscc)])


def routing_symbol(label: ParcelLabel) -> Symbol | None:
    """The postcode it goes to, in (420), as sorting machines read it; none where no symbol can hold it."""
    postcode = label.to.postcode.replace(" ", "").replace("-", "").upper()
    if not postcode or len(postcode) > 20 or not (postcode.isascii() and postcode.isalnum()):
        return None
    elements = [("420", postcode)]
    purchase_order = label.purchase_order
    if 0 < len(purchase_order) <= 10 and purchase_order.isascii() and purchase_order.isalnum():
        elements.append(("400", purchase_order))
    return gs1_128(elements)


def weight_words(weight_g: int) -> str:
    return f"{weight_g // 1000}.{weight_g % 1000 // 10:02d} kg"


def label_pdf(labels: Sequence[ParcelLabel], faces: Faces, dpi: int = 203) -> Paper:
    """One page for each label, for a printer of 203 or 300 dots to the inch; KeyError for another."""
    sheets = Sheets(faces, WIDTH, HEIGHT)
    for label in labels:
        add_label(sheets, label, dpi)
    title = f"Label {labels[0].sscc}" if len(labels) == 1 else f"{len(labels)} labels"
    return Paper(sheets.to_bytes(title), PDF, tuple(sheets.troubles.values()))


def add_label(sheets: Sheets, label: ParcelLabel, dpi: int = 203) -> None:
    """The next page of the sheets is this label."""
    sheets.page()
    sheets.country = label.to.country
    dot = POINTS_PER_INCH / dpi
    _head(sheets, label)
    _to(sheets, label.to, bool(label.marks))
    _marks(sheets, label.marks)
    _codes(sheets, label, dot, dpi)


def _head(sheets: Sheets, label: ParcelLabel) -> None:
    sender = label.sender
    sheets.text(f"FROM  {sender.name}", MARGIN, 17, 7.5, bold=True, room=_ROOM * 0.62)
    street = ", ".join((*sender.lines, f"{sender.postcode} {sender.city}", sender.country))
    sheets.text(street, MARGIN, 27, 7, room=_ROOM * 0.62)
    sheets.text(f"{label.number} of {label.count}", WIDTH - MARGIN, 19, 12, bold=True, align="right")
    sheets.text(weight_words(label.weight_g), WIDTH - MARGIN, 29, 8, align="right")
    sheets.rule(0, 34, WIDTH, 1.2)
    sheets.text(label.service, MARGIN, 52, 15, bold=True, room=_ROOM * 0.62)
    shipped = f"ship {label.ship_on:%d %b}".upper() if label.ship_on else ""
    sheets.text(shipped, WIDTH - MARGIN, 45, 7.5, align="right")
    sheets.text(label.order_id, WIDTH - MARGIN, 54, 7.5, align="right", room=_ROOM * 0.36)
    sheets.rule(0, 59, WIDTH, 1.2)


def marks_line(marks: Sequence[str]) -> str:
    """What must stand on the parcel, in one line."""
    return "  +  ".join(marks)


def _marks(sheets: Sheets, marks: Sequence[str]) -> None:
    """In one line between street and town, as large as it fits: whoever applies the marks reads them here."""
    if not marks:
        return
    says = f"MARKS  {marks_line(marks)}"
    fitting = (size for size in _MARKS_SIZES if len(wrap(says, sheets.faces, _ROOM / size, True)) == 1)
    size = next(fitting, _MARKS_SIZES[-1])
    sheets.paragraph(says, MARGIN, _MARKS_TOP + size, size, _ROOM, bold=True, leading=1.0, most=2)


def _to(sheets: Sheets, to: Address, marked: bool = False) -> None:
    """Name and street as large as they fit whole, down to type of 7 points; the foot is the town, in one line."""
    foot = _MARKS_TOP if marked else _STREET_FOOT
    sheets.text("TO", MARGIN, 70, 7.5, bold=True)
    room = _ROOM - 18
    size = next((each for each in _SIZES if _fits(sheets, to, each, room, foot)), _SIZES[-1])
    y = sheets.paragraph(to.name, MARGIN + 18, 62 + size, size, room, bold=True, leading=1.15, most=4)
    for line in to.lines:
        if y > foot:
            break
        y = sheets.paragraph(line, MARGIN + 18, y, size - 1, room, leading=1.15, most=4)
    sheets.text(to.city, MARGIN + 18, 167, 19, bold=True, room=room)
    sheets.text(to.postcode, MARGIN + 18, 194, 27, bold=True, room=_ROOM - 72)
    sheets.text(to.country, WIDTH - MARGIN, 194, 27, bold=True, align="right")
    sheets.rule(0, 201, WIDTH, 1.2)


def _fits(sheets: Sheets, to: Address, size: float, room: float, foot: float) -> bool:
    name = wrap(to.name, sheets.faces, room / size, True, to.country)
    street = [line for each in to.lines for line in wrap(each, sheets.faces, room / (size - 1), False, to.country)]
    return 62 + 1.15 * (size * len(name) + (size - 1) * len(street)) <= foot


def _codes(sheets: Sheets, label: ParcelLabel, dot: float, dpi: int) -> None:
    routing = routing_symbol(label)
    top = 206.0
    if routing:
        _bars(sheets, routing, top, 34, dot, (MODULE_DOTS[dpi], _NARROW_DOTS[dpi]))
    top += 48
    sheets.rule(0, top, WIDTH, 1.2)
    if label.tracking_number:
        number = code_128(label.tracking_number)
        _bars(sheets, number, top + 5, 40, dot, (_NARROW_DOTS[dpi], 2), says=f"{label.carrier_id}  {number.says}")
    top += 59
    sheets.rule(0, top, WIDTH, 1.2)
    _bars(sheets, sscc_symbol(label), top + 6, SSCC_HIGH, dot, (MODULE_DOTS[dpi],), size=11)


def _bars(
    sheets: Sheets,
    symbol: Symbol,
    top: float,
    high: float,
    dot: float,
    dots: Sequence[int],
    *,
    says: str = "",
    size: float = 9.5,
) -> None:
    """A symbol in the middle, on whole dots, in the widest module it fits in; what it says stands under it."""
    fitting = next((each for each in dots if sheets.room_of(symbol, each * dot) <= WIDTH), None)
    if fitting is not None:
        module = fitting * dot
        x = round((WIDTH - symbol.modules * module) / 2 / dot) * dot
        sheets.barcode(symbol, x, round(top / dot) * dot, module, round(high / dot) * dot)
    sheets.text(says or symbol.says, WIDTH / 2, top + high + size, size, align="centre", room=_ROOM)
