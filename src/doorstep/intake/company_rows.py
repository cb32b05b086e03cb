"""The columns of a company's tables, and what their rows come to in the company's file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from doorstep.intake.company_tables import Column, Columns, Line, Raw
from doorstep.intake.tables import cells
from doorstep.intake.tables.builders import WrongRowError, licences_of
from doorstep.intake.tables.cells import Read, WrongCellError
from doorstep.intake.tables.map import ReadingIn
from doorstep.intake.tables.opened import Cell
from doorstep.terms.item import Coolant, Equipment, Temperature, Tracking
from doorstep.terms.order import Preference

number = cells.numbers(ReadingIn())
_WHOLE = cells.whole(number, 0)
_POSITIVE = cells.whole(number, 1)
_RUN = re.compile(r"(.*?)(\d+)\.\.(\d+)")
_MOST_SERIALS = 100_000


def _serials(cell: Cell) -> list[str]:
    """Serials apart by blanks; `B-001..020` are twenty of them."""
    found: list[str] = []
    for word in cells.several(cell):
        run = _RUN.fullmatch(word)
        if run is None:
            found.append(word)
            continue
        stem, first, last = run.groups()
        if not 0 <= int(last) - int(first) < _MOST_SERIALS - len(found):
            raise WrongCellError(f"is no run of serials: {word!r} must end after it begins, within {_MOST_SERIALS}")
        found += [f"{stem}{each:0{len(first)}d}" for each in range(int(first), int(last) + 1)]
    return found


def _instant(cell: Cell) -> datetime:
    """An instant with its offset: 2026-03-09T08:30:00-05:00."""
    said = cells.text(cell)
    try:
        instant = datetime.fromisoformat(said)
    except ValueError:
        raise WrongCellError("is no time such as 2026-03-09T08:30:00-05:00") from None
    if instant.tzinfo is None:
        raise WrongCellError("does not say its offset, as -05:00 does at the end of 2026-03-09T08:30:00-05:00")
    return instant


def _sides(prefix: str = "", *, needed: bool = False) -> Columns:
    return {f"{prefix}{side}_mm": Column(_POSITIVE, needed) for side in ("length", "width", "height")}


def columns_of(table: str, currency: str) -> Columns:
    """The columns of a table; amounts are in whole units of `currency`."""
    money = cells.money(number, currency)
    return {**_catalogue(money), **_customers(), **_shelves(money), **_fleet()}[table]


_NAME, _TEXT, _YES_NO = Column(cells.identifier, needed=True), Column(cells.text), Column(cells.yes_no)


def _catalogue(money: Read) -> Mapping[str, Columns]:
    return {
        "items": {
            "item_id": _NAME,
            "description": Column(cells.text, needed=True),
            **_sides(),
            "weight_g": Column(_WHOLE),
            "price": Column(money),
            "tracking": Column(cells.one_of({str(each): each for each in Tracking})),
            "hazard": _TEXT,
            "un_number": _TEXT,
            "packing_group": Column(cells.one_of({each: each for each in ("I", "II", "III")})),
            "limited_quantity": _YES_NO,
            "equipment": Column(cells.one_of({str(each): each for each in Equipment if each})),
            "lithium_mwh": Column(_WHOLE),
            "lithium_mg": Column(_WHOLE),
            "lithium_cell": _YES_NO,
            "charge_percent": Column(_WHOLE),
            "battery_g": Column(_WHOLE),
            "temperature": Column(cells.one_of({str(each): each for each in Temperature if each})),
            "transit_hours": Column(_WHOLE),
            "coolant": Column(cells.one_of({str(each): each for each in Coolant if each})),
            "coolant_g": Column(_WHOLE),
            "over_weekend": _YES_NO,
            "licence": _TEXT,
            "min_age": Column(_WHOLE),
            "upright": _YES_NO,
            "fragile": _YES_NO,
            "up": Column(cells.sides),
            "most_on_top_g": Column(_WHOLE),
            "keep_apart": _TEXT,
            "keep_together": _TEXT,
            "classes": Column(cells.several),
            "own_container": _YES_NO,
            "sold_by": Column(_POSITIVE),
        },
        "kits": {
            "kit_id": _NAME,
            "description": _TEXT,
            "price": Column(money),
            "item_id": _NAME,
            "quantity": Column(_POSITIVE, needed=True),
        },
    }


def _customers() -> Mapping[str, Columns]:
    return {
        "customers": {
            "customer_id": _NAME,
            "name": Column(cells.text, needed=True),
            "street": Column(cells.text, needed=True),
            "city": Column(cells.text, needed=True),
            "postcode": _TEXT,
            "country": Column(cells.country, needed=True),
            "email": _TEXT,
            "phone": _TEXT,
            "customer_class": _TEXT,
            "ship_complete": _YES_NO,
            "backorder": _YES_NO,
            "max_deliveries": Column(_POSITIVE),
            "min_shelf_life_days": Column(_WHOLE),
            "wanted_percent": Column(cells.per_cent(number)),
            "receives": Column(cells.weekdays),
            "receives_from": Column(cells.wall_time),
            "receives_until": Column(cells.wall_time),
            "receives_zone": Column(cells.zone),
            "language": _TEXT,
            "preference": Column(cells.one_of({str(each): each for each in Preference})),
            "licences": Column(cells.several),
        },
    }


def _shelves(money: Read) -> Mapping[str, Columns]:
    return {
        "cartons": {
            "carton_id": _NAME,
            **_sides("inner_", needed=True),
            **_sides("outer_", needed=True),
            "empty_weight_g": Column(_WHOLE, needed=True),
            "max_content_g": Column(_POSITIVE, needed=True),
            "cost": Column(money, needed=True),
        },
        "stock": {
            "place_id": _NAME,
            "item_id": _NAME,
            "quantity": Column(_POSITIVE, needed=True),
            "lot": _TEXT,
            "expires_on": Column(cells.days("")),
            "serials": Column(_serials),
        },
        "inbound": {
            "supplier_id": _NAME,
            "site_id": _NAME,
            "item_id": _NAME,
            "quantity": Column(_POSITIVE, needed=True),
            "due_at": Column(_instant, needed=True),
        },
        "zones": {"origin": _TEXT, "destination": _TEXT, "zone": Column(cells.text, needed=True)},
    }


def _fleet() -> Mapping[str, Columns]:
    return {
        "vehicles": {
            "vehicle_id": _NAME,
            "site_id": _NAME,
            "service_id": _NAME,
            "begins": Column(cells.wall_time, needed=True),
            "ends": Column(cells.wall_time, needed=True),
            "shift_min": Column(_WHOLE),
            "most_km": Column(_WHOLE),
            "capacity_g": Column(_WHOLE),
            "capacity_cm3": Column(_WHOLE),
            "capacity_pallets": Column(_WHOLE),
            "loading_min": Column(_WHOLE),
            "reloads": Column(_WHOLE),
            "rests_at": Column(cells.wall_time),
            "rests_min": Column(_WHOLE),
            "skills": Column(cells.several),
        }
    }


def row_of(table: str, line: Line) -> Raw:
    """What a row of a table comes to in the company's file; WrongRowError where it cannot be meant."""
    return _MADE[table](line.cells)


