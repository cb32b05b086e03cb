"""The account of freight: accrued when handed over, settled when billed. Every posting adds up to zero.

Debit is above zero. What is accrued and payable is owed, so below zero; what is disputed the carrier owes us.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PostingKind(StrEnum):
    """What happened."""

    ACCRUED = "accrued"
    BILLED = "billed"
    RELEASED = "released"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Posting:
    """One booking of a day: minor units on each of the four accounts, together zero. ValueError where they are not."""

    on: date
    kind: PostingKind
    cost_minor: int = 0
    accrued_minor: int = 0
    payable_minor: int = 0
    disputed_minor: int = 0

    def __post_init__(self) -> None:
        if self.cost_minor + self.accrued_minor + self.payable_minor + self.disputed_minor:
            raise ValueError("a posting adds up to zero")


def handed_over(on: date, expected_minor: int) -> Posting:
    """A parcel left: its freight is a cost from now on, though nobody has billed it."""
    return Posting(on, PostingKind.ACCRUED, cost_minor=expected_minor, accrued_minor=-expected_minor)


def settles(accrued_minor: int, settled_minor: int, expected_minor: int) -> int:
    """What a line that was to bill so much settles of a label's cost, of which some is settled before."""
    return max(min(expected_minor, accrued_minor - settled_minor), -settled_minor)


def billed(on: date, settled_minor: int, billed_minor: int, disputed_minor: int) -> Posting:
    """A line was billed. What it settles was a cost before; the rest is one now, but for what is disputed."""
    cost = billed_minor - settled_minor - disputed_minor
    return Posting(on, PostingKind.BILLED, cost, settled_minor, -billed_minor, disputed_minor)


def released(on: date, accrued_minor: int) -> Posting:
    """What is accrued of a parcel that will not be billed any more."""
    return Posting(on, PostingKind.RELEASED, cost_minor=-accrued_minor, accrued_minor=accrued_minor)


def answered(on: date, disputed_minor: int, paid_minor: int) -> Posting:
    """A claim ended: what the carrier pays back is owed no more; what was disputed and is not, is a cost after all."""
    cost = disputed_minor - paid_minor
    return Posting(on, PostingKind.ANSWERED, cost, payable_minor=paid_minor, disputed_minor=-disputed_minor)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the account, minor units. `opened + accrued - settled - released == open`; what was billed, disputed,
    answered and paid back in the month; what is in dispute at its end; what freight cost in it.
    """

    month: str  # 2026-11
    opened_minor: int
    accrued_minor: int
    settled_minor: int
    released_minor: int
    open_minor: int
    billed_minor: int
    disputed_minor: int
    answered_minor: int
    paid_back_minor: int
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
        of: dict[PostingKind, list[Posting]] = {kind: [] for kind in PostingKind}
        for each in months[month]:
            of[each.kind].append(each)
        accrued = sum(-each.accrued_minor for each in of[PostingKind.ACCRUED])
        settled = sum(each.accrued_minor for each in of[PostingKind.BILLED])
        gone = sum(each.accrued_minor for each in of[PostingKind.RELEASED])
        disputed = sum(each.disputed_minor for each in of[PostingKind.BILLED])
        ended = sum(-each.disputed_minor for each in of[PostingKind.ANSWERED])
        left, in_dispute = opened + accrued - settled - gone, in_dispute + disputed - ended
        told.append(
            Month(
                *(month, opened, accrued, settled, gone, left),
                sum(-each.payable_minor for each in of[PostingKind.BILLED]),
                *(disputed, ended, sum(each.payable_minor for each in of[PostingKind.ANSWERED]), in_dispute),
                sum(each.cost_minor for each in months[month]),
            )
        )
        opened = left
    return tuple(told)
