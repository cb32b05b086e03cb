"""Opening the table in a file: by its ending, and by what it begins with."""

from __future__ import annotations

from pathlib import Path

from doorstep.intake.tables.comma import open_csv
from doorstep.intake.tables.opened import Reading, Table, UnreadableTableError

_MAGIC = {b"PK\x03\x04": ".xlsx", b"PAR1": ".parquet", b"\xd0\xcf\x11\xe0": ".xls", b"%PDF": ".pdf"}


def open_table(path: Path, reading: Reading) -> Table:
    """The table in a file, by its ending and what it begins with; UnreadableTableError where it is none."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise UnreadableTableError(f"There is no file {path}.") from None
    except OSError as wrong:
        raise UnreadableTableError(f"{path} cannot be read: {wrong.strerror}.") from None
    seems = next((ending for magic, ending in _MAGIC.items() if head.startswith(magic)), "")
    ending = path.suffix.lower()
    if ending in (".xlsx", ".xlsm") and seems == ".xlsx":
        from doorstep.intake.tables.spreadsheet import open_spreadsheet

        return open_spreadsheet(path, reading)
    if ending in (".parquet", ".pq") and seems == ".parquet":
        from doorstep.intake.tables.parquet import open_parquet

        return open_parquet(path)
    if ending in (".xlsx", ".xlsm", ".parquet", ".pq") or seems:
        told = f"it looks like a {seems} file" if seems else f"it does not begin like a {ending} file"
        raise UnreadableTableError(
            f"{path.name} is not read: {told}. CSV, XLSX and Parquet are read, each under its own ending."
        )
    return open_csv(path, reading)
