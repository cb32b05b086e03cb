"""A learner of transit: it takes departures, arrivals and days on which parcels did not come, in the order of time.

Elapsed time is taken on a clock that runs while carriers work, on a scale (logarithm or as it is) on which what acts on
it adds up. Where it is expected (`Additive`), how it scatters (`Shape`) and what everything is late by now (`Drift`)
are learned apart: the first slowly with shrinkage, the last from one day to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from doorstep.promising.additive import fitted, flat
from doorstep.promising.columns import Codes, Departures, Flags, Reals
from doorstep.promising.departed import DepartedDrift
from doorstep.promising.drift import Drift, Followed, Moves
from doorstep.promising.shape import EDGES, HIGH, LOW, Shape

# E log |x| of a standard normal x: what the logarithm of a residual says of its deviation.
_LOG_OF_NORMAL = -0.635
_SMALL = 0.05

Clock = Callable[[Reals], Reals]


class Scale(StrEnum):
    """On what scale what acts on the time adds up: `log` where it multiplies, `linear` where it adds hours."""

    LOG = "log"
    LINEAR = "linear"

    def of(self, elapsed: Reals) -> Reals:
        """Minus infinity for what is before the departure."""
        early = elapsed < 0
        safe = np.where(early, 0.0, elapsed)
        return np.where(early, -np.inf, np.log1p(safe) if self is Scale.LOG else safe)


class Together(StrEnum):
    """Which parcels are late together: all that are on their way on a day, or those that leave on one."""

    UNDER_WAY = "under way"
    LEAVING = "leaving"


@dataclass(frozen=True)
class Habits:
    """How a learner learns. Times are on its clock's instants (days, in all of ours).

    `standard` is what is published (elapsed time) and `spread` its standard deviation on the scale: believed until
    parcels say otherwise. `leans` are by level, in parcels. Parcels younger than `settled` do not say what is expected,
    since the late ones of them are not known yet. One that has not come after `gives_up` says no more. `grain` is how
    finely an arrival is known, `ahead` how far the drift is looked ahead of when a promise is made.
    """

    scale: Scale
    leans: tuple[float, ...]
    standard: float
    spread: float
    moves: Moves = field(default_factory=Moves)
    late_together: Together = Together.UNDER_WAY
    half_life: float = 120.0
    shape_half_life: float = 60.0
    settled: float = 15.0
    refit_every: float = 14.0
    gives_up: float = 60.0
    grain: float = 1.0
    ahead: float = 7.0
    needs: int = 200


class Learner:
    """The state. Everything it says follows from what it was told up to then, and from nothing else."""

    def __init__(self, habits: Habits, clock: Clock, numbers: int, start: float) -> None:
        self.habits, self._clock = habits, clock
        levels = len(habits.leans)
        self._known = Departures(
            np.empty(0), np.empty((0, numbers)), np.empty((levels, 0), np.int64), np.empty(0, np.int64)
        )
        self._came = np.empty(0)
        self.now = start
        self._refitted = start
        self.expected = flat(float(habits.scale.of(np.array([habits.standard]))[0]), numbers, levels)
        self.scatter = flat(float(np.log(habits.spread)), numbers, levels)
        self._mean, self._deviation = np.empty(0), np.empty(0)
        self.shape = Shape(habits.shape_half_life)
        self.drift: Drift = Drift(habits.moves)
        if habits.late_together is Together.LEAVING:
            self.drift = DepartedDrift(habits.moves, round(habits.gives_up))
        self._ready = False
        self._table: Reals | None = None

    @property
    def arrived(self) -> int:
        """How many arrivals it rests on."""
        return int(np.isfinite(self._came).sum())

    @property
    def prior_only(self) -> bool:
        return not self._ready

    def take(self, until: float, departed: Departures, arrived: Codes, came: Reals) -> None:
        """Let the time pass to `until`: who departed since, and which parcels (numbered as they departed) came when.

        ValueError where time would run backwards or something is told of before it happened.
        """
        if until < self.now or (len(came) and came.max() > until) or (len(departed) and departed.left.max() > until):
            raise ValueError("a learner is told things in the order of time, and never of the future")
        self._known = Departures.joined(self._known, departed)
        self._came = np.concatenate([self._came, np.full(len(departed), np.inf)])
        self._came[arrived] = came
        self._mean = np.concatenate([self._mean, self.expected.at(departed)])
        self._deviation = np.concatenate([self._deviation, np.exp(self.scatter.at(departed))])
        self.drift.know(int(departed.cluster.max(initial=-1)) + 1)
        since, self.now, self._table = self.now, until, None
        if until - self._refitted >= self.habits.refit_every or not self._ready:
            self._refit()
        if until > since:
            self._follow(since)

    def _z(self, at: Reals, which: Flags | Codes) -> Reals:
        elapsed = self._clock(at) - self._clock(self._known.left[which])
        # A departure and an arrival on one day: what is before the departure is no time at all.
        elapsed = np.where(at < self._known.left[which], -1.0, elapsed)
        return np.asarray((self.habits.scale.of(elapsed) - self._mean[which]) / self._deviation[which])

    def _follow(self, since: float) -> None:
        """What happened between `since` and now sharpens drift and shape."""
        known, passed = self._known, self.now - since
        which = np.flatnonzero((self._came > since) & (known.left > self.now - self.habits.gives_up))
        if not self._ready:
            return
        came, left = self._came[which], known.left[which]
        here = np.isfinite(came)
        early = np.where(left > since, -np.inf, self._z(np.full(len(which), since), which))
        ends = np.where(here, came, self.now)
        alive = np.where(here, np.maximum(ends - self.habits.grain, np.minimum(since, left)), ends)
        still = np.maximum(self._z(alive, which), early)
        last = np.where(here, self._z(ends, which), np.inf)
        seen = Followed(early, still, last, known.cluster[which], left)
        self.drift.learn(seen, self.shape.cumulative, passed)
        told = seen.less(*self.drift.late_by(seen))
        begun, until = np.clip(told.since, LOW, HIGH), np.clip(told.until, LOW, HIGH)
        self.shape.learn(begun, until, told.came, passed)

    def _refit(self) -> None:
        """What is expected, and how widely it scatters, from all that settled; what was believed moves with it."""
        known, now, habits = self._known, self.now, self.habits
        which = np.flatnonzero(known.left <= now - habits.settled)
        here = np.isfinite(self._came[which])
        kept = here | (now - known.left[which] < habits.gives_up)
        which, here = which[kept], here[kept]
        if here.sum() < habits.needs:
            return
        parcels = known.take(which)
        ends = np.where(here, self._came[which], now)
        took = habits.scale.of(np.maximum(self._clock(ends) - self._clock(parcels.left), 0.0))
        # One that is still on its way takes longer than it has; by how much is worth little care, they are few.
        took = took + np.where(here, 0.0, 0.5 * habits.spread)
        counts = 0.5 ** ((now - parcels.left) / habits.half_life)
        before = (self._mean, self._deviation)
        self.expected = fitted(took, counts, parcels, habits.leans)
        off = np.log(np.abs(took - self.expected.at(parcels)) + _SMALL * habits.spread) - _LOG_OF_NORMAL
        self.scatter = fitted(off, counts, parcels, [3 * lean for lean in habits.leans])
        self._mean, self._deviation = self.expected.at(known), np.exp(self.scatter.at(known))
        if self._ready:
            self._reframe(before, which)
        self._ready, self._refitted = True, now

    def _reframe(self, before: tuple[Reals, Reals], which: Codes) -> None:
        counts = 0.5 ** ((self.now - self._known.left[which]) / 30.0)
        moved = (self._mean[which] - before[0][which]) / self._deviation[which]
        by = float(counts @ moved / counts.sum())
        size = len(self.drift.cluster)
        clusters = self._known.cluster[which]
        each = np.bincount(clusters, counts * (moved - by), size) / (np.bincount(clusters, counts, size) + 5.0)
        self.drift.reframe(by, each)

    def gone(self, parcels: Departures, ages: Reals) -> Reals:
        """(n, len(ages)): P(arrived within an age, in days on the wall, of leaving), as believed now."""
        at = parcels.left[:, None] + ages[None, :]
        elapsed = self._clock(at) - self._clock(parcels.left)[:, None]
        scaled = self.habits.scale.of(np.where(ages[None, :] < 0, -1.0, elapsed))
        z = (scaled - self.expected.at(parcels)[:, None]) / np.exp(self.scatter.at(parcels))[:, None]
        if self._table is None:
            self.drift.know(1)
            self._table = self.drift.gone(EDGES, self.shape.cumulative, self.habits.ahead)
        table = self._table
        # A cluster that was never heard of is like the average of all.
        cluster = np.where(parcels.cluster < len(table), parcels.cluster, 0)
        said = np.empty_like(z)
        for row in np.unique(cluster):
            of = cluster == row
            said[of] = np.interp(z[of], EDGES, table[row])
        return np.where(np.isfinite(z), said, 0.0)