def _item(row: Raw) -> Raw:
    same = (
        "item_id",
        "description",
        "weight_g",
        "tracking",
        "hazard",
        "un_number",
        "packing_group",
        "limited_quantity",
        "equipment",
        "lithium_mwh",
        "lithium_mg",
        "lithium_cell",
        "charge_percent",
        "battery_g",
        "temperature",
        "transit_hours",
        "coolant",
        "coolant_g",
        "over_weekend",
        "licence",
        "min_age",
        "upright",
        "fragile",
        "up",
        "most_on_top_g",
        "keep_apart",
        "keep_together",
        "classes",
        "own_container",
        "sold_by",
    )
    return {**_some(row, *same), **_some({"size": _size(row), "price_minor": row.get("price")})}


def _customer(row: Raw) -> Raw:
    address = {**_some(row, "name", "city", "postcode", "country", "email", "phone"), "lines": _lines(row["street"])}
    same = ("customer_class", "ship_complete", "backorder", "max_deliveries", "min_shelf_life_days", "language")
    terms = {
        **_some(row, *same, "preference"),
        **_some({"wanted_ppm": row.get("wanted_percent"), "receives": _receives(row)}),
        **_some({"licences": licences_of(row.get("licences") or (), "licences")}),
    }
    return {"customer_id": row["customer_id"], "address": address, "terms": terms}


def _lines(street: str) -> list[str]:
    return [line.strip() for line in street.split(";") if line.strip()]


def _receives(row: Raw) -> Raw | None:
    names = {"receives": "weekdays", "receives_from": "opens", "receives_until": "closes", "receives_zone": "zone"}
    told = {ours: row[name] for name, ours in names.items() if name in row}
    if told and "zone" not in told:
        raise WrongRowError("receives_zone", "say whose clock hangs there, such as America/Chicago")
    return told or None


def _carton(row: Raw) -> Raw:
    sizes = {"inner": _size(row, "inner_"), "outer": _size(row, "outer_"), "cost_minor": row["cost"]}
    return {**_some(row, "carton_id", "empty_weight_g", "max_content_g"), **sizes}


def _size(row: Raw, prefix: str = "") -> list[int] | None:
    """Length, width and height in millimetres; none where nobody measured them, and never only some of them."""
    sides = [row[f"{prefix}{side}_mm"] for side in ("length", "width", "height") if f"{prefix}{side}_mm" in row]
    if sides and len(sides) < len(("length", "width", "height")):
        says = "length, width and height go together: name all three or none"
        raise WrongRowError(f"{prefix}length_mm", says)
    return sides or None


def _some(row: Raw, *names: str) -> Raw:
    """What the row says under these names, or under any."""
    return {name: said for name, said in row.items() if said is not None and (name in names or not names)}


def _vehicle(row: Raw) -> Raw:
    minutes = {"shift_min": "shift_seconds", "loading_min": "loading_seconds", "rests_min": "rests_seconds"}
    told = {name: said for name, said in row.items() if name not in minutes}
    return {**told, **{ours: row[name] * 60 for name, ours in minutes.items() if name in row}}


def _as_it_is(row: Raw) -> Raw:
    return dict(row)


_MADE: Mapping[str, Callable[[Raw], Raw]] = {
    "items": _item,
    "customers": _customer,
    "cartons": _carton,
    "vehicles": _vehicle,
    "stock": _as_it_is,
    "inbound": _as_it_is,
}
