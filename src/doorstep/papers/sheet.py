"""Sheets of paper as PDF: type, lines and barcodes where they are put, in points from the top left corner.

Type stands as glyphs of subsets of the typefaces that it is set in, so that every reader shows it alike, and can be
searched and copied as text. The same paper is the same bytes: nothing in it tells when or by what it was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pydyf
import uharfbuzz as hb

from doorstep.papers.code128 import QUIET_MODULES, Symbol
from doorstep.papers.faces import Face, Faces, Unprintable
from doorstep.papers.setting import Glyph, Line, Run, set_line, wrap

POINTS_PER_INCH = 72
_MOST_RUNS = 2_000  # kept spelt, for text that comes again and again
MM = POINTS_PER_INCH / 25.4


@dataclass
class _Used:
    """Of one face: each glyph with what it says, under the number that it has in this document."""

    number: int
    ids: dict[tuple[int, str], int] = field(default_factory=dict)
    hexes: dict[Run, tuple[str, bool]] = field(default_factory=dict)


class Sheets:
    """A document in the making. `troubles` are the letters that could not be printed as they are."""

    def __init__(self, faces: Faces, width: float, height: float, country: str = "") -> None:
        self.faces = faces
        self.width = width
        self.height = height
        self.country = country
        self.troubles: dict[str, Unprintable] = {}
        self._pages: list[list[str]] = []
        self._used: dict[Face, _Used] = {}

    @property
    def page_count(self) -> int:
        return len(self._pages)

    def page(self) -> None:
        """Begin the next page: everything that follows stands on it."""
        self._pages.append([])

    def back_to(self, page_no: int, says: str, x: float, y: float, size: float) -> None:
        """Write on an earlier page (the first is 0) what is known only at the end; right-aligned at x."""
        last = self._pages
        self._pages = last[: page_no + 1]
        self.text(says, x, y, size, align="right")
        self._pages = last

    def line_of(self, says: str, bold: bool = False) -> Line:
        """The text set as one line; what it could not be set in is remembered."""
        line = set_line(says, self.faces, bold, self.country)
        for missing in line.missing:
            self.troubles.setdefault(missing.letter, missing)
        return line

    def text(
        self, says: str, x: float, y: float, size: float, *, bold: bool = False, align: str = "left", room: float = 0.0
    ) -> float:
        """One line with its foot at y; where `room` is given it is set smaller until it fits. Returns its width."""
        line = self.line_of(says, bold)
        if room and line.ems * size > room:
            size = room / line.ems
        wide = line.ems * size
        x -= wide if align == "right" else wide / 2 if align == "centre" else 0
        self._put(line, x, y, size)
        return wide

    def paragraph(
        self,
        says: str,
        x: float,
        y: float,
        size: float,
        room: float,
        *,
        bold: bool = False,
        leading: float = 1.25,
        most: int = 0,
    ) -> float:
        """Lines broken to the room, the first with its foot at y; Arabic and Hebrew end at the right of the room.

        At most `most` lines where that is given: the last then ends in an ellipsis. Returns where the next would stand.
        """
        lines = wrap(says, self.faces, room / size, bold, self.country) or [""]
        if most and len(lines) > most:
            lines = [*lines[: most - 1], self._shortened(" ".join(lines[most - 1 :]), room / size, bold)]
        for each in lines:
            line = self.line_of(each, bold)
            self._put(line, x + room - line.ems * size if line.leftwards else x, y, size)
            y += size * leading
        return y

    def _shortened(self, says: str, ems: float, bold: bool) -> str:
        while says and set_line(says + "…", self.faces, bold, self.country).ems > ems:
            says = says[:-1].rstrip()
        return says + "…"

    def rule(self, x: float, y: float, wide: float, thick: float = 0.6) -> None:
        self.box(x, y - thick / 2, wide, thick)

    def box(self, x: float, y: float, wide: float, high: float, grey: float = 0.0) -> None:
        """A filled box, black or grey (1 is white)."""
        self._pages[-1].append(f"{grey:.3g} g {x:.3f} {self.height - y - high:.3f} {wide:.3f} {high:.3f} re f 0 g")

    def frame(self, x: float, y: float, wide: float, high: float, thick: float = 0.6) -> None:
        self._pages[-1].append(f"{thick} w {x:.3f} {self.height - y - high:.3f} {wide:.3f} {high:.3f} re S")

    def barcode(self, symbol: Symbol, x: float, y: float, module: float, high: float) -> float:
        """The symbol with its first bar at x, its top at y; modules of so many points. Returns its width."""
        bars = []
        at = 0
        foot = self.height - y - high
        for place, width in enumerate(symbol.widths):
            if place % 2 == 0:
                bars.append(f"{x + at * module:.4f} {foot:.4f} {width * module:.4f} {high:.4f} re")
            at += width
        self._pages[-1].append("\n".join(bars) + " f")
        return at * module

    @staticmethod
    def room_of(symbol: Symbol, module: float) -> float:
        """How wide a symbol is with its quiet zones."""
        return (symbol.modules + 2 * QUIET_MODULES) * module

    def _put(self, line: Line, x: float, y: float, size: float) -> None:
        ops = []
        as_read = True
        for run in line.runs:
            used = self._used.get(run.face) or self._used.setdefault(run.face, _Used(len(self._used)))
            if len(used.hexes) > _MOST_RUNS:
                used.hexes.clear()
            plain, kerned = used.hexes.get(run) or used.hexes.setdefault(run, _plainly(run, used))
            ops.append(f"/F{used.number} {size:.3f} Tf")
            as_read = as_read and (kerned or line.leftwards)
            if kerned:
                ops.append(f"1 0 0 1 {x:.3f} {self.height - y:.3f} Tm [{plain}] TJ")
                x += run.ems * size
            else:
                scale = size / run.face.units_per_em
                for glyph in run.glyphs:
                    right, up = x + glyph.right * scale, self.height - y + glyph.up * scale
                    ops.append(f"1 0 0 1 {right:.3f} {up:.3f} Tm <{_number(used, glyph):04X}> Tj")
                    x += glyph.advance * scale
        told = "BT " + "\n".join(ops) + " ET"
        if not as_read:
            # Marks stand beside their letters: what it says is told. From right to left readers turn it themselves.
            told = f"/Span << /ActualText <FEFF{line.says.encode('utf-16-be').hex()}> >> BDC\n{told}\nEMC"
        self._pages[-1].append(told)

    def to_bytes(self, title: str) -> bytes:
        """The document."""
        pdf = pydyf.PDF()
        fonts = pydyf.Dictionary()
        for face, used in self._used.items():
            fonts[f"F{used.number}"] = _embed(pdf, face, used)
        resources = pydyf.Dictionary({"Font": fonts, "ProcSet": pydyf.Array(["/PDF", "/Text"])})
        pdf.add_object(resources)
        for ops in self._pages:
            content = pydyf.Stream(["\n".join(ops).encode()], compress=True)
            pdf.add_object(content)
            page = pydyf.Dictionary(
                {
                    "Type": "/Page",
                    "Parent": pdf.pages.reference,
                    "MediaBox": pydyf.Array([0, 0, self.width, self.height]),
                    "Contents": content.reference,
                    "Resources": resources.reference,
                }
            )
            pdf.add_page(page)
        pdf.info["Title"] = pydyf.String(title)
        pieces: list[bytes] = []
        pdf.write(_Into(pieces), version=b"1.7", identifier=False)
        return b"".join(pieces)


class _Into:
    """What pydyf writes into: it asks for no more."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def write(self, piece: bytes) -> int:
        self._pieces.append(piece)
        return len(piece)


