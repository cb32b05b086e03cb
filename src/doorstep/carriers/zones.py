"""From a lane to its zone: the longest rule that matches, else the band that holds the distance."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fractions import Fraction

from doorstep.terms.measures import Measure
from doorstep.terms.tariff import DistanceBand, ZoneRule


def zone_of(rules: Iterable[ZoneRule], origin_area: str, destination_area: str) -> str | None:
    """The zone between two areas: longest destination, then longest origin, then the earlier rule; None without one."""
    return Zones(rules).of(origin_area, destination_area)


class Zones:
    """The rules by their heads of postcodes: a look-up takes as long for a million rules as for ten."""

    def __init__(self, rules: Iterable[ZoneRule], bands: Sequence[DistanceBand] = ()) -> None:
        self._zones: dict[tuple[str, str], str] = {}
        for rule in rules:
            self._zones.setdefault((rule.origin, rule.destination), rule.zone)
        self._lengths = sorted({(len(to), len(origin)) for origin, to in self._zones}, reverse=True)
        ascending = sorted((band.up_to.exact, band.zone) for band in bands)
        self._distances = [up_to for up_to, _ in ascending]
        self._bands = [zone for _, zone in ascending]

    def of(self, origin_area: str, destination_area: str, distance: Measure | None = None) -> str | None:
        zones = self._zones
        for to, origin in self._lengths:
            zone = zones.get((origin_area[:origin], destination_area[:to]))
            if zone is not None:
                return zone
        return None if distance is None else self._by(distance.exact)

    def _by(self, distance: Fraction) -> str | None:
        at = bisect_left(self._distances, distance)
        return self._bands[at] if at < len(self._bands) else None
