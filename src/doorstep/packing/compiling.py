"""How the compiled core is compiled, and where that is kept.

Importing this file imports numba and NumPy, about half a second. The first call on a machine compiles, half a minute of
work, and keeps the result beside the source or, where that is read-only, in the user's cache folder; from there it
takes a quarter of a second. NUMBA_CACHE_DIR names another folder. Where none can be written, each process compiles
afresh. Numba notices a change in the file of a kept function only: functions that call one another share a file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    # NumPy's error model: nothing there divides by zero, and not testing for it is a twelfth faster.
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # no folder for the cache can be written
        return cast(F, numba.njit(error_model="numpy")(function))
