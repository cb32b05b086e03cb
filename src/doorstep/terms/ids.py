"""Identifiers: short, sortable by time of birth, made from an injected clock and an injected source of chance."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable

from doorstep.terms.clock import Clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter that a person could misread
_CHANCE_BITS = 38
_STEP_BITS = 20
_LENGTH = 16  # 80 bits: 42 of milliseconds, 38 of chance


class Ids:
    """Makes ids such as `ord_01k3...`; two with the same seed and clock make the same ones."""

    def __init__(self, clock: Clock, draw: Callable[[int], int]) -> None:
        """`draw(bits)` gives a whole number below 2**bits."""
        self._clock = clock
        self._draw = draw
        self._last = 0

    @classmethod
    def secret(cls, clock: Clock) -> Ids:
        """For production: chance from the operating system."""
        return cls(clock, secrets.randbits)

    @classmethod
    def seeded(cls, clock: Clock, seed: int) -> Ids:
        """For tests and the twin: the same seed gives the same ids."""
        return cls(clock, random.Random(seed).getrandbits)

    def new(self, prefix: str) -> str:
        """An id greater than every one before it from here, even within a millisecond or when the clock goes back."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        number = milliseconds << _CHANCE_BITS | self._draw(_CHANCE_BITS)
        if number <= self._last or number >> _CHANCE_BITS == self._last >> _CHANCE_BITS:
            number = self._last + 1 + self._draw(_STEP_BITS)
        self._last = number
        return f"{prefix}_{spelt(number)}"

    def token(self, bits: int = 160) -> str:
        """A text that nobody can guess: `bits` of chance and nothing else, in the letters of ids."""
        return spelt(self._draw(bits), -(-bits // 5))


def spelt(number: int, length: int = _LENGTH) -> str:
    """The last `length` digits of a number in the letters of ids."""
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        letters.append(_ALPHABET[digit])
    return "".join(reversed(letters))


def sscc(company_prefix: str, serial: int) -> str:
    """The 18 digits of a Serial Shipping Container Code: extension 0, company prefix, serial, check digit.

    Source: GS1 General Specifications, 3.2 and 7.9. ValueError where prefix and serial need more than 16 digits.
    """
    room = 16 - len(company_prefix)
    if not company_prefix.isdigit() or not 0 <= serial < 10**room:
        raise ValueError(f"company prefix {company_prefix!r} and serial {serial} do not make an SSCC")
    body = f"0{company_prefix}{serial:0{room}d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """GS1's modulo 10 check digit of a run of digits: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)
