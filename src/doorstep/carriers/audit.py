"""A carrier's invoice against what was expected: line by line and charge by charge.

For every line `billed_minor - expected_minor` is the sum of its differences, refunds for lateness apart: those are due
beside what the line says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from doorstep.carriers.bills import share
from doorstep.carriers.invoice import (
    AFTERWARDS,
    PRICE,
    TRANSPORT,
    AuditedLine,
    Billed,
    ClaimRules,
    Difference,
    DifferenceKind,
    Earlier,
    Evidence,
    Expected,
    Invoice,
    InvoiceLine,
)
from doorstep.terms.parcel import Size
from doorstep.terms.tariff import ChargeKind

# The charges of a label at another weight and other sides; None: not to be said.
PricedAt = Callable[[Expected, int, Size], Sequence[Billed] | None]


def _never_priced(_expected: Expected, _weight_g: int, _size: Size) -> None:
    return None


def audit(
    invoice: Invoice,
    expected: Iterable[Expected],
    rules: ClaimRules | None = None,
    priced_at: PricedAt = _never_priced,
) -> tuple[AuditedLine, ...]:
    """Every line judged, in the invoice's order; `expected`: the labels its lines may be of, voided ones too."""
    known = list(expected)
    find = _Finder(known)
    ledger: dict[str, list[Earlier]] = defaultdict(list)
    for each in known:
        ledger[each.label_id].extend(each.earlier)
    judge = _Judge(rules or ClaimRules(), priced_at)
    audited = []
    for line in invoice.lines:
        found, by = find(line)
        if found is None:
            audited.append(AuditedLine(line, "", by, 0, judge.whole(line, DifferenceKind.UNKNOWN_PARCEL, _named(line))))
            continue
        audited.append(judge.line(line, found, by, ledger[found.label_id]))
        ledger[found.label_id] += [Earlier(invoice.number, line.line_no, charge) for charge in line.charges]
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


@dataclass(slots=True)
class _Measured:
    """What the carrier measured otherwise than we did, and what the tariff says of it (None: it cannot be asked)."""

    heavier: bool = False
    bulkier: bool = False
    by_weight: Sequence[Billed] | None = None  # at its weight and our sides
    by_both: Sequence[Billed] | None = None
    evidence: dict[DifferenceKind, Evidence] = field(default_factory=dict)


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
        before = [each.charge for each in earlier]
        turn = _turn(fresh, before)
        kinds = frozenset(ChargeKind) - AFTERWARDS if label.whole else TRANSPORT
        transport = [charge for charge in fresh if charge.kind in kinds]
        measured = self._measured(line, label)
        due = _whole_due(label, kinds, turn) if label.whole else _transport_due(label, fresh, before, turn)
        expected_minor = due if transport else 0
        found = self._transport(line, label, transport, due, measured) if transport else []
        for kind in sorted({each.kind for each in fresh} - kinds):
            # What is not billed yet stays due: carriers bill a surcharge weeks after the parcel.
            billed, still = sum_of(fresh, {kind}), _due(label, before, kind) - _due(label, [*before, *fresh], kind)
            expected_minor += still
            found += self._surcharge(label, kind, billed, still, measured)
        if sum(each.minor for each in found):
            differences += found
        # Else it bills what was expected, only shared out otherwise among its charges.
        if turn > 0:
            differences += self._late(label, sum_of(transport, TRANSPORT))
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

    def _measured(self, line: InvoiceLine, label: Expected) -> _Measured:
        heavier = line.weight_g > 0 and abs(line.weight_g - label.weight_g) > self._rules.tolerance_g
        bulkier = line.size is not None and _apart(line.size, label.size) > self._rules.tolerance_mm
        if not heavier and not bulkier:
            return _Measured()
        weight_g = line.weight_g if heavier else label.weight_g
        size = line.size if bulkier and line.size else label.size
        by_both = self._priced_at(label, weight_g, size)
        by_weight = by_both
        if bulkier:
            by_weight = self._priced_at(label, weight_g, label.size) if heavier else label.charges
        evidence = {
            DifferenceKind.RE_WEIGH: Evidence("weight_g", str(label.weight_g), str(line.weight_g)),
            DifferenceKind.RE_DIMENSION: Evidence("size_mm", _spoken(label.size), _spoken(line.size or label.size)),
        }
        return _Measured(heavier, bulkier, by_weight, by_both, evidence)

    def _transport(
        self, line: InvoiceLine, label: Expected, transport: Sequence[Billed], due: int, measured: _Measured
    ) -> list[Difference]:
        billed = sum(charge.minor for charge in transport)
        over = billed - due
        amounts = Evidence("transport", str(due), str(billed))
        if line.service_id and line.service_id != label.service_id:
            service = Evidence("service", label.service_id, line.service_id)
            return self._say(DifferenceKind.SERVICE_DIFFERS, over, service, amounts)
        with_fuel = label.whole or any(charge.kind is ChargeKind.FUEL for charge in transport)
        kinds = frozenset(ChargeKind) - AFTERWARDS if label.whole else TRANSPORT if with_fuel else PRICE
        by_weight = by_size = 0
        if measured.heavier or measured.bulkier:
            by_weight, by_size = _by_measures(measured, kinds, due, over)
        return [
            *self._by(DifferenceKind.RE_WEIGH, by_weight, label, measured, amounts),
            *self._by(DifferenceKind.RE_DIMENSION, by_size, label, measured, amounts),
            *self._say(DifferenceKind.PRICE_DIFFERS, over - by_weight - by_size, amounts),
        ]

    def _by(
        self, kind: DifferenceKind, minor: int, label: Expected, measured: _Measured, amounts: Evidence
    ) -> list[Difference]:
        if not minor:
            return []
        ours = label.weighed if kind is DifferenceKind.RE_WEIGH else label.measured
        return self._say(kind, minor, measured.evidence[kind], amounts, stands=ours)

    def _surcharge(
        self, label: Expected, kind: ChargeKind, billed: int, due: int, measured: _Measured
    ) -> list[Difference]:
        """What is billed of one kind beyond what was due; the part that its other measures bring is told apart."""
        over = billed - due
        amounts = Evidence(kind.value, str(due), str(billed))
        brought = 0
        if over > 0 and measured.by_both is not None and kind not in AFTERWARDS:
            brought = min(max(sum_of(measured.by_both, {kind}) - due, 0), over)
        because = DifferenceKind.RE_DIMENSION if measured.bulkier else DifferenceKind.RE_WEIGH
        return [
            *self._by(because, brought, label, measured, amounts),
            *self._say(DifferenceKind.SURCHARGE, over - brought, amounts),
        ]

    def _late(self, label: Expected, transport_minor: int) -> list[Difference]:
        promised, came = label.guaranteed_on, label.delivered_on
        if promised is None or came is None or came <= promised or transport_minor <= 0:
            return []
        evidence = Evidence("delivered_on", promised.isoformat(), came.isoformat())
        return self._say(DifferenceKind.LATE_REFUND, share(transport_minor, label.refund_ppm), evidence)


