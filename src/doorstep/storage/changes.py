"""Changes to tables, gathered as plain rows, netted per key, then written with one statement per table and shape.

Nothing here reads before it writes. A change that the table's CHECK or the row count refuses means that somebody else
was faster: GuardLostError, and the step is run again from its first read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from doorstep.storage.arrays import array
from doorstep.storage.jsonb import as_text
from doorstep.storage.wire import Query, wire_of

Key = tuple[Any, ...]
Row = dict[str, Any]
Statement = tuple[str, Sequence[Any], int | None]  # SQL, parameters, the rows it must change (None: any number)


class GuardLostError(Exception):
    """The rows are not as they were read: another transaction came first. Run the step again."""


_ARRAY = {
    Text: "text",
    BigInteger: "bigint",
    Integer: "integer",
    SmallInteger: "smallint",
    Boolean: "boolean",
    Date: "date",
    DateTime: "timestamptz",
    LargeBinary: "bytea",
    JSONB: "text",  # cast one by one: jsonb[] would need each value wrapped
}


class Changes:
    """Rows to put, columns to set and amounts to add, by table and primary key; later ones win, amounts sum up."""

    def __init__(self) -> None:
        self._put: dict[Table, dict[Key, Row]] = defaultdict(dict)
        self._replace: dict[Table, dict[Key, Row]] = defaultdict(dict)
        self._set: dict[Table, dict[Key, Row]] = defaultdict(dict)
        self._add: dict[Table, dict[Key, dict[str, int]]] = defaultdict(dict)
        self._create: dict[Table, dict[Key, Row]] = defaultdict(dict)
        self._expect: dict[Table, dict[Key, Row]] = defaultdict(dict)
        self._remove: dict[Table, dict[Key, bool]] = defaultdict(dict)  # whether the row is surely there

    def put(self, table: Table, **row: Any) -> None:
        """A new row; putting a key twice is a bug in the fold and fails in the database."""
        key = _key(table, row)
        if key in self._put[table]:
            raise ValueError(f"{table.name} {key} is put twice")
        self._put[table][key] = row

    def replace(self, table: Table, **row: Any) -> None:
        """A row, new or in the place of the one with its key (master data)."""
        key = _key(table, row)
        self._remove[table].pop(key, None)
        self._replace[table][key] = row

    def remove(self, table: Table, key: Key) -> None:
        """Take away a row that is there; GuardLostError where it is not. What was to become of it before is moot."""
        new = self._put[table].pop(key, None) is not None
        perhaps = [self._replace[table].pop(key, None), self._create[table].pop(key, None)]
        for waiting in (self._set, self._add):
            waiting[table].pop(key, None)
        if not new:
            self._remove[table][key] = perhaps == [None, None]

    def set(self, table: Table, key: Key, **values: Any) -> None:
        """New values for columns of a row that is there."""
        if key in self._put[table]:
            self._put[table][key].update(values)
        else:
            self._set[table].setdefault(key, {}).update(values)

    def expect(self, table: Table, key: Key, **values: Any) -> None:
        """The row must still be so when the changes are written: `set` alone would not notice who was faster."""
        if key not in self._put[table] and key not in self._set[table]:
            self._expect[table].setdefault(key, {}).update(values)

    def add(self, table: Table, key: Key, amounts: Mapping[str, int], create: Mapping[str, Any] | None = None) -> None:
        """Add amounts to columns of a row. With `create` the row is made first where it is missing, from these."""
        if key in self._put[table]:
            row = self._put[table][key]
            for name, amount in amounts.items():
                row[name] = row.get(name, 0) + amount
            return
        if create is not None:
            self._create[table].setdefault(key, dict(create))
        sums = self._add[table].setdefault(key, {})
        for name, amount in amounts.items():
            sums[name] = sums.get(name, 0) + amount

    def tables(self) -> list[Table]:
        """The tables that are touched, by name."""
        gathered = (self._put, self._replace, self._set, self._add, self._create, self._expect, self._remove)
        return sorted({table for tables in gathered for table in tables}, key=lambda table: table.name)

    def statements(self) -> Iterator[Statement]:
        """What to run, in one order of tables and keys for everybody, so that two steps never wait in a ring."""
        for table in self.tables():
            for columns, group in _by_shape(self._expect[table], sort=True).items():
                yield _lock(table, group, columns)
            for surely in (True, False):
                if keys := sorted(key for key, sure in self._remove[table].items() if sure is surely):
                    yield _delete(table, keys, len(keys) if surely else None)
            for columns, group in _by_shape(self._replace[table]).items():
                yield _insert(table, columns, group, or_replace=True)
            created = self._create[table]
            for columns, group in _by_shape({key: _row_of(table, key, row) for key, row in created.items()}).items():
                yield _insert_missing(table, columns, group)
            added = {key: sums for key, sums in self._add[table].items() if any(sums.values())}
            if len(added) > 1:
                yield _lock(table, sorted(added.items()))
            for columns, group in _by_shape(added, sort=True).items():
                yield _update(table, columns, group, adds=True)
            for columns, group in _by_shape(self._set[table], sort=True).items():
                yield _update(table, columns, group, adds=False)
            # New rows last: one may take the place of a row that has just ended, where there may be only one at a time.
            for columns, group in _by_shape(self._put[table]).items():
                yield _insert(table, columns, group, or_replace=False)


def run(connection: psycopg.Connection[Any], statements: Iterable[Statement]) -> None:
    """Run the statements in one round trip; GuardLostError where one changes fewer rows than it must."""
    told: list[tuple[str, int | None]] = []

    def queries() -> Iterator[Query]:
        for sql, parameters, wanted in statements:
            told.append((sql, wanted))
            yield sql, *parameters

    try:
        changed = wire_of(connection).counts(queries())
    except (psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation) as lost:
        raise GuardLostError(str(lost)) from lost
    for many, (sql, wanted) in zip(changed, told, strict=True):
        if wanted is not None and many != wanted:
            raise GuardLostError(f"{many} rows instead of {wanted}: {sql[:80]}")


def _key(table: Table, row: Row) -> Key:
    return tuple(row[name] for name in _key_columns(table))


def _row_of(table: Table, key: Key, values: Row) -> Row:
    return {**dict(zip(_key_columns(table), key, strict=True)), **values}


_Group = list[tuple[Key, Row]]


def _by_shape(rows: Mapping[Key, Mapping[str, Any]], sort: bool = False) -> dict[tuple[str, ...], _Group]:
    groups: dict[tuple[str, ...], _Group] = defaultdict(list)
    for key in sorted(rows) if sort else rows:
        groups[tuple(sorted(rows[key]))].append((key, dict(rows[key])))
    return groups


@cache
def _kind(table: Table, column: str) -> str:
    return _ARRAY[type(table.c[column].type)]


def _keys(table: Table, keys: Iterable[Key]) -> list[list[Any]]:
    columns = zip(*keys, strict=True)
    return [array(_kind(table, name), column) for name, column in zip(_key_columns(table), columns, strict=True)]


def _cast(table: Table, column: str, source: str) -> str:
    return f"{source}::jsonb" if column in _json_columns(table) else source


def _values(table: Table, column: str, group: _Group) -> list[Any]:
    values = [row[column] for _, row in group]
    if column in _json_columns(table):
        # Rows of one fact often share a value: it is spelt out once.
        texts = {id(value): as_text(value) for value in {id(value): value for value in values}.values()}
        values = [texts[id(value)] for value in values]
    return array(_kind(table, column), values)


_SQL: dict[tuple[Any, ...], str] = {}


def _insert(table: Table, columns: tuple[str, ...], group: _Group, or_replace: bool) -> Statement:
    shape = ("insert", table.name, columns, or_replace)
    if shape not in _SQL:
        names = ", ".join(columns)
        sql = (
            f"INSERT INTO {table.name} ({names}) "
            f"SELECT {', '.join(_cast(table, name, name) for name in columns)} "
            f"FROM unnest({_unnest(table, columns)}) AS d ({names})"
        )
        if or_replace:
            keys = _key_columns(table)
            updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
            sql += f" ON CONFLICT ({', '.join(keys)}) DO " + (f"UPDATE SET {updates}" if updates else "NOTHING")
        _SQL[shape] = sql
    return _SQL[shape], [_values(table, name, group) for name in columns], None if or_replace else len(group)


def _insert_missing(table: Table, columns: tuple[str, ...], group: _Group) -> Statement:
    sql, parameters, _ = _insert(table, columns, sorted(group), or_replace=False)
    return f"{sql} ON CONFLICT DO NOTHING", parameters, None


@cache
def _key_columns(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


@cache
def _json_columns(table: Table) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if isinstance(column.type, JSONB))


def _unnest(table: Table, columns: Iterable[str]) -> str:
    # %b, binary: as text the driver escapes every quote of every JSON, which was a third of its time.
    return ", ".join(f"%b::{_kind(table, name)}[]" for name in columns)


def _lock(table: Table, group: _Group, expected: tuple[str, ...] = ()) -> Statement:
    """Lock the rows in the order of their keys; those that are not as expected are missing from the count."""
    shape = ("lock", table.name, expected)
    if shape not in _SQL:
        names = [*_key_columns(table), *expected]
        match = " AND ".join(f"t.{name} = d.{name}" for name in names)
        order = ", ".join(f"t.{name}" for name in _key_columns(table))
        _SQL[shape] = (
            f"SELECT 1 FROM {table.name} t JOIN unnest({_unnest(table, names)}) AS d ({', '.join(names)}) "
            f"ON {match} ORDER BY {order} FOR UPDATE OF t"
        )
    keys = _keys(table, (key for key, _ in group))
    return _SQL[shape], [*keys, *(_values(table, name, group) for name in expected)], len(group)


def _delete(table: Table, keys: Sequence[Key], wanted: int | None) -> Statement:
    names = _key_columns(table)
    match = " AND ".join(f"t.{name} = d.{name}" for name in names)
    sql = f"DELETE FROM {table.name} t USING unnest({_unnest(table, names)}) AS d ({', '.join(names)}) WHERE {match}"
    return sql, _keys(table, keys), wanted


def _update(table: Table, columns: tuple[str, ...], group: _Group, adds: bool) -> Statement:
    shape = ("add" if adds else "set", table.name, columns)
    if shape not in _SQL:
        keys = _key_columns(table)
        sets = ", ".join(
            f"{name} = t.{name} + d.new_{name}" if adds else f"{name} = {_cast(table, name, f'd.new_{name}')}"
            for name in columns
        )
        _SQL[shape] = (
            f"UPDATE {table.name} t SET {sets} FROM unnest({_unnest(table, [*keys, *columns])}) "
            f"AS d ({', '.join([*keys, *(f'new_{name}' for name in columns)])}) "
            f"WHERE {' AND '.join(f't.{name} = d.{name}' for name in keys)}"
        )
    return (
        _SQL[shape],
        [*_keys(table, (key for key, _ in group)), *(_values(table, name, group) for name in columns)],
        len(group),
    )
