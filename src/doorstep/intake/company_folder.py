"""A company in a folder: `company.toml`, and tables beside it for what comes in many rows.

The tables are joined to the shape of one company file and read by the same reader; a problem is told with the file and
the line it stands in. Money is in whole units of the company's currency ("12.50"), weights of tariffs in pounds or
grams by the name of their column.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import ROUND_FLOOR
from pathlib import Path

from doorstep.intake.company import CompanyIn, read_company
from doorstep.intake.company_rows import columns_of, number, row_of
from doorstep.intake.company_tables import Column, Raw, Tables
from doorstep.intake.problems import Problem, malformed
from doorstep.intake.tables import cells
from doorstep.intake.tables.builders import WrongRowError
from doorstep.intake.tariffs.read import read_tariffs
from doorstep.terms.money import DECIMALS
from doorstep.terms.refusals import Refusal

_FILE = "company.toml"
_TABLES = ("items", "customers", "cartons", "vehicles", "stock", "inbound")
_KIT_HEADS = ("description", "price")
_TOML_PLACE = re.compile(r"(?P<says>.*) \(at (?P<place>line \d+, column \d+|end of document)\)", re.DOTALL)


def read_company_folder(folder: Path) -> CompanyIn | Refusal:
    """The company in `folder`; MALFORMED with every problem, its file and its line.

    FileNotFoundError where there is no `company.toml`, OSError where a file cannot be read.
    """
    tables = Tables(folder)
    raw = _toml(tables)
    if raw is not None:
        _join(raw, tables)
    if raw is None or tables.problems:
        return malformed(tables.problems)
    company = read_company(raw)
    if isinstance(company, Refusal):
        return malformed(tables.placed(Problem(place, str(says)) for place, says in company.concerns.items()))
    missing = tables.placed(_not_together(company))
    return malformed(missing) if missing else company


def _toml(tables: Tables) -> Raw | None:
    """`company.toml` with lists where tables are to be joined; None where it is none, which is told."""
    try:
        raw = tomllib.loads((tables.folder / _FILE).read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        tables.wrong(f"{_FILE}, line {line}", "this is not UTF-8 text")
        return None
    except (ValueError, RecursionError) as wrong:
        found = _TOML_PLACE.fullmatch(str(wrong))
        tables.wrong(f"{_FILE}, {found['place']}" if found else _FILE, found["says"] if found else str(wrong))
        return None
    for name in (*_TABLES, "services"):
        rows = raw.get(name, [])
        if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            tables.wrong(f"{_FILE}, {name}", f"must be tables, each under [[{name}]]")
            return None
    company = raw.get("company")
    tables.currency = str(company.get("currency")) if isinstance(company, Mapping) else ""
    if tables.currency not in DECIMALS:
        tables.wrong(
            f"{_FILE}, company.currency", f"is not a currency we know; use one of {', '.join(sorted(DECIMALS))}"
        )
        return None
    return raw


def _join(raw: Raw, tables: Tables) -> None:
    """Put what the tables tell into the company's file."""
    for name in _TABLES:
        for line in tables.lines(f"{name}.csv", columns_of(name, tables.currency)):
            try:
                tables.put(raw, name, line, row_of(name, line))
            except WrongRowError as wrong:
                tables.wrong(f"{line} {wrong.field}", str(wrong))
    _kits(raw, tables)
    _tariffs(raw, tables)


def _kits(raw: Raw, tables: Tables) -> None:
    """A row for each part; the kit's description and price stand in its first one."""
    kits: dict[str, Raw] = {}
    for line in tables.lines("kits.csv", columns_of("kits", tables.currency)):
        kit_id, told = line.cells["kit_id"], [name for name in _KIT_HEADS if name in line.cells]
        if kit_id not in kits:
            kits[kit_id] = {
                "item_id": kit_id,
                "description": line.cells.get("description", ""),
                "price_minor": line.cells.get("price", 0),
                "parts": [],
            }
            tables.put(raw, "items", line, kits[kit_id])
            if len(told) < len(_KIT_HEADS):
                tables.wrong(f"{line} kit_id", f"the first row of {kit_id} tells its description and its price")
        elif told:
            tables.wrong(f"{line} {told[0]}", f"only the first row of {kit_id} tells its {told[0]}")
        kits[kit_id]["parts"].append({name: line.cells[name] for name in ("item_id", "quantity")})


