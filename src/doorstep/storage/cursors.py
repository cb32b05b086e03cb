"""Cursors that stay with their connection: to make one and throw it away was a third of the time of a small query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from doorstep.storage.arrays import array

_NAME = "doorstep_cursors"


@contextmanager
def kept_cursors(connection: psycopg.Connection[Any], many: int) -> Iterator[Sequence[psycopg.Cursor[Any]]]:
    """So many cursors of the connection, free again when the next ones are asked for: their rows are fetched before.

    Where something fails they are not used again.
    """
    kept: list[psycopg.Cursor[Any]] = connection.__dict__.setdefault(_NAME, [])
    kept += (connection.cursor() for _ in range(many - len(kept)))
    try:
        yield kept[:many]
    except BaseException:
        connection.__dict__.pop(_NAME, None)
        raise


def as_sent(parameters: Sequence[Any]) -> Sequence[Any]:
    """The parameters of a statement, lists of text as columns that the driver need not look into one by one."""
    return [array("text", each) if type(each) is list and _is_text(each) else each for each in parameters]


def _is_text(values: list[Any]) -> bool:
    return bool(values) and all(type(value) is str for value in values)
