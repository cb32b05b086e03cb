"""A company's file or folder is loaded, again and again, mended and added to: each of its rows is booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from doorstep.flow.load import load_company
from doorstep.flow.master import define_services
from doorstep.flow.receive import Receipt, receive
from doorstep.intake.company import CompanyIn, InboundIn, StockIn
from doorstep.storage.queries import master
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, company_file, granted, refused

FRIDAY = datetime(2026, 3, 6, 12, tzinfo=UTC)


def with_stock(*more: StockIn, before: int = 0) -> CompanyIn:
    """The corner shop's file with more rows of stock, put before the others or behind them."""
    file = company_file()
    return file.model_copy(update={"stock": [*more[:before], *file.stock, *more[before:]]})


def mugs(quantity: int, place_id: str = "CS/B-01") -> StockIn:
    return StockIn(place_id=place_id, item_id="MUG", quantity=quantity)


def load(shop: Shop, file: CompanyIn) -> None:
    granted(load_company(shop.office, CLERK, file))


def test_loading_again_books_nothing_twice_wherever_rows_were_added(shop: Shop) -> None:
    load(shop, company_file())
    assert shop.on_hand("CS/A-01", "MUG") == 10
    for _ in range(2):
        load(shop, with_stock(mugs(7), mugs(2, "CS/A-02"), before=1))
    assert [shop.on_hand(place, "MUG") for place in ("CS/A-01", "CS/B-01", "CS/A-02")] == [10, 7, 2]


def test_rows_that_say_the_same_are_two_rows(shop: Shop) -> None:
    for _ in range(2):
        load(shop, with_stock(mugs(3), mugs(3)))
    assert shop.on_hand("CS/B-01", "MUG") == 6


def test_a_row_that_says_something_else_than_it_did_is_refused_with_what_to_do(shop: Shop) -> None:
    load(shop, with_stock(mugs(3)))
    told = load_company(shop.office, CLERK, with_stock(mugs(4)))
    refused(told, Why.ALREADY_THERE, "MUG in CS/B-01 was loaded before", "doorstep receive, count, expect")
    assert shop.on_hand("CS/B-01", "MUG") == 3


def test_what_was_loaded_under_the_number_of_its_row_is_not_loaded_again(shop: Shop) -> None:
    """As it was done before rows were known by what they say."""
    granted(receive(shop.office, CLERK, Receipt("CS/B-01", "MUG", 3), "load/Corner Shop/stock/9", keep_no=False))
    load(shop, with_stock(mugs(3)))
    assert shop.on_hand("CS/B-01", "MUG") == 3
    load(shop, with_stock(mugs(3), mugs(3)))
    assert shop.on_hand("CS/B-01", "MUG") == 6


def test_of_a_row_that_is_refused_nothing_of_its_thousand_is_booked(shop: Shop) -> None:
    wrong = with_stock(mugs(3), StockIn(place_id="CS/B-01", item_id="LAMP", quantity=1, serials=["L-001"]))
    refused(load_company(shop.office, CLERK, wrong), Why.BAD_SERIAL, "L-001")
    assert shop.on_hand("CS/B-01", "MUG") == 0
    twice = with_stock(*(StockIn(place_id="CS/B-01", item_id="LAMP", quantity=1, serials=["L-9"]) for _ in range(2)))
    refused(load_company(shop.office, CLERK, twice), Why.BAD_SERIAL, "L-9", "twice")


def test_what_is_expected_is_expected_once(shop: Shop) -> None:
    coming = InboundIn(supplier_id="potter", site_id="CS", item_id="MUG", quantity=20, due_at=FRIDAY)
    file = company_file().model_copy(update={"inbound": [coming]})
    for _ in range(2):
        load(shop, file)
    assert shop.one("SELECT sum(expected)::int FROM inbound") == 20


def test_the_whole_file_takes_few_transactions(shop: Shop) -> None:
    before = shop.one("SELECT count(DISTINCT transaction)::int FROM journal")
    load(shop, with_stock(*(mugs(1, f"CS/{place}") for place in ("A-01", "A-02", "B-01") for _ in range(50))))
    assert shop.one("SELECT count(DISTINCT transaction)::int FROM journal") - before <= 8


def test_a_service_defined_anew_while_a_step_reads_is_read_as_it_is_now(shop: Shop) -> None:
    with shop.store.reading() as tx:
        seen = tx.rows(*master.SERVICES)
    named = [replace(each, name=f"{each.name} anew") for each in company_file().services]
    granted(define_services(shop.office, CLERK, named))
    with shop.store.reading() as tx:
        assert {each.name for each in master.services(tx)} == {each.name for each in named}
    stale = [row._replace(fingerprint="of before this process began") for row in seen]
    with shop.store.reading() as tx:
        read = master.read_services(tx, stale)
    assert {each.name for each in read.values()} == {each.name for each in named}
    assert list(read) == [row.service_id for row in seen]
