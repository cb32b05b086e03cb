"""A form on A4 or Letter: heading, parties side by side, facts, tables over as many pages as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.papers.code128 import Symbol
from doorstep.papers.faces import Faces
from doorstep.papers.setting import wrap
from doorstep.papers.sheet import Sheets
from doorstep.papers.values import PDF, Paper
from doorstep.terms.places import Address

A4, LETTER = (595.28, 841.89), (612.0, 792.0)
LETTER_COUNTRIES = frozenset({"US", "CA", "MX", "PH", "CL", "CO"})
MARGIN = 42.0
SIZE = 9.0
_LEADING = 1.3


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, and whether it holds numbers (then at the right)."""

    heading: str
    share: int
    numbers: bool = False


def sheet_of(country: str) -> tuple[float, float]:
    """The sheet that a country's printers hold."""
    return LETTER if country in LETTER_COUNTRIES else A4


class Form:
    """A form in the making; `y` is where the next thing stands."""

    def __init__(self, faces: Faces, title: str, country: str, heading: str = "", code: Symbol | None = None) -> None:
        """`country` is where it is printed: the sheet's size. `code` stands at the top right of the first page."""
        width, height = sheet_of(country)
        self.sheets = Sheets(faces, width, height)
        self.room = width - 2 * MARGIN
        self.title = title
        self.y = 0.0
        self._begin()
        self.sheets.text(title, MARGIN, self.y + 14, 19, bold=True, room=self.room * 0.5)
        if heading:
            self.sheets.text(heading, MARGIN, self.y + 30, 11, room=self.room * 0.5)
        if code is not None:
            module = 0.85
            wide = self.sheets.room_of(code, module) - 20 * module
            self.sheets.barcode(code, width - MARGIN - wide, self.y - 4, module, 30)
            self.sheets.text(code.says, width - MARGIN - wide / 2, self.y + 36, 8.5, align="centre")
        self.y += 54

    def _begin(self) -> None:
        self.sheets.page()
        self.y = MARGIN

    def _need(self, room: float) -> bool:
        """Begin the next page where so much does not fit this one; whether it did."""
        if self.y + room <= self.sheets.height - MARGIN - 14:
            return False
        self._begin()
        self.sheets.text(self.title, MARGIN, self.y + 4, 9, bold=True)
        self.y += 20
        return True

    def parties(self, *parties: tuple[str, Address]) -> None:
        """Names and addresses side by side, whole."""
        gap = 16
        wide = (self.room - gap * (len(parties) - 1)) / len(parties)
        top, foot = self.y, self.y
        for place, (says, party) in enumerate(parties):
            x = MARGIN + place * (wide + gap)
            self.sheets.country = party.country
            self.sheets.text(says.upper(), x, top, 7, bold=True)
            self.sheets.rule(x, top + 4, wide, 0.8)
            y = self.sheets.paragraph(party.name, x, top + 17, 11, wide, bold=True)
            for line in (*party.lines, f"{party.postcode} {party.city}".strip(), party.country):
                y = self.sheets.paragraph(line, x, y, SIZE + 1, wide)
            for line in (party.phone, party.email):
                y = self.sheets.paragraph(line, x, y, 8, wide) if line else y
            foot = max(foot, y)
        self.sheets.country = ""
        self.y = foot + 10

    def facts(self, facts: Sequence[tuple[str, str]], across: int = 4) -> None:
        """Short facts under their names, so many to a row; empty ones are left out."""
        told = [(name, says) for name, says in facts if says]
        wide = self.room / across
        for at in range(0, len(told), across):
            self._need(34)
            foot = self.y
            for place, (name, says) in enumerate(told[at : at + across]):
                x = MARGIN + place * wide
                self.sheets.text(name, x, self.y, 7)
                foot = max(foot, self.sheets.paragraph(says, x, self.y + 12, SIZE + 1, wide - 8, bold=True))
            self.y = foot + 8

    def heading(self, says: str) -> None:
        self._need(60)
        self.y += 8
        self.sheets.text(says, MARGIN, self.y, 11, bold=True)
        self.y += 12

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Rows of text, each cell broken to its column; the headings again on every page, no row cut by one's end."""
        total = sum(column.share for column in columns)
        wide = [self.room * column.share / total for column in columns]
        self._headings(columns, wide)
        for row in rows:
            cells = [wrap(text, self.sheets.faces, (w - 12) / SIZE) or [""] for text, w in zip(row, wide, strict=True)]
            high = max(len(cell) for cell in cells) * SIZE * _LEADING + 5
            if self._need(high):
                self._headings(columns, wide)
            x = MARGIN
            for column, cell, w in zip(columns, cells, wide, strict=True):
                y = self.y + SIZE + 1
                for says in cell:
                    line = self.sheets.line_of(says)
                    right = column.numbers or line.leftwards
                    at, align = (x + w - 12, "right") if right else (x, "left")
                    self.sheets.text(says, at, y, SIZE, align=align)
                    y += SIZE * _LEADING
                x += w
            self.y += high
            self.sheets.box(MARGIN, self.y - 1.5, self.room, 0.3, grey=0.6)
        self.y += 8

    def _headings(self, columns: Sequence[Column], wide: Sequence[float]) -> None:
        self._need(40)
        x = MARGIN
        for column, w in zip(columns, wide, strict=True):
            at, align = (x + w - 12, "right") if column.numbers else (x, "left")
            self.sheets.text(column.heading, at, self.y + 8, 7.5, bold=True, align=align, room=w - 4)
            x += w
        self.sheets.rule(MARGIN, self.y + 12, self.room, 1.0)
        self.y += 14

    def totals(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names and amounts at the right, the last of them large."""
        for place, (name, amount) in enumerate(rows, 1):
            self._need(18)
            last = place == len(rows)
            size = SIZE + 2 if last else SIZE
            if last:
                self.sheets.rule(MARGIN + self.room * 0.5, self.y - 1, self.room * 0.5, 1.0)
                self.y += 4
            self.sheets.text(name, MARGIN + self.room - 110, self.y + 9, size, bold=last, align="right")
            self.sheets.text(amount, MARGIN + self.room - 6, self.y + 9, size, bold=last, align="right")
            self.y += size * 1.5
        self.y += 6

    def words(self, says: str) -> None:
        """A paragraph over the whole width."""
        lines = len(wrap(says, self.sheets.faces, self.room / SIZE))
        self._need(lines * SIZE * 1.25 + 6)
        self.y = self.sheets.paragraph(says, MARGIN, self.y + SIZE, SIZE, self.room)

    def signatures(self, *who: str) -> None:
        """Lines to sign on, in one row."""
        self._need(60)
        self.y += 44
        wide = self.room / len(who)
        for place, says in enumerate(who):
            self.sheets.rule(MARGIN + place * wide, self.y, wide - 18, 0.6)
            self.sheets.text(says, MARGIN + place * wide, self.y + 10, 7.5, room=wide - 18)
        self.y += 20

    def paper(self, foot: str = "") -> Paper:
        """The form with the number of each page at its foot, and what could not be printed as it is."""
        sheets = self.sheets
        for missing in sheets.troubles.values():
            self.words(f"Note: {missing}.")
        right = sheets.width - MARGIN
        for page_no in range(sheets.page_count):
            says = f"{foot}    page {page_no + 1} of {sheets.page_count}".strip()
            sheets.back_to(page_no, says, right, sheets.height - MARGIN + 12, 7.5)
        return Paper(sheets.to_bytes(self.title), PDF, tuple(sheets.troubles.values()))
