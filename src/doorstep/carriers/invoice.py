"""A carrier's invoice, what was expected of it, and how they differ: each typed, with its evidence and its worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from doorstep.terms.parcel import Size
from doorstep.terms.tariff import ChargeKind

# The price itself, which carriers write as one amount or as several.
PRICE = frozenset({ChargeKind.BASE, ChargeKind.DISCOUNT, ChargeKind.MINIMUM})
# What follows from weight, measures and zone; all other kinds stand for themselves.
TRANSPORT = PRICE | {ChargeKind.FUEL}
# What no tariff knows beforehand.
AFTERWARDS = frozenset({ChargeKind.ACCESSORIAL, ChargeKind.DETENTION, ChargeKind.OTHER})


@dataclass(frozen=True, slots=True)
class Billed:
    """One charge as it was billed (or expected): minor units, below zero where it is taken off."""

    kind: ChargeKind
    minor: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """What is billed for one parcel; `line_no` is where it stands in the file. 0, '' and None: the carrier says not."""

    line_no: int
    charges: tuple[Billed, ...]
    tracking_number: str = ""
    sscc: str = ""
    reference: str = ""
    service_id: str = ""
    weight_g: int = 0
    size: Size | None = None

    @property
    def billed_minor(self) -> int:
        return sum(charge.minor for charge in self.charges)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of a carrier. The pair of carrier and number is what it is known by.

    `due_minor` is what all its lines come to, where it says so.
    """

    carrier_id: str
    number: str
    billed_on: date
    currency: str
    lines: tuple[InvoiceLine, ...]
    due_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A charge that was billed before for a parcel, and where."""

    invoice_number: str
    line_no: int
    charge: Billed


@dataclass(frozen=True, slots=True)
class Expected:
    """A label as it was bought: its charges then, what we sent, and what became of it.

    `weighed`, `measured`: weight and sides come from the bench, not from an estimate. `guaranteed_on`: the carrier
    refunds `refund_ppm` of transport for a delivery after that day. `whole`: the charges only say
    the total, with every surcharge the tariff knows beforehand. `earlier` are the charges billed before.
    """

    label_id: str
    sscc: str
    tracking_number: str
    service_id: str
    charges: tuple[Billed, ...]
    weight_g: int
    size: Size
    references: tuple[str, ...] = ()
    weighed: bool = True
    measured: bool = True
    voided: bool = False
    handed_over: bool = True
    guaranteed_on: date | None = None
    delivered_on: date | None = None
    refund_ppm: int = 0
    whole: bool = False
    earlier: tuple[Earlier, ...] = ()

    @property
    def expected_minor(self) -> int:
        return sum(charge.minor for charge in self.charges)


class DifferenceKind(StrEnum):
    """Why a line is not what was expected."""

    UNKNOWN_PARCEL = "unknown_parcel"
    VOIDED_LABEL = "voided_label"
    DUPLICATE = "duplicate"
    SERVICE_DIFFERS = "service_differs"
    RE_WEIGH = "re_weigh"
    RE_DIMENSION = "re_dimension"
    PRICE_DIFFERS = "price_differs"  # same service, weight and sides: another price
    SURCHARGE = "surcharge"
    LATE_REFUND = "late_refund"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What we know and what the carrier says of the same thing."""

    of: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One reason for one part of a difference; `minor` below zero: less was billed than expected."""

    kind: DifferenceKind
    minor: int
    evidence: tuple[Evidence, ...]
    worth_claim: bool


@dataclass(frozen=True, slots=True)
class AuditedLine:
    """A line beside the label it was matched to ('': none): what it was to bill, what it does, and why they differ."""

    line: InvoiceLine
    label_id: str
    matched_by: str
    expected_minor: int
    differences: tuple[Difference, ...]

    @property
    def billed_minor(self) -> int:
        return self.line.billed_minor

    @property
    def disputed_minor(self) -> int:
        """What is worth a claim of what the line bills; refunds for lateness come on top of it."""
        of_line = (each for each in self.differences if each.kind is not DifferenceKind.LATE_REFUND)
        return sum(each.minor for each in of_line if each.worth_claim)


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """What is worth a claim: at least so many minor units. What deviates no more than a tolerance is the same."""

    least_minor: int = 200
    tolerance_g: int = 50
    tolerance_mm: int = 10