def _number(used: _Used, glyph: Glyph) -> int:
    return used.ids.setdefault((glyph.glyph_id, glyph.says), len(used.ids) + 1)


def _plainly(run: Run, used: _Used) -> tuple[str, bool]:
    """The run as one string of glyphs with their kerning, and whether it can be written so: no glyph stands aside."""
    if any(glyph.right or glyph.up for glyph in run.glyphs):
        for glyph in run.glyphs:
            _number(used, glyph)
        return "", False
    told = []
    for glyph in run.glyphs:
        usual = run.face.hb_font.get_glyph_h_advance(glyph.glyph_id)
        shift = round((usual - glyph.advance) * 1000 / run.face.units_per_em)
        told.append(f"<{_number(used, glyph):04X}>{shift if shift else ''}")
    return "".join(told).replace("><", ""), True


def _embed(pdf: pydyf.PDF, face: Face, used: _Used) -> bytes:
    """The used glyphs of a face as a composite font of TrueType outlines; its reference."""
    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.GLYPH_INDEX).update({glyph_id for glyph_id, _ in used.ids})
    wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(_tags("GSUB", "GPOS", "GDEF", "kern", "DSIG", "meta"))
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    plan = hb.SubsetPlan(face.hb_face, wanted)
    new_of = plan.old_to_new_glyph_mapping
    outlines = plan.execute().blob.data
    name = f"{_tag_of(outlines)}+Doorstep{'Bold' if face.bold else ''}{face.name}"
    file = pydyf.Stream([outlines], pydyf.Dictionary({"Length1": len(outlines)}), compress=True)
    pdf.add_object(file)
    scale = 1000 / face.units_per_em
    extents = face.hb_font.get_font_extents("ltr")
    descriptor = pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": f"/{name}",
            "Flags": 4,
            "FontBBox": pydyf.Array([-1000, -1000, 3000, 2000]),
            "ItalicAngle": 0,
            "Ascent": round(extents.ascender * scale),
            "Descent": round(extents.descender * scale),
            "CapHeight": 700,
            "StemV": 120 if face.bold else 80,
            "FontFile2": file.reference,
        }
    )
    pdf.add_object(descriptor)
    descendant = _descendant(pdf, face, used, name, descriptor, new_of)
    unicode = pydyf.Stream([_to_unicode(used).encode()], compress=True)
    pdf.add_object(unicode)
    font = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": f"/{name}",
            "Encoding": "/Identity-H",
            "DescendantFonts": pydyf.Array([descendant.reference]),
            "ToUnicode": unicode.reference,
        }
    )
    pdf.add_object(font)
    return bytes(font.reference)


