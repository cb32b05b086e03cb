"""Real histories from DOORSTEP_DATA, replayed in the terminal; every figure is computed again from the files alone."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from doorstep.flow.open import open_office
from tests.cli.terminal import Terminal
from tests.corner_shop import all_is_well

DATA = Path(os.environ.get("DOORSTEP_DATA", "nowhere"))
EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "olist").is_dir(), reason="DOORSTEP_DATA names no folder with olist/ and scms/"),
]


def slice_of(table: str, folder: Path, column: str, keys: set[Any]) -> list[dict[str, Any]]:
    """The rows of a table whose column is one of `keys`, written into a folder of their own."""
    whole = pq.read_table(DATA / "olist" / f"{table}.parquet")
    kept = whole.filter(pc.is_in(whole[column], pc.cast(list(keys), whole[column].type)))
    pq.write_table(kept, folder / f"{table}.parquet")
    rows: list[dict[str, Any]] = kept.to_pylist()
    return rows


def days(rows: list[dict[str, Any]], until: str) -> float:
    spans: list[int] = [(row[until].date() - row["order_purchase_timestamp"].date()).days for row in rows]
    return float(sum(spans)) / len(spans)


def test_two_months_of_olist_come_out_as_the_files_say(empty_terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "olist"
    folder.mkdir()
    orders = pq.read_table(DATA / "olist" / "orders.parquet")
    bought = pc.cast(orders["order_purchase_timestamp"], "date32")
    chosen = orders.filter(pc.and_(pc.greater_equal(bought, date(2017, 1, 1)), pc.less(bought, date(2017, 3, 1))))
    pq.write_table(chosen, folder / "orders.parquet")
    rows = chosen.to_pylist()
    items = slice_of("order_items", folder, "order_id", {row["order_id"] for row in rows})
    slice_of("products", folder, "product_id", {item["product_id"] for item in items})
    slice_of("sellers", folder, "seller_id", {item["seller_id"] for item in items})
    slice_of("customers", folder, "customer_id", {row["customer_id"] for row in rows})

    told = empty_terminal.json("replay", folder, "--map", EXAMPLES / "olist.toml")

    known = {item["order_id"] for item in items}
    placed = [row for row in rows if row["order_id"] in known]
    done = [row for row in placed if row["order_status"] == "delivered"]
    dated = [row for row in done if row["order_delivered_customer_date"]]
    kept = [
        row
        for row in dated
        if row["order_delivered_customer_date"].date() <= row["order_estimated_delivery_date"].date()
    ]
    figures, whole = told["figures"], told["figures"]["whole"]
    assert told["orders_in_file"] == len(rows)
    assert told["reasons"] == {"no lines": len(rows) - len(placed)}
    assert (whole["orders"], figures["delivered"], whole["delivered"]) == (len(placed), len(done), len(dated))
    assert whole["kept"] == len(kept)
    assert whole["promised_days"] / 1000 == pytest.approx(days(dated, "order_estimated_delivery_date"), abs=0.0006)
    assert whole["actual_days"] / 1000 == pytest.approx(days(dated, "order_delivered_customer_date"), abs=0.0006)
    assert empty_terminal.json("replay", folder, "--map", EXAMPLES / "olist.toml")["played"]["facts"] == 0
    assert empty_terminal.json("score")["whole"] == whole
    with open_office(empty_terminal.environ, empty_terminal.clock, empty_terminal.ids) as office:
        all_is_well(office.store)
