"""Whether a target was reached, said only where enough orders say so."""

from __future__ import annotations

from enum import StrEnum

from doorstep.goals.rates import interval_ppm


class Reached(StrEnum):
    """What a count says of a target."""

    MET = "met"
    MISSED = "missed"
    TOO_FEW = "too few to say"


def reached(kept: int, of: int, target_ppm: int) -> Reached:
    """`kept` of so many against a target: met or missed where Wilson's 95 % interval lies on one side of it whole."""
    low, high = interval_ppm(kept, of)
    if low >= target_ppm:
        return Reached.MET
    return Reached.MISSED if high < target_ppm else Reached.TOO_FEW
