"""The account of freight: accrued when handed over, settled when billed. Every posting adds up to zero.

Debit is above zero. What is accrued and payable is owed, so below zero; what is disputed the carrier owes us.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Posting:
    """One booking of a day: minor units on each of the four accounts, together zero. ValueError where they are not."""

    on: date
    cost_minor: int = 0
    accrued_minor: int = 0
    payable_minor: int = 0
    disputed_minor: int = 0

    def __post_init__(self) -> None:
        if self.cost_minor + self.accrued_minor + self.payable_minor + self.disputed_minor:
            raise ValueError("a posting adds up to zero")


def handed_over(on: date, expected_minor: int) -> Posting:
    """A parcel left: its freight is a cost from now on, though nobody has billed it."""
    return Posting(on, cost_minor=expected_minor, accrued_minor=-expected_minor)


def billed(on: date, accrued_minor: int, expected_minor: int, billed_minor: int, disputed_minor: int) -> Posting:
    """A line was billed. It settles what it was to bill, as far as that is accrued still; the rest is a cost.

    `accrued_minor` is what is accrued of its parcel. What is disputed is no cost while it is.
    """
    settled = max(min(accrued_minor, expected_minor), 0)
    cost = billed_minor - settled - disputed_minor
    return Posting(on, cost, settled, -billed_minor, disputed_minor)


def released(on: date, accrued_minor: int) -> Posting:
    """What is accrued of a parcel that will not be billed any more."""
    return Posting(on, cost_minor=-accrued_minor, accrued_minor=accrued_minor)


def answered(on: date, disputed_minor: int, paid_minor: int) -> Posting:
    """A dispute ended: what the carrier pays back is owed no more, the rest is a cost after all."""
    return Posting(on, disputed_minor - paid_minor, payable_minor=paid_minor, disputed_minor=-disputed_minor)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the account, minor units. `opened + accrued - settled == open`; billed and disputed in the month."""

    month: str  # 2026-11
    opened_minor: int
    accrued_minor: int
    settled_minor: int
    open_minor: int
    billed_minor: int
    disputed_minor: int
    answered_minor: int
    in_dispute_minor: int
    cost_minor: int


def by_month(postings: Iterable[Posting]) -> tuple[Month, ...]:
    """The account month by month, those with nothing in them left out; each opens with what the one before left."""
    months: dict[str, list[Posting]] = defaultdict(list)
    for each in postings:
        months[each.on.isoformat()[:7]].append(each)
    told: list[Month] = []
    opened = in_dispute = 0
    for month in sorted(months):
        of = months[month]
        accrued = sum(-each.accrued_minor for each in of if each.accrued_minor < 0)
        settled = sum(each.accrued_minor for each in of if each.accrued_minor > 0)
        disputed = sum(each.disputed_minor for each in of if each.disputed_minor > 0)
        ended = sum(-each.disputed_minor for each in of if each.disputed_minor < 0)
        open_minor, in_dispute = opened + accrued - settled, in_dispute + disputed - ended
        owed = sum(-each.payable_minor for each in of if each.disputed_minor >= 0)
        cost = sum(each.cost_minor for each in of)
        told.append(Month(month, opened, accrued, settled, open_minor, owed, disputed, ended, in_dispute, cost))
        opened = open_minor
    return tuple(told)
