"""What is agreed with carriers about their bills, as people write it: a table for each, `all` for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter

from doorstep.intake.goals import Minor, per_cent, ppm_of
from doorstep.intake.orders import Strict
from doorstep.intake.problems import read
from doorstep.terms.billing import ALL, NUMBERS, BillingTerms, ClaimClock, ClaimKind, Guarantee, Since
from doorstep.terms.refusals import Refusal

OF_ALL = "all"
Days = Annotated[int, Field(strict=True, ge=1, le=3_650)]
Share = Annotated[int, BeforeValidator(partial(ppm_of, 1, 1_000_000)), PlainSerializer(per_cent)]


class ClockIn(Strict):
    """Until when a claim can be filed: so many days after the hand-over, the delivery or the invoice."""

    days: Days
    since: Since


class GuaranteeIn(Strict):
    """Working days by which delivery is guaranteed, by zone ('' all others), and what is refunded of transport."""

    days: dict[str, Annotated[int, Field(strict=True, ge=0, le=365)]]
    refund_percent: Share = 1_000_000


class BillingTermsIn(Strict):
    """What is agreed with one carrier; what is left out is as with all, else usual."""

    least_minor: Minor | None = None
    tolerance_g: Minor | None = None
    tolerance_mm: Minor | None = None
    lost_after_days: Days | None = None
    unbilled_days: Days | None = None
    claims: dict[ClaimKind, ClockIn] = Field(default={})
    guarantees: dict[str, GuaranteeIn] = Field(default={})

    def value(self) -> BillingTerms:
        return BillingTerms(
            **{name: getattr(self, name) for name in NUMBERS},
            clocks={kind: ClaimClock(clock.days, clock.since) for kind, clock in self.claims.items()},
            guarantees={name: Guarantee(told.days, told.refund_percent) for name, told in self.guarantees.items()},
        )

    @classmethod
    def of(cls, terms: BillingTerms) -> BillingTermsIn:
        """Terms as they would be written."""
        guarantees = {
            name: {"days": dict(told.days), "refund_percent": per_cent(told.refund_ppm)}
            for name, told in terms.guarantees.items()
        }
        claims = {kind: {"days": clock.days, "since": clock.since} for kind, clock in terms.clocks.items()}
        numbers = {name: getattr(terms, name) for name in NUMBERS}
        return cls.model_validate({**numbers, "claims": claims, "guarantees": guarantees})


_AGREED: TypeAdapter[dict[str, BillingTermsIn]] = TypeAdapter(dict[str, BillingTermsIn])


def read_billing_terms(raw: Any) -> dict[str, BillingTerms] | Refusal:
    """The terms in `raw` by carrier, '' with all; MALFORMED with every problem, its place and the nearest name."""
    found = read(_AGREED, raw, names_at)
    return found if isinstance(found, Refusal) else values(found)


def values(agreed: Mapping[str, BillingTermsIn]) -> dict[str, BillingTerms]:
    return {ALL if name == OF_ALL else name: told.value() for name, told in agreed.items()}


def written(agreed: Mapping[str, BillingTerms]) -> dict[str, BillingTermsIn]:
    """Terms by carrier as they would be written."""
    return {carrier_id or OF_ALL: BillingTermsIn.of(terms) for carrier_id, terms in agreed.items()}


def names_at(place: Sequence[str | int]) -> Iterable[str]:
    """What may stand in the table at a place of such a file."""
    if len(place) > 2:
        return (GuaranteeIn if "guarantees" in place else ClockIn).model_fields
    return BillingTermsIn.model_fields
