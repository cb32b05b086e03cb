"""Reading JSON that a stranger wrote: every field is checked, and the first thing wrong is said in one sentence."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal

from doorstep.terms.clock import read_stamp

_LONGEST_TEXT = 200
_DIGITS = 19
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # no database keeps these


class UnreadableError(Exception):
    """What is wrong with a message. Dialects catch it and park the message; it never leaves this room."""


def read_object(raw: bytes, most_bytes: int) -> dict[str, object]:
    """The JSON object in `raw`, UTF-8, no longer than `most_bytes`; UnreadableError otherwise."""
    if len(raw) > most_bytes:
        raise UnreadableError(f"{len(raw)} bytes are more than the {most_bytes} that are read")
    try:
        value: object = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise UnreadableError("is not UTF-8") from problem
    except (ValueError, RecursionError) as problem:
        raise UnreadableError("is not JSON") from problem
    return _as_object(value, "the message")


def read_part(message: dict[str, object], name: str) -> dict[str, object]:
    """The object under `name`."""
    return _as_object(_field(message, name), name)


def read_list(message: dict[str, object], name: str) -> list[dict[str, object]]:
    """The list of objects under `name`."""
    value = _field(message, name)
    if not isinstance(value, list):
        raise UnreadableError(f"{name} is not a list")
    return [_as_object(one, f"a member of {name}") for one in value]


def read_part_if_any(message: dict[str, object], name: str) -> dict[str, object]:
    """The object under `name`; empty where it is missing or null."""
    return {} if message.get(name) is None else read_part(message, name)


def read_list_if_any(message: dict[str, object], name: str) -> list[dict[str, object]]:
    """The list of objects under `name`; empty where it is missing or null."""
    return [] if message.get(name) is None else read_list(message, name)


def read_first(message: dict[str, object], name: str) -> dict[str, object]:
    """The first of the objects under `name`; UnreadableError where there is none."""
    found = read_list(message, name)
    if not found:
        raise UnreadableError(f"{name} is empty")
    return found[0]


def read_text(message: dict[str, object], name: str, longest: int = _LONGEST_TEXT) -> str:
    """The text under `name`: not blank, without control characters or half characters."""
    value = _field(message, name)
    if not isinstance(value, str) or not value.strip():
        raise UnreadableError(f"{name} is not a text")
    if len(value) > longest:
        raise UnreadableError(f"{name} has {len(value)} characters, more than {longest}")
    if _NOT_TEXT.search(value):
        raise UnreadableError(f"{name} has a character that is not text")
    return value


def read_text_if_any(message: dict[str, object], name: str) -> str:
    """The text under `name`; '' where it is missing, null or empty."""
    return "" if message.get(name) in (None, "") else read_text(message, name)


def read_amount(message: dict[str, object], name: str) -> int:
    """The whole number, zero or more, under `name`."""
    value = _field(message, name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise UnreadableError(f"{name} is not a whole number from zero up")
    return value


def read_money(message: dict[str, object], name: str) -> int:
    """The amount under `name` in hundredths of the currency: a decimal text or number such as "12.5", exact.

    UnreadableError where it is below zero or has a rest of a hundredth.
    """
    value = _field(message, name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnreadableError(f"{name} is not an amount")
    try:
        hundredths = Decimal(str(value)) * 100
        # Asked of its size first: 1e999999 would be a whole number of a million digits.
        whole = int(hundredths) if hundredths.adjusted() < _DIGITS else 2**63
    except (ArithmeticError, ValueError) as problem:
        raise UnreadableError(f"{name} is not an amount: {value!r}") from problem
    if hundredths != whole or not 0 <= whole < 2**63:
        raise UnreadableError(f"{name} is not an amount of whole hundredths from zero up: {value!r}")
    return whole


def read_instant(message: dict[str, object], name: str) -> datetime:
    """The instant under `name`: ISO 8601 with a time zone."""
    text = read_text(message, name)
    try:
        return read_stamp(text)
    except (ValueError, OverflowError) as problem:
        raise UnreadableError(f"{name} is not an instant with a time zone: {text!r}") from problem


def _as_object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise UnreadableError(f"{name} is not a JSON object")
    return value


def _field(message: dict[str, object], name: str) -> object:
    if name not in message:
        raise UnreadableError(f"{name} is missing")
    return message[name]
