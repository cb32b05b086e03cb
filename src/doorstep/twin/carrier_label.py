"""The label the local carrier prints: 4 x 6 inches of ZPL II for a printer of 203 dots to the inch."""

from __future__ import annotations

from doorstep.terms.places import Address

_WIDTH_DOTS, _LENGTH_DOTS = 812, 1218
_LINE_CHARACTERS = 36


def label_zpl(tracking_number: str, sscc: str, service_name: str, weight_g: int, to: Address, sender: Address) -> bytes:
    """The document, UTF-8. The SSCC stands in a GS1-128 barcode behind its application identifier (00).

    Source: ZPL II Programming Guide, ^BC (mode D: GS1-128 with printed brackets), ^FH and ^CI28; GS1 General
    Specifications, 5.4: a module of 0.495 mm at least and bars of 32 mm at least, so 4 dots and 260 dots here.
    """
    fields = [
        _text(40, 30, 28, f"FROM {sender.name}, {sender.city} {sender.country}"),
        "^FO0,80^GB812,3,3^FS",
        _text(40, 105, 34, service_name),
        _text(560, 105, 34, f"{weight_g // 1000}.{weight_g % 1000:03d} kg"),
        "^FO0,160^GB812,3,3^FS",
        *(_text(60, 190 + 52 * row, 44, line) for row, line in enumerate(_lines(to))),
        "^FO0,560^GB812,3,3^FS",
        f"^FO140,590^BY3^BCN,150,Y,N,N,A{_data(tracking_number)}",
        "^FO0,800^GB812,3,3^FS",
        f"^FO94,850^BY4^BCN,260,Y,N,N,D{_data('(00)' + sscc)}",
    ]
    head = f"^XA^CI28^PW{_WIDTH_DOTS}^LL{_LENGTH_DOTS}^LH0,0"
    return "\n".join([head, *fields, "^XZ", ""]).encode()


def _lines(to: Address) -> list[str]:
    """The address in at most seven lines: what is too much of the street is left out, never the city or country."""
    return [to.name, *to.lines[:4], f"{to.postcode} {to.city}", to.country]


def _text(x: int, y: int, height: int, text: str) -> str:
    return f"^FO{x},{y}^A0N,{height},{height}{_data(text[:_LINE_CHARACTERS])}"


def _data(text: str) -> str:
    """The text as field data: the printer's own signs are written in hexadecimal, so that no address commands it."""
    safe = "".join(f"_{ord(letter):02X}" if letter in "^~_\\" or ord(letter) < 32 else letter for letter in text)
    return f"^FH_^FD{safe}^FS"
