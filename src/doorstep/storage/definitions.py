"""What a company is defined by, and nearly every step reads: asked in one statement where a step wants much of it.

Each definition is a small query without parameters. Together they are one row of text; of a text that was seen before
nothing is read again.
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


def together() -> str:
    """One query for all of them, of one column `text`."""
    each = (f"(SELECT coalesce(json_agg(q), '[]'::json) FROM ({sql}) q)" for sql in _QUERIES)
    return f"SELECT json_build_array({', '.join(each)})::text AS text"


@lru_cache(maxsize=64)
def read(text: str) -> Mapping[str, Rows]:
    """What `together` was answered: the rows of each query, as named tuples."""
    answers = json.loads(text)
    return {sql: [_row(tuple(row))(*row.values()) for row in rows] for sql, rows in zip(_QUERIES, answers, strict=True)}


@cache
def _row(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns)
