"""Imports of master data: what a file says goes in, what it does not say stays, what cannot be meant comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from doorstep.flow.imports.look import imports, remember_map, remembered_map
from doorstep.flow.imports.run import run_import
from doorstep.flow.imports.values import Kind, Unread
from doorstep.intake.values import CustomerRow, PlaceRow, SiteRow, SupplierRow, TariffRow
from doorstep.terms.calendar import Calendar
from doorstep.terms.item import Item, Part, Tracking
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Size
from doorstep.terms.places import Address
from doorstep.terms.service import WeightStep
from tests.corner_shop import ADA, CLERK, Shop, granted
from tests.importing import (
    KilledError,
    about,
    bring,
    counts,
    cup,
    killed_after,
    no_of,
    rows_of,
    take_back,
    views,
)

MILAN = Address("Bar Basso", ("Via Plinio 39",), "Milano", "20133", "IT")
NORTH = SiteRow("NO", "North store", replace(ADA, name="North store"), Calendar("America/Chicago"), 40)
STEPS = (WeightStep(1_000, {"near": 700, "far": 900}), WeightStep(30_000, {"near": 1_800, "far": 2_900}))
GROUND = TariffRow("steady-ground", "steady-2026-02", "USD", STEPS)


def test_new_items_are_created_and_known_ones_changed_or_left(shop: Shop) -> None:
    mug = Item("MUG", "Mug, stoneware", Size(120, 90, 100), 350, fragile=True, price_minor=1200)
    told = bring(shop, Kind.ITEMS, cup(), replace(mug, price_minor=1300), cup("POT"))
    assert counts(told) == (2, 1, 0, 0)
    (change,) = told.changes
    assert [(d.field, d.before, d.after) for d in change.differences] == [("price_minor", "1200", "1300")]
    assert shop.one("SELECT item->>'price_minor' FROM item WHERE item_id = 'MUG'") == "1300"


def test_the_same_file_again_records_nothing(shop: Shop) -> None:
    bring(shop, Kind.ITEMS, cup(), cup("POT"))
    written, replies = shop.journal(), shop.one("SELECT count(*) FROM reply")
    told = bring(shop, Kind.ITEMS, cup(), cup("POT"))
    assert (counts(told), told.import_id) == ((0, 0, 2, 0), "")
    assert (shop.journal(), shop.one("SELECT count(*) FROM reply")) == (written, replies)


def test_a_dry_run_says_what_would_be_and_records_nothing(shop: Shop) -> None:
    before, written = views(shop), shop.journal()
    values = (cup(), cup(price_minor=5), cup("KIT", parts=(Part("GHOST", 1),)), Unread(9, "no number", "weight"))
    dry = bring(shop, Kind.ITEMS, *values, dry_run=True, chunk=1)
    assert (views(shop), shop.journal()) == (before, written)
    real = bring(shop, Kind.ITEMS, *values, chunk=1)
    assert counts(dry) == counts(real) == (1, 1, 0, 2)
    assert [p.line for p in dry.problems] == [p.line for p in real.problems]


def test_good_rows_go_in_and_bad_ones_come_back_with_line_column_and_reason(shop: Shop) -> None:
    back: list[object] = []
    values = (cup(), Unread(3, "3 kg is no number", "weight", "row 3"), cup("FLAT", size=Size(1, 0, 1)))
    told = bring(shop, Kind.ITEMS, *values, came_back=back.append)
    assert counts(told) == (1, 0, 0, 2)
    assert [(p.line, p.column, p.source) for p in told.problems] == [(3, "weight", "row 3"), (4, "", "row 4")]
    assert back == told.problems
    assert "every side must be above zero" in told.problems[1].says


def test_a_row_says_only_what_its_columns_say(shop: Shop) -> None:
    told = bring(shop, Kind.ITEMS, Item("MUG", "", price_minor=1500), told=["item_id", "price_minor"])
    assert counts(told) == (0, 1, 0, 0)
    item = shop.one("SELECT item FROM item WHERE item_id = 'MUG'")
    assert (item["description"], item["weight_g"], item["price_minor"]) == ("Mug, stoneware", 350, 1500)


def test_an_item_with_stock_or_open_orders_keeps_its_tracking(shop: Shop) -> None:
    told = bring(shop, Kind.ITEMS, Item("MUG", "", tracking=Tracking.LOT), told=["tracking"])
    no_of(told, "MUG", "tracking cannot change", "stock")
    bring(shop, Kind.ITEMS, cup())
    assert counts(bring(shop, Kind.ITEMS, cup(tracking=Tracking.LOT))) == (0, 1, 0, 0)


def test_a_part_of_a_kit_cannot_become_a_kit(shop: Shop) -> None:
    bring(shop, Kind.ITEMS, cup(), cup("SET", parts=(Part("CUP", 6),)))
    no_of(bring(shop, Kind.ITEMS, cup(parts=(Part("MUG", 1),))), "part of SET")


def test_a_kit_may_stand_before_its_parts(shop: Shop) -> None:
    assert counts(bring(shop, Kind.ITEMS, cup("SET", parts=(Part("CUP", 6),)), cup())) == (2, 0, 0, 0)


def test_an_item_twice_in_a_file_ends_as_its_last_row_says(shop: Shop) -> None:
    told = bring(shop, Kind.ITEMS, cup(price_minor=1), cup(price_minor=2))
    assert counts(told) == (1, 1, 0, 0)
    take_back(shop, told)
    assert shop.rows("SELECT 1 FROM item WHERE item_id = 'CUP'") == []


def test_customers_are_created_changed_left_and_refused(shop: Shop) -> None:
    ada = CustomerRow("ada", ADA, Terms(customer_class="homeowner"))
    basso = CustomerRow("basso", MILAN, Terms(language="it"))
    nowhere = CustomerRow("who", replace(MILAN, country="XX"), Terms())
    told = bring(shop, Kind.CUSTOMERS, ada, basso, nowhere)
    assert counts(told) == (1, 0, 1, 1)
    no_of(told, "XX is not a country")
    moved = replace(ada, address=replace(ADA, city="Yonkers", postcode="10701"))
    told = bring(shop, Kind.CUSTOMERS, moved)
    assert {d.field: d.after for d in told.changes[0].differences} == {
        "address.city": "Yonkers",
        "address.postcode": "10701",
    }
    assert "Yonkers" not in str(shop.rows("SELECT body FROM journal"))
    assert "Yonkers" not in str(shop.rows("SELECT answer FROM reply"))


def test_a_customer_file_without_telephones_leaves_them(shop: Shop) -> None:
    row = CustomerRow("ada", replace(ADA, email="", city="Albany"), Terms())
    bring(shop, Kind.CUSTOMERS, row, told=["customer_id", "address.city"])
    query = "SELECT details FROM person JOIN customer USING (person_ref) WHERE customer_id = 'ada'"
    details = shop.one(query)
    assert (details["city"], details["email"]) == ("Albany", "ada@example.com")


def test_suppliers_are_created_changed_left_and_refused(shop: Shop) -> None:
    potter = SupplierRow("potter", "The Potter", MILAN, 14)
    assert counts(bring(shop, Kind.SUPPLIERS, potter, SupplierRow("mill", "Mill"))) == (2, 0, 0, 0)
    told = bring(shop, Kind.SUPPLIERS, replace(potter, lead_days=10), SupplierRow("mill", "Mill"))
    assert counts(told) == (0, 1, 1, 0)
    no_of(bring(shop, Kind.SUPPLIERS, SupplierRow("x", "X", None, -1)), "-1 days")


def test_sites_and_their_places_are_created_changed_left_and_refused(shop: Shop) -> None:
    assert counts(bring(shop, Kind.SITES, NORTH)) == (1, 0, 0, 0)
    hours = replace(NORTH, calendar=replace(NORTH.calendar, opens=time(7)))
    told = bring(shop, Kind.SITES, hours, hours, replace(NORTH, site_id="carrier"))
    assert counts(told) == (0, 1, 1, 1)
    assert told.changes[0].differences[0].field == "calendar.opens"
    told = bring(shop, Kind.PLACES, PlaceRow("NO/A-01"), PlaceRow("CS/A-01"), PlaceRow("XX/A-01"), PlaceRow("NO"))
    assert counts(told) == (1, 0, 1, 2)
    assert ["no site XX" in p.says or "named with its site" in p.says for p in told.problems] == [True, True]


def test_a_tariff_takes_the_place_of_the_old_prices(shop: Shop) -> None:
    told = bring(shop, Kind.TARIFFS, GROUND)
    assert counts(told) == (0, 1, 0, 0)
    assert {d.field for d in told.changes[0].differences} == {"tariff_id", "steps"}
    assert counts(bring(shop, Kind.TARIFFS, replace(GROUND, steps=STEPS[::-1]))) == (0, 0, 1, 0)
    tariff = shop.one("SELECT service->'tariff' FROM service WHERE service_id = 'steady-ground'")
    assert (tariff["tariff_id"], tariff["fuel_ppm"], len(tariff["steps"])) == ("steady-2026-02", 80_000, 2)


def test_a_tariff_that_cannot_be_meant_comes_back(shop: Shop) -> None:
    rows = [
        (replace(GROUND, service_id="pigeon"), "no carrier service pigeon"),
        (replace(GROUND, currency="EUR"), "USD"),
        (replace(GROUND, steps=(WeightStep(500, {"moon": 1}),)), "no zone moon"),
        (replace(GROUND, steps=(WeightStep(500, {"near": -1}),)), "below zero"),
        (replace(GROUND, steps=(STEPS[0], WeightStep(9_000, {"near": 5}))), "zone far is missing"),
        (replace(GROUND, steps=(STEPS[0], STEPS[0])), "named once"),
        (replace(GROUND, steps=()), "no prices"),
    ]
    told = bring(shop, Kind.TARIFFS, *(row for row, _ in rows))
    assert counts(told) == (0, 0, 0, len(rows))
    for problem, (_, words) in zip(told.problems, rows, strict=True):
        assert words.lower() in problem.says.lower()


def test_an_import_that_was_killed_goes_on_and_books_nothing_twice(shop: Shop) -> None:
    values = [*(cup(f"CUP-{number}") for number in range(7)), Unread(9, "no number")]
    file = about(Kind.ITEMS, values)
    with pytest.raises(KilledError):
        run_import(shop.office, CLERK, Kind.ITEMS, lambda: killed_after(values, 5), file, chunk=2)
    (running,) = imports(shop.office)
    assert (running.created, running.ended_at) == (4, None)
    told = granted(run_import(shop.office, CLERK, Kind.ITEMS, lambda: rows_of(values), file, chunk=2))
    assert (told.import_id, told.resumed, counts(told)) == (running.import_id, True, (7, 0, 0, 1))
    (ended,) = imports(shop.office)
    assert (ended.good, ended.bad, ended.created, ended.same) == (7, 1, 7, 0)
    assert ended.ended_at is not None
    assert shop.one("SELECT count(*) FROM journal WHERE kind = 'ItemDefined' AND cause <> ''") == 7
    take_back(shop, told)


def test_counts_of_an_import_add_up_over_its_chunks(shop: Shop) -> None:
    values = (cup("A"), cup("A"), cup("A"), cup("B"), cup("B"), Unread(7, "no number"))
    told = bring(shop, Kind.ITEMS, *values, chunk=1)
    (view,) = imports(shop.office)
    assert (view.good, view.bad, view.created, view.changed, view.same) == (5, 1, 2, 0, 3)
    assert counts(told) == (2, 0, 3, 1)
    assert view.ended_at is not None


def test_a_file_without_a_good_row_leaves_nothing_behind(shop: Shop) -> None:
    written = shop.journal()
    told = bring(shop, Kind.ITEMS, Unread(2, "no number"), Unread(3, "no number"))
    assert (told.bad, told.import_id, shop.journal()) == (2, "", written)
    assert counts(bring(shop, Kind.ITEMS)) == (0, 0, 0, 0)


def test_the_map_of_a_shape_is_remembered_until_there_is_another(shop: Shop) -> None:
    assert remembered_map(shop.office, Kind.ITEMS, "f1") is None
    assert remember_map(shop.office, CLERK, Kind.ITEMS, "f1", "a = 1")
    assert not remember_map(shop.office, CLERK, Kind.ITEMS, "f1", "a = 1")
    assert remember_map(shop.office, CLERK, Kind.ITEMS, "f1", "a = 2")
    assert remembered_map(shop.office, Kind.ITEMS, "f1") == "a = 2"
    assert remembered_map(shop.office, Kind.STOCK, "f1") is None
