"""The drift of those that leave together: a peak that slows what leaves in it, and nothing that left before.

The belief of `Drift` is of a day on which all that is on its way is late. Here it is of a departure: each day's parcels
say how late they are, from one day to the next the belief moves, and what old parcels still tell corrects the days
after theirs.
"""

from __future__ import annotations

import numpy as np

from doorstep.promising.columns import Reals
from doorstep.promising.drift import SHIFTS, STRETCHES, Cumulative, Drift, Followed, Moves, Sorted, updated


class DepartedDrift(Drift):
    """`all` and `cluster` are of what leaves now. Days older than `window` are settled for good."""

    def __init__(self, moves: Moves, window: int) -> None:
        super().__init__(moves)
        self._window, self._first = window, 0
        self._settled, self._settled_cluster = self.all, self.cluster
        self._found = np.empty((0, len(STRETCHES), len(SHIFTS)))
        self._found_cluster = np.empty((0, 0, len(SHIFTS)))
        self._shifts, self._stretches = np.empty(0), np.empty(0)
        self._cluster_shifts = np.empty((0, 0))

    def learn(self, seen: Followed, cumulative: Cumulative, passed: float) -> None:
        if not len(seen.since):
            return
        day = np.floor(seen.left).astype(np.int64)
        self._reach(int(day.max()))
        at = np.maximum(day - self._first, 0)
        known = len(self._found)
        told = Sorted(seen.less(self._cluster_shifts[at, seen.clusters]), at, known)
        for row, stretch in enumerate(STRETCHES):
            self._found[:, row] += self.moves.trust * told.likelihood(stretch, cumulative)
        for one in np.unique(at):
            of = seen.take(at == one).less(self._shifts[one])
            each = Sorted(of, of.clusters, self._found_cluster.shape[1]).likelihood(self._stretches[one], cumulative)
            self._found_cluster[one] += self.moves.cluster_trust * each
        self._forward()

    def late_by(self, seen: Followed) -> tuple[Reals, Reals]:
        at = np.maximum(np.floor(seen.left).astype(np.int64) - self._first, 0)
        return self._shifts[at] + self._cluster_shifts[at, seen.clusters], self._stretches[at]

    def reframe(self, by: float, by_cluster: Reals) -> None:
        """What was found of each day is said of the old frame: it moves too."""
        self.all, self.cluster = self._settled, self._settled_cluster
        super().reframe(by, by_cluster)
        self._settled, self._settled_cluster = self.all, self.cluster
        self._found = _moved(self._found, by)
        for row, each in enumerate(by_cluster[: self._found_cluster.shape[1]]):
            self._found_cluster[:, row] = _moved(self._found_cluster[:, row], float(each))
        self._forward()

    def _reach(self, day: int) -> None:
        """Make room for all days up to `day` and all clusters; settle those before the window."""
        if not len(self._found):
            self._first = max(day - self._window, 0)
        self._settled_cluster = np.concatenate([self._settled_cluster, self.cluster[len(self._settled_cluster) :]])
        wide = np.zeros((len(self._found), len(self.cluster), len(SHIFTS)))
        wide[:, : self._found_cluster.shape[1]] = self._found_cluster
        more = day + 1 - self._first - len(self._found)
        if more > 0:
            self._found = np.concatenate([self._found, np.zeros((more, *self._found.shape[1:]))])
            wide = np.concatenate([wide, np.zeros((more, *wide.shape[1:]))])
        self._found_cluster = wide
        old = max(day - self._window - self._first, 0)
        for one in range(old):
            self._settled, self._settled_cluster = self._next(self._settled, self._settled_cluster, one)
        self._found, self._found_cluster = self._found[old:], self._found_cluster[old:]
        self._first += old
        self._forward()

    def _next(self, everything: Reals, cluster: Reals, one: int) -> tuple[Reals, Reals]:
        """The belief one day on, told what that day's parcels said."""
        self.all, self.cluster = everything, cluster
        moved, moved_cluster = self.ahead(1.0)
        told = [updated(row, found) for row, found in zip(moved_cluster, self._found_cluster[one], strict=True)]
        return updated(moved, self._found[one]), np.array(told).reshape(moved_cluster.shape)

    def _forward(self) -> None:
        everything, cluster = self._settled, self._settled_cluster
        shifts, stretches, clusters = [], [], []
        for one in range(len(self._found)):
            everything, cluster = self._next(everything, cluster, one)
            self.all, self.cluster = everything, cluster
            shifts.append(self.shift())
            stretches.append(self.stretch())
            clusters.append(self.cluster_shifts())
        self.all, self.cluster = everything, cluster
        self._shifts, self._stretches = np.array(shifts), np.array(stretches)
        self._cluster_shifts = np.array(clusters).reshape(len(shifts), len(cluster))


def _moved(found: Reals, by: float) -> Reals:
    """Log likelihoods (..., shifts) as seen from a frame that lies `by` further on."""
    at = SHIFTS + by
    flat = found.reshape(-1, len(SHIFTS))
    return np.stack([np.interp(at, SHIFTS, row) for row in flat]).reshape(found.shape) if len(flat) else found
