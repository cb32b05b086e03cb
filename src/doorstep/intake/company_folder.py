"""A company in a folder: `company.toml`, and tables beside it for what comes in many rows.

The tables are joined to the shape of one company file and read by the same reader; a problem is told with the file and
the line it stands in. Money is in whole units of the company's currency ("12.50"), weights of tariffs in pounds or
grams by the name of their column.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from doorstep.intake.company import CompanyIn, read_company
from doorstep.intake.problems import Problem, malformed
from doorstep.terms.money import DECIMALS
from doorstep.terms.refusals import Refusal

# The international pound in grams, exactly. Source: the definition of 1959.
_POUND_G = Fraction(45_359_237, 100_000)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SERIALS = re.compile(r"(.*?)(\d+)\.\.(\d+)")

Row = Mapping[str, str]


class _CellError(ValueError):
    """What is wrong with one cell."""


@dataclass
class _Reading:
    """Rows as they become raw values; where each came from, and what could not be read."""

    decimals: int
    places: dict[str, str] = field(default_factory=dict)  # "items.17" -> "items.csv, line 19"
    problems: list[Problem] = field(default_factory=list)

    def minor(self, text: str) -> int:
        """An amount in minor units; more decimals than the currency has are no amount."""
        try:
            amount = Decimal(text) * 10**self.decimals
        except InvalidOperation:
            raise _CellError(f"{text!r} is no amount") from None
        if amount != int(amount):
            raise _CellError(f"{text!r} has more than {self.decimals} decimals")
        return int(amount)


def read_company_folder(folder: Path) -> CompanyIn | Refusal:
    """The company in `folder`; MALFORMED with every problem, its file and its line. OSError where a file is missing."""
    raw: dict[str, Any] = tomllib.loads((folder / "company.toml").read_text(encoding="utf-8"))
    reading = _Reading(DECIMALS.get(str(raw.get("company", {}).get("currency")), 2))
    for name, (table, make) in _TABLES.items():
        file = folder / f"{name}.csv"
        if file.is_file():
            _add(raw.setdefault(table, []), table, reading, file, make)
    _kits(raw, reading, folder / "kits.csv")
    _tariffs(raw, reading, folder)
    if reading.problems:
        return malformed(reading.problems)
    company = read_company(raw)
    return _placed(company, reading.places) if isinstance(company, Refusal) else company


def _rows(file: Path) -> Iterator[tuple[int, Row]]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        table = csv.DictReader(lines)
        for row in table:
            yield table.line_num, {name: (cell or "").strip() for name, cell in row.items() if name}


def _add(
    into: list[Any], table: str, reading: _Reading, file: Path, make: Callable[[Row, _Reading], dict[str, Any]]
) -> None:
    for line, row in _rows(file):
        try:
            made = make(row, reading)
        except KeyError as missing:
            reading.problems.append(Problem(f"{file.name}, line {line}", f"there is no column {missing}"))
        except ValueError as wrong:
            reading.problems.append(Problem(f"{file.name}, line {line}", str(wrong)))
        else:
            reading.places[f"{table}.{len(into)}"] = f"{file.name}, line {line}"
            into.append(made)


def _given(**cells: Any) -> dict[str, Any]:
    """What the row says; an empty cell says nothing."""
    return {name: cell for name, cell in cells.items() if cell not in ("", None)}


def _whole(row: Row, name: str) -> int | None:
    text = row.get(name, "")
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise _CellError(f"{name}: {text!r} is no whole number") from None


def _yes(row: Row, name: str) -> bool | None:
    text = row.get(name, "").lower()
    if text not in ("", "yes", "no"):
        raise _CellError(f"{name}: say yes or no, not {text!r}")
    return None if not text else text == "yes"


def _size(row: Row, prefix: str = "") -> list[int] | None:
    """Length, width and height in millimetres; none where nobody measured them, and never only some of them."""
    sides = [_whole(row, f"{prefix}{name}_mm") for name in ("length", "width", "height")]
    if all(side is None for side in sides):
        return None
    if any(side is None for side in sides):
        raise _CellError(f"{prefix}length_mm, width_mm and height_mm come together")
    return [side for side in sides if side is not None]


def _item(row: Row, reading: _Reading) -> dict[str, Any]:
    return _given(
        item_id=row["item_id"],
        description=row["description"],
        size=_size(row),
        weight_g=_whole(row, "weight_g"),
        price_minor=reading.minor(row.get("price") or "0"),
        tracking=row.get("tracking"),
        hazard=row.get("hazard"),
        upright=_yes(row, "upright"),
        fragile=_yes(row, "fragile"),
        own_container=_yes(row, "own_container"),
        sold_by=_whole(row, "sold_by"),
    )


def _customer(row: Row, _: _Reading) -> dict[str, Any]:
    address = _given(
        name=row["name"],
        lines=[row["street"]],
        city=row["city"],
        postcode=row["postcode"],
        country=row["country"],
        email=row.get("email"),
    )
    terms = _given(
        customer_class=row.get("customer_class"),
        ship_complete=_yes(row, "ship_complete"),
        min_shelf_life_days=_whole(row, "min_shelf_life_days"),
        receives=_calendar(row),
    )
    return {"customer_id": row["customer_id"], "address": address, "terms": terms}


def _calendar(row: Row) -> dict[str, Any] | None:
    """`receives` are days such as mon-fri or mon wed; from when until when on the wall of `receives_zone`."""
    text = row.get("receives", "").lower()
    if not text:
        return None
    days: set[int] = set()
    for word in text.split():
        first, _, last = word.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            raise _CellError(f"receives: {word!r} are no days; say mon-fri, or mon wed fri")
        days.update(range(_DAYS.index(first), _DAYS.index(last or first) + 1))
    return _given(
        zone=row.get("receives_zone"),
        weekdays=sorted(days),
        opens=row.get("receives_from"),
        closes=row.get("receives_until"),
    )


def _carton(row: Row, reading: _Reading) -> dict[str, Any]:
    return _given(
        carton_id=row["carton_id"],
        inner=_size(row, "inner_"),
        outer=_size(row, "outer_"),
        empty_weight_g=_whole(row, "empty_weight_g"),
        max_content_g=_whole(row, "max_content_g"),
        cost_minor=reading.minor(row["cost"]),
    )


def _stock(row: Row, _: _Reading) -> dict[str, Any]:
    return _given(
        place_id=row["place_id"],
        item_id=row["item_id"],
        quantity=_whole(row, "quantity"),
        lot=row.get("lot"),
        expires_on=row.get("expires_on"),
        serials=_serials(row.get("serials", "")),
    )


def _serials(text: str) -> list[str] | None:
    """Serials apart by blanks; `B-001..020` are twenty of them."""
    found: list[str] = []
    for word in text.split():
        run = _SERIALS.fullmatch(word)
        if run is None:
            found.append(word)
            continue
        stem, first, last = run.groups()
        if int(last) < int(first):
            raise _CellError(f"serials: {word!r} ends before it begins")
        found += [f"{stem}{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
    return found or None


def _inbound(row: Row, _: _Reading) -> dict[str, Any]:
    return _given(
        supplier_id=row["supplier_id"],
        site_id=row["site_id"],
        item_id=row["item_id"],
        quantity=_whole(row, "quantity"),
        due_at=row["due_at"],
    )


_TABLES: Mapping[str, tuple[str, Callable[[Row, _Reading], dict[str, Any]]]] = {
    "items": ("items", _item),
    "customers": ("customers", _customer),
    "cartons": ("cartons", _carton),
    "stock": ("stock", _stock),
    "inbound": ("inbound", _inbound),
}


def _kits(raw: dict[str, Any], reading: _Reading, file: Path) -> None:
    """A row for each part; the kit's description and price stand in its first one."""
    if not file.is_file():
        return
    kits: dict[str, dict[str, Any]] = {}
    for line, row in _rows(file):
        try:
            part = {"item_id": row["item_id"], "quantity": _whole(row, "quantity")}
            if row["kit_id"] not in kits:
                price_minor = reading.minor(row["price"])
                kits[row["kit_id"]] = {
                    "item_id": row["kit_id"],
                    "description": row["description"],
                    "price_minor": price_minor,
                    "parts": [],
                }
                reading.places[f"items.{len(raw['items']) + len(kits) - 1}"] = f"{file.name}, line {line}"
            kits[row["kit_id"]]["parts"].append(part)
        except (KeyError, ValueError) as wrong:
            reading.problems.append(Problem(f"{file.name}, line {line}", str(wrong)))
    raw["items"] += kits.values()


