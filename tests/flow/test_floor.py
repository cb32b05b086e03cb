"""The floor: picks whole and short, cartons and scales; what is confirmed twice is booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from doorstep.carriers.rating import parcel_tariff
from doorstep.flow.master import define_items
from doorstep.flow.pack import PackDone, pack
from doorstep.flow.pick import PickDone, confirm_pick
from doorstep.flow.tariffs import set_tariffs
from doorstep.terms.item import Item
from doorstep.terms.measures import Measure
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.tariff import ChargeKind, Condition, Surcharge
from tests.corner_shop import CLERK, MONDAY, PICKER, Shop, company_file, granted, refused


def floor_of(shop: Shop, *wanted: tuple[str, int]) -> str:
    """An order on the floor; its id."""
    placed = shop.place(*wanted)
    shop.settle()
    shop.release()
    return placed.order_id


def packed(shop: Shop, key: str = "pack-1", weights_g: tuple[int, ...] = ()) -> PackDone | Refusal:
    (row,) = shop.rows("SELECT fulfilment_id FROM fulfilment WHERE state <> 'cancelled'")
    return pack(shop.office, CLERK, row.fulfilment_id, key, weights_g)


def test_a_whole_pick_puts_the_goods_on_the_bench(shop: Shop) -> None:
    order_id = floor_of(shop, ("MUG", 3))
    done = shop.pick(shop.tasks()[0])
    assert (done.found, done.short, done.to_pack) == (3, 0, True)
    assert shop.demand(order_id) == [("MUG", 3, 0, 0, 3, 0)]
    assert (shop.on_hand("CS/A-01", "MUG"), shop.on_hand("CS/pack", "MUG")) == (7, 3)
    assert shop.fulfilments(order_id) == ["picked"]


def test_a_pick_tells_when_it_began_and_who_did_it(shop: Shop) -> None:
    floor_of(shop, ("MUG", 1))
    began = shop.clock.now()
    shop.later(minutes=4)
    task_id = shop.tasks()[0].task_id
    granted(confirm_pick(shop.office, PICKER, task_id, 1, "pick-1", started_at=began))
    row = shop.rows("SELECT started_at, completed_at, resource, place FROM journal WHERE kind = 'Picked'")[0]
    assert (row.started_at, row.completed_at, row.resource, row.place) == (began, shop.clock.now(), "pia", "CS/A-01")


def test_what_a_short_pick_lacks_comes_in_a_second_fulfilment_order(shop: Shop) -> None:
    order_id = floor_of(shop, ("MUG", 3))
    done = shop.pick(shop.tasks()[0], found=2)
    assert (done.found, done.short, done.to_pack) == (2, 1, True)
    assert shop.demand(order_id) == [("MUG", 3, 1, 0, 2, 0)]
    shop.settle()
    assert sorted(shop.fulfilments(order_id)) == ["picked", "planned"]
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    shop.hand_over()
    assert shop.demand(order_id) == [("MUG", 3, 0, 0, 0, 3)]
    assert len(shop.parcels(order_id)) == 2


def test_a_fulfilment_order_of_which_nothing_is_found_is_cancelled_and_planned_anew(shop: Shop) -> None:
    order_id = floor_of(shop, ("MUG", 2))
    shop.pick(shop.tasks()[0], found=0)
    assert shop.fulfilments(order_id) == ["cancelled"]
    shop.count("CS/A-01", "MUG", 0)
    shop.settle()
    assert shop.demand(order_id) == [("MUG", 2, 2, 0, 0, 0)]
    shop.receive("MUG", 2)
    shop.settle()
    assert sorted(shop.fulfilments(order_id)) == ["cancelled", "planned"]


def test_a_fulfilment_order_goes_to_the_bench_with_its_last_task(shop: Shop) -> None:
    order_id = floor_of(shop, ("MUG", 1), ("TEA", 8))
    done = [shop.pick(task, found=0 if task.item_id == "MUG" else None).to_pack for task in shop.tasks()]
    assert done == [False, False, True]
    assert shop.fulfilments(order_id) == ["picked"]
    shop.settle()
    assert sorted(shop.fulfilments(order_id)) == ["picked", "planned"]


def test_a_pick_confirmed_twice_with_one_key_is_booked_once(shop: Shop) -> None:
    floor_of(shop, ("MUG", 3))
    task_id = shop.tasks()[0].task_id
    first = confirm_pick(shop.office, PICKER, task_id, 3, "pick-1")
    facts = shop.journal()
    assert isinstance(first, PickDone)
    assert confirm_pick(shop.office, PICKER, task_id, 3, "pick-1") == first
    refused(confirm_pick(shop.office, PICKER, task_id, 2, "pick-1"), Why.KEY_REUSED)
    assert shop.journal() == facts


def test_a_pick_confirmed_twice_with_two_keys_is_refused_the_second_time(shop: Shop) -> None:
    floor_of(shop, ("MUG", 3))
    task_id = shop.tasks()[0].task_id
    granted(confirm_pick(shop.office, PICKER, task_id, 3, "pick-1"))
    refused(confirm_pick(shop.office, PICKER, task_id, 3, "pick-2"), Why.WRONG_STATE, "picked already")
    assert shop.on_hand("CS/A-01", "MUG") == 7


@pytest.mark.parametrize(
    ("found", "serials", "why"),
    [
        (3, ("L-001", "L-002", "L-003"), Why.BAD_QUANTITY),
        (-1, (), Why.BAD_QUANTITY),
        (2, ("L-001", "L-009"), Why.BAD_SERIAL),
        (2, ("L-001",), Why.BAD_SERIAL),
        (2, (), Why.BAD_SERIAL),
    ],
)
def test_a_pick_that_cannot_have_been_is_refused_and_the_task_stays_open(
    shop: Shop, found: int, serials: tuple[str, ...], why: Why
) -> None:
    floor_of(shop, ("LAMP", 2))
    facts, task = shop.journal(), shop.tasks()[0]
    refused(confirm_pick(shop.office, PICKER, task.task_id, found, "pick-1", serials), why)
    assert (shop.journal(), [open_.task_id for open_ in shop.tasks()]) == (facts, [task.task_id])


def test_a_serial_picked_for_somebody_else_cannot_be_picked_again(shop: Shop) -> None:
    shop.to_the_bench(("LAMP", 1))
    floor_of(shop, ("LAMP", 1))
    told = confirm_pick(shop.office, PICKER, shop.tasks()[0].task_id, 1, "pick-1", ["L-001"])
    refused(told, Why.BAD_SERIAL, "L-001", "CS/pack")


def test_a_task_that_there_is_not_cannot_be_picked(shop: Shop) -> None:
    refused(confirm_pick(shop.office, PICKER, "tsk_none", 1, "pick-1"), Why.UNKNOWN_TASK, "tsk_none")


def test_a_packed_parcel_holds_lots_and_serials_as_picked(shop: Shop) -> None:
    placed = shop.to_the_bench(("TEA", 8), ("LAMP", 2), ("MUG", 1))
    (done,) = shop.pack_all()
    contents = [content for parcel in done.parcels for content in parcel.contents]
    assert sum(content.quantity for content in contents) == 11
    assert {content.lot for content in contents if content.item_id == "TEA"} == {"T1", "T2"}
    assert {serial for content in contents for serial in content.serials} == {"L-001", "L-002"}
    assert shop.on_hand("CS/pack", "MUG") == 0
    assert shop.fulfilments(placed.order_id) == ["packed"]
    assert done.cost_minor == shop.one("SELECT sum(amount_minor)::int FROM cost_entry WHERE cost_kind = 'carton'")


def test_every_parcel_has_a_number_of_its_own(shop: Shop) -> None:
    shop.to_the_bench(("LAMP", 3))
    (done,) = shop.pack_all()
    numbers = {parcel.sscc for parcel in done.parcels}
    assert len(numbers) == 3
    assert all(number.startswith("00614141") and len(number) == 18 for number in numbers)


def test_a_parcel_weighs_what_the_scale_says_and_else_what_its_goods_and_carton_do(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    first = granted(packed(shop, weights_g=(491,)))
    assert [parcel.weight_g for parcel in first.parcels] == [491]


def test_without_a_scale_a_parcel_weighs_what_its_goods_and_carton_do(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    assert [parcel.weight_g for parcel in granted(packed(shop)).parcels] == [350 + 120]


@pytest.mark.parametrize(
    ("weights_g", "says"),
    [
        ((500, 500), "2 weights given for 1 parcels"),
        ((0,), "cannot weigh 0 g"),
        ((-5,), "cannot weigh -5 g"),
        ((349,), "its goods alone weigh 350 g"),
    ],
)
def test_weights_that_cannot_be_are_refused_and_nothing_is_packed(
    shop: Shop, weights_g: tuple[int, ...], says: str
) -> None:
    shop.to_the_bench(("MUG", 1))
    facts = shop.journal()
    refused(packed(shop, weights_g=weights_g), Why.BAD_QUANTITY, says)
    assert shop.journal() == facts
    granted(packed(shop, key="pack-2", weights_g=(480,)))


def test_packing_twice_with_one_key_packs_once_and_with_another_is_refused(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    first = granted(packed(shop))
    facts = shop.journal()
    assert packed(shop) == first
    refused(packed(shop, key="pack-2"), Why.WRONG_STATE, "packed; only what is picked")
    assert shop.journal() == facts


def test_what_is_not_picked_yet_cannot_be_packed(shop: Shop) -> None:
    floor_of(shop, ("MUG", 1))
    refused(packed(shop), Why.WRONG_STATE, "released")
    refused(pack(shop.office, CLERK, "ful_none", "pack-2"), Why.UNKNOWN_TASK, "ful_none")


def test_goods_that_turn_out_too_large_are_not_packed_until_they_are_measured_right(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    mug = next(item for item in company_file().items if item.item_id == "MUG")
    measure(shop, replace(mug, size=Size(900, 500, 400)))
    facts = shop.journal()
    told = refused(packed(shop), Why.DOES_NOT_FIT, "MUG fits no carton", "900")
    assert told.concerns["item_id"] == "MUG"
    assert shop.journal() == facts
    measure(shop, mug)
    granted(packed(shop, key="pack-2"))


def measure(shop: Shop, item: Item) -> None:
    granted(define_items(shop.office, CLERK, [item]))


@pytest.mark.parametrize(("begins", "cartons"), [(MONDAY.date(), {"S"}), (date(2027, 1, 1), {"M"})])
def test_goods_are_packed_by_the_prices_of_the_day(shop: Shop, begins: date, cartons: set[str]) -> None:
    """From the day on which a large parcel costs five hundred dollars more, small cartons are the cheaper ones."""
    large = Condition(longest=Measure(300, 1, "mm"), first_day=begins)
    peak = Surcharge("peak", ChargeKind.PEAK, {"": 50_000}, when=large)
    dear = {
        each.service_id: replace(parcel_tariff(each.tariff), surcharges=(peak,)) for each in company_file().services
    }
    granted(set_tariffs(shop.office, CLERK, dear))
    shop.to_the_bench(("MUG", 10))
    (done,) = shop.pack_all()
    assert {parcel.carton_id for parcel in done.parcels} == cartons
