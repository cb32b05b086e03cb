"""The garbage collector of a process that stays: what was loaded stays too, and need not be looked over again."""

from __future__ import annotations

import gc

_MADE_BETWEEN_LOOKS = 100_000
_LOOKS_BETWEEN_FULL = 50


def calm_collector() -> None:
    """Called once a process is ready to work: its garbage collector leaves alone what is there by now, and looks less
    often at what is made. A look at everything took a tenth of a second, in the middle of somebody's order.
    """
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN_LOOKS, _LOOKS_BETWEEN_FULL, _LOOKS_BETWEEN_FULL)
