"""Transit by lane as it is now: one service's parcels, learned in the order of their working days, and kept as told.

For each lane of regions, how many working days what leaves next will take: where it is expected leans on the
destination, the service and what the carrier publishes; how late everything is now is followed from day to day, parcels
that have not come included; what is under way to a region tells that it piles up there before any of it is late; and
levels are moved until they are kept as often as they say, by destination.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.promising.columns import Codes, Departures, Reals
from doorstep.promising.kept import LEVELS, Kept
from doorstep.promising.learned import LEANS_ON, NEEDS
from doorstep.promising.learner import Habits, Learner, Scale
from doorstep.promising.mass import WHOLE, Mass
from doorstep.promising.queues import Queues

WINDOW = 260  # working days that are looked back
MOST = 50_000  # parcels that are looked at, the latest of more
HORIZON = 45  # working days that are looked ahead; later is never
_SETTLED = 12.0
_LEAST_SPREAD = 0.25
FIRST = 50  # settled parcels with which the learner begins
_PACE, _GROUP_PACE = 0.0005, 0.001
_AGES: Reals = np.arange(0.0, HORIZON)
Lane = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Trip:
    """`parcels` of one lane that left on one working day and came on one; days are numbered, None: not yet.

    `zone` is what the tariff calls the part of the lane that they went to, '' where it has no zones.
    """

    lane: Lane
    left: int
    came: int | None
    parcels: int
    zone: str = ""


def transit_now(trips: Sequence[Trip], standard: Mass, today: int) -> Mapping[Lane, Mass]:
    """Working days for what leaves after `today`, of each lane and, at ('', zone) and ('', ''), of all together.

    `standard` is what the carrier publishes. Nothing where fewer than NEEDS have come, or too few so long ago that all
    is known of them: counts say enough of those.
    """
    trips = _latest(trips, today)
    if sum(trip.parcels for trip in trips if trip.came is not None) < NEEDS:
        return {}
    service = _Service(trips, standard, today)
    return {} if service.prior_only else service.said()


def _latest(trips: Sequence[Trip], today: int) -> list[Trip]:
    kept, parcels = [], 0
    for trip in sorted(trips, key=lambda trip: (-trip.left, trip.lane, trip.came or 0)):
        if trip.left <= today - WINDOW or trip.left > today or parcels >= MOST:
            continue
        kept.append(trip)
        parcels += trip.parcels
    return kept[::-1]


class _Service:
    """The parcels as columns, in the order of departure, and who learns from them."""

    def __init__(self, trips: Sequence[Trip], standard: Mass, today: int) -> None:
        self._lanes = sorted({trip.lane for trip in trips})
        regions = {region: code for code, region in enumerate(sorted({to for _, to in self._lanes}))}
        of_lane = {lane: code for code, lane in enumerate(self._lanes)}
        self._region = np.array([regions[to] for _, to in self._lanes], np.int64)
        times = [trip.parcels for trip in trips]
        self._zones = np.repeat(np.array([trip.zone for trip in trips], np.str_), times)
        self._lane = np.repeat([of_lane[trip.lane] for trip in trips], times)
        self._left = np.repeat([trip.left for trip in trips], times)
        # An arrival before the departure is one of the same day.
        came = [np.inf if trip.came is None else max(trip.came, trip.left) for trip in trips]
        self._came = np.repeat(np.array(came, np.float64), times)
        self._today = today
        habits = _habits(standard)
        self._first = int(self._left[0])
        days = today - self._first + 1
        ended = np.minimum(self._came - self._first, float(days)).astype(np.int64)
        going_to = self._region[self._lane]
        self._queues = Queues(self._left - self._first, ended, going_to, days, habits.standard)
        self._kept = Kept(_PACE, _GROUP_PACE)
        self._due: dict[int, list[tuple[Codes, Reals, Codes, Reals]]] = {}
        self._learner = Learner(habits, lambda at: at, 1, float(self._first) - 1)
        for day in range(self._first, today + 1):
            self._day(day)

    @property
    def prior_only(self) -> bool:
        return self._learner.prior_only

    def _departing(self, lanes: Codes, day: int) -> Departures:
        region, n = self._region[lanes], len(lanes)
        under_way = self._queues.at(region, np.full(n, day - self._first))
        return Departures(np.full(n, float(day)), under_way[:, None], np.stack([region, lanes]), region)

    def _day(self, day: int) -> None:
        """What came of promises that end today, promises for those that leave today, and then the day's facts."""
        for lanes, took, at, share in self._due.pop(day, []):
            self._kept.learn(self._region[lanes], at, _within(took, share))
        new = np.flatnonzero(self._left == day)
        if len(new) and not self._learner.prior_only:
            self._promise(new, day)
        came = np.flatnonzero((self._came == day) & (self._left <= day))
        self._learner.take(float(day), self._departing(self._lane[new], day), came, np.full(len(came), float(day)))

    def _promise(self, new: Codes, day: int) -> None:
        lanes, which = np.unique(self._lane[new], return_inverse=True)
        gone = self._learner.gone(self._departing(lanes, day), _AGES)
        asked = self._kept.asked(self._region[lanes])
        for level in range(len(LEVELS)):
            at = np.minimum((gone < asked[:, level : level + 1]).sum(axis=1), HORIZON - 1)
            row = np.arange(len(lanes))
            below = np.where(at > 0, gone[row, np.maximum(at - 1, 0)], 0.0)
            part = np.clip((asked[:, level] - below) / np.maximum(gone[row, at] - below, 1e-9), 0.0, 1.0)
            share = (at + part)[which]
            ends = at[which]
            took = self._came[new] - day
            for end in np.unique(ends):
                of = ends == end
                told = (self._lane[new][of], took[of], np.full(int(of.sum()), level), share[of])
                self._due.setdefault(day + int(end) + 1, []).append(told)

    def said(self) -> dict[Lane, Mass]:
        lanes = np.arange(len(self._lanes))
        gone = self._learner.gone(self._departing(lanes, self._today), _AGES)
        gone = self._kept.calibrated(self._region, gone)
        told = {lane: _mass(row) for lane, row in zip(self._lanes, gone, strict=True)}
        for zone in ("", *sorted(set(self._zones.tolist()) - {""})):
            counts = np.bincount(self._lane[(self._zones == zone) | (zone == "")], minlength=len(lanes))
            told["", zone] = _mass(counts @ gone / counts.sum())
        return told


def _within(took: Reals, share: Reals) -> Reals:
    """How much of its day lies within what was asked: `share` is in days, its fraction the part of the last one."""
    return np.asarray(np.clip(share - took, 0.0, 1.0))


def _habits(standard: Mass) -> Habits:
    days = np.array([day for day, _ in standard.points()] or [3], np.float64)
    ppm = np.array([part for _, part in standard.points()] or [WHOLE], np.float64)
    scaled = np.log1p(days)
    mean = float(ppm @ scaled / ppm.sum())
    spread = float(np.sqrt(ppm @ (scaled - mean) ** 2 / ppm.sum()))
    return Habits(
        Scale.LOG, leans=(float(LEANS_ON), float(LEANS_ON)), standard=float(np.expm1(mean)),
        spread=max(spread, _LEAST_SPREAD), settled=_SETTLED, needs=FIRST, ahead=5.0,
    )  # fmt: skip


def _mass(gone: Reals) -> Mass:
    """In whole parts per million; what does not come within the horizon never does."""
    by = np.maximum.accumulate(np.floor(gone * WHOLE).astype(np.int64))
    parts = np.diff(by, prepend=0)
    return Mass.rounded({day: int(part) for day, part in enumerate(parts)}, WHOLE)
