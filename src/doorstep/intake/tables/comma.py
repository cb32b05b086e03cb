"""CSV: the encoding told or found by its mark, never guessed; the delimiter told or found in the header."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from doorstep.intake.tables.opened import Reading, Row, Table, UnreadableTableError, fitted, named

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t|"
csv.field_size_limit(10_000_000)


def open_csv(path: Path, reading: Reading) -> Table:
    encoding = reading.encoding or _encoding_of(path)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UnreadableTableError(f"There is no encoding {encoding!r}. Name one such as utf-8 or cp1252.") from None
    delimiter = reading.delimiter or _delimiter_of(path, encoding, reading.header)
    head = next((record for record in _lines(path, encoding, delimiter) if record[0] >= reading.header), None)
    if head is None:
        raise UnreadableTableError(f"{path.name} has no line {reading.header} with column names: it ends before.")
    first = head[0]
    columns = named(head[1], path.name, first)

    def rows() -> Iterator[Row]:
        for line, cells in _lines(path, encoding, delimiter):
            if line <= first or not cells:
                continue
            if "\0" in "".join(cells):
                yield Row(line, cells, "holds a NUL, a character that is none")
                continue
            yield fitted(line, cells, len(columns))

    return Table(path.name, columns, rows)


def _lines(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins: a quoted cell may go over several."""
    begins = 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for cells in reader:
                yield begins, cells
                begins = reader.line_num + 1
    except UnicodeDecodeError as wrong:
        raise UnreadableTableError(
            f"{path.name}, about line {begins}: byte {wrong.object[wrong.start]:#04x} is not {encoding} text. "
            'Say how it is written in the map: [reading] encoding = "cp1252" (or what it is).'
        ) from None
    except UnicodeError as wrong:
        raise UnreadableTableError(f"{path.name} is not {encoding} text: {wrong}.") from None
    except csv.Error as wrong:
        raise UnreadableTableError(f"{path.name}, record at line {begins}: {wrong}. Is a quote never closed?") from None


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")


def _delimiter_of(path: Path, encoding: str, header: int) -> str:
    """The delimiter that cuts the header into most columns; a comma where none cuts it."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = [file.readline(1_000_000) for _ in range(header)]
    except UnicodeError:
        return ","  # told in full when the rows are read
    cut = {sign: len(next(csv.reader(io.StringIO(lines[-1]), delimiter=sign), [])) for sign in _DELIMITERS}
    return max(_DELIMITERS, key=lambda sign: (cut[sign], -_DELIMITERS.index(sign)))
