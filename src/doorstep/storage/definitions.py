"""What a company is defined by, and nearly every step reads: asked only where something of it was changed.

Each definition is a small query without parameters. Together they are one row of text, under a stamp that the database
renews with every change to any of them, in the same transaction. What was read under a stamp stands as long as the
database tells the same one: no other state of the definitions ever has it.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

_QUERIES: list[str] = []
Rows = list[Any]


def definition(sql: str) -> tuple[str]:
    """A query of a definition: no parameters, and columns that JSON keeps as they are (text, whole numbers, truth)."""
    _QUERIES.append(sql)
    _all.cache_clear()
    return (sql,)


@cache
def _all() -> frozenset[str]:
    return frozenset(_QUERIES)


def is_definition(sql: str) -> bool:
    return sql in _all()


STAMP = ("SELECT stamp FROM defined",)
_MOST_KEPT = 64
_kept: dict[str, Mapping[str, Rows]] = {}


def together() -> str:
    """One query for all of them and their stamp, of two columns `stamp` and `text`: one look at the database."""
    each = (f"(SELECT coalesce(json_agg(q), '[]'::json) FROM ({sql}) q)" for sql in _QUERIES)
    return f"SELECT (SELECT stamp FROM defined) AS stamp, json_build_array({', '.join(each)})::text AS text"


def known(stamps: Rows) -> Mapping[str, Rows] | None:
    """The rows of each query as they are under the stamp that STAMP was answered; None: to be asked by `together`."""
    return _kept.get(stamps[0].stamp) if stamps else None


def read(row: Any) -> Mapping[str, Rows]:
    """What `together` was answered: the rows of each query, as named tuples. Kept for `known`."""
    found = _read(row.text)
    if row.stamp:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[row.stamp] = found
    return found


@lru_cache(maxsize=_MOST_KEPT)
def _read(text: str) -> Mapping[str, Rows]:
    answers = json.loads(text)
    return {sql: [_row(tuple(row))(*row.values()) for row in rows] for sql, rows in zip(_QUERIES, answers, strict=True)}


@cache
def _row(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns)
