"""A carrier's invoice against what was expected: line by line, each difference typed, with its evidence and its worth.

For every line `billed_minor - expected_minor` is the sum of its differences, refunds for lateness apart: those are due
beside what the line says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from doorstep.carriers.bills import share
from doorstep.terms.parcel import Size
from doorstep.terms.tariff import ChargeKind

# What follows from weight, measures and zone; all other kinds stand for themselves.
TRANSPORT = frozenset({ChargeKind.BASE, ChargeKind.DISCOUNT, ChargeKind.MINIMUM, ChargeKind.FUEL})
# What no tariff knows beforehand.
_AFTERWARDS = frozenset({ChargeKind.ACCESSORIAL, ChargeKind.DETENTION, ChargeKind.OTHER})


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
    """An invoice of a carrier. The pair of carrier and number is what it is known by."""

    carrier_id: str
    number: str
    billed_on: date
    currency: str
    lines: tuple[InvoiceLine, ...]


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


# What transport costs for a label at another weight and other sides; None: not to be said.
PricedAt = Callable[[Expected, int, Size], int | None]


def _never_priced(_expected: Expected, _weight_g: int, _size: Size) -> int | None:
    return None


@dataclass
class _Ledger:
    """What was billed for each label so far, this invoice's earlier lines among it."""

    of: dict[str, list[Earlier]] = field(default_factory=lambda: defaultdict(list))


def audit(
    invoice: Invoice,
    expected: Iterable[Expected],
    rules: ClaimRules | None = None,
    priced_at: PricedAt = _never_priced,
) -> tuple[AuditedLine, ...]:
    """Every line judged, in the invoice's order; `expected`: the labels its lines may be of, voided ones too."""
    known = list(expected)
    find = _Finder(known)
    ledger = _Ledger()
    for each in known:
        ledger.of[each.label_id].extend(each.earlier)
    judge = _Judge(rules or ClaimRules(), priced_at)
    audited = []
    for line in invoice.lines:
        found, by = find(line)
        if found is None:
            audited.append(AuditedLine(line, "", by, 0, judge.whole(line, DifferenceKind.UNKNOWN_PARCEL, _named(line))))
            continue
        audited.append(judge.line(line, found, by, ledger.of[found.label_id]))
        ledger.of[found.label_id] += [Earlier(invoice.number, line.line_no, charge) for charge in line.charges]
    return tuple(audited)


def _named(line: InvoiceLine) -> Evidence:
    return Evidence("parcel", "", line.tracking_number or line.sscc or line.reference)


class _Finder:
    """Labels by tracking number, else SSCC, else reference. A live label comes before a voided one.

    A reference that names several parcels names none.
    """

    def __init__(self, expected: Sequence[Expected]) -> None:
        live_last = sorted(expected, key=lambda each: not each.voided)
        self._tracking = {each.tracking_number: each for each in live_last if each.tracking_number}
        self._sscc = {each.sscc: each for each in live_last}
        self._reference: dict[str, dict[str, Expected]] = defaultdict(dict)
        for each in live_last:
            for reference in each.references:
                self._reference[reference][each.sscc] = each

    def __call__(self, line: InvoiceLine) -> tuple[Expected | None, str]:
        if line.tracking_number in self._tracking:
            return self._tracking[line.tracking_number], "tracking_number"
        if line.sscc in self._sscc:
            return self._sscc[line.sscc], "sscc"
        by_reference = list(self._reference.get(line.reference, {}).values())
        return (by_reference[0], "reference") if len(by_reference) == 1 else (None, "")


