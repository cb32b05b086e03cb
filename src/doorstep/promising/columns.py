"""Parcels as columns: what is known of each when it leaves, and the kinds of array that learning works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Departures:
    """What is known of `n` parcels at the moment they leave.

    `left` (n,) is an instant on the learner's clock, `numbers` (n, k) what acts by its size (distance, mass), `levels`
    (m, n) codes from 0 of what they belong to, from wide to narrow (zone pair, lane, site), and `cluster` (n,) the
    carrier and zone group that slows down together.
    """

    left: Reals
    numbers: Reals
    levels: Codes
    cluster: Codes

    def __len__(self) -> int:
        return len(self.left)

    def take(self, which: Codes | Flags) -> Departures:
        return Departures(self.left[which], self.numbers[which], self.levels[:, which], self.cluster[which])

    def left_at(self, left: Reals) -> Departures:
        return Departures(left, self.numbers, self.levels, self.cluster)

    @classmethod
    def joined(cls, first: Departures, second: Departures) -> Departures:
        return cls(
            np.concatenate([first.left, second.left]),
            np.concatenate([first.numbers, second.numbers]),
            np.concatenate([first.levels, second.levels], axis=1),
            np.concatenate([first.cluster, second.cluster]),
        )