def _by_measures(measured: _Measured, kinds: Iterable[ChargeKind], due: int, over: int) -> tuple[int, int]:
    """The parts of what is over that weight and sides bring; all of it is theirs where the tariff cannot be asked."""
    both = None if measured.by_both is None else sum_of(measured.by_both, kinds) - due
    if not measured.bulkier:
        return over if both is None else both, 0
    alone = 0
    if measured.heavier and measured.by_both is not None and measured.by_weight is not None:
        alone = sum_of(measured.by_weight, kinds) - due
    return alone, (over if both is None else both) - alone


def _whole_due(label: Expected, kinds: Iterable[ChargeKind], turn: int) -> int:
    """Of a label of which only the total is known: all of it with the first base, back with its credit."""
    return turn * sum_of(label.charges, kinds)


def _transport_due(label: Expected, fresh: Sequence[Billed], before: Sequence[Billed], turn: int) -> int:
    """Of price and fuel what is due with this line: the price with its base; fuel where it is billed, here or later."""
    price, fuel = sum_of(label.charges, PRICE), sum_of(label.charges, {ChargeKind.FUEL})
    here = any(charge.kind is ChargeKind.FUEL for charge in fresh)
    if turn < 0:
        return -price - (fuel if here else 0)
    if turn > 0:
        within = not here and sum_of(fresh, PRICE) == price + fuel
        return price + (fuel if here or within else 0)
    # Fuel that was billed within the price is billed.
    unbilled = min(max(price + fuel - sum_of(before, TRANSPORT), 0), fuel)
    return unbilled if sum_of(fresh, {ChargeKind.FUEL}) > 0 else 0


def _turn(fresh: Sequence[Billed], before: Sequence[Billed]) -> int:
    """1 where transport is billed first, -1 where all that was billed of it is credited, else 0."""
    base = sum_of(fresh, {ChargeKind.BASE})
    billed = sum_of(before, {ChargeKind.BASE})
    if base < 0:
        return -1 if billed > 0 and billed + base <= 0 else 0
    return 1 if base > 0 else 0


def _identity(charge: Billed) -> tuple[ChargeKind, str]:
    # A base or a fuel charge comes once, whatever it is called; accessorials are told apart by their names.
    return charge.kind, "" if charge.kind in TRANSPORT else charge.name


def sum_of(charges: Iterable[Billed], kinds: Iterable[ChargeKind]) -> int:
    """Minor units of all charges of these kinds."""
    wanted = frozenset(kinds)
    return sum(charge.minor for charge in charges if charge.kind in wanted)


def _due(label: Expected, billed: Sequence[Billed], kind: ChargeKind) -> int:
    """What is expected of a kind still, after what was billed of it."""
    return max(sum_of(label.charges, {kind}) - max(sum_of(billed, {kind}), 0), 0)


def _apart(one: Size, other: Size) -> int:
    return max(abs(a - b) for a, b in zip(sorted(one), sorted(other), strict=True))


def _spoken(size: Size) -> str:
    return " x ".join(str(side) for side in sorted(size, reverse=True))
