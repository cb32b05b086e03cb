"""Columns of values arrive in the database as they were, whatever their type, and wrong ones do not arrive at all."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest

from doorstep.storage.arrays import array
from doorstep.storage.store import Store

CHICAGO = timezone(timedelta(hours=-6))
VALUES: dict[str, Sequence[Any]] = {
    "text": ["", "null", "NULL", 'a "quoted" {word}, \\ and ü', None],
    "bytea": [b"", b"\x00\xff", None],
    "boolean": [True, None, False],
    "smallint": [-(2**15), 0, None, 2**15 - 1],
    "integer": [-(2**31), None, 2**31 - 1],
    "bigint": [-(2**63), 1, None, 2**63 - 1],
    "date": [date(1, 1, 1), date(1999, 12, 31), None, date(2026, 3, 2)],
    "timestamptz": [
        datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC),
        None,
        datetime(2026, 3, 2, 8, 0, 0, 1, CHICAGO),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_column_arrives_as_it_was(store: Store, kind: str) -> None:
    for values in (VALUES[kind], [value for value in VALUES[kind] if value is not None], [None], []):
        with store.connection() as raw:
            sql = f"SELECT %b::{kind}[] AS told, pg_typeof(%b)::text AS kind".encode()
            (row,) = raw.execute(sql, (array(kind, values), array(kind, values))).fetchall()
        told = [bytes(value) if isinstance(value, memoryview) else value for value in row.told]
        assert (told, row.kind) == (
            list(values),
            "timestamp with time zone[]" if kind == "timestamptz" else f"{kind}[]",
        )


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("text", 7),
        ("integer", 2**31),
        ("smallint", -(2**15) - 1),
        ("bigint", "1"),
        ("date", 7),
        ("timestamptz", datetime.fromisoformat("2026-03-02")),
    ],
)
def test_what_is_not_of_a_columns_type_is_not_sent(store: Store, kind: str, wrong: Any) -> None:
    for values in ([wrong], [None, wrong]):
        with store.connection() as raw, pytest.raises(psycopg.DataError, match=kind):
            raw.execute(f"SELECT %b::{kind}[]".encode(), (array(kind, values),))


@pytest.mark.parametrize("kind", VALUES)
def test_a_column_goes_to_another_process_as_it_is(kind: str) -> None:
    column = array(kind, VALUES[kind])
    again = pickle.loads(pickle.dumps(column))
    assert (again, type(again)) == (column, type(column))
