"""Promises kept as often as they say: levels moved online by what became of them (adaptive conformal inference).

A level is moved on the normal's scale by an offset of all and one of the group, each a step up for a promise that was
broken and a smaller one down for one that was kept (Gibbs and Candes 2021): over time the share kept is the level, in
whatever way the model is wrong. A group below a floor of promises moves less, and leans on all.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from doorstep.promising.columns import Codes, Flags, Reals

LEVELS: tuple[float, ...] = (0.5, 0.65, 0.8, 0.9, 0.95, 0.98)
_MOST = 1.0  # no level is moved further than this

_normal = NormalDist()
_FINE: tuple[float, ...] = tuple(level / 200 for level in range(1, 200))
_SCORES: Reals = np.array([_normal.inv_cdf(level) for level in LEVELS])
# A step moves what is asked by as much of probability at any level.
_STEPS: Reals = 1 / np.array([_normal.pdf(score) for score in _SCORES])


class Kept:
    """The offsets. `pace` is the step of all, `group_pace` that of a group, `floor` how many promises a group has
    before half of its own step is believed.
    """

    def __init__(self, pace: float = 0.0002, group_pace: float = 0.0004, floor: int = 100) -> None:
        self._pace, self._group_pace, self._floor = pace, group_pace, floor
        self.offsets = np.zeros(len(LEVELS))
        self.of_group = np.zeros((0, len(LEVELS)))
        self.promises = np.zeros((0, len(LEVELS)), np.int64)

    def asked(self, groups: Codes, levels: Sequence[float] = LEVELS) -> Reals:
        """(n, len(levels)): what to ask of the model for each group so that `levels` are kept. Rises with the level."""
        self._know(groups)
        moved = _SCORES + np.clip(self.offsets + self.of_group[groups], -_MOST, _MOST)
        # Levels that crossed are taken together.
        moved = np.maximum.accumulate(moved, axis=1)
        wanted = np.array([_normal.inv_cdf(level) for level in levels])
        below, above = moved[:, :1] - _SCORES[0], moved[:, -1:] - _SCORES[-1]
        between = np.stack([np.interp(wanted, _SCORES, row) for row in moved])
        said = np.where(wanted < _SCORES[0], wanted + below, np.where(wanted > _SCORES[-1], wanted + above, between))
        return _cdf(said)

    def calibrated(self, groups: Codes, gone: Reals) -> Reals:
        """`gone` (n, points), P(arrived by then), as it is kept: what is asked for a level is told as that."""
        asked = self.asked(groups, _FINE)
        ends = np.concatenate([np.zeros((len(asked), 1)), asked, np.ones((len(asked), 1))], axis=1)
        told = np.concatenate([[0.0], _FINE, [1.0]])
        return np.stack([np.interp(row, at, told) for row, at in zip(gone, ends, strict=True)])

    def learn(self, groups: Codes, at: Codes, kept: Flags | Reals) -> None:
        """What became of `n` promises, each (n,) of a group, made at LEVELS[at] as `asked` said: whether it was kept.

        To be told on the day after the promised one whatever came of it: what is kept is known sooner than what is
        broken, and told sooner it would look as if all were kept. Between 0 and 1 where days are whole: how much of the
        day that it came on lay within what was asked.
        """
        if not len(groups):
            return
        self._know(groups)
        error = (np.array(LEVELS)[at] - kept) * _STEPS[at]
        self.offsets = self.offsets + self._pace * np.bincount(at, error, len(LEVELS))
        np.add.at(self.promises, (groups, at), 1)
        own = self.promises / (self.promises + self._floor)
        np.add.at(self.of_group, (groups, at), self._group_pace * own[groups, at] * error)
        self.offsets = np.clip(self.offsets, -_MOST, _MOST)
        self.of_group = np.clip(self.of_group, -_MOST, _MOST)

    def _know(self, groups: Codes) -> None:
        more = int(groups.max(initial=-1)) + 1 - len(self.promises)
        if more > 0:
            self.of_group = np.concatenate([self.of_group, np.zeros((more, len(LEVELS)))])
            self.promises = np.concatenate([self.promises, np.zeros((more, len(LEVELS)), np.int64)])


def _cdf(scores: Reals) -> Reals:
    """The normal's distribution function, by a table: four digits are plenty."""
    return np.asarray(np.interp(scores, _TABLE_AT, _TABLE))


_TABLE_AT: Reals = np.linspace(-5.0, 5.0, 2001)
_TABLE: Reals = np.array([_normal.cdf(score) for score in _TABLE_AT])