class _Judge:
    def __init__(self, rules: ClaimRules, priced_at: PricedAt) -> None:
        self._rules, self._priced_at = rules, priced_at

    def _say(self, kind: DifferenceKind, minor: int, *evidence: Evidence, stands: bool = True) -> list[Difference]:
        worth = stands and minor >= self._rules.least_minor
        return [Difference(kind, minor, evidence, worth)] if minor else []

    def whole(self, line: InvoiceLine, kind: DifferenceKind, *evidence: Evidence) -> tuple[Difference, ...]:
        return tuple(self._say(kind, line.billed_minor, *evidence))

    def line(self, line: InvoiceLine, label: Expected, by: str, earlier: Sequence[Earlier]) -> AuditedLine:
        if label.voided and not label.handed_over:
            evidence = Evidence("label", "voided", line.tracking_number or label.tracking_number)
            return AuditedLine(line, label.label_id, by, 0, self.whole(line, DifferenceKind.VOIDED_LABEL, evidence))
        fresh, differences = self._without_duplicates(line, earlier)
        kinds = frozenset(ChargeKind) - _AFTERWARDS if label.whole else TRANSPORT
        transport = [charge for charge in fresh if charge.kind in kinds]
        turn = _turn(fresh, earlier)
        first = turn > 0
        expected_minor = 0
        if transport:
            due = turn * _sum(label.charges, kinds)
            expected_minor += due
            differences += self._transport(line, label, _sum(transport, kinds), due)
        before = [each.charge for each in earlier]
        for kind in sorted({each.kind for each in fresh}):
            if kind not in kinds:
                # What is not billed yet stays due: carriers bill a surcharge weeks after the parcel.
                billed, due = _sum(fresh, {kind}), _due(label, before, kind) - _due(label, [*before, *fresh], kind)
                expected_minor += due
                evidence = Evidence(kind.value, str(due), str(billed))
                differences += self._say(DifferenceKind.SURCHARGE, billed - due, evidence)
        if first:
            differences += self._late(label, _sum(transport, kinds))
        return AuditedLine(line, label.label_id, by, expected_minor, tuple(differences))

    def _without_duplicates(
        self, line: InvoiceLine, earlier: Sequence[Earlier]
    ) -> tuple[list[Billed], list[Difference]]:
        """The charges that are billed for the first time; those billed again. What was credited since is billable."""
        net: dict[tuple[ChargeKind, str], int] = defaultdict(int)
        where: dict[tuple[ChargeKind, str], Earlier] = {}
        for each in earlier:
            net[_identity(each.charge)] += each.charge.minor
            where[_identity(each.charge)] = each
        fresh, again = [], []
        for charge in line.charges:
            identity = _identity(charge)
            if charge.minor > 0 and charge.kind is not ChargeKind.DISCOUNT and net[identity] > 0:
                again.append((charge, where[identity]))
            else:
                fresh.append(charge)
        if again and not any(charge.kind is ChargeKind.BASE for charge in fresh):
            # The discount of a base that is billed again is part of that same repetition.
            again += [(charge, again[0][1]) for charge in fresh if charge.kind is ChargeKind.DISCOUNT]
            fresh = [charge for charge in fresh if charge.kind is not ChargeKind.DISCOUNT]
        evidence = tuple(
            Evidence(
                charge.name or charge.kind.value, f"invoice {at.invoice_number} line {at.line_no}", str(charge.minor)
            )
            for charge, at in again
        )
        minor = sum(charge.minor for charge, _ in again)
        return fresh, self._say(DifferenceKind.DUPLICATE, minor, *evidence)

    def _transport(self, line: InvoiceLine, label: Expected, billed: int, due: int) -> list[Difference]:
        over = billed - due
        amounts = Evidence("transport", str(due), str(billed))
        if line.service_id and line.service_id != label.service_id:
            service = Evidence("service", label.service_id, line.service_id)
            return self._say(DifferenceKind.SERVICE_DIFFERS, over, service, amounts)
        heavier = line.weight_g > 0 and abs(line.weight_g - label.weight_g) > self._rules.tolerance_g
        bulkier = line.size is not None and _apart(line.size, label.size) > self._rules.tolerance_mm
        weights = Evidence("weight_g", str(label.weight_g), str(line.weight_g))
        sides = Evidence("size_mm", _spoken(label.size), _spoken(line.size or label.size))
        by_weight = by_size = 0
        if heavier and not bulkier:
            told = self._priced_at(label, line.weight_g, label.size)
            by_weight = over if told is None else told - due
        elif bulkier:
            size = line.size or label.size
            told = self._priced_at(label, line.weight_g if heavier else label.weight_g, size)
            alone = self._priced_at(label, line.weight_g, label.size) if heavier and told is not None else None
            by_weight = 0 if alone is None else alone - due
            by_size = (over if told is None else told - due) - by_weight
        return [
            *self._say(DifferenceKind.RE_WEIGH, by_weight, weights, amounts, stands=label.weighed),
            *self._say(DifferenceKind.RE_DIMENSION, by_size, sides, amounts, stands=label.measured),
            *self._say(DifferenceKind.PRICE_DIFFERS, over - by_weight - by_size, amounts),
        ]

    def _late(self, label: Expected, transport_minor: int) -> list[Difference]:
        promised, came = label.guaranteed_on, label.delivered_on
        if promised is None or came is None or came <= promised or transport_minor <= 0:
            return []
        evidence = Evidence("delivered_on", promised.isoformat(), came.isoformat())
        return self._say(DifferenceKind.LATE_REFUND, share(transport_minor, label.refund_ppm), evidence)


def _turn(fresh: Sequence[Billed], earlier: Sequence[Earlier]) -> int:
    """1 where transport is billed first, -1 where all that was billed of it is credited, else 0."""
    base = _sum(fresh, {ChargeKind.BASE})
    before = _sum((each.charge for each in earlier), {ChargeKind.BASE})
    if base < 0:
        return -1 if before > 0 and before + base <= 0 else 0
    return 1 if base > 0 else 0


def _identity(charge: Billed) -> tuple[ChargeKind, str]:
    # A base or a fuel charge comes once, whatever it is called; accessorials are told apart by their names.
    return charge.kind, "" if charge.kind in TRANSPORT else charge.name


def _sum(charges: Iterable[Billed], kinds: Iterable[ChargeKind]) -> int:
    wanted = frozenset(kinds)
    return sum(charge.minor for charge in charges if charge.kind in wanted)


def _due(label: Expected, billed: Sequence[Billed], kind: ChargeKind) -> int:
    """What is expected of a kind still, after what was billed of it."""
    return max(_sum(label.charges, {kind}) - max(_sum(billed, {kind}), 0), 0)


def _apart(one: Size, other: Size) -> int:
    return max(abs(a - b) for a, b in zip(sorted(one), sorted(other), strict=True))


def _spoken(size: Size) -> str:
    return " x ".join(str(side) for side in sorted(size, reverse=True))
