"""Two definitions of one thing beside one another: what a row leaves as it was, and what it changes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from doorstep.events.envelope import plain

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field, dotted where it lies inside another, with what it was and what it is to be, as people read it."""

    field: str
    before: str
    after: str


def merged(known: T, told: T, fields_told: frozenset[str] | None) -> T:
    """`told`, with what is `known` in every field that the file does not speak of. None: it speaks of all."""
    if fields_told is None:
        return told
    made: T = _merged(known, told, fields_told, "")
    return made


def _merged(known: Any, told: Any, fields_told: frozenset[str], before: str) -> Any:
    values = {}
    for field in fields(told):
        path = before + field.name
        mine, theirs = getattr(known, field.name), getattr(told, field.name)
        if path in fields_told:
            values[field.name] = theirs
        elif any(name.startswith(f"{path}.") for name in fields_told):
            inside = is_dataclass(mine) and is_dataclass(theirs)
            values[field.name] = _merged(mine, theirs, fields_told, f"{path}.") if inside else theirs
        else:
            values[field.name] = mine
    return replace(told, **values)


def differences(before: Any, after: Any) -> list[Difference]:
    """The fields in which two values of one dataclass differ, down to those of dataclasses inside them."""
    return list(_differences(before, after, ""))


def _differences(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if before == after:
        return
    if is_dataclass(after) and type(before) is type(after):
        for field in fields(after):
            yield from _differences(getattr(before, field.name), getattr(after, field.name), f"{path}{field.name}.")
    else:
        yield Difference(path.rstrip("."), spelt(before), spelt(after))


def spelt(value: Any) -> str:
    """A value in a word or a few: lists with commas, nothing as a dash."""
    return _spelt(plain(value))


def _spelt(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_spelt(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_spelt, value))
    return str(value)
