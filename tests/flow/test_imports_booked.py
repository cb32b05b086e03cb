"""Imports of stock, purchase orders, orders and scans: each is booked as the step of the business that it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from doorstep.flow.imports.run import run_import
from doorstep.flow.imports.values import Kind
from doorstep.intake.values import ScanRow
from tests.corner_shop import CLERK, Shop, granted, order
from tests.importing import (
    FRIDAY,
    KilledError,
    about,
    bring,
    counts,
    killed_after,
    no_of,
    purchase,
    rows_of,
    stock,
    views,
)


def test_a_statement_of_stock_is_booked_as_a_count(shop: Shop) -> None:
    values = (stock(12), stock(26, "TEA", "CS/A-02", lot="T2"), stock(4, "MUG", "CS/B-01"))
    told = bring(shop, Kind.STOCK, *values, stock(6, "TEA", "CS/A-02", lot="T1"))
    assert counts(told) == (1, 2, 1, 0)
    assert [(d.field, d.before, d.after) for d in told.changes[0].differences] == [("counted", "10", "12")]
    assert (shop.free("MUG"), shop.free("TEA")) == (16, 32)
    assert {row.cause for row in shop.rows("SELECT cause FROM journal WHERE kind = 'StockCounted'")} == {
        f"import {told.import_id}"
    }


def test_the_same_statement_again_records_nothing(shop: Shop) -> None:
    bring(shop, Kind.STOCK, stock(12))
    written = shop.journal()
    assert counts(bring(shop, Kind.STOCK, stock(12))) == (0, 0, 1, 0)
    assert shop.journal() == written


def test_a_statement_that_cannot_be_meant_comes_back(shop: Shop) -> None:
    rows = [
        (stock(1, "GHOST"), "no item GHOST"),
        (stock(1, place_id="CS/Z-99"), "no bin CS/Z-99"),
        (stock(-1), "-1 cannot have been counted"),
        (stock(3, "TEA", "CS/A-02"), "tracked by lot"),
        (stock(3, "LAMP", "CS/B-01"), "every serial"),
        (stock(1, "TEA-FOR-TWO"), "is a kit"),
        (stock(1, "LAMP", "CS/A-01", serials=("L-001",)), "by the books serial L-001"),
    ]
    told = bring(shop, Kind.STOCK, *(row for row, _ in rows))
    assert counts(told) == (0, 0, 0, len(rows))
    for problem, (_, words) in zip(told.problems, rows, strict=True):
        assert words.lower() in problem.says.lower()


def test_less_than_is_held_lets_the_newest_promise_down(shop: Shop) -> None:
    older, newer = shop.place(("MUG", 3)), shop.place(("MUG", 4))
    shop.settle()
    bring(shop, Kind.STOCK, stock(5))
    shop.settle()
    assert shop.demand(older.order_id)[0][3] == 3
    assert shop.demand(newer.order_id)[0][2] > 0


def test_a_new_lot_comes_with_its_last_day(shop: Shop) -> None:
    bring(shop, Kind.STOCK, stock(5, "TEA", "CS/A-02", lot="T9", expires_on=date(2028, 1, 31)))
    assert shop.one("SELECT expires_on FROM lot WHERE lot = 'T9'") == date(2028, 1, 31)
    told = bring(shop, Kind.STOCK, stock(5, "TEA", "CS/A-02", lot="T9", expires_on=date(2028, 2, 28)))
    assert [(d.field, d.after) for d in told.changes[0].differences] == [("expires_on", "2028-02-28")]


def test_serials_that_are_gone_and_serials_that_are_new_come_in_one_row(shop: Shop) -> None:
    row = stock(3, "LAMP", "CS/B-01", serials=("L-003", "L-010", "L-001"))
    assert counts(bring(shop, Kind.STOCK, row)) == (0, 1, 0, 0)
    assert shop.one("SELECT place_id FROM unit WHERE serial = 'L-002'") == "lost"
    assert shop.one("SELECT place_id FROM unit WHERE serial = 'L-010'") == "CS/B-01"
    assert counts(bring(shop, Kind.STOCK, row)) == (0, 0, 1, 0)


def test_stock_that_was_picked_since_is_not_counted_back_by_a_killed_import_that_goes_on(shop: Shop) -> None:
    values = [stock(12), stock(5, place_id="CS/A-02"), stock(7, place_id="CS/B-01")]
    file = about(Kind.STOCK, values)
    with pytest.raises(KilledError):
        run_import(shop.office, CLERK, Kind.STOCK, lambda: killed_after(values, 2), file, chunk=1)
    shop.count("CS/A-01", "MUG", 9)
    told = granted(run_import(shop.office, CLERK, Kind.STOCK, lambda: rows_of(values), file, chunk=1))
    assert (told.resumed, counts(told)) == (True, (2, 1, 0, 0))
    assert [shop.on_hand(place, "MUG") for place in ("CS/A-01", "CS/A-02", "CS/B-01")] == [9, 5, 7]


def test_a_statement_of_stock_brought_again_does_not_count_back_what_was_sold_since(shop: Shop) -> None:
    rows = stock(12), stock(5, place_id="CS/A-02")
    assert bring(shop, Kind.STOCK, *rows).bad == 0
    assert counts(bring(shop, Kind.STOCK, *rows)) == (0, 0, 2, 0)
    shop.count("CS/A-01", "MUG", 9)
    for dry_run in (True, False):
        told = bring(shop, Kind.STOCK, *rows, dry_run=dry_run)
        assert counts(told) == (0, 0, 1, 1)
        no_of(told, "imported before", "MUG came into CS/A-01 or left it since", "--again")
    assert shop.on_hand("CS/A-01", "MUG") == 9
    assert counts(bring(shop, Kind.STOCK, *rows, again=True)) == (0, 1, 1, 0)
    assert shop.on_hand("CS/A-01", "MUG") == 12
    shop.count("CS/A-01", "MUG", 9)
    assert counts(bring(shop, Kind.STOCK, *rows, stock(7, place_id="CS/B-01"))) == (1, 1, 1, 0)  # a newer statement


def test_lines_of_a_purchase_order_are_supply_for_promises(shop: Shop) -> None:
    assert counts(bring(shop, Kind.PURCHASE_ORDERS, purchase(20), purchase(5, 2))) == (2, 0, 0, 0)
    placed = shop.place(("MUG", 14))
    shop.settle()
    assert shop.one("SELECT held FROM inbound WHERE inbound_id = 'PO-7/1'") == 4
    shop.receive("MUG", 20, inbound_id="PO-7/1")
    assert shop.demand(placed.order_id)[0][3] == 14


def test_a_purchase_order_again_with_another_day_is_changed_and_who_waits_is_promised_anew(shop: Shop) -> None:
    bring(shop, Kind.PURCHASE_ORDERS, purchase(20))
    placed = shop.place(("MUG", 14))
    shop.settle()
    told = bring(shop, Kind.PURCHASE_ORDERS, purchase(20, due_at=FRIDAY + timedelta(days=3)))
    assert counts(told) == (0, 1, 0, 0)
    assert [d.field for d in told.changes[0].differences] == ["due_at"]
    assert shop.rows("SELECT 1 FROM due WHERE verb = 'promise_again' AND key = %s", placed.order_id)
    shop.settle()
    written = shop.journal()
    assert counts(bring(shop, Kind.PURCHASE_ORDERS, purchase(20, due_at=FRIDAY + timedelta(days=3)))) == (0, 0, 1, 0)
    assert shop.journal() == written


def test_a_purchase_order_is_never_below_what_came_and_what_is_promised(shop: Shop) -> None:
    bring(shop, Kind.PURCHASE_ORDERS, purchase(20))
    shop.place(("MUG", 14))
    shop.settle()
    shop.receive("MUG", 2, inbound_id="PO-7/1")
    no_of(bring(shop, Kind.PURCHASE_ORDERS, purchase(3)), "2 came already and 2 are promised")
    assert counts(bring(shop, Kind.PURCHASE_ORDERS, purchase(4))) == (0, 1, 0, 0)
    shop.receive("MUG", 2, inbound_id="PO-7/1")
    no_of(bring(shop, Kind.PURCHASE_ORDERS, purchase(9)), "received already")


def test_a_purchase_order_that_cannot_be_meant_comes_back(shop: Shop) -> None:
    rows = [
        (replace(purchase(1), site_id="XX"), "no site XX"),
        (replace(purchase(1), item_id="GHOST"), "no item GHOST"),
        (purchase(0), "0 units cannot be expected"),
        (replace(purchase(1), item_id="TEA-FOR-TWO"), "is a kit"),
    ]
    told = bring(shop, Kind.PURCHASE_ORDERS, *(row for row, _ in rows))
    assert counts(told) == (0, 0, 0, len(rows))
    for problem, (_, words) in zip(told.problems, rows, strict=True):
        assert words.lower() in problem.says.lower()


def test_a_line_of_a_purchase_order_stays_what_it_is_of(shop: Shop) -> None:
    bring(shop, Kind.PURCHASE_ORDERS, purchase(20))
    no_of(bring(shop, Kind.PURCHASE_ORDERS, purchase(20, item_id="LAMP")), "PO-7/1 is known as MUG", "another line")


def test_orders_are_promised_and_held_as_any_other(shop: Shop) -> None:
    told = bring(shop, Kind.ORDERS, order(("MUG", 6), reference="W-1"), order(("MUG", 4), reference="W-2"))
    assert counts(told) == (2, 0, 0, 0)
    assert shop.free("MUG") == 0
    assert all(one.note.startswith("promised by 2026-03") for one in told.changes)
    shop.settle()
    assert shop.one("SELECT count(*) FROM fulfilment WHERE state = 'planned'") == 2


def test_an_order_with_its_reference_comes_once(shop: Shop) -> None:
    bring(shop, Kind.ORDERS, order(("MUG", 6), reference="W-1"))
    written = shop.journal()
    assert counts(bring(shop, Kind.ORDERS, order(("MUG", 6), reference="W-1"))) == (0, 0, 1, 0)
    assert shop.journal() == written
    no_of(bring(shop, Kind.ORDERS, order(("MUG", 7), reference="W-1")), "another content", "order change")
    bistro = order(("MUG", 1), customer="bistro", reference="W-1")
    assert counts(bring(shop, Kind.ORDERS, bistro)) == (1, 0, 0, 0)


def test_an_order_that_was_placed_by_hand_is_told_apart(shop: Shop) -> None:
    placed = shop.place(("MUG", 6), reference="W-1")
    no_of(bring(shop, Kind.ORDERS, order(("MUG", 6), reference="W-1")), placed.order_id, "not by an import")
    no_of(bring(shop, Kind.ORDERS, order(("MUG", 6))), "no reference")


def test_orders_that_the_business_refuses_come_back_with_its_sentence(shop: Shop) -> None:
    ghost, many = order(("GHOST", 1), reference="W-1"), order(("MUG", 99), reference="W-2")
    told = bring(shop, Kind.ORDERS, ghost, many, order(("MUG", 2), reference="W-3"))
    assert counts(told) == (1, 0, 0, 2)
    assert "no item GHOST" in told.problems[0].says
    assert "MUG" in told.problems[1].says
    assert counts(bring(shop, Kind.ORDERS, order(("MUG", 8), reference="W-2"))) == (1, 0, 0, 0)


def test_a_dry_run_of_orders_holds_nothing_and_sees_what_the_rows_before_took(shop: Shop) -> None:
    before, written = views(shop), shop.journal()
    values = [order(("MUG", 9), reference="W-1"), order(("MUG", 9), reference="W-2")]
    told = bring(shop, Kind.ORDERS, *values, dry_run=True, chunk=1)
    assert counts(told) == (1, 0, 0, 1)
    assert (views(shop), shop.journal()) == (before, written)


def test_scans_are_taken_as_the_carrier_would_have_sent_them(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 2))
    (sscc,) = shop.parcels(placed.order_id)
    label = shop.one("SELECT carrier_id, tracking_number FROM label WHERE sscc = %s", sscc)
    shop.later(days=1)
    scan = ScanRow(label.carrier_id, "m-1", label.tracking_number, "AR", shop.clock.now(), "Hub")
    strange, lost = replace(scan, message_id="m-2", code="??"), replace(scan, message_id="m-3", tracking_number="T-0")
    told = bring(shop, Kind.SCANS, scan, strange, lost, replace(scan, carrier_id="pigeon"))
    assert (counts(told), told.parked) == ((3, 0, 0, 1), 2)
    assert "no carrier pigeon" in told.problems[0].says
    assert [one.note for one in told.changes if "T-0" in one.note]
    assert shop.one("SELECT milestone FROM parcel WHERE sscc = %s", sscc) == "in_transit"
    written = shop.journal()
    assert counts(bring(shop, Kind.SCANS, scan, strange, lost)) == (0, 0, 3, 0)
    assert shop.journal() == written
