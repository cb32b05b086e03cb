"""Much work done at once is the same as piece by piece; one bad piece spoils no good one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from doorstep.flow.hand_over import hand_over
from doorstep.flow.later import run_due
from doorstep.flow.pick import PickDone, PickIn, confirm_pick, confirm_picks
from doorstep.flow.ship import LabelsAsked, request_labels, request_labels_many, send_label, send_labels
from doorstep.storage.due import NOT_BEGUN, TryAgain
from doorstep.terms.clock import FalseClock
from doorstep.terms.refusals import Refusal, Why
from doorstep.twin.faults import Fault, FaultPlan
from tests.corner_shop import PICKER, Shelf, Shop, all_is_well, granted, open_shop, refused

_TABLES = (
    *("balance", "bench", "cost_entry", "demand", "fulfilment", "fulfilment_line", "hold", "label", "orders"),
    *("parcel", "pick_task", "pool", "unit"),
)
_ITS_OWN = ("event_id", "transaction", "position", "digest")  # differ however the same was done


def how_it_stands(shop: Shop) -> dict[str, list[Any]]:
    """Every fact and what has become of orders and stock; labels, whose ids are drawn, by their parcels' numbers."""
    labels = shop.rows("SELECT label_id, tracking_number, document, sscc FROM label")
    names = {name: f"label of {row.sscc}" for row in labels for name in row[:3] if name}
    found = {table: shop.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in _TABLES}
    found["facts"] = shop.rows("SELECT * FROM journal ORDER BY event_id")
    told = {}
    for table, rows in found.items():
        texts = [str({name: value for name, value in row._asdict().items() if name not in _ITS_OWN}) for row in rows]
        for name, known_as in names.items():
            texts = [text.replace(name, known_as) for text in texts]
        told[table] = texts if table == "facts" else sorted(texts)
    return told


def both_ways(shelf: Shelf, clock: FalseClock, *ways: Callable[[Shop], object]) -> None:
    """Each way of doing the same leaves the same shop behind."""
    left = []
    for way in ways:
        shelf.put_back()
        with open_shop(shelf.url, FalseClock(clock.now())) as shop:
            way(shop)
            left.append(how_it_stands(shop))
            if way is ways[-1]:
                all_is_well(shop.store)
    assert left[0] == left[1]


def tour(shop: Shop) -> list[PickIn]:
    """Three orders on the floor and what a picker finds for them: all but a mug and all the tea of one lot."""
    for wanted in ((("MUG", 2), ("LAMP", 2)), (("MUG", 3), ("TEA", 8)), (("TEA", 2),)):
        shop.place(*wanted)
    shop.settle()
    shop.release()
    serials = iter(("L-001", "L-002"))
    found = {("MUG", 3): 2, ("TEA", 6): 0}
    return [
        PickIn(
            task.task_id,
            found.get((task.item_id, task.quantity), task.quantity),
            tuple(next(serials) for _ in range(task.quantity)) if task.item_id == "LAMP" else (),
            shop.clock.now(),
        )
        for task in shop.tasks()
    ]


def test_a_tour_of_picks_is_what_its_picks_are(shelf: Shelf, clock: FalseClock) -> None:
    def each(shop: Shop) -> None:
        for pick in tour(shop):
            key, times = shop.key(), (pick.started_at,)
            granted(confirm_pick(shop.office, PICKER, pick.task_id, pick.found, key, pick.serials, *times))

    def many(shop: Shop) -> None:
        told = granted(confirm_picks(shop.office, PICKER, tour(shop), "tour-1"))
        assert all(isinstance(done, PickDone) for done in told)
        assert sorted(row.state for row in shop.rows("SELECT state FROM fulfilment")) == ["picked"] * 3

    both_ways(shelf, clock, each, many)


def test_a_bad_pick_spoils_no_good_one_of_its_tour(shop: Shop) -> None:
    shop.place(("MUG", 2), ("LAMP", 1))
    shop.place(("LAMP", 1))
    shop.settle()
    shop.release()
    began = shop.clock.now()
    shop.later(minutes=9)
    mug, lamp, other_lamp = sorted(shop.tasks(), key=lambda task: (task.item_id != "MUG", task.task_id))
    picks = [
        PickIn(lamp.task_id, 1, ("L-001",), began, began + timedelta(minutes=3)),
        PickIn("tsk_none", 1),
        PickIn(other_lamp.task_id, 1, ("L-001",)),
        PickIn(mug.task_id, 3),
        PickIn(lamp.task_id, 1, ("L-002",)),
        PickIn(mug.task_id, 2, (), began, began + timedelta(hours=1)),
        PickIn(mug.task_id, 2, (), began, began + timedelta(minutes=5)),
    ]
    told = granted(confirm_picks(shop.office, PICKER, picks, "tour-1"))
    assert [done.why if isinstance(done, Refusal) else done.to_pack for done in told] == [
        *(False, Why.UNKNOWN_TASK, Why.BAD_SERIAL, Why.BAD_QUANTITY, Why.WRONG_STATE, Why.MALFORMED, True)
    ]
    times = shop.rows(
        "SELECT occurred_at, started_at, completed_at FROM journal WHERE kind = 'Picked' ORDER BY event_id"
    )
    assert [tuple(row) for row in times] == [
        (began + timedelta(minutes=after), began, began + timedelta(minutes=after)) for after in (3, 5)
    ]
    facts = shop.journal()
    assert confirm_picks(shop.office, PICKER, picks, "tour-1") == told
    refused(confirm_picks(shop.office, PICKER, picks[1:], "tour-1"), Why.KEY_REUSED)
    assert shop.journal() == facts


