"""On hand is a belief: promises rest on counts, moves and short picks, and on how right a site's books were."""

from __future__ import annotations

from datetime import UTC, datetime

from doorstep.flow.change import cancel_order
from doorstep.flow.explain import explain
from doorstep.flow.imports.values import Kind
from doorstep.flow.learn import learn
from doorstep.intake.values import PlaceRow
from doorstep.promising.mass import WHOLE
from tests.corner_shop import CLERK, Shop, granted
from tests.importing import bring, stock, take_back

LEARNED = "SELECT looks, expected_ppm, short_ppm FROM accuracy"


def there(shop: Shop, units: int, item_id: str = "MUG") -> int:
    """How surely so many are there, in the promise of an order for them that is cancelled again."""
    placed = shop.place((item_id, units))
    (leg,) = granted(explain(shop.office, placed.order_id)).promises[-1].legs
    granted(cancel_order(shop.office, CLERK, placed.order_id, shop.key()))
    shop.settle()
    return leg.goods_there_ppm


def short_pick(shop: Shop) -> None:
    """An order for two mugs of which one is found."""
    shop.place(("MUG", 2))
    shop.settle()
    shop.release()
    (task,) = shop.tasks()
    shop.pick(task, found=1)
    shop.settle()


def test_the_last_units_are_promised_less_surely(shop: Shop) -> None:
    assert there(shop, 2) > there(shop, 8)


def test_lots_make_up_for_one_another(shop: Shop) -> None:
    """All six of the older lot with twenty of the other beside them are as sure as six of twenty-six."""
    assert there(shop, 6, "TEA") == WHOLE


def test_a_lot_that_has_ended_makes_up_for_nothing(shop: Shop) -> None:
    shop.clock.move_to(datetime(2026, 4, 20, 15, tzinfo=UTC))  # lot T1 ended on the 15th
    assert there(shop, 20, "TEA") < WHOLE


def test_a_bin_that_is_called_after_a_dock_is_a_bin(shop: Shop) -> None:
    shop.count("CS/A-01", "MUG", 0)
    bring(shop, Kind.PLACES, PlaceRow("CS/dock/1"))
    shop.receive("MUG", 10, "CS/dock/1")
    assert 990_000 < there(shop, 10) < WHOLE


def test_a_count_of_an_empty_bin_sets_it_back(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 10))
    shop.later(days=100)
    shop.count("CS/A-01", "MUG", 0)
    shop.receive("MUG", 10)
    assert there(shop, 10) == 999_000


def test_a_short_pick_makes_less_sure_until_somebody_counts(shop: Shop) -> None:
    short_pick(shop)
    left = shop.free("MUG")
    doubted = there(shop, left)
    assert doubted == 950_000  # two in a hundred for the short pick, and a little; told in steps
    shop.count("CS/A-01", "MUG", shop.on_hand("CS/A-01", "MUG"))
    assert there(shop, left) == 999_500


def test_what_was_counted_long_ago_is_doubted(shop: Shop) -> None:
    fresh = there(shop, 10)
    shop.later(days=200)
    assert there(shop, 10) < fresh


def test_a_task_tells_what_is_doubted_of_its_bin_before_anybody_looks(shop: Shop) -> None:
    shop.place(("MUG", 8))
    shop.place(("MUG", 2))
    shop.settle()
    shop.release()
    much, last = sorted(shop.tasks(), key=lambda task: -task.quantity)
    assert 0 < much.doubt_ppm < last.doubt_ppm


def test_looks_that_find_less_than_the_books_show_make_the_site_doubted(shop: Shop) -> None:
    before = there(shop, 10)
    for counted in (9, 8, 7):
        shop.count("CS/A-01", "MUG", counted)
    assert learn(shop.office).books == 1
    looks, expected_ppm, short_ppm = shop.one(LEARNED)
    assert (looks, short_ppm) == (3, 3 * WHOLE)
    assert 0 < expected_ppm < WHOLE // 100
    assert learn(shop.office).books == 0
    shop.count("CS/A-01", "MUG", 10)
    assert there(shop, 10) < before


def test_picks_that_find_all_make_it_trusted(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 2), ("TEA", 1))
    learn(shop.office)
    looks, expected_ppm, short_ppm = shop.one(LEARNED)
    assert (looks, short_ppm) == (2, 0)
    assert expected_ppm > 0


def test_looks_of_a_year_ago_are_forgotten(shop: Shop) -> None:
    shop.count("CS/A-01", "MUG", 9)
    learn(shop.office)
    assert shop.one(LEARNED)[0] == 1
    shop.later(days=366)
    learn(shop.office)
    assert tuple(shop.one(LEARNED)) == (0, 0, 0)


def test_a_statement_that_was_brought_says_nothing_of_how_right_the_books_are(shop: Shop) -> None:
    told = bring(shop, Kind.STOCK, stock(8))
    take_back(shop, told)
    assert learn(shop.office).books == 0


def test_that_looks_grow_old_is_no_news(shop: Shop) -> None:
    for counted in (9, 8, 8):
        shop.count("CS/A-01", "MUG", counted)
        shop.later(days=2)
    learn(shop.office)
    shop.later(days=1)
    assert learn(shop.office).books == 0
    shop.later(days=70)
    assert learn(shop.office).books == 1
