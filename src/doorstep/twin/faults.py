"""What the false carrier does wrong, and when: by script, by seeded chance, or both."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_MILLION = 1_000_000


class Fault(StrEnum):
    """One way to fail. 'Before' and 'after' tell whether the request has taken effect by then."""

    NONE = "none"
    BUSY = "busy"  # 429, nothing done
    BROKEN_BEFORE = "broken_before"  # 500
    BROKEN_AFTER = "broken_after"
    SILENT_BEFORE = "silent_before"  # never answers
    SILENT_AFTER = "silent_after"
    CUT = "cut"  # done, and the answer breaks off half way


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The fault of the n-th request, from 0: `script` first, then each fault with its parts per million, by `seed`."""

    seed: int = 0
    script: tuple[Fault, ...] = ()
    ppm: Mapping[Fault, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if min(self.ppm.values(), default=0) < 0 or sum(self.ppm.values()) > _MILLION:
            raise ValueError(f"the faults' parts are below zero or above a million: {dict(self.ppm)}")

    def at(self, request_no: int) -> Fault:
        if request_no < len(self.script):
            return self.script[request_no]
        drawn = random.Random(f"{self.seed}/{request_no}").randrange(_MILLION)
        for fault, ppm in self.ppm.items():
            if drawn < ppm:
                return fault
            drawn -= ppm
        return Fault.NONE
