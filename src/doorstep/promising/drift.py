"""What everything is late by just now: a belief over a shift and a stretch for all, and over a shift for each cluster.

The belief moves a little with time and may jump, as it does in a peak or a strike; each parcel that comes, and each day
that one does not, sharpens it (a point-mass filter; Bucy and Senne 1971). Shifts are in standard deviations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from doorstep.promising.columns import Codes, Flags, Reals

_STEP = 0.12
SHIFTS: Reals = np.arange(-25.0, 26.0) * _STEP
STRETCHES: Reals = np.exp(np.arange(-4, 9) * 0.1)
BOTH: Reals = np.arange(-50.0, 51.0) * _STEP  # a shift of all and one of the cluster together
_LEAST = 1e-12
_NEGLIGIBLE = 1e-5
_PER_SHIFT = 4
_FINE = _STEP / _PER_SHIFT
_REACH = 12.0
_EDGE = 25 * _PER_SHIFT  # cells that the shifts reach past the observations, on each side
_GRID: Reals = np.arange(-round(_REACH / _FINE) - _EDGE, round(_REACH / _FINE) + _EDGE + 2).astype(np.float64) * _FINE
_CELLS = len(_GRID) - 2 * _EDGE
_OFFSETS: Codes = np.arange(-25, 26) * _PER_SHIFT

Cumulative = Callable[[Reals], Reals]


@dataclass(frozen=True)
class Moves:
    """How belief moves in one unit of the learner's time, and how far it trusts one parcel.

    `wander` and `stretch_wander` are standard deviations, `returns` what is left of a shift, `jumps` P(anything
    else), `trust` what one parcel counts as: parcels of one day are late together.
    """

    wander: float = 0.08
    cluster_wander: float = 0.05
    stretch_wander: float = 0.02
    returns: float = 0.98
    cluster_returns: float = 0.97
    jumps: float = 0.0
    cluster_jumps: float = 0.0
    trust: float = 0.3
    cluster_trust: float = 0.5


def _kernel(grid: Reals, deviation: float, returns: float) -> Reals:
    likely = np.exp(-0.5 * ((grid[None, :] - grid[:, None] * returns) / max(deviation, 1e-6)) ** 2) + _LEAST
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def _anywhere(grid: Reals) -> Reals:
    """Where belief may jump to: anywhere, nearer ones first."""
    likely = np.exp(-np.abs(grid) / (0.4 * np.abs(grid).max()))
    return np.asarray(likely / likely.sum())


@dataclass(frozen=True)
class Followed:
    """Parcels on their way, by (n,): from `since` to `until` they were seen not to arrive, and by `came` they had.

    In standard deviations before any shift; `since` is minus infinity for one that left just now, `came` infinity for
    one that has not come. `clusters` are codes, `left` instants.
    """

    since: Reals
    until: Reals
    came: Reals
    clusters: Codes
    left: Reals

    def less(self, shift: Reals | float, stretch: Reals | float = 1.0) -> Followed:
        since, until, came = ((x - shift) / stretch for x in (self.since, self.until, self.came))
        return Followed(since, until, came, self.clusters, self.left)

    def take(self, which: Codes | Flags) -> Followed:
        return Followed(self.since[which], self.until[which], self.came[which], self.clusters[which], self.left[which])


class Drift:
    """The belief. `all` is (stretches, shifts), `cluster` (clusters, shifts); each sums to 1."""

    def __init__(self, moves: Moves) -> None:
        self.moves = moves
        # The standard deviation with which it begins is wide: nothing is known yet.
        shift, stretch = np.exp(-0.5 * (SHIFTS / 0.6) ** 2), np.exp(-0.5 * (np.log(STRETCHES) / 0.2) ** 2)
        self.all = np.outer(stretch / stretch.sum(), shift / shift.sum())
        self._fresh = np.exp(-0.5 * (SHIFTS / 0.2) ** 2)
        self._fresh /= self._fresh.sum()
        self.cluster = np.empty((0, len(SHIFTS)))
        self._kernels: dict[float, tuple[Reals, Reals, Reals]] = {}

    def know(self, clusters: int) -> None:
        """Make room for clusters 0 to `clusters` - 1."""
        more = clusters - len(self.cluster)
        if more > 0:
            self.cluster = np.concatenate([self.cluster, np.tile(self._fresh, (more, 1))])

    def shift(self) -> float:
        return float(self.all.sum(axis=0) @ SHIFTS)

    def stretch(self) -> float:
        return float(np.exp(self.all.sum(axis=1) @ np.log(STRETCHES)))

    def cluster_shifts(self) -> Reals:
        return np.asarray(self.cluster @ SHIFTS)

    def _moved(self, passed: float) -> tuple[Reals, Reals, Reals]:
        kept = self._kernels.get(passed)
        if kept is None:
            m, root = self.moves, passed**0.5
            kept = self._kernels[passed] = (
                _kernel(SHIFTS, m.wander * root, m.returns**passed),
                _kernel(SHIFTS, m.cluster_wander * root, m.cluster_returns**passed),
                _kernel(np.log(STRETCHES), m.stretch_wander * root, m.returns**passed),
            )
        return kept

    def ahead(self, passed: float) -> tuple[Reals, Reals]:
        """The belief about what will be after `passed`: of all, of each cluster."""
        shift, cluster, stretch = self._moved(passed)
        stays = (1 - self.moves.jumps) ** passed
        moved = stays * (stretch.T @ self.all @ shift) + (1 - stays) * np.outer(
            _anywhere(np.log(STRETCHES)), _anywhere(SHIFTS)
        )
        alone = (1 - self.moves.cluster_jumps) ** passed
        return moved, alone * (self.cluster @ cluster) + (1 - alone) * _anywhere(SHIFTS)

    def learn(self, seen: Followed, cumulative: Cumulative, passed: float) -> None:
        """What happened in the last `passed`; `cumulative` is the hazard of the shape."""
        self.all, self.cluster = self.ahead(passed)
        if not len(seen.since):
            return
        believed = self.all.sum(axis=1) > _NEGLIGIBLE
        found = np.empty_like(self.all)
        told = Sorted(seen.less(self.cluster_shifts()[seen.clusters]), np.zeros(len(seen.since), np.int64), 1)
        for row in np.flatnonzero(believed):
            found[row] = told.likelihood(STRETCHES[row], cumulative)[0]
        found[~believed] = found[believed].min()
        self.all = updated(self.all, self.moves.trust * found)
        told = Sorted(seen.less(self.shift()), seen.clusters, len(self.cluster))
        each = told.likelihood(self.stretch(), cumulative)
        for row in np.unique(seen.clusters):
            self.cluster[row] = updated(self.cluster[row], self.moves.cluster_trust * each[row])

    def late_by(self, seen: Followed) -> tuple[Reals, Reals]:
        """(n,) and (n,): the shift and the stretch that is believed of each."""
        return self.shift() + self.cluster_shifts()[seen.clusters], np.full(len(seen.since), self.stretch())

    def reframe(self, by: float, by_cluster: Reals) -> None:
        """What is expected moved by `by` for all and by `by_cluster` for each cluster: the belief moves against it."""
        self.all = np.stack([_shifted(row, -by) for row in self.all])
        self.all /= self.all.sum()
        for row, each in enumerate(by_cluster):
            moved = _shifted(self.cluster[row], -float(each))
            self.cluster[row] = moved / moved.sum()

    def gone(self, z: Reals, cumulative: Cumulative, ahead: float) -> Reals:
        """(clusters, len(z)): P(arrived by `z`), over all that is believed of `ahead` from now."""
        belief, of_cluster = self.ahead(ahead)
        said = np.zeros((len(of_cluster), len(z)))
        for row, stretch in enumerate(STRETCHES):
            if belief[row].sum() < 1e-5:
                continue
            both = np.stack([np.convolve(belief[row], each) for each in of_cluster])
            said += both @ (1 - np.exp(-cumulative((z[None, :] - BOTH[:, None]) / stretch)))
        return np.minimum(said, 1.0)


class Sorted:
    """What was seen, sorted onto a grid of which shifts are whole steps, so that hazards are looked up, not computed.

    Being on its way is additive, so only how many are where matters; arrivals are taken one by one.
    """

    def __init__(self, seen: Followed, clusters: Codes, size: int) -> None:
        since, until, came = seen.since, seen.until, seen.came
        begun, here = np.isfinite(since), np.isfinite(came)
        self._exposed = np.stack(
            [
                _spread(until[of], +1.0) + _spread(since[of & begun], -1.0)
                for of in (clusters == row for row in range(size))
            ]
        )
        self._arrivals = [_placed(x[here]) for x in (until, came)]
        self._clusters, self._size = clusters[here], size

    def likelihood(self, stretch: float, cumulative: Cumulative) -> Reals:
        """(clusters, shifts): the logarithm of how likely what was seen is under each shift."""
        table = cumulative(_GRID / stretch)
        # Row k is the table as seen from shift k: strides into one table.
        shifted = np.lib.stride_tricks.sliding_window_view(table, _CELLS)[::-_PER_SHIFT]
        said = -(self._exposed @ shifted.T)
        if not len(self._clusters):
            return np.asarray(said)
        still, here = (
            table[at[:, None] - _OFFSETS] * (1 - part[:, None]) + table[at[:, None] + 1 - _OFFSETS] * part[:, None]
            for at, part in self._arrivals
        )
        arrives = np.log(np.maximum(-np.expm1(-np.maximum(here - still, 0.0)), 1e-6))
        return np.asarray(said + (np.arange(self._size)[:, None] == self._clusters) @ arrives)


def _placed(z: Reals) -> tuple[Codes, Reals]:
    """The cell of the grid below, and how far towards the next."""
    x = (np.clip(z, -_REACH, _REACH) - _GRID[0]) / _FINE
    at = np.floor(x).astype(np.int64)
    return at, x - at


def _spread(z: Reals, sign: float) -> Reals:
    at, part = _placed(z)
    at = at - _EDGE
    return np.asarray(sign * (np.bincount(at, 1 - part, _CELLS) + np.bincount(at + 1, part, _CELLS)))


def updated(belief: Reals, found: Reals) -> Reals:
    said = (belief + _LEAST) * np.exp(found - found.max())
    return np.asarray(said / said.sum())


def _shifted(belief: Reals, by: float) -> Reals:
    return np.asarray(np.interp(SHIFTS - by, SHIFTS, belief, left=0.0, right=0.0) + _LEAST)