def _tariffs(raw: Raw, tables: Tables) -> None:
    """Prices of a service by weight and zone from `tariffs/<service>.csv`, its zones from `zones.csv`, if none; or a
    carrier's whole list from `tariffs/<service>.toml`."""
    rules = [
        {name: line.cells.get(name, "") for name in ("origin", "destination", "zone")}
        for line in tables.lines("zones.csv", columns_of("zones", tables.currency))
    ]
    whole = {file.stem: file for file in sorted((tables.folder / "tariffs").glob("*.toml"))}
    priced = {file.stem: f"tariffs/{file.name}" for file in sorted((tables.folder / "tariffs").glob("*.csv"))}
    for service in raw.get("services", ()):
        own = whole.pop(str(service.get("service_id")), None)
        if own is not None:
            _own_list(service, own, tables)
            continue
        file = priced.pop(str(service.get("service_id")), "")
        tariff = service.setdefault("tariff", {})
        if not isinstance(tariff, dict):
            continue
        if rules:
            tariff.setdefault("zones", rules)
        if file:
            tariff["steps"] = _steps(tables, file)
    for service_id, file in [*priced.items(), *((name, f"tariffs/{path.name}") for name, path in whole.items())]:
        tables.wrong(file, f"{_FILE} has no service {service_id}")


def _own_list(service: Raw, path: Path, tables: Tables) -> None:
    """A folder holds a whole company: a row that comes back, or a second tariff, is a slip in it."""
    name = f"tariffs/{path.name}"
    told = read_tariffs(path)
    if isinstance(told, Refusal):
        for place, says in told.concerns.items():
            tables.wrong(f"{name}, {place}", str(says))
        return
    for problem in told.problems:
        tables.wrong(f"tariffs/{problem.file}, line {problem.line} {problem.column}".rstrip(), problem.says)
    if len(told.tariffs) > 1:
        tables.wrong(name, f"has {len(told.tariffs)} tariffs, and a service has one")
    service["tariff"] = told.tariffs[0].tariff


def _steps(tables: Tables, file: str) -> list[Raw]:
    """The steps of a tariff, lightest first. A column that is no weight is a zone."""
    names = tables.columns(file)
    weights = [name for name in names if name in ("up_to_lb", "up_to_g")]
    if len(weights) != 1:
        if names:
            tables.wrong(f"{file}, line 1", "must have one column of weights, up_to_lb or up_to_g")
        return []
    (weight,) = weights
    grams = cells.WEIGHTS[weight.removeprefix("up_to_")]
    prices = {name: Column(cells.money(number, tables.currency)) for name in names if name != weight}
    steps: list[Raw] = []
    for line in tables.lines(file, {weight: Column(number, needed=True), **prices}):
        # A parcel weighs whole grams: those that weigh no more than the limit are those up to its whole part.
        up_to_g = int((line.cells.pop(weight) * grams).to_integral_value(ROUND_FLOOR))
        if up_to_g <= (steps[-1]["up_to_g"] if steps else 0):
            tables.wrong(f"{line} {weight}", "must be above the step before it")
        steps.append({"up_to_g": up_to_g, "price_minor": line.cells})
    return steps


def _not_together(company: CompanyIn) -> Iterator[Problem]:
    """What is told twice, and what is named and not there: a folder holds a whole company."""
    ids = {
        "sites": [site.site_id for site in company.sites],
        "items": [item.item_id for item in company.items],
        "customers": [customer.customer_id for customer in company.customers],
        "cartons": [carton.carton_id for carton in company.cartons],
        "services": [service.service_id for service in company.services],
        "vehicles": [vehicle.vehicle_id for vehicle in company.vehicles],
    }
    for table, names in ids.items():
        for row, name in enumerate(names):
            if name in names[:row]:
                yield Problem(f"{table}.{row}", f"{name} stands here a second time")
    known = {
        "site": set(ids["sites"]),
        "bin": {f"{site.site_id}/{name}" for site in company.sites for name in site.bins},
        "item": set(ids["items"]),
        "service": set(ids["services"]),
    }
    for place, kind, name in _named(company):
        if name not in known[kind]:
            yield Problem(place, f"there is no {kind} {name}")


def _named(company: CompanyIn) -> Iterator[tuple[str, str, str]]:
    """Where something is named, of which kind it is, and its name."""
    for row, item in enumerate(company.items):
        yield from ((f"items.{row}.item_id", "item", part.item_id) for part in item.parts)
    for row, service in enumerate(company.services):
        yield from ((f"services.{row}.cut_offs", "site", site_id) for site_id in service.cut_offs)
    for row, vehicle in enumerate(company.vehicles):
        yield f"vehicles.{row}.site_id", "site", vehicle.site_id
        yield f"vehicles.{row}.service_id", "service", vehicle.service_id
    for row, stock in enumerate(company.stock):
        yield f"stock.{row}.place_id", "bin", stock.place_id
        yield f"stock.{row}.item_id", "item", stock.item_id
    for row, coming in enumerate(company.inbound):
        yield f"inbound.{row}.site_id", "site", coming.site_id
        yield f"inbound.{row}.item_id", "item", coming.item_id
