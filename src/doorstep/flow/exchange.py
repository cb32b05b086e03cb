"""Exchange rates, as the company loads them: what a tariff in another money comes to on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from doorstep.events.exchange import ExchangeRatesSet
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.price_book import exchange_on
from doorstep.storage.queries import exchange, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.exchange import ExchangeRate
from doorstep.terms.money import Money
from doorstep.terms.refusals import Refusal, Why

_AT_ONCE = 1_000  # rates in one fact


@dataclass(frozen=True, slots=True)
class RatesSet:
    """How many rates were told, and the first and the last day among them."""

    rates: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class RateTold:
    """One whole unit of `base` is `units` / `per` whole units of `quote`, from a day on, by whom it is told."""

    base: str
    quote: str
    first_day: date
    units: int
    per: int
    source: str


def set_rates(
    office: Office, who: Who, rates: Sequence[ExchangeRate], source: str, key: str = ""
) -> RatesSet | Refusal:
    """The rates hold from their days on; open orders are planned again at what tariffs in other money now come to."""

    def step(tx: Transaction) -> RatesSet | Refusal:
        if not rates or not source.strip():
            says = "There is no rate in it." if not rates else "Say who publishes the rates."
            return Refusal(Why.MALFORMED, says, {"source": source})
        scribe = Scribe(who, tx.now)
        for start in range(0, len(rates), _AT_ONCE):
            tx.record(scribe(ExchangeRatesSet(source, tuple(rates[start : start + _AT_ONCE]))))
        orders.ask_for_all(tx, PLAN_ORDERS)
        days = [rate.first_day for rate in rates]
        return RatesSet(len(rates), min(days), max(days))

    return office.store.run(step, answers=RatesSet, key=key, request=[source, [str(rate) for rate in rates]])


def rates_on(office: Office, on: date | None = None) -> tuple[RateTold, ...]:
    """The rates that hold on a day; today's where none is named."""
    with office.store.reading() as tx:
        return tuple(
            RateTold(row.base, row.quote, row.first_day, row.units, row.per, row.source)
            for row in exchange.newest(tx, on or tx.now.date())
        )


def convert(office: Office, money: Money, currency: str, on: date | None = None) -> Money | Refusal:
    """An amount in another currency, as planning reckons it on a day."""
    with office.store.reading() as tx:
        day = on or tx.now.date()
        told = exchange_on(tx, day).convert(money, currency, day)
        if told is None:
            says = (
                f"There is no rate of {money.currency} to {currency} that holds on {day}: load one with "
                "`doorstep exchange load`."
            )
            return Refusal(Why.MALFORMED, says, {"base": money.currency, "quote": currency, "on": str(day)})
        return told
