"""How far and how long from place to place: by great circle and a road factor, by a matrix, or by a road server."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorstep.routing.values import UNREACHABLE

_EARTH_M = 6_371_009
_UDEG = 1_000_000
Table = NDArray[np.int64]


class Point(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float

    @staticmethod
    def of_udeg(north_udeg: int, east_udeg: int) -> Point:
        """The point of millionths of a degree."""
        return Point(north_udeg / _UDEG, east_udeg / _UDEG)


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """Square tables of whole metres and seconds, from row to column; UNREACHABLE where there is no way."""

    metres: Table
    seconds: Table

    def __post_init__(self) -> None:
        shape = (len(self.metres), len(self.metres))
        if self.metres.shape != shape or self.seconds.shape != shape:
            raise ValueError(f"distances are square: {self.metres.shape} metres and {self.seconds.shape} seconds")
        if len(self.metres) and (min(self.metres.min(), self.seconds.min()) < 0 or self.metres.diagonal().any()):
            raise ValueError("a distance is below zero, or a place is away from itself")
        if self.seconds.diagonal().any():
            raise ValueError("a place is seconds away from itself")

    @property
    def places(self) -> int:
        return len(self.metres)


def great_circle(points: Sequence[Point], *, road_percent: int = 130, speed_kmh: int = 45) -> Distances:
    """Through the air, times a road factor, at one speed; a metre or second begun counts whole."""
    if road_percent < 100 or speed_kmh < 1:
        raise ValueError(f"a road is not shorter than the air ({road_percent} %), and a speed is above 0 ({speed_kmh})")
    north, east = np.radians(np.array(points, dtype=np.float64).reshape(-1, 2).T)
    half = (
        np.sin((north[:, None] - north) / 2) ** 2
        + np.cos(north[:, None]) * np.cos(north) * np.sin((east[:, None] - east) / 2) ** 2
    )
    air = 2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    metres = np.ceil(np.round(air * road_percent / 100, 6)).astype(np.int64)
    np.fill_diagonal(metres, 0)
    seconds = -(-metres * 36 // (speed_kmh * 10))
    return Distances(metres, seconds)


def from_rows(lines: Iterable[str], places: Sequence[str]) -> Distances | list[str]:
    """A matrix as CSV with columns from, to, metres, seconds by names of `places`; or what is wrong, by line.

    A pair that is missing has no way. Both directions are told, each in a row of its own.
    """
    number_of = {name: number for number, name in enumerate(places)}
    metres, seconds = _nowhere(len(places)), _nowhere(len(places))
    reader = csv.DictReader(lines)
    missing = {"from", "to", "metres", "seconds"} - set(reader.fieldnames or ())
    if missing:
        return [f"line 1: the column {name} is missing" for name in sorted(missing)]
    wrong = []
    for row in reader:
        numbers = [row["metres"] or "", row["seconds"] or ""]
        strangers = [name for name in (row["from"], row["to"]) if name not in number_of]
        if strangers:
            continue  # a matrix may know more places than today has
        if not all(number.strip().isdecimal() and int(number) < UNREACHABLE for number in numbers):
            wrong.append(f"line {reader.line_num}: metres and seconds are whole numbers, not {', '.join(numbers)}")
            continue
        pair = number_of[row["from"]], number_of[row["to"]]
        if pair[0] != pair[1]:
            metres[pair], seconds[pair] = (int(number) for number in numbers)
    return wrong or Distances(metres, seconds)


def osrm_path(points: Sequence[Point]) -> str:
    """What to ask an OSRM server for the whole table of these points."""
    places = ";".join(f"{point.longitude:.6f},{point.latitude:.6f}" for point in points)
    return f"/table/v1/driving/{places}?annotations=distance,duration"


def read_osrm(body: bytes, places: int) -> Distances | str:
    """The distances in the reply of an OSRM server, rounded up; or what is wrong with it, as a sentence."""
    try:
        told = json.loads(body)
    except ValueError:
        return "the road server's reply is not JSON"
    if not isinstance(told, dict) or told.get("code") != "Ok":
        return f"the road server says {told.get('code') if isinstance(told, dict) else told!r}"
    metres, seconds = (_read_table(told.get(name), places) for name in ("distances", "durations"))
    if metres is None or seconds is None:
        return f"the road server's tables do not have {places} x {places} numbers"
    return Distances(metres, seconds)


def _read_table(rows: Any, places: int) -> Table | None:
    if not isinstance(rows, list) or len(rows) != places:
        return None
    table = _nowhere(places)
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != places:
            return None
        for other, cell in enumerate(row):
            if cell is None or number == other:
                continue
            if not isinstance(cell, int | float) or not 0 <= cell < UNREACHABLE:
                return None
            table[number, other] = int(np.ceil(cell))
    return table


def _nowhere(places: int) -> Table:
    table = np.full((places, places), UNREACHABLE, dtype=np.int64)
    np.fill_diagonal(table, 0)
    return table
