"""The parcel label in ZPL II: its barcodes drawn by the printer, its text by the printer or, where need be, by us.

The printer's own scalable font 0 has the letters of Western Europe. A text with any other letter goes as a picture
(^GF), which `picture` makes of the same type as the PDF's: so every script prints on every printer. There is no
renderer of ZPL here: what these bytes say is tested, the look of what the printer draws by itself is not.

Source: ZPL II Programming Guide: ^BC (mode D writes FNC1, takes the brackets of identifiers as for people), ^FH
(hexadecimal), ^CI28 (UTF-8), ^GF (pictures).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doorstep.papers.code128 import QUIET_MODULES, Symbol
from doorstep.papers.faces import Faces, Unprintable
from doorstep.papers.label import MODULE_DOTS, add_label, marks_line, routing_symbol, sscc_symbol, weight_words
from doorstep.papers.sheet import POINTS_PER_INCH, Sheets
from doorstep.papers.values import ZPL, Paper, ParcelLabel

# A page of PDF and dots to the inch -> (bytes to a row, rows of bits from the top, 1 is black).
Picture = Callable[[bytes, int], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class _Bed:
    """Where things stand, in dots: from points at so many dots to the inch."""

    dpi: int

    def at(self, points: float) -> int:
        return round(points * self.dpi / POINTS_PER_INCH)


def label_zpl(label: ParcelLabel, faces: Faces, dpi: int, picture: Picture) -> Paper:
    """The label for a printer of 203 or 300 dots to the inch; KeyError for another."""
    bed = _Bed(dpi)
    to, sender = label.to, label.sender
    said = [label.service, to.name, *to.lines, to.city, to.postcode, sender.name, *sender.lines, sender.city]
    said += label.marks
    missing: tuple[Unprintable, ...] = ()
    if all(_printers_own(text) for text in said) and _short(label):
        top = _own_text(label, bed)
    else:
        top, missing = _pictured(label, faces, dpi, picture)
    fields = [*top, *_codes(label, bed)]
    head = f"^XA^CI28^PW{bed.at(288)}^LL{bed.at(432)}^LH0,0"
    return Paper("\n".join([head, *fields, "^XZ", ""]).encode(), ZPL, missing)


def _printers_own(text: str) -> bool:
    return all(" " <= letter <= "~" or "\u00a0" < letter <= "\u00ff" for letter in text)


def _short(label: ParcelLabel) -> bool:
    """Whether everything surely fits its line in the printer's font, which we cannot measure."""
    to = label.to
    texts = (to.name, *to.lines)
    most = 3 if label.marks else 4
    if len(texts) > most or len(marks_line(label.marks)) > 48:
        return False
    return all(len(text) <= 26 for text in texts) and max(len(to.city), len(label.service)) <= 20


def _own_text(label: ParcelLabel, bed: _Bed) -> list[str]:
    to, sender = label.to, label.sender
    street = ", ".join((*sender.lines, f"{sender.postcode} {sender.city}", sender.country))
    fields = [
        _text(bed, 9, 9, 9, f"FROM  {sender.name}"[:48]),
        _text(bed, 9, 20, 8, street[:56]),
        _text(bed, 232, 8, 13, f"{label.number} of {label.count}"),
        _text(bed, 232, 22, 9, weight_words(label.weight_g)),
        _rule(bed, 34),
        _text(bed, 9, 39, 16, label.service),
        _text(bed, 196, 44, 9, label.order_id[:22]),
        _rule(bed, 59),
        _text(bed, 9, 64, 9, "TO"),
    ]
    for row, line in enumerate((to.name, *to.lines)):
        fields.append(_text(bed, 27, 66 + 20 * row, 17, line))
    if label.marks:
        fields.append(_text(bed, 9, 138, 9, f"MARKS  {marks_line(label.marks)}"))
    fields += [
        _text(bed, 27, 150, 20, to.city),
        _text(bed, 27, 171, 28, to.postcode),
        _text(bed, 240, 171, 28, to.country),
        _rule(bed, 201),
    ]
    return fields


def _pictured(
    label: ParcelLabel, faces: Faces, dpi: int, picture: Picture
) -> tuple[list[str], tuple[Unprintable, ...]]:
    """Everything above the barcodes as one picture, cut from the label as the PDF has it."""
    sheets = Sheets(faces, 288, 432)
    add_label(sheets, label, dpi)
    row_bytes, bits = picture(sheets.to_bytes("label"), dpi)
    rows = _Bed(dpi).at(202)
    cut = bits[: row_bytes * rows]
    field = f"^FO0,0^GFA,{len(cut)},{len(cut)},{row_bytes},{cut.hex().upper()}^FS"
    return [field], tuple(sheets.troubles.values())


def _codes(label: ParcelLabel, bed: _Bed) -> list[str]:
    narrow = 3 if bed.dpi == 203 else 4
    fields = []
    routing = routing_symbol(label)
    if routing:
        wide = MODULE_DOTS[bed.dpi]
        fits = (routing.modules + 2 * QUIET_MODULES) * wide <= bed.at(288)
        fields.append(_bars(bed, routing, 206, 34, wide if fits else narrow, "D"))
    fields.append(_rule(bed, 254))
    if label.tracking_number:
        # Mode A lets the printer choose the sets itself: as wide as the symbol of set B at most.
        modules = 11 * (len(label.tracking_number) + 2) + 13
        dots = narrow if (modules + 2 * QUIET_MODULES) * narrow <= bed.at(288) else 2
        x = (bed.at(288) - modules * dots) // 2
        fields.append(f"^FO{x},{bed.at(259)}^BY{dots}^BCN,{bed.at(40)},Y,N,N,A{_data(label.tracking_number)}")
    fields.append(_rule(bed, 313))
    fields.append(_bars(bed, sscc_symbol(label), 319, 32 * POINTS_PER_INCH / 25.4, MODULE_DOTS[bed.dpi], "D"))
    return fields


def _bars(bed: _Bed, symbol: Symbol, top: float, high: float, dots: int, mode: str) -> str:
    x = (bed.at(288) - symbol.modules * dots) // 2
    return f"^FO{x},{bed.at(top)}^BY{dots}^BCN,{bed.at(high)},Y,N,N,{mode}{_data(symbol.says)}"


def _text(bed: _Bed, x: float, y: float, size: float, text: str) -> str:
    high = bed.at(size)
    return f"^FO{bed.at(x)},{bed.at(y)}^A0N,{high},{high}{_data(text)}"


def _rule(bed: _Bed, y: float) -> str:
    return f"^FO0,{bed.at(y)}^GB{bed.at(288)},3,3^FS"


def _data(text: str) -> str:
    """The text as field data: the printer's own signs are written in hexadecimal, so that no address commands it."""
    safe = "".join(f"_{ord(letter):02X}" if letter in "^~_\\" or ord(letter) < 32 else letter for letter in text)
    return f"^FH_^FD{safe}^FS"
