"""A carrier's invoice is judged line by line, and what it says too much is claimed while there is time."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import claims
from doorstep.carriers.audit import audit
from doorstep.carriers.billed import Learned, Sample, learn, step_of
from doorstep.carriers.claims import Claim, ClaimState
from doorstep.carriers.freight_account import Posting, answered, billed, by_month, handed_over, released, settles
from doorstep.carriers.invoice import Billed, ClaimRules, DifferenceKind, Expected, Invoice, InvoiceLine
from doorstep.terms.billing import ALL, BillingTerms, ClaimClock, ClaimKind, Since, terms_with, wrong_with
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.tariff import ChargeKind

BOX = Size(300, 200, 100)
MUG = Expected(
    label_id="lbl-1",
    sscc="00340000000000000015",
    tracking_number="T1",
    service_id="ground",
    charges=(Billed(ChargeKind.BASE, 1000), Billed(ChargeKind.FUEL, 100), Billed(ChargeKind.RESIDENTIAL, 300)),
    weight_g=2_000,
    size=BOX,
    references=("order-1",),
)
USUAL = MUG.charges
RULES = ClaimRules(least_minor=50)


def _line(charges: tuple[Billed, ...] = USUAL, line_no: int = 1, **of: object) -> InvoiceLine:
    return replace(InvoiceLine(line_no, charges, tracking_number="T1"), **of)  # type: ignore[arg-type]


def _base(minor: int) -> tuple[Billed, ...]:
    return (Billed(ChargeKind.BASE, minor), *USUAL[1:])


def _found(*lines: InvoiceLine, label: Expected = MUG, **how: object) -> list[tuple[str, int, bool]]:
    invoice = Invoice("swift", "I-1", date(2026, 11, 1), "USD", lines)
    audited = audit(invoice, [label], RULES, **how)  # type: ignore[arg-type]
    for each in audited:
        told = sum(d.minor for d in each.differences if d.kind is not DifferenceKind.LATE_REFUND)
        assert each.billed_minor - each.expected_minor == told
    return [(d.kind.value, d.minor, d.worth_claim) for each in audited for d in each.differences]


def test_a_line_as_expected_has_no_difference_by_tracking_number_sscc_or_reference() -> None:
    assert _found(_line()) == []
    assert _found(_line(tracking_number="", sscc=MUG.sscc)) == []
    assert _found(_line(tracking_number="", reference="order-1")) == []


def test_a_parcel_nobody_knows_and_a_voided_label_are_claimed_whole() -> None:
    assert _found(_line(tracking_number="T9")) == [("unknown_parcel", 1400, True)]
    assert _found(_line(), label=replace(MUG, voided=True, handed_over=False)) == [("voided_label", 1400, True)]


def test_a_reference_of_two_parcels_names_neither() -> None:
    other = replace(MUG, label_id="lbl-2", sscc="2", tracking_number="T2")
    invoice = Invoice("swift", "I-1", date(2026, 11, 1), "USD", (_line(tracking_number="", reference="order-1"),))
    assert audit(invoice, [MUG, other])[0].label_id == ""


def test_what_is_billed_twice_is_a_duplicate_unless_it_was_credited_between() -> None:
    assert _found(_line(), _line(line_no=2)) == [("duplicate", 1400, True)]
    credit = tuple(replace(each, minor=-each.minor) for each in USUAL)
    assert sum(minor for _, minor, _ in _found(_line(), _line(credit, 2), _line(line_no=3))) == 0


def test_a_reweigh_is_worth_a_claim_only_where_we_weighed_ourselves() -> None:
    heavier = _line(_base(1200), weight_g=3_000)
    assert _found(heavier) == [("re_weigh", 200, True)]
    assert _found(heavier, label=replace(MUG, weighed=False)) == [("re_weigh", 200, False)]
    assert _found(_line(_base(1030), weight_g=3_000)) == [("re_weigh", 30, False)]


def test_weight_and_sides_each_get_their_part_where_the_tariff_can_be_asked() -> None:
    def priced(_label: Expected, weight_g: int, size: Size) -> tuple[Billed, ...]:
        return _base(1000 + (100 if weight_g > 2_000 else 0) + (400 if size != BOX else 0))

    both = _line(_base(1550), weight_g=3_000, size=Size(400, 300, 200))
    assert _found(both, priced_at=priced) == [
        ("re_weigh", 100, True),
        ("re_dimension", 400, True),
        ("price_differs", 50, True),
    ]
    assert _found(both) == [("re_dimension", 550, True)]
    assert _found(_line(_base(1200), size=Size(100, 300, 205))) == [("price_differs", 200, True)]


def test_another_service_and_surcharges_nobody_expected_are_told() -> None:
    assert _found(_line(_base(2000), service_id="air")) == [("service_differs", 1000, True)]
    odd = (*USUAL, Billed(ChargeKind.HANDLING, 700, "odd shape"))
    assert _found(_line(odd)) == [("surcharge", 700, True)]
    later = _line((Billed(ChargeKind.HANDLING, 700, "odd shape"),), 2)
    assert _found(_line(), later) == [("surcharge", 700, True)]


def test_each_charge_is_held_against_its_own_whenever_it_is_billed() -> None:
    price, fuel, home = ((each,) for each in USUAL)
    assert _found(_line(price), _line(fuel, 2), _line(home, 3)) == []
    assert _found(_line(price), _line((Billed(ChargeKind.FUEL, 160),), 2)) == [("price_differs", 60, True)]
    assert _found(_line(price), _line((Billed(ChargeKind.RESIDENTIAL, 450),), 2)) == [("surcharge", 150, True)]
    within = (Billed(ChargeKind.BASE, 1100), *home)
    assert _found(_line(within)) == []
    assert _found(_line(within), _line(fuel, 2)) == [("price_differs", 100, True)]  # it was in the price already
    shared = (Billed(ChargeKind.BASE, 950), USUAL[1], Billed(ChargeKind.RESIDENTIAL, 350))
    assert _found(_line(shared)) == []  # in all what was expected


def test_a_surcharge_that_other_sides_bring_is_a_matter_of_the_sides() -> None:
    def priced(_label: Expected, _weight_g: int, size: Size) -> tuple[Billed, ...]:
        return (*USUAL, Billed(ChargeKind.OVERSIZE, 900)) if max(size) > 900 else USUAL

    long = _line((*USUAL, Billed(ChargeKind.OVERSIZE, 1000)), size=Size(1000, 200, 100))
    assert _found(long, priced_at=priced) == [("re_dimension", 900, True), ("surcharge", 100, True)]


def test_a_delivery_after_the_guaranteed_day_is_refunded() -> None:
    late = replace(MUG, guaranteed_on=date(2026, 10, 20), delivered_on=date(2026, 10, 21), refund_ppm=1_000_000)
    assert _found(_line(), label=late) == [("late_refund", 1100, True)]
    assert _found(_line(), label=replace(late, delivered_on=date(2026, 10, 20))) == []


_KINDS = st.sampled_from([ChargeKind.BASE, ChargeKind.FUEL, ChargeKind.DISCOUNT, ChargeKind.RESIDENTIAL])
_CHARGES = st.lists(st.builds(Billed, _KINDS, st.integers(-2_000, 2_000)), min_size=1, max_size=4).map(tuple)
_SIZES = st.sampled_from([None, BOX, Size(500, 400, 300)])


@given(
    st.lists(
        st.builds(InvoiceLine, st.just(1), _CHARGES, st.sampled_from(["T1", "T2"]),
                  service_id=st.sampled_from(["", "air"]), weight_g=st.sampled_from([0, 2_000, 5_000]), size=_SIZES),
        max_size=5,
    ),
    st.booleans(),
    st.sampled_from([None, 900, 1500]),
)  # fmt: skip
def test_the_differences_of_any_line_add_up(lines: list[InvoiceLine], voided: bool, price: int | None) -> None:
    def told(*_: object) -> tuple[Billed, ...] | None:
        return None if price is None else (Billed(ChargeKind.BASE, price), Billed(ChargeKind.RESIDENTIAL, 300))

    for whole in (False, True):
        label = replace(MUG, voided=voided, handed_over=not voided, whole=whole)
        _found(*lines, label=label, priced_at=told)


CLAIM = Claim("clm-1", "swift", ClaimKind.OVERCHARGE, 400, "USD", date(2026, 12, 1))


def test_a_claim_is_filed_in_time_then_paid_or_refused_and_else_expires() -> None:
    filed = claims.file(CLAIM, date(2026, 12, 1))
    assert isinstance(filed, Claim)
    assert isinstance(paid := claims.settle(filed, 150), Claim)
    assert (paid.state, paid.paid_minor) == (ClaimState.PAID, 150)
    assert isinstance(refused := claims.settle(filed, 0), Claim)
    assert refused.state is ClaimState.REFUSED
    assert isinstance(late := claims.file(CLAIM, date(2026, 12, 2)), Refusal)
    assert late.why is Why.TOO_LATE
    assert [each.state for each in claims.expired([CLAIM, filed], date(2026, 12, 2))] == [ClaimState.EXPIRED]
    assert claims.expired([CLAIM], date(2026, 12, 1)) == ()
    for wrong in (claims.settle(CLAIM, 1), claims.file(filed, date(2026, 12, 1)), claims.settle(filed, 401)):
        assert isinstance(wrong, Refusal)


def test_a_carriers_own_terms_go_before_those_of_all_and_those_before_the_usual() -> None:
    agreed = {
        "swift": BillingTerms(least_minor=900, clocks={ClaimKind.LOSS: ClaimClock(9, Since.DELIVERY)}),
        ALL: BillingTerms(least_minor=700, tolerance_g=20, clocks={ClaimKind.LOSS: ClaimClock(30, Since.HAND_OVER)}),
    }
    delivered = {Since.DELIVERY: date(2026, 11, 1)}
    swift, other = terms_with(agreed, "swift"), terms_with(agreed, "other")
    assert (swift.least_minor, swift.tolerance_g, swift.tolerance_mm) == (900, 20, 10)
    assert swift.deadline(ClaimKind.LOSS, delivered) == date(2026, 11, 10)
    assert swift.deadline(ClaimKind.CONCEALED_DAMAGE, delivered) == date(2026, 11, 6)
    assert (other.least_minor, other.deadline(ClaimKind.LOSS, delivered)) == (700, None)
    assert "lost_after_days" in wrong_with(BillingTerms(lost_after_days=0))


_DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))
_LINES = st.tuples(_DAYS, st.integers(0, 5_000), st.integers(-500, 5_000), st.integers(0, 2_000), st.booleans())


@given(st.lists(_LINES, max_size=12))
def test_the_freight_account_always_adds_up(parcels: list[tuple[date, int, int, int, bool]]) -> None:
    postings: list[Posting] = []
    for on, expected, told, disputed, comes in parcels:
        postings.append(handed_over(on, expected))
        later = date(2026, 7, 1)
        if not comes:
            postings.append(released(later, expected))
            continue
        postings.append(billed(later, settles(expected, 0, expected), told, disputed))
        postings.append(answered(date(2026, 8, 1), disputed, disputed // 2))
    months = by_month(postings)
    opened = 0
    for month in months:
        assert month.opened_minor == opened
        assert month.open_minor == opened + month.accrued_minor - month.settled_minor - month.released_minor
        opened = month.open_minor
    if months:
        assert (months[-1].open_minor, months[-1].in_dispute_minor) == (0, 0)
        back = sum(disputed // 2 for *_, disputed, comes in parcels if comes)
        assert sum(each.billed_minor for each in months) == sum(told for _, _, told, _, comes in parcels if comes)
        assert sum(each.cost_minor for each in months) == sum(each.billed_minor for each in months) - back


def test_what_is_billed_is_learned_slowly_and_never_without_evidence() -> None:
    assert Learned().billed_minor("ground", 900, 1_000) == 1_000
    step = step_of(900)
    one, many = (learn([Sample("ground", step, 1_000 * count, 1_200 * count, count)]) for count in (1, 2_000))
    assert 1_000 < one.billed_minor("ground", 900, 1_000) < 1_025
    assert many.billed_minor("ground", 900, 1_000) >= 1_197
    assert 1_100 < many.billed_minor("ground", 15_000, 1_000) <= 1_200  # its service's, at another weight
    assert many.billed_minor("air", 900, 1_000) == 1_000