def _descendant(
    pdf: pydyf.PDF, face: Face, used: _Used, name: str, descriptor: pydyf.Dictionary, new_of: Mapping[int, int]
) -> pydyf.Dictionary:
    """The glyphs by their numbers in this document: which of the subset each is, and how wide."""
    scale = 1000 / face.units_per_em
    gids = bytearray(2)
    widths = []
    for glyph_id, _ in used.ids:
        gids += new_of[glyph_id].to_bytes(2, "big")
        widths.append(round(face.hb_font.get_glyph_h_advance(glyph_id) * scale))
    mapping = pydyf.Stream([bytes(gids)], compress=True)
    pdf.add_object(mapping)
    system = {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity"), "Supplement": 0}
    descendant = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": f"/{name}",
            "CIDSystemInfo": pydyf.Dictionary(system),
            "FontDescriptor": descriptor.reference,
            "W": pydyf.Array([1, pydyf.Array(widths)]),
            "CIDToGIDMap": mapping.reference,
        }
    )
    pdf.add_object(descendant)
    return descendant


def _tags(*names: str) -> set[int]:
    return {int.from_bytes(name.ljust(4).encode(), "big") for name in names}


def _tag_of(outlines: bytes) -> str:
    """Six capital letters that name a subset, of what is in it."""
    digest = hashlib.sha256(outlines).digest()
    return "".join(chr(65 + value % 26) for value in digest[:6])


def _to_unicode(used: _Used) -> str:
    pairs = [f"<{number:04X}> <{says.encode('utf-16-be').hex()}>" for (_, says), number in used.ids.items()]
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    told = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (UCS) /Supplement 0 >> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{told}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    )