def packed(shop: Shop) -> list[str]:
    """Three fulfilment orders at the dock without labels, one of them in two parcels."""
    for wanted in (("MUG", 1), ("LAMP", 2), ("TEA", 3)):
        shop.to_the_bench(wanted)
    return [done.fulfilment_id for done in shop.pack_all()]


def test_labels_of_many_are_those_of_each(shelf: Shelf, clock: FalseClock) -> None:
    def each(shop: Shop) -> None:
        for fulfilment_id in packed(shop):
            request_labels(shop.office, fulfilment_id)
        for row in shop.rows("SELECT label_id FROM label ORDER BY label_id"):
            assert send_label(shop.office, row.label_id, 0) is None

    def many(shop: Shop) -> None:
        told = request_labels_many(shop.office, packed(shop))
        asks = [(label_id, 0) for asked in told if isinstance(asked, LabelsAsked) for label_id in asked.label_ids]
        assert send_labels(shop.office, asks) == (None,) * 4

    def in_order(shop: Shop, way: Callable[[Shop], None]) -> None:
        way(shop)
        assert len(shop.desk.live_labels()) == 4

    both_ways(shelf, clock, lambda shop: in_order(shop, each), lambda shop: in_order(shop, many))


def test_a_fulfilment_order_that_can_have_no_labels_keeps_no_other_from_them(shop: Shop) -> None:
    shop.to_the_dock(("MUG", 1))
    (labelled,) = shop.rows("SELECT fulfilment_id FROM fulfilment")
    good = packed(shop)
    told = request_labels_many(shop.office, [good[0], "ful_none", labelled.fulfilment_id, good[1], good[0]])
    assert [len(each.label_ids) for each in told if isinstance(each, LabelsAsked)] == [1, 2, 0]
    refused(told[1], Why.UNKNOWN_TASK, "ful_none")
    refused(told[2], Why.WRONG_STATE, "is labelled")


def test_what_became_of_one_label_touches_no_other(shop_url: str, clock: FalseClock) -> None:
    """The first is bought, the answer about a shipment of two is lost, nobody knows where the fourth goes."""
    with open_shop(shop_url, clock, FaultPlan(script=(Fault.NONE, Fault.SILENT_AFTER))) as shop:
        told = request_labels_many(shop.office, packed(shop))
        first, second, third, fourth = [
            label_id for asked in told if isinstance(asked, LabelsAsked) for label_id in asked.label_ids
        ]
        (row,) = shop.rows(
            "SELECT p.* FROM person p JOIN orders USING (person_ref) JOIN label USING (order_id) WHERE label_id = %s",
            fourth,
        )
        shop.store.run(lambda tx: tx.forget_persons([row.person_ref]))
        with pytest.raises(ExceptionGroup) as raised:
            run_due(shop.office)
        assert [str(failure) for failure in raised.value.exceptions] == [f"no address is kept for label {fourth}"]
        states = {row.label_id: row.state for row in shop.rows("SELECT * FROM label")}
        assert states == {first: "bought", second: "requested", third: "requested", fourth: "requested"}
        waiting = shop.rows("SELECT key, attempts, trouble <> '' AS told FROM due WHERE verb = 'send_label' ORDER BY 1")
        assert [tuple(each) for each in waiting] == [(second, 1, True), (third, 1, True), (fourth, 1, True)]
        shop.store.run(lambda tx: tx.keep_person(row.person_ref, row.details))
        shop.settle_whatever_it_takes()
        assert len(shop.desk.live_labels()) == 4
        all_is_well(shop.store)


def test_a_label_whose_turn_comes_too_late_is_left_for_others(shop: Shop) -> None:
    told = request_labels_many(shop.office, packed(shop))
    asks = [(label_id, 0) for asked in told if isinstance(asked, LabelsAsked) for label_id in asked.label_ids]
    assert send_labels(shop.office, asks, lambda: False) == (NOT_BEGUN,) * 4
    assert shop.desk.live_labels() == {}
    assert isinstance(NOT_BEGUN, TryAgain)


def test_parcels_that_a_driver_takes_at_once_are_those_he_takes_one_by_one(shelf: Shelf, clock: FalseClock) -> None:
    def at_the_dock(shop: Shop) -> list[str]:
        for wanted in (("MUG", 1), ("LAMP", 2)):
            shop.to_the_dock(wanted)
        return [row.sscc for row in shop.rows("SELECT sscc FROM parcel ORDER BY sscc")]

    def each(shop: Shop) -> None:
        for sscc in at_the_dock(shop):
            (row,) = shop.rows("SELECT carrier_id FROM label WHERE sscc = %s", sscc)
            assert granted(hand_over(shop.office, PICKER, row.carrier_id, [sscc], shop.key())).handed_over == (sscc,)

    def many(shop: Shop) -> None:
        ssccs = at_the_dock(shop)
        carriers = {row.carrier_id for row in shop.rows("SELECT carrier_id FROM label")}
        assert sum(len(granted(hand_over(shop.office, PICKER, c, ssccs, c)).handed_over) for c in carriers) == 3

    both_ways(shelf, clock, each, many)
