"""A day of the own fleet as it comes in: stops and vehicles as CSV, read to values, or numbered problems by line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from doorstep.routing.distances import Point
from doorstep.routing.values import (
    ANY_LOAD,
    MOST_DISTANCE_M,
    MOST_SECONDS,
    Fetch,
    Load,
    Stop,
    Vehicle,
)

STOP_COLUMNS = (
    *("stop_id", "latitude", "longitude", "name", "deliver_g", "deliver_cm3", "deliver_pallets"),
    *("collect_g", "collect_cm3", "collect_pallets", "opens", "closes", "service_min", "release", "skills"),
    *("fetch_from", "priority"),
)
VEHICLE_COLUMNS = (
    *("vehicle_id", "latitude", "longitude", "end_latitude", "end_longitude", "capacity_g", "capacity_cm3"),
    *("capacity_pallets", "begins", "ends", "shift_min", "most_km", "loading_min", "reloads", "skills"),
    *("fixed_minor", "per_km_minor", "per_hour_minor"),
)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Day:
    """Stops and vehicles with the places they speak of; `names` of stops for the route sheet."""

    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    points: tuple[Point, ...]
    place_names: tuple[str, ...]  # a stop's id, or 'depot 1'; as a matrix names them
    names: Mapping[str, str]


@dataclass(slots=True)
class _Places:
    points: dict[Point, int]
    names: list[str]

    def number(self, point: Point, name: str) -> int:
        if point not in self.points:
            self.points[point] = len(self.points)
            self.names.append(name)
        return self.points[point]


class _Row:
    """A line of a table, read cell by cell; what is wrong is kept."""

    def __init__(self, cells: Mapping[str | None, object], where: str, wrong: list[str]) -> None:
        self._cells = {key: str(cell or "").strip() for key, cell in cells.items() if key}
        self._where = where
        self._wrong = wrong

    def text(self, column: str) -> str:
        return self._cells.get(column, "")

    def number(self, column: str, default: int = 0) -> int:
        text = self.text(column)
        if not text:
            return default
        if text.isascii() and text.isdecimal() and len(text) < 13:
            return int(text)
        self.say(column, f"is a whole number, not {text!r}")
        return default

    def clock(self, column: str, default: int) -> int:
        text = self.text(column)
        if not text:
            return default
        found = _CLOCK.fullmatch(text)
        if found:
            return int(found[1]) * 3600 + int(found[2]) * 60
        self.say(column, f"is hours and minutes such as 08:30, not {text!r}")
        return default

    def point(self, north: str, east: str) -> Point:
        found = []
        for column, most in ((north, 90), (east, 180)):
            try:
                found.append(float(self.text(column)))
            except ValueError:
                found.append(most + 1.0)
            if not abs(found[-1]) <= most:
                self.say(column, f"is degrees from -{most} to {most}, not {self.text(column)!r}")
                return Point(0.0, 0.0)
        return Point(found[0], found[1])

    def load(self, what: str, default: Load) -> Load:
        columns = (f"{what}_g", f"{what}_cm3", f"{what}_pallets")
        return Load(*(self.number(name, some) for name, some in zip(columns, default.parts, strict=True)))

    def words(self, column: str) -> frozenset[str]:
        return frozenset(self.text(column).split())

    def say(self, column: str, says: str) -> None:
        self._wrong.append(f"{self._where}: {column} {says}")


def read_day(stops: Iterable[str], vehicles: Iterable[str]) -> Day | list[str]:
    """The day in two tables of lines, or what is wrong with them. A stop that another `fetch_from` names is a place."""
    wrong: list[str] = []
    places = _Places({}, [])
    fleet = [_vehicle(row, places) for row in _rows(vehicles, "vehicles", VEHICLE_COLUMNS, wrong)]
    rows = list(_rows(stops, "stops", STOP_COLUMNS, wrong))
    read = [_stop(row, places) for row in rows]
    place_of = {stop.stop_id: Fetch(stop.place, stop.opens_seconds, stop.closes_seconds) for stop in read}
    asked = []
    for row, stop in zip(rows, read, strict=True):
        source = row.text("fetch_from")
        if source and source not in place_of:
            row.say("fetch_from", f"names a stop, not {source!r}")
        asked.append(replace(stop, fetch=place_of[source]) if source in place_of else stop)
    for what, ids in (("stop_id", [s.stop_id for s in read]), ("vehicle_id", [v.vehicle_id for v in fleet])):
        wrong += [f"{what} {name} is there more than once" for name in sorted({i for i in ids if ids.count(i) > 1})]
        wrong += [f"a {what} is missing"] if "" in ids else []
    if wrong:
        return wrong
    names = {stop.stop_id: row.text("name") for row, stop in zip(rows, read, strict=True)}
    return Day(tuple(asked), tuple(fleet), tuple(places.points), tuple(places.names), names)


def _rows(lines: Iterable[str], what: str, columns: tuple[str, ...], wrong: list[str]) -> Iterable[_Row]:
    reader = csv.DictReader(lines)
    there = reader.fieldnames or ()
    wrong += [f"{what}, line 1: the column {name} is missing" for name in columns[:3] if name not in there]
    wrong += [f"{what}, line 1: there is no column {name}" for name in there if name not in columns]
    if wrong:
        return
    for cells in reader:
        yield _Row(cells, f"{what}, line {reader.line_num}", wrong)


def _stop(row: _Row, places: _Places) -> Stop:
    name = row.text("stop_id")
    return Stop(
        name,
        places.number(row.point("latitude", "longitude"), name),
        row.load("deliver", Load()),
        row.load("collect", Load()),
        row.clock("opens", 0),
        row.clock("closes", MOST_SECONDS),
        row.number("service_min") * 60,
        row.clock("release", 0),
        row.words("skills"),
        None,
        row.number("priority", 1),
    )


def _vehicle(row: _Row, places: _Places) -> Vehicle:
    begin = places.number(row.point("latitude", "longitude"), f"depot {len(places.names) + 1}")
    end = begin
    if row.text("end_latitude"):
        end = places.number(row.point("end_latitude", "end_longitude"), f"depot {len(places.names) + 1}")
    reloads = row.number("reloads")
    return Vehicle(
        row.text("vehicle_id"),
        row.load("capacity", ANY_LOAD),
        begin,
        end,
        begins_seconds=row.clock("begins", 0),
        ends_seconds=row.clock("ends", MOST_SECONDS),
        shift_seconds=row.number("shift_min", MOST_SECONDS // 60) * 60,
        most_distance_m=row.number("most_km", MOST_DISTANCE_M // 1000) * 1000,
        loading_seconds=row.number("loading_min") * 60,
        reload_places=(begin,) if reloads else (),
        most_reloads=reloads,
        skills=row.words("skills"),
        fixed_minor=row.number("fixed_minor"),
        per_km_minor=row.number("per_km_minor"),
        per_hour_minor=row.number("per_hour_minor"),
    )
