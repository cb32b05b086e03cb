"""How the joint plan's core is compiled: as packing's is (`packing.compiling`), kept beside the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # no folder for the cache can be written
        return cast(F, numba.njit(error_model="numpy")(function))


def inlined(function: F) -> F:
    """Small functions of many arrays: put into their callers, since handing the arrays over would take longer."""
    return cast(F, numba.njit(inline="always", error_model="numpy")(function))
