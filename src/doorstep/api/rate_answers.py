"""What carriers ask for a parcel, as it is told back."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from doorstep.api.answers import Instant, MoneyOut, Out
from doorstep.flow.rates import Rate, Rates


class RateOut(Out):
    """What a carrier asks for one of its services.

    `last`: the carrier does not answer now; this is what it said at `told_at` of a parcel like this one or larger, and
    `by` is later than it would have been.
    """

    carrier_id: str
    service_id: str = Field(description="The carrier's own name for it.")
    name: str
    cost: MoneyOut
    days: int | None = Field(description="Working days, where the carrier says them.")
    by: date | None = Field(description="There at the latest; null where the carrier says no days.")
    last: bool
    told_at: Instant

    @classmethod
    def of(cls, rate: Rate) -> RateOut:
        return cls(
            carrier_id=rate.carrier_id,
            service_id=rate.service_id,
            name=rate.name,
            cost=MoneyOut(minor=rate.cost_minor, currency=rate.currency),
            days=rate.days,
            by=rate.by,
            last=rate.last,
            told_at=rate.told_at,
        )


class MissingOut(Out):
    """Whose rates of today are not among the others, and why."""

    carrier_id: str
    why: str


class RatesOut(Out):
    """The rates, cheapest first. `partial`: a carrier is missing, or shown with what it said last."""

    sscc: str
    partial: bool
    rates: list[RateOut]
    missing: list[MissingOut]
    asked_at: Instant

    @classmethod
    def of(cls, told: Rates) -> RatesOut:
        return cls(
            sscc=told.sscc,
            partial=told.partial,
            rates=[RateOut.of(rate) for rate in told.offers],
            missing=[MissingOut.model_validate(one) for one in told.missing],
            asked_at=told.asked_at,
        )
