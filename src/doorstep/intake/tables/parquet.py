"""Parquet, batch by batch. Numbers with a fraction become exact decimals by their shortest spelling."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from doorstep.intake.tables.opened import Row, Table, UnreadableTableError, named

_AT_ONCE = 10_000


def open_parquet(path: Path) -> Table:
    try:
        file = pq.ParquetFile(path)
        schema, total = file.schema_arrow, file.metadata.num_rows
        file.close()
    except (pa.ArrowException, OSError) as wrong:
        raise UnreadableTableError(f"{path.name} is no Parquet file we can read: {wrong}.") from None
    columns = named(schema.names, path.name, 1)
    plain = [_plain(field.type, field.name, path.name) for field in schema]

    def rows() -> Iterator[Row]:
        number = 0
        with pq.ParquetFile(path) as opened:
            try:
                for batch in opened.iter_batches(batch_size=_AT_ONCE):
                    cells = [make(column) for make, column in zip(plain, batch.columns, strict=True)]
                    for row in zip(*cells, strict=True):
                        number += 1
                        yield Row(number, row)
            except (pa.ArrowException, OSError) as wrong:
                raise UnreadableTableError(f"{path.name}, after row {number}: {wrong}.") from None

    return Table(path.name, columns, rows, total)


def _plain(kind: pa.DataType, column: str, file: str) -> Callable[[Any], list[Any]]:
    """How a column of this type becomes a list of cells."""
    if pa.types.is_floating(kind):
        return lambda array: [_exact(value) for value in array.to_pylist()]
    if pa.types.is_timestamp(kind):
        # Python's instants end at microseconds.
        return lambda array: array.cast(pa.timestamp("us", kind.tz), safe=False).to_pylist()
    if pa.types.is_dictionary(kind):
        return lambda array: array.dictionary_decode().to_pylist()
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return lambda array: [None if value is None else str(value) for value in array.to_pylist()]
    return lambda array: array.to_pylist()


def _exact(value: float | None) -> Decimal | None:
    if value is None or math.isnan(value):
        return None
    return Decimal(repr(value))