def _tariffs(raw: dict[str, Any], reading: _Reading, folder: Path) -> None:
    """Prices of a service by weight and zone from `tariffs/<service>.csv`; its zones from `zones.csv`, if none."""
    zones: list[dict[str, Any]] = []
    if (folder / "zones.csv").is_file():
        for _, row in _rows(folder / "zones.csv"):
            zones.append({name: row.get(name, "") for name in ("origin", "destination", "zone")})
    for service in raw.get("services", ()):
        tariff = service.setdefault("tariff", {})
        tariff.setdefault("zones", zones)
        file = folder / "tariffs" / f"{service.get('service_id')}.csv"
        if file.is_file():
            tariff["steps"] = list(_steps(reading, file))


def _steps(reading: _Reading, file: Path) -> Iterator[dict[str, Any]]:
    for line, row in _rows(file):
        try:
            pounds, grams = _whole(row, "up_to_lb"), _whole(row, "up_to_g")
            if (pounds is None) == (grams is None):
                raise _CellError("say up_to_lb or up_to_g")
            # A parcel weighs whole grams: those below the limit are those up to its whole part.
            up_to_g = grams if pounds is None else int(pounds * _POUND_G)
            prices = {name: reading.minor(cell) for name, cell in row.items() if name[:6] != "up_to_" and cell}
            yield {"up_to_g": up_to_g, "price_minor": prices}
        except ValueError as wrong:
            reading.problems.append(Problem(f"tariffs/{file.name}, line {line}", str(wrong)))


def _placed(refusal: Refusal, places: Mapping[str, str]) -> Refusal:
    """The same refusal with file and line in place of a row's number in the joined company."""
    problems = []
    for place, says in refusal.concerns.items():
        table, _, rest = place.partition(".")
        number, _, column = rest.partition(".")
        problems.append(
            Problem(f"{places.get(f'{table}.{number}', f'company.toml, {table}.{number}')} {column}", str(says))
        )
    return malformed(problems)
