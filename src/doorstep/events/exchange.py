"""What money of one currency is in another, as somebody publishes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step
from doorstep.terms.exchange import ExchangeRate


@dataclass(frozen=True, slots=True)
class ExchangeRatesSet(Body):
    """Dated exchange rates, as `source` publishes them. The last told of a pair and day stands."""

    STEP: ClassVar[Step] = Step.DEFINE
    source: str
    rates: tuple[ExchangeRate, ...]

    def touches(self) -> tuple[Touch, ...]:
        pairs = dict.fromkeys(f"{rate.base}/{rate.quote}" for rate in self.rates)
        return tuple(Touch("currencies", pair, "set") for pair in pairs)
