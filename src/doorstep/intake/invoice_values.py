"""What carriers' invoices are read into, whatever form they come in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from doorstep.carriers.invoice import Invoice
from doorstep.intake.problems import Problem


@dataclass(frozen=True, slots=True)
class ReadInvoice:
    """An invoice's good lines, and what is wrong with the others; a problem's place is its line (or segment).

    `bad` is a file of the others alone, to be mended and brought again under the same number; '' where all are good.
    """

    invoice: Invoice
    problems: tuple[Problem, ...]
    bad: str = ""


class WrongLineError(ValueError):
    """What is wrong with a line, for a person."""


def units(text: str, name: str, unit: str) -> int:
    """A measure in grams or millimetres, rounded up; 0 where it is left out."""
    if not text:
        return 0
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise WrongLineError(f"{name} {text} is not a number") from None
    if not amount.is_finite() or not 0 < amount < 1_000_000_000:
        raise WrongLineError(f"{name} {text} is not above zero")
    return -int(-(Fraction(amount) * Fraction(unit)) // 1)
