"""How arrivals scatter about what is expected: a table of hazards on a grid of standard deviations, learned online.

Parcels that have not come count as exposed for as long as they are on their way (the life table; Kaplan and Meier
1958), so that a slow week is seen before its parcels arrive. An arrival that is known to the day only is spread over
that day as the table itself expects it (Turnbull 1976, one step of his self-consistency a day).
"""

from __future__ import annotations

from math import erf, sqrt

import numpy as np

from doorstep.promising.columns import Reals

WIDTH = 0.1
LOW, HIGH = -5.0, 7.0
EDGES: Reals = np.linspace(LOW, HIGH, round((HIGH - LOW) / WIDTH) + 1)
_BINS = len(EDGES) - 1
_TAIL_BINS = 10


def _standard() -> Reals:
    """Hazards of the normal distribution by bin, which is what is believed with nothing seen."""
    gone = np.array([0.5 * (1 + erf(edge / sqrt(2))) for edge in EDGES])
    survival = np.maximum(1 - gone, 1e-9)
    return np.asarray(np.minimum(-np.diff(np.log(survival)), 1.0))


_STANDARD = _standard()


class Shape:
    """Cumulative hazard over standard deviations; `leans` parcels' exposure in each bin hold it to the normal's.

    What was seen counts half after `half_life` of the learner's time.
    """

    def __init__(self, half_life: float, leans: float = 3.0) -> None:
        self._half_life, self._leans = half_life, leans
        self._exposed, self._came = np.zeros(_BINS), np.zeros(_BINS)
        self._settle()

    def _settle(self) -> None:
        hazard = (self._came + self._leans * _STANDARD) / (self._exposed + self._leans)
        # Past the last bins that anything was seen in, the hazard of the last of them goes on.
        self._cumulative = np.concatenate([[0.0], np.cumsum(hazard)])
        self._slope = float(hazard[-_TAIL_BINS:].mean()) / WIDTH

    def cumulative(self, z: Reals) -> Reals:
        """The cumulative hazard at `z`, any shape; minus infinity gives 0."""
        beyond = np.maximum(z - HIGH, 0.0) * self._slope
        return np.asarray(np.interp(z, EDGES, self._cumulative, left=0.0) + np.where(np.isfinite(z), beyond, 0.0))

    def learn(self, since: Reals, until: Reals, came: Reals, passed: float) -> None:
        """Each parcel (n,) was on its way from `since` to `until`, and arrived between `until` and `came`.

        `came` is infinity where it is still on its way. All in standard deviations; `passed` is the learner's time.
        """
        fade = 0.5 ** (passed / self._half_life)
        low, high = EDGES[:-1], EDGES[1:]

        def within(first: Reals, last: Reals) -> Reals:
            return np.asarray(
                np.maximum(np.minimum(last[:, None], high) - np.maximum(first[:, None], low), 0.0) / WIDTH
            )

        exposed = within(since, until).sum(axis=0)
        here = np.isfinite(came)
        first, last = np.clip(until[here], LOW, HIGH - WIDTH), np.clip(came[here], LOW + WIDTH, HIGH)
        last = np.maximum(last, first + 1e-6)
        survival = np.exp(-self._cumulative)
        at = np.interp(np.clip(EDGES, first[:, None], last[:, None]), EDGES, survival)
        mass = at[:, :-1] - at[:, 1:] + 1e-12 * within(first, last)
        mass /= mass.sum(axis=1, keepdims=True)
        later = 1 - np.cumsum(mass, axis=1)
        self._exposed = self._exposed * fade + exposed + (within(first, last) * (later + mass / 2)).sum(axis=0)
        self._came = self._came * fade + mass.sum(axis=0)
        self._settle()
