"""Columns of values on their way into the database: the driver sends these lists as they are, in binary.

Of a plain list the driver finds out from its elements what it is, element by element, which took a third of the time
of a step; and it takes the smallest type that fits, so that the server plans one statement again for each type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from struct import Struct, error, pack
from typing import Any, ClassVar

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD = Struct("!iiIii")  # dimensions, whether any is null, type of the elements, how many, number of the first
_EMPTY = Struct("!iiI")
_LENGTH = Struct("!i")
_NULL = _LENGTH.pack(-1)
_DAY_ZERO = date(2000, 1, 1).toordinal()
_TIME_ZERO = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _Array(list[Any]):
    """A column's values, nulls allowed."""

    of: ClassVar[str]

    def __reduce__(self) -> tuple[Any, ...]:
        """Its class is made here and has no name elsewhere: another process makes it again."""
        return array, (self.of, list(self))


class _ArrayDumper(Dumper):
    format = Format.BINARY
    element: ClassVar[int]

    def dump(self, obj: Any) -> bytes:
        """The array as PostgreSQL receives it. DataError for a value that is not of its type or out of its range."""
        if not obj:
            return _EMPTY.pack(0, 0, self.element)
        try:
            if None not in obj:
                return _HEAD.pack(1, 0, self.element, len(obj), 1) + self.all(obj)
            parts = [_NULL if value is None else self.all([value]) for value in obj]
        except (AttributeError, TypeError, error) as wrong:
            raise psycopg.DataError(f"{wrong}, in {type(obj).__name__}") from wrong
        return _HEAD.pack(1, 1, self.element, len(obj), 1) + b"".join(parts)

    def all(self, values: Sequence[Any]) -> bytes:
        """The values, none of them null, each after its length."""
        raise TypeError


def _sized(values: Iterable[bytes]) -> bytes:
    return b"".join([part for value in values for part in (_LENGTH.pack(len(value)), value)])


def _fixed(code: str, values: Sequence[int]) -> bytes:
    length = Struct(f"!{code}").size
    return pack("!" + f"i{code}" * len(values), *[part for value in values for part in (length, value)])


class _Text(_ArrayDumper):
    def all(self, values: Sequence[str]) -> bytes:
        return _sized([value.encode() for value in values])


class _Bytes(_ArrayDumper):
    def all(self, values: Sequence[bytes]) -> bytes:
        return _sized(values)


class _Boolean(_ArrayDumper):
    def all(self, values: Sequence[bool]) -> bytes:
        return _fixed("?", values)


class _Small(_ArrayDumper):
    def all(self, values: Sequence[int]) -> bytes:
        return _fixed("h", values)


class _Whole(_ArrayDumper):
    def all(self, values: Sequence[int]) -> bytes:
        return _fixed("i", values)


class _Big(_ArrayDumper):
    def all(self, values: Sequence[int]) -> bytes:
        return _fixed("q", values)


class _Day(_ArrayDumper):
    def all(self, values: Sequence[date]) -> bytes:
        return _fixed("i", [value.toordinal() - _DAY_ZERO for value in values])


class _Instant(_ArrayDumper):
    def all(self, values: Sequence[datetime]) -> bytes:
        return _fixed("q", [(value - _TIME_ZERO) // _MICROSECOND for value in values])


def _known(name: str, dumper: type[_ArrayDumper]) -> type[_Array]:
    """A list that is sent as an array of the type, by any connection."""
    info = psycopg.adapters.types[name]
    kind = type(f"{name}[]", (_Array,), {"of": name})
    its_own = type(dumper.__name__, (dumper,), {"oid": info.array_oid, "element": info.oid})
    psycopg.adapters.register_dumper(kind, its_own)
    return kind


_KINDS: Mapping[str, type[_Array]] = {
    name: _known(name, dumper)
    for name, dumper in {
        "text": _Text,
        "bytea": _Bytes,
        "boolean": _Boolean,
        "smallint": _Small,
        "integer": _Whole,
        "bigint": _Big,
        "date": _Day,
        "timestamptz": _Instant,
    }.items()
}


def array(kind: str, values: Iterable[Any]) -> list[Any]:
    """The values as an array of a type, for a `%b` placeholder. KeyError for a type that no column has."""
    return _KINDS[kind](values)
