"""Refusals: what the business says no to, as values. Bugs and outages are exceptions; these are not.

The enum is ordered: where several refusals apply, the first in this order is told (it is the one to mend first).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, auto


class Why(IntEnum):
    """Every reason Doorstep can give for a no. A door maps each to its status or exit code, in one table."""

    MALFORMED = auto()
    KEY_REUSED = auto()
    UNKNOWN_CUSTOMER = auto()
    UNKNOWN_ITEM = auto()
    UNKNOWN_SITE = auto()
    UNKNOWN_PLACE = auto()
    UNKNOWN_CURRENCY = auto()
    UNKNOWN_ORDER = auto()
    UNKNOWN_TASK = auto()
    UNKNOWN_PARCEL = auto()
    UNKNOWN_CARRIER = auto()
    UNKNOWN_IMPORT = auto()
    UNKNOWN_ACCOUNT = auto()
    UNKNOWN_INBOUND = auto()
    UNKNOWN_LINK = auto()
    ALREADY_THERE = auto()
    BAD_QUANTITY = auto()
    BAD_ADDRESS = auto()
    BAD_SERIAL = auto()
    DATE_PAST = auto()
    MAY_NOT_SHIP = auto()
    DOES_NOT_FIT = auto()
    NO_SERVICE = auto()
    OUT_OF_STOCK = auto()
    DATE_OUT_OF_REACH = auto()
    CUT_OFF_PASSED = auto()
    ON_HOLD = auto()
    WRONG_STATE = auto()
    TOO_LATE = auto()
    CANNOT_BE_UNDONE = auto()
    APPROVAL_NEEDED = auto()
    CARRIER_REFUSED = auto()
    WRONG_PASSWORD = auto()
    TOO_MANY_TRIES = auto()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no: why, one sentence for a person, and what it concerns (field or object -> its value)."""

    why: Why
    says: str
    concerns: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The reason as doors spell it: `out_of_stock`."""
        return self.why.name.lower()


def first(refusals: list[Refusal]) -> Refusal:
    """The refusal to mend first."""
    return min(refusals, key=lambda refusal: refusal.why)
