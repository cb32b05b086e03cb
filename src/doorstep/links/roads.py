"""How far it is by road: a road server (OSRM) asked through the one sender, a table in a file, else great circles."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from doorstep.carriers.port import Reply, Request
from doorstep.links.ends import BadSettingError
from doorstep.links.sender import End, Sender
from doorstep.routing.distances import Distances, Point, great_circle, osrm_path, read_osrm

ROADS = "the road server"
SETTING = "DOORSTEP_ROADS"
GREAT_CIRCLE = "great circles"
_MOST = 1_000_000_000


def asked_for_roads(
    url: str, points: Sequence[Point], now: datetime, transport: httpx.BaseTransport | None = None
) -> Distances | str:
    """The distances among the points; or why there are none, as a sentence. ValueError for a URL that is not http."""
    sender = Sender({ROADS: End(ROADS, url, most_reply_bytes=64 * 1024 * 1024)}, transport)
    try:
        answer = sender.send(ROADS, Request("GET", osrm_path(points), {}, b""), now)
    finally:
        sender.close()
    if not isinstance(answer, Reply):
        return f"{ROADS} did not answer: {answer.why}"
    if answer.status != 200:
        return f"{ROADS} answered with status {answer.status}"
    return read_osrm(answer.body, len(points))


@dataclass(frozen=True, slots=True)
class Roads:
    """Where distances come from: a road server at `url`, or `table`, metres and seconds by names of places."""

    url: str = ""
    table: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    transport: httpx.BaseTransport | None = None

    def between(
        self, points: Sequence[Point], names: Sequence[str], now: datetime, *, road_percent: int, speed_kmh: int
    ) -> tuple[Distances, str]:
        """The distances among places, and in words where they came from. What nobody tells is a great circle."""
        air = great_circle(points, road_percent=road_percent, speed_kmh=speed_kmh)
        if self.url and len(points) > 1:
            told = asked_for_roads(self.url, points, now, self.transport)
            return (air, f"{GREAT_CIRCLE}: {told}") if isinstance(told, str) else (told, "road server")
        metres, seconds, found = air.metres.copy(), air.seconds.copy(), 0
        for one, name in enumerate(names):
            for two, other in enumerate(names):
                pair = self.table.get((name, other))
                if pair is not None and one != two:
                    metres[one, two], seconds[one, two] = pair
                    found += 1
        if not found:
            return air, GREAT_CIRCLE
        return Distances(metres, seconds), f"table, {found} of {len(points) * (len(points) - 1)} ways"


def roads_of(setting: str) -> Roads:
    """What DOORSTEP_ROADS says: an address (http...), or a file of from,to,metres,seconds; '' is great circles."""
    if not setting:
        return Roads()
    if setting.startswith(("http://", "https://")):
        return Roads(url=setting)
    try:
        lines = Path(setting).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadSettingError(f"{SETTING} names a road server (http...) or a table; {setting}: {wrong}") from wrong
    return Roads(table=_table(lines, setting))


def _table(lines: Iterable[str], name: str) -> Mapping[tuple[str, str], tuple[int, int]]:
    reader = csv.DictReader(lines)
    wanted = ("from", "to", "metres", "seconds")
    if missing := [column for column in wanted if column not in (reader.fieldnames or ())]:
        raise BadSettingError(f"{SETTING}: {name}, line 1: the column {missing[0]} is missing")
    found = {}
    for row in reader:
        numbers = [(row[column] or "").strip() for column in ("metres", "seconds")]
        if not all(number.isascii() and number.isdecimal() and int(number) < _MOST for number in numbers):
            says = f"metres and seconds are whole numbers, not {', '.join(numbers)}"
            raise BadSettingError(f"{SETTING}: {name}, line {reader.line_num}: {says}")
        found[row["from"], row["to"]] = (int(numbers[0]), int(numbers[1]))
    return found
