"""What a reading of the code found: each was wrong once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from doorstep.flow import change, plan, supply
from doorstep.flow.buying import impersonal
from doorstep.flow.hand_over import hand_over
from doorstep.flow.load import load_company
from doorstep.flow.master import define_items, define_site
from doorstep.flow.office import Office, Who
from doorstep.flow.pack import pack
from doorstep.flow.place import place_order
from doorstep.flow.ship import send_label, void_label
from doorstep.flow.track import take_scan
from doorstep.intake.company import StockIn
from doorstep.links.sender import End, Sender
from doorstep.storage.due import TryAgain
from doorstep.terms.calendar import Calendar
from doorstep.terms.item import Item, Part, Tracking
from doorstep.terms.places import Address
from doorstep.terms.refusals import Why
from doorstep.twin.carrier import CarrierTransport
from tests.corner_shop import CLERK, HOMES, MONDAY, PICKER, Shop, company_file, granted, order, refused, scan_of

CORNER = Address("Corner Shop", ("1 Corner Street",), "Chicago", "60601", "US")


def one_of_two_lamps_leaves(shop: Shop) -> tuple[str, list[str]]:
    """An order for two lamps, one parcel each, of which the driver took the first."""
    order_id = shop.to_the_dock(("LAMP", 2)).order_id
    ssccs = shop.parcels(order_id)
    carrier_id = shop.rows("SELECT carrier_id FROM label")[0].carrier_id
    granted(hand_over(shop.office, Who("dan"), carrier_id, ssccs[:1], shop.key()))
    return order_id, ssccs


def test_cancelling_takes_back_the_parcel_at_the_dock_and_leaves_the_one_that_left(shop: Shop) -> None:
    order_id, ssccs = one_of_two_lamps_leaves(shop)
    granted(change.cancel_order(shop.office, CLERK, order_id, shop.key()))
    shop.settle()
    assert shop.demand(order_id) == [("LAMP", 1, 0, 0, 0, 1)]
    assert [row.state for row in shop.rows("SELECT state FROM parcel ORDER BY sscc")] == ["handed_over", "unpacked"]
    assert [row.state for row in shop.rows("SELECT state FROM label ORDER BY sscc")] == ["bought", "voided"]
    assert shop.fulfilments(order_id) == ["handed_over"]
    shop.later(days=1)
    shop.scan(ssccs[0], "DL", shop.clock.now())
    assert shop.one("SELECT state FROM orders") == "delivered"


def test_a_new_address_voids_no_label_of_a_parcel_that_left(shop: Shop) -> None:
    order_id, _ = one_of_two_lamps_leaves(shop)
    elsewhere = Address("Ada Byron", ("1 Lake Street",), "Milwaukee", "53202", "US")
    granted(change.change_address(shop.office, CLERK, order_id, elsewhere, shop.key()))
    shop.settle()
    states = [row.state for row in shop.rows("SELECT state FROM label ORDER BY sscc, label_id")]
    assert states == ["bought", "voided", "bought"]


def test_a_kit_that_is_made_up_otherwise_now_is_cancelled_as_it_was_ordered(shop: Shop) -> None:
    order_id = shop.place(("TEA-FOR-TWO", 1), ("MUG", 1)).order_id
    otherwise = Item("TEA-FOR-TWO", "Two lamps and a mug", parts=(Part("LAMP", 2), Part("MUG", 1)))
    granted(define_items(shop.office, CLERK, [otherwise]))
    granted(change.cancel_line(shop.office, CLERK, order_id, 1, shop.key()))
    assert shop.demand(order_id)[:2] == [("MUG", 0, 0, 0, 0, 0), ("TEA", 0, 0, 0, 0, 0)]


def a_short_pick(shop: Shop, item_id: str, found: int, *wanted: tuple[str, int]) -> str:
    """An order in two fulfilment orders: what was found has its labels, what was not is planned again."""
    order_id = shop.place(*wanted).order_id
    shop.settle()
    shop.release()
    for task in shop.tasks():
        shop.pick(task, found if task.item_id == item_id else None)
    shop.pack_all()
    shop.settle()
    assert sorted(shop.fulfilments(order_id)) == ["labelled", "planned"]
    return order_id


def test_an_order_is_cancelled_as_far_as_it_has_not_left(shop: Shop) -> None:
    order_id = a_short_pick(shop, "MUG", 0, ("LAMP", 1), ("MUG", 2))
    assert shop.hand_over()
    granted(change.cancel_order(shop.office, CLERK, order_id, shop.key()))
    assert shop.demand(order_id) == [("LAMP", 1, 0, 0, 0, 1), ("MUG", 0, 0, 0, 0, 0)]
    refused(change.cancel_order(shop.office, CLERK, order_id, shop.key()), Why.TOO_LATE, "carrier has the parcel")


def test_a_line_in_two_fulfilment_orders_is_cancelled_in_each_as_far_as_that_is(shop: Shop) -> None:
    order_id = a_short_pick(shop, "MUG", 2, ("MUG", 4))
    shop.release()
    assert sorted(shop.fulfilments(order_id)) == ["labelled", "released"]
    granted(change.cancel_line(shop.office, CLERK, order_id, 1, shop.key()))
    assert shop.fulfilments(order_id) == ["cancelled", "cancelled"]
    assert shop.demand(order_id) == [("MUG", 0, 0, 0, 0, 0)]


def test_what_was_put_back_is_not_packed_when_the_rest_is_not_found(shop: Shop) -> None:
    order_id = shop.place(("MUG", 1), ("LAMP", 1)).order_id
    shop.settle()
    shop.release()
    mug, lamp = sorted(shop.tasks(), key=lambda task: task.line_no)
    shop.pick(mug)
    granted(change.cancel_line(shop.office, CLERK, order_id, 1, shop.key()))
    assert not shop.pick(lamp, 0).to_pack
    assert shop.fulfilments(order_id) == ["cancelled"]


def test_a_scan_of_a_parcel_that_was_opened_again_is_parked(shop: Shop) -> None:
    order_id = shop.to_the_dock(("MUG", 1)).order_id
    (label,) = shop.rows("SELECT * FROM label")
    granted(change.cancel_order(shop.office, CLERK, order_id, shop.key()))
    shop.settle()
    raw = scan_of(label.tracking_number, "DL", shop.clock.now())
    assert take_scan(shop.office, label.carrier_id, raw).outcome == "parked"


def with_key(shop: Shop, key: str) -> Office:
    """The office with another key for its carriers."""
    headers = {"Authorization": f"Bearer {key}"}
    ends = {carrier_id: End(carrier_id, "http://carrier.test", headers) for carrier_id in ("steady", "swift")}
    return Office(shop.store, Sender(ends, transport=CarrierTransport(shop.desk)))


def test_a_label_of_unknown_outcome_is_not_given_up_because_the_carrier_will_not_let_us_look(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 1))
    (packed,) = shop.pack_all()
    shop.office = Office(shop.store, None)
    shop.settle()
    (label,) = shop.rows("SELECT * FROM label")
    assert isinstance(send_label(with_key(shop, "a-wrong-key-altogether"), label.label_id, 1), TryAgain)
    assert shop.one("SELECT state FROM label") == "requested"
    change.cancel_order(shop.office, CLERK, label.order_id, shop.key())
    shop.store.run(lambda tx: tx.no_longer("send_label", [label.label_id]))
    assert isinstance(void_label(with_key(shop, "a-wrong-key-altogether"), label.label_id, 0), TryAgain)
    assert shop.one("SELECT state FROM label") == "void_requested"
    assert packed


def test_goods_of_unknown_weight_weigh_what_the_scale_says(shop: Shop) -> None:
    granted(define_items(shop.office, CLERK, [Item("MUG", "Mug, weight unknown", tracking=Tracking.NONE)]))
    shop.to_the_bench(("MUG", 1))
    (row,) = shop.rows("SELECT fulfilment_id FROM fulfilment")
    done = granted(pack(shop.office, PICKER, row.fulfilment_id, shop.key(), [500]))
    assert done.parcels[0].weight_g == 500


def test_a_count_while_orders_are_planned_is_not_forgotten(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = shop.place(("MUG", 8)).order_id
    really = supply.site_supplies

    def counted_meanwhile(*told: Any) -> Any:
        monkeypatch.setattr("doorstep.flow.plan_world.site_supplies", really)
        shop.count("CS/A-01", "MUG", 5)
        return really(*told)

    monkeypatch.setattr("doorstep.flow.plan_world.site_supplies", counted_meanwhile)
    plan.plan_open_orders(shop.office)
    assert shop.rows("SELECT 1 FROM due WHERE verb = 'plan_orders' AND key = %s", order_id)
    shop.count("CS/A-01", "MUG", 9)
    shop.settle()


def test_all_of_a_row_is_counted_away_while_orders_are_planned(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.place(("MUG", 8))
    really = supply.site_supplies

    def counted_meanwhile(*told: Any) -> Any:
        monkeypatch.setattr("doorstep.flow.plan_world.site_supplies", really)
        shop.count("CS/A-01", "MUG", 0)
        return really(*told)

    monkeypatch.setattr("doorstep.flow.plan_world.site_supplies", counted_meanwhile)
    plan.plan_open_orders(shop.office)


def test_a_fulfilment_order_that_was_replaced_a_moment_ago_is_not_released(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.place(("MUG", 1))
    shop.settle()
    with shop.store.reading() as tx:
        stale = tx.rows("SELECT f.*, o.area FROM fulfilment f JOIN orders o USING (order_id)")
    elsewhere = Address("Ada Byron", ("1 Lake Street",), "Milwaukee", "53202", "US")
    granted(change.change_address(shop.office, CLERK, stale[0].order_id, elsewhere, shop.key()))
    shop.settle()
    monkeypatch.setattr("doorstep.storage.queries.floor.to_release", lambda *_: stale)
    assert shop.release().fulfilment_ids == ()


def test_a_site_that_is_closed_all_year_ships_nothing_and_breaks_nothing(shop: Shop) -> None:
    never = frozenset(MONDAY.date() + timedelta(days=day) for day in range(-2, 900))
    order_id = shop.place(("MUG", 1)).order_id
    closed = Calendar("America/Chicago", closed=never)
    granted(define_site(shop.office, CLERK, "CS", "Corner Shop", CORNER, closed, ["A-01", "A-02", "B-01"]))
    refused(place_order(shop.office, CLERK, order(("MUG", 1)), shop.key()), Why.OUT_OF_STOCK)
    assert plan.plan_open_orders(shop.office).waiting == (order_id,)


def test_the_new_promise_is_not_sooner_than_that_of_a_part_nobody_asked_about(shop: Shop) -> None:
    order_id = a_short_pick(shop, "MUG", 0, ("LAMP", 1), ("MUG", 2))
    before = shop.promised(order_id)
    granted(change.change_quantity(shop.office, CLERK, order_id, 2, 1, shop.key()))
    inputs = shop.rows("SELECT inputs FROM promise WHERE line_no = 0 ORDER BY revision DESC LIMIT 1")[0].inputs
    assert set(inputs["windows"]) == {"0", "1", "2"}  # the lamp, which stands at the dock, as well
    assert shop.promised(order_id) >= before


def test_what_may_not_be_sent_any_more_is_not_released(shop: Shop) -> None:
    """The lot of a planned order turns out to be too old."""
    order_id = shop.place(("TEA", 20), customer="bistro").order_id
    shop.settle()
    assert shop.fulfilments(order_id) == ["planned"]
    shop.receive("TEA", 1, "CS/A-02", lot="T2", expires_on=MONDAY.date() + timedelta(days=3))
    shop.settle()
    plan.plan_open_orders(shop.office)
    assert shop.release().fulfilment_ids == ()


def test_a_file_that_was_refused_is_loaded_when_it_is_mended(shop: Shop) -> None:
    file = company_file()
    more = StockIn(place_id="CS/C-01", item_id="MUG", quantity=1)
    wrong = file.model_copy(update={"stock": [*file.stock, more]})
    refused(load_company(shop.office, CLERK, wrong), Why.UNKNOWN_PLACE, "CS/C-01")
    (site,) = file.sites
    mended = wrong.model_copy(update={"sites": [site.model_copy(update={"bins": [*site.bins, "C-01"]})]})
    granted(load_company(shop.office, CLERK, mended))
    granted(load_company(shop.office, CLERK, mended))
    assert shop.on_hand("CS/C-01", "MUG") == 1


def test_what_still_waits_can_be_stopped_and_sent_elsewhere_when_the_rest_has_left(shop: Shop) -> None:
    order_id = a_short_pick(shop, "MUG", 0, ("LAMP", 1), ("MUG", 2))
    shop.hand_over()
    shop.count("CS/A-01", "MUG", 0)
    shop.settle()
    assert sorted(shop.fulfilments(order_id)) == ["cancelled", "handed_over"]
    granted(change.hold_order(shop.office, CLERK, order_id, "the customer is away", shop.key()))
    shop.receive("MUG", 5)
    granted(change.resume_order(shop.office, CLERK, order_id, shop.key()))
    granted(change.cancel_line(shop.office, CLERK, order_id, 2, shop.key()))


def test_what_a_carrier_says_of_an_address_is_written_down_without_the_address(shop: Shop) -> None:
    says = "Ada Byron, 12 ENGINE ROW: no such street; ask ada@example.com"
    assert impersonal(says, HOMES["ada"]) == "..., ...: no such street; ask ..."
