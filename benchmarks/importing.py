"""Reading order lines by a map: lines a second from each format, beside the bare reader of the file, and memory."""

from __future__ import annotations

import csv
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter
from rich.console import Console

from benchmarks.measuring import Figure, alone, compared, in_a_process, peak_mb
from doorstep.intake.orders import OrderIn
from doorstep.intake.tables.kinds import KINDS
from doorstep.intake.tables.map import parse_map
from doorstep.intake.tables.read import Good, Reader
from doorstep.terms.refusals import Refusal

LINES = 100_000
SHEET_LINES = 5_000
MANY = 1_000_000
ROUNDS = 3
COLUMNS = ("number", "customer", "name", "street", "city", "zip", "country", "sku", "units", "wanted")
MAP = """
[reading]
currency = "USD"
dates = "%d/%m/%Y"
[columns]
order = "number"
customer_id = "customer"
name = "name"
street = "street"
city = "city"
postcode = "zip"
country = "country"
item_id = "sku"
quantity = "units"
asked_by = "wanted"
"""


def run(console: Console) -> list[Figure]:
    """Three lines an order; ours maps, validates and groups them, the peer only reads the cells."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"orders.{name}" for name in ("csv", "parquet", "xlsx")}
        console.print("writing the files ...")
        _write(files, LINES, SHEET_LINES)
        found: list[Figure] = []
        for name, lines, bare in (
            ("csv", LINES, _bare_csv),
            ("parquet", LINES, _bare_parquet),
            ("xlsx", SHEET_LINES, _bare_xlsx),
        ):
            console.print(f"{name} ...")
            ours, raw = [], []
            for _ in range(ROUNDS):
                ours.append(lines / _seconds(_read, files[name]))
                raw.append(lines / _seconds(bare, files[name]))
            found.append(compared(f"order lines from {name}", "/s", ours, raw, "the cells read, nothing made of them"))
        pydantic = [LINES / _seconds(_pydantic, files["csv"]) for _ in range(ROUNDS)]
        found.append(
            compared(
                "order lines from csv", "/s", found[0].ours_rounds, pydantic, "csv and pydantic, one model an order"
            )
        )
        console.print(f"{MANY:,} lines ...")
        many = Path(folder) / "many.csv"
        _write_csv(many, MANY)
        seconds, peak_mb = in_a_process(_alone, many)
        found.append(alone(f"{MANY:,} order lines from csv", "/s", MANY / seconds, "in a process of its own"))
        found.append(alone("  peak memory", "MB", peak_mb))
        return found


def _rows(lines: int) -> Any:
    for number in range(lines):
        order = number // 3
        customer = order % 9973
        yield (
            *(f"W-{order:07}", f"customer-{customer}", f"Customer {customer}", f"{order % 97 + 1} Main Street"),
            *("New York", "10001", "US", f"SKU-{number % 5000:04}", str(number % 4 + 1)),
            f"{order % 28 + 1:02}/03/2027",
        )


def _write_csv(path: Path, lines: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_rows(lines))


def _write(files: dict[str, Path], lines: int, sheet_lines: int) -> None:
    _write_csv(files["csv"], lines)
    columns = list(zip(*_rows(lines), strict=True))
    pq.write_table(pa.table(dict(zip(COLUMNS, map(list, columns), strict=True))), files["parquet"])
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(COLUMNS)
    for row in _rows(sheet_lines):
        sheet.append(row)
    book.save(files["xlsx"])


def _seconds(work: Callable[[Path], object], path: Path) -> float:
    begin = time.perf_counter()
    work(path)
    return time.perf_counter() - begin


def _read(path: Path) -> int:
    kind = KINDS["orders"]
    told = parse_map(tomllib.loads(MAP), kind.name, kind.names, kind.needed)
    if isinstance(told, Refusal):
        raise ValueError(told.says)
    with Reader(kind, told, path) as reader:
        return sum(isinstance(row, Good) for row in reader.rows())


def _bare_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def _bare_parquet(path: Path) -> int:
    rows = 0
    for batch in pq.ParquetFile(path).iter_batches(batch_size=10_000):
        rows += len(list(zip(*(column.to_pylist() for column in batch.columns), strict=True)))
    return rows


def _bare_xlsx(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True)
    return sum(1 for _ in book.active.iter_rows(values_only=True))


_ORDER: TypeAdapter[OrderIn] = TypeAdapter(OrderIn)


def _pydantic(path: Path) -> int:
    orders: dict[str, list[Sequence[str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            orders.setdefault(row[0], []).append(row)
    for number, lines in orders.items():
        first = lines[0]
        day, month, year = first[9].split("/")
        _ORDER.validate_python(
            {
                "customer_id": first[1],
                "lines": [{"item_id": line[7], "quantity": int(line[8])} for line in lines],
                "ship_to": {
                    "name": first[2],
                    "lines": [first[3]],
                    "city": first[4],
                    "postcode": first[5],
                    "country": first[6],
                },
                "currency": "USD",
                "reference": number,
                "asked_by": f"{year}-{month}-{day}",
            }
        )
    return len(orders)


def _alone(path: Path) -> tuple[float, int]:
    seconds = _seconds(_read, path)
    return seconds, peak_mb()
