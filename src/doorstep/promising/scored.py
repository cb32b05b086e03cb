"""How good promises were: kept as often as said (reliability), how sharp, and scores that hedging does not improve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from doorstep.promising.columns import Codes, Flags, Reals

_HALVINGS = 40
# Quantile of the normal at 99 % both ways: how far chance alone moves a share.
_BAND = 2.576


def first_at(gone: Reals, levels: Reals) -> Codes:
    """The first point of the grid at which `gone` (n, points) reaches its level, (n,) or one for all."""
    return np.asarray((gone < np.reshape(levels, (-1, 1))).sum(axis=1))


def worth_waiting(gone: Reals, orders_per_point: float) -> Codes:
    """The point after which one more point of waiting keeps less than one of `orders_per_point` promises more.

    At one share kept no other rule promises sooner on average: where chance falls off fast it says a late point, where
    it falls off slowly an early one.
    """
    return np.asarray(np.argmax(orders_per_point * gone - np.arange(gone.shape[1]), axis=1))


def matched(
    rule: Callable[[float], Reals | Codes], took: Reals | Codes, share: float, low: float, high: float
) -> Reals:
    """What `rule` promises at the least of its one number with which `share` of `took` is kept."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if (took <= rule(middle)).mean() < share:
            low = middle
        else:
            high = middle
    return np.asarray(rule(high), np.float64)


def pinball(promised: Reals | Codes, took: Reals | Codes, level: float) -> float:
    """The mean loss of a quantile: a day late costs `level`, a day of waiting too long the rest of one."""
    late = took - promised
    return float(np.maximum(level * late, (level - 1) * late).mean())


def brier(said: Reals, kept: Flags) -> float:
    """The mean square of what was said less what came, 0 to 1; less is better."""
    return float(((said - kept) ** 2).mean())


def band(level: float, promises: int) -> float:
    """How far the share kept of so many promises is from its level by chance, once in a hundred times."""
    return _BAND * float((level * (1 - level) / max(promises, 1)) ** 0.5)
