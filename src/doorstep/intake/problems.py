"""Numbered problems: where in the input, what is wrong, said so that it can be mended."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from doorstep.terms.refusals import Refusal, Why

T = TypeVar("T")
NamesAt = Callable[[Sequence[str | int]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is the path in the input, such as `lines.0.quantity`; `says` tells what is wrong with it."""

    place: str
    says: str


def read(adapter: TypeAdapter[T], raw: Any, names_at: NamesAt | None = None) -> T | Refusal:
    """`raw` as the adapter's value, or MALFORMED with every problem in it, numbered from 1.

    `names_at` tells what may stand in the table at a place: the nearest name is told for one that is not known there.
    """
    unstorable = list(_unstorable(raw, ""))
    if unstorable:
        return malformed(unstorable)
    try:
        return adapter.validate_python(raw)
    except ValidationError as wrong:
        return malformed([_problem(at, names_at) for at in wrong.errors()])


def _problem(at: Any, names_at: NamesAt | None) -> Problem:
    place = ".".join(map(str, at["loc"])) or "(all)"
    known = list(names_at(at["loc"][:-1])) if names_at and at["type"] == "extra_forbidden" else []
    if known:
        return Problem(place, "is not known here" + nearest(str(at["loc"][-1]), known))
    return Problem(place, at["msg"].removeprefix("Value error, "))


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or the names there are."""
    names = list(known)
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(names)}"


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
