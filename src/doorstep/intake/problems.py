"""Numbered problems: where in the input, what is wrong, said so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from doorstep.terms.refusals import Refusal, Why

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is the path in the input, such as `lines.0.quantity`; `says` tells what is wrong with it."""

    place: str
    says: str


def read(adapter: TypeAdapter[T], raw: Any) -> T | Refusal:
    """`raw` as the adapter's value, or MALFORMED with every problem in it, numbered from 1."""
    unstorable = list(_unstorable(raw, ""))
    if unstorable:
        return malformed(unstorable)
    try:
        return adapter.validate_python(raw)
    except ValidationError as wrong:
        return malformed([Problem(".".join(map(str, at["loc"])) or "(all)", at["msg"]) for at in wrong.errors()])


def malformed(problems: Sequence[Problem]) -> Refusal:
    told = "; ".join(f"{number}. {p.place}: {p.says}" for number, p in enumerate(problems, 1))
    return Refusal(Why.MALFORMED, f"This cannot be read: {told}", {p.place: p.says for p in problems})


def _unstorable(raw: Any, place: str) -> Iterator[Problem]:
    """Text that no database and no label can hold: NUL characters and halves of surrogate pairs."""
    if isinstance(raw, str):
        if "\x00" in raw or any("\ud800" <= letter <= "\udfff" for letter in raw):
            yield Problem(place or "(all)", "holds a character that is none (NUL or half of a pair)")
    elif isinstance(raw, Mapping):
        for name, inner in raw.items():
            yield from _unstorable(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(raw, list | tuple):
        for number, inner in enumerate(raw):
            yield from _unstorable(inner, f"{place}.{number}".lstrip("."))
