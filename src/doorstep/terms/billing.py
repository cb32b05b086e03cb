"""Terms of a carrier's bills: what is worth a claim, until when it is filed, what a late delivery is refunded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class ClaimKind(StrEnum):
    """What a claim is for."""

    CONCEALED_DAMAGE = "concealed_damage"
    LOSS = "loss"
    LATE_REFUND = "late_refund"
    OVERCHARGE = "overcharge"


class Since(StrEnum):
    """What a claim's clock starts with."""

    HAND_OVER = "hand_over"
    DELIVERY = "delivery"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class ClaimClock:
    """A claim can be filed up to and with the day that is so many days after its start."""

    days: int
    since: Since


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Working days of the carrier after the hand-over by which it guarantees delivery, by zone ('' all others), and the
    share of the transport charges that it refunds for a later one."""

    days: Mapping[str, int]
    refund_ppm: int = 1_000_000


@dataclass(frozen=True, slots=True)
class BillingTerms:
    """What is agreed with one carrier, or with all. None: what the layer below says (carrier, all, usual).

    What deviates no more than a tolerance is the same. A parcel that has not come `lost_after_days` after its hand-over
    is claimed as lost; freight that nobody has billed `unbilled_days` after it is expected no more. `guarantees` are by
    service.
    """

    least_minor: int | None = None
    tolerance_g: int | None = None
    tolerance_mm: int | None = None
    lost_after_days: int | None = None
    unbilled_days: int | None = None
    clocks: Mapping[ClaimKind, ClaimClock] = field(default_factory=dict)
    guarantees: Mapping[str, Guarantee] = field(default_factory=dict)

    def over(self, below: BillingTerms) -> BillingTerms:
        """These terms, with `below` wherever these say nothing."""
        numbers = {name: getattr(self, name) for name in NUMBERS}
        return BillingTerms(
            **{name: getattr(below, name) if said is None else said for name, said in numbers.items()},
            clocks={**below.clocks, **self.clocks},
            guarantees={**below.guarantees, **self.guarantees},
        )

    def deadline(self, kind: ClaimKind, starts: Mapping[Since, date]) -> date | None:
        """The last day to file on; None while the clock has not started, or where there is none."""
        clock = self.clocks.get(kind)
        start = None if clock is None else starts.get(clock.since)
        return None if clock is None or start is None else start + timedelta(days=clock.days)


NUMBERS = ("least_minor", "tolerance_g", "tolerance_mm", "lost_after_days", "unbilled_days")

# What holds where nothing else was agreed: usual terms, not those of your contract.
USUAL = BillingTerms(
    least_minor=200,
    tolerance_g=50,
    tolerance_mm=10,
    lost_after_days=30,
    unbilled_days=180,
    clocks={
        ClaimKind.CONCEALED_DAMAGE: ClaimClock(5, Since.DELIVERY),
        ClaimKind.LOSS: ClaimClock(60, Since.HAND_OVER),
        ClaimKind.LATE_REFUND: ClaimClock(15, Since.INVOICE),
        ClaimKind.OVERCHARGE: ClaimClock(180, Since.INVOICE),
    },
)
ALL = ""  # whose terms are those of all carriers that say nothing else


def terms_with(agreed: Mapping[str, BillingTerms], carrier_id: str) -> BillingTerms:
    """What holds with a carrier: its own terms over those of all carriers over the usual ones."""
    return agreed.get(carrier_id, BillingTerms()).over(agreed.get(ALL, BillingTerms())).over(USUAL)


def wrong_with(terms: BillingTerms) -> str:
    """What is wrong with terms, as one sentence; '' where nothing is."""
    for name in NUMBERS:
        said = getattr(terms, name)
        if said is not None and said < 0:
            return f"{name} is {said}; it is zero or more"
    if terms.lost_after_days == 0 or terms.unbilled_days == 0:
        return "lost_after_days and unbilled_days are one day at least"
    for kind, clock in terms.clocks.items():
        if clock.days < 1:
            return f"a claim for {kind.value} can be filed for {clock.days} days; say one at least"
    for service_id, guarantee in terms.guarantees.items():
        if not guarantee.days or min(guarantee.days.values()) < 0 or not 0 < guarantee.refund_ppm <= 1_000_000:
            return f"{service_id} guarantees days by zone, none below zero, and refunds up to all of the transport"
    return ""
