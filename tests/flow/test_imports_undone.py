"""An import is taken back whole or not at all, and only while nothing was built on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from doorstep.flow.change import cancel_order, change_quantity
from doorstep.flow.imports.look import imports
from doorstep.flow.imports.undo import undo_import
from doorstep.flow.imports.values import Kind
from doorstep.flow.master import define_customer, define_items
from doorstep.intake.values import CustomerRow, PlaceRow, ScanRow, SiteRow, SupplierRow, TariffRow
from doorstep.terms.calendar import Calendar
from doorstep.terms.item import Item, Part
from doorstep.terms.order import Terms
from doorstep.terms.refusals import Why
from doorstep.terms.service import WeightStep
from tests.corner_shop import ADA, CLERK, Shop, granted, order, refused
from tests.importing import FRIDAY, MASTER, bring, counts, cup, purchase, stands, stock, take_back, views

MUG = Item("MUG", "Mug, blue", price_minor=1_100)
NORTH = SiteRow("NO", "North store", ADA, Calendar(), 40)
TARIFF = TariffRow("steady-ground", "new", "USD", (WeightStep(30_000, {"near": 1, "far": 2}),))
GOOD_AGAIN = {
    Kind.ITEMS: (cup(), cup("POT"), MUG, cup("SET", parts=(Part("CUP", 2),))),
    Kind.CUSTOMERS: (CustomerRow("ada", replace(ADA, city="Yonkers"), Terms()), CustomerRow("eve", ADA, Terms())),
    Kind.SUPPLIERS: (SupplierRow("potter", "The Potter", ADA, 14), SupplierRow("mill", "Mill")),
    Kind.SITES: (NORTH, SiteRow("CS", "Corner Shop", ADA, Calendar(), 9)),
    Kind.PLACES: (PlaceRow("CS/C-01"), PlaceRow("CS/C-02")),
    Kind.TARIFFS: (TARIFF,),
    Kind.STOCK: (
        stock(12),
        stock(3, place_id="CS/B-01"),
        stock(0, "TEA", "CS/A-02", lot="T1", expires_on=date(2026, 5, 1)),
        stock(3, "LAMP", "CS/B-01", serials=("L-001", "L-010", "L-011")),
    ),
    Kind.PURCHASE_ORDERS: (purchase(20), purchase(5, 2)),
}


@pytest.mark.parametrize("kind", sorted(GOOD_AGAIN))
def test_what_was_brought_is_taken_back_and_can_be_brought_again(shop: Shop, kind: Kind) -> None:
    names = [*(name for name in MASTER if name != "unit"), "lot"]
    before, persons = views(shop, *names), shop.one("SELECT count(*) FROM person")
    told = bring(shop, kind, *GOOD_AGAIN[kind])
    assert views(shop, *names) != before
    take_back(shop, told)
    assert views(shop, *names) == before
    assert shop.rows("SELECT serial FROM unit WHERE place_id = 'CS/B-01' ORDER BY serial") == [
        ("L-001",),
        ("L-002",),
        ("L-003",),
    ]
    assert shop.one("SELECT count(*) FROM person") == persons
    again = bring(shop, kind, *GOOD_AGAIN[kind])
    assert (counts(again), again.import_id != told.import_id) == (counts(told), True)
    take_back(shop, again)


def test_an_import_is_taken_back_once(shop: Shop) -> None:
    told = bring(shop, Kind.ITEMS, cup())
    undone = take_back(shop, told)
    assert (undone.created, undone.changed, undone.file) == (1, 0, "items.csv")
    stands(shop, told, "taken back already")
    assert imports(shop.office)[0].undone_at is not None
    refused(undo_import(shop.office, CLERK, "imp_none"), Why.UNKNOWN_IMPORT, "no import imp_none")


def test_one_row_that_was_built_on_keeps_all_of_it(shop: Shop) -> None:
    told = bring(shop, Kind.ITEMS, *(cup(f"CUP-{number}") for number in range(5)), chunk=2)
    bring(shop, Kind.STOCK, stock(1, "CUP-1"))
    stands(shop, told, "Line 3", "Item CUP-1 was counted since")
    assert shop.one("SELECT count(*) FROM item WHERE starts_with(item_id, 'CUP-')") == 5


def test_an_item_that_was_ordered_expected_or_defined_again_stays(shop: Shop) -> None:
    told = bring(shop, Kind.ITEMS, MUG)
    shop.place(("MUG", 1))
    stands(shop, told, "Item MUG was held since")
    told = bring(shop, Kind.ITEMS, cup())
    granted(define_items(shop.office, CLERK, [cup(price_minor=9)]))
    stands(shop, told, "Item CUP was defined again since")
    told = bring(shop, Kind.ITEMS, cup("POT"))
    shop.expect("POT", 3)
    stands(shop, told, "Item POT was expected since")


def test_a_part_of_a_kit_stays_as_long_as_the_kit(shop: Shop) -> None:
    parts = bring(shop, Kind.ITEMS, cup())
    kit = bring(shop, Kind.ITEMS, cup("SET", parts=(Part("CUP", 2),)))
    stands(shop, parts, "SET is made of it")
    take_back(shop, kit)
    take_back(shop, parts)


def test_a_later_import_is_taken_back_first(shop: Shop) -> None:
    first, second = bring(shop, Kind.ITEMS, cup()), bring(shop, Kind.ITEMS, cup(price_minor=9))
    stands(shop, first, "defined again")
    take_back(shop, second)
    take_back(shop, first)


def test_a_customer_with_an_order_or_a_later_definition_stays(shop: Shop) -> None:
    told = bring(shop, Kind.CUSTOMERS, CustomerRow("eve", ADA, Terms()))
    placed = shop.place(("MUG", 1), customer="eve")
    stands(shop, told, "Customer eve was named by an order")
    granted(cancel_order(shop.office, CLERK, placed.order_id, shop.key()))
    stands(shop, told, "Customer eve")
    told = bring(shop, Kind.CUSTOMERS, CustomerRow("ada", ADA, Terms()))
    granted(define_customer(shop.office, CLERK, "ada", ADA, Terms(language="fr")))
    stands(shop, told, "Customer ada was defined again")


def test_a_site_with_places_a_place_with_goods_and_a_supplier_with_deliveries_stay(shop: Shop) -> None:
    site, supplier = bring(shop, Kind.SITES, NORTH), bring(shop, Kind.SUPPLIERS, SupplierRow("potter", "Potter"))
    place = bring(shop, Kind.PLACES, PlaceRow("NO/A-01"))
    goods = bring(shop, Kind.STOCK, stock(1, place_id="NO/A-01"))
    shop.expect("MUG", 1)
    stands(shop, site, "Site NO is in use: NO/A-01")
    stands(shop, place, "NO/A-01")
    stands(shop, supplier, "Supplier potter")
    take_back(shop, goods)
    stands(shop, place, "MUG stood in NO/A-01")


def test_stock_that_moved_or_is_held_is_not_counted_back(shop: Shop) -> None:
    told = bring(shop, Kind.STOCK, stock(12))
    placed = shop.place(("MUG", 11))
    stands(shop, told, f"held for order {placed.order_id}")
    granted(cancel_order(shop.office, CLERK, placed.order_id, shop.key()))
    take_back(shop, told)
    assert shop.free("MUG") == 10
    told = bring(shop, Kind.STOCK, stock(12))
    shop.receive("MUG", 1)
    stands(shop, told, "MUG came into CS/A-01 or left it since")


def test_counts_upon_counts_are_taken_back_from_the_last_to_the_first(shop: Shop) -> None:
    first, second = bring(shop, Kind.STOCK, stock(12)), bring(shop, Kind.STOCK, stock(15))
    stands(shop, first, "MUG came into CS/A-01")
    take_back(shop, second)
    take_back(shop, first)
    assert shop.on_hand("CS/A-01", "MUG") == 10


def test_an_inbound_that_came_in_part_or_is_promised_stays(shop: Shop) -> None:
    told = bring(shop, Kind.PURCHASE_ORDERS, purchase(20))
    later = bring(shop, Kind.PURCHASE_ORDERS, purchase(20, due_at=FRIDAY + timedelta(days=1)))
    stands(shop, told, "changed since")
    take_back(shop, later)
    assert shop.one("SELECT due_at FROM inbound") == FRIDAY
    placed = shop.place(("MUG", 14))
    shop.settle()
    stands(shop, told, f"promised, to order {placed.order_id}")
    granted(cancel_order(shop.office, CLERK, placed.order_id, shop.key()))
    shop.receive("MUG", 2, inbound_id="PO-7/1")
    stands(shop, told, "received since")


def test_a_quantity_that_was_promised_from_meanwhile_is_not_set_back(shop: Shop) -> None:
    bring(shop, Kind.PURCHASE_ORDERS, purchase(2))
    more = bring(shop, Kind.PURCHASE_ORDERS, purchase(20))
    shop.place(("MUG", 16))
    shop.settle()
    stands(shop, more, "cannot be for 2", "6 are promised")


def test_orders_are_cancelled_and_their_references_are_free_again(shop: Shop) -> None:
    values = (order(("MUG", 6), ("TEA", 1), reference="W-1"), order(("MUG", 4), reference="W-2"))
    told = bring(shop, Kind.ORDERS, *values, chunk=1)
    shop.settle()
    take_back(shop, told)
    shop.settle()
    assert (shop.free("MUG"), shop.free("TEA")) == (10, 26)
    assert {row.state for row in shop.rows("SELECT state FROM orders")} == {"cancelled"}
    assert counts(bring(shop, Kind.ORDERS, *values)) == (2, 0, 0, 0)


def test_an_order_on_the_floor_or_changed_since_is_not_taken_back(shop: Shop) -> None:
    told = bring(shop, Kind.ORDERS, order(("MUG", 2), reference="W-1"))
    order_id = shop.one("SELECT order_id FROM orders")
    shop.settle()
    granted(change_quantity(shop.office, CLERK, order_id, 1, 3, shop.key()))
    stands(shop, told, "changed by clerk")
    told = bring(shop, Kind.ORDERS, order(("MUG", 2), reference="W-2"))
    shop.settle()
    shop.release()
    stands(shop, told, "on its way", "released")


def test_an_order_that_was_cancelled_by_hand_is_no_hindrance(shop: Shop) -> None:
    told = bring(shop, Kind.ORDERS, order(("MUG", 2), reference="W-1"), order(("MUG", 2), reference="W-2"))
    order_id = shop.one("SELECT order_id FROM orders WHERE reference = 'W-1'")
    granted(cancel_order(shop.office, CLERK, order_id, shop.key()))
    again = bring(shop, Kind.ORDERS, order(("MUG", 2), reference="W-1"))
    assert counts(again) == (0, 0, 1, 0)
    take_back(shop, told)


def test_scans_are_never_taken_back(shop: Shop) -> None:
    told = bring(shop, Kind.SCANS, ScanRow("swift", "m-1", "T-1", "AR", shop.clock.now(), "Hub"))
    stands(shop, told, "kept as the carrier told them")


def test_a_killed_import_can_be_taken_back(shop: Shop) -> None:
    told = bring(shop, Kind.ITEMS, cup("A"), cup("B"), chunk=1)
    take_back(shop, told)
    assert shop.rows("SELECT 1 FROM item WHERE item_id IN ('A', 'B')") == []
