"""Files of exchange rates (CSV): a row for each pair and day, or the European Central Bank's, with a column for each
currency. Good rates, and numbered problems."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from doorstep.intake.problems import Problem
from doorstep.terms.exchange import ExchangeRate
from doorstep.terms.money import DECIMALS, Money

_COLUMNS = ("base", "quote", "from", "rate")
_NUMBER = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?")
_NO_RATE = {"", "n/a", "na", "-"}


@dataclass(frozen=True, slots=True)
class RatesIn:
    """The good rates, and what is wrong with the others."""

    rates: tuple[ExchangeRate, ...]
    problems: tuple[Problem, ...]


def read_rates(text: str, base: str = "EUR") -> RatesIn:
    """Columns `base, quote, from, rate`, or `date` and a column for each currency that one unit of `base` is worth.

    A rate is a decimal number with a point. Currencies that Doorstep does not know are left out where they have a
    column of their own, and are a problem where a row names one.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    heads = [(head or "").strip() for head in rows.fieldnames or ()]
    rows.fieldnames = heads = [head if head.isupper() and len(head) == 3 else head.lower() for head in heads]
    found: dict[tuple[str, str, date], ExchangeRate] = {}
    problems: list[Problem] = []
    read: Callable[[Mapping[str, str], str], Iterator[ExchangeRate]]
    if set(_COLUMNS) <= set(heads):
        read = _by_row
    elif "date" in heads and any(head in DECIMALS for head in heads):
        read = _by_column
    else:
        says = f"has neither the columns {', '.join(_COLUMNS)} nor date and a column for each currency"
        return RatesIn((), (Problem("1", says),))
    try:
        for row in rows:
            told = {head: cell.strip() for head, cell in row.items() if isinstance(cell, str)}
            try:
                for rate in read(told, base):
                    if (rate.base, rate.quote, rate.first_day) in found:
                        raise ValueError(f"tells {rate.base} to {rate.quote} from {rate.first_day} a second time")
                    found[rate.base, rate.quote, rate.first_day] = rate
            except ValueError as wrong:
                problems.append(Problem(str(rows.line_num), str(wrong)))
    except csv.Error as wrong:
        problems.append(Problem(str(rows.line_num), f"is no CSV from here on: {wrong}"))
    return RatesIn(tuple(found.values()), tuple(problems))


def _by_row(row: Mapping[str, str], _: str) -> Iterator[ExchangeRate]:
    yield _rate(_currency(row.get("base", "")), _currency(row.get("quote", "")), row.get("from", ""), row["rate"])


def _by_column(row: Mapping[str, str], base: str) -> Iterator[ExchangeRate]:
    for quote in DECIMALS:
        cell = row.get(quote, "")
        if quote != base and cell.lower() not in _NO_RATE:
            yield _rate(_currency(base), quote, row.get("date", ""), cell)


def _currency(cell: str) -> str:
    if cell.upper() not in DECIMALS:
        raise ValueError(f"names {cell!r}; currencies are {', '.join(DECIMALS)}")
    return cell.upper()


def _rate(base: str, quote: str, day: str, cell: str) -> ExchangeRate:
    if base == quote:
        raise ValueError(f"tells {base} in {quote}, which is always 1")
    number = _NUMBER.fullmatch(cell)
    if number is None:
        raise ValueError(f"has {cell!r} for a rate; it is a number such as 1.0837")
    whole, rest = number.group(1), number.group(2) or ""
    units = int(whole + rest)
    if not units:
        raise ValueError("has a rate of nothing")
    return ExchangeRate(base, quote, _day(day), units, 10 ** len(rest))


def _day(cell: str) -> date:
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(cell, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise ValueError(f"has {cell!r} for a day; it is one such as 2026-01-31")


def read_money(amount: str, currency: str) -> Money | str:
    """An amount of a currency, with a point and no more decimals than that has; else what is wrong with it."""
    if currency.upper() not in DECIMALS:
        return f"{currency!r} is no currency that is known here; there are {', '.join(DECIMALS)}."
    decimals = DECIMALS[currency.upper()]
    number = _NUMBER.fullmatch(amount)
    if number is None or len(number.group(2) or "") > decimals:
        return f"{amount!r} is no amount of {currency.upper()}; it has a point and at most {decimals} decimals."
    return Money(int(number.group(1) + (number.group(2) or "").ljust(decimals, "0")), currency.upper())
