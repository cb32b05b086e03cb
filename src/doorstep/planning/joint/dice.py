"""Chance for the compiled core: one word of state, after G. Marsaglia, Journal of Statistical Software 8 (2003)."""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.planning.joint.compiling import inlined


@inlined
def rolled(dice: Any) -> Any:
    x = dice[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    dice[0] = x
    return np.int64(x >> np.uint64(12))


@inlined
def below(dice: Any, n: int) -> Any:
    return rolled(dice) % n


@inlined
def share(dice: Any) -> Any:
    return (rolled(dice) + 1) * np.reciprocal(1.0 * 4503599627370497.0)
