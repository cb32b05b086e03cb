"""What a reading of the code found: each was wrong once."""

from __future__ import annotations

from datetime import timedelta

from doorstep.flow import change, place
from doorstep.flow.hand_over import hand_over
from doorstep.flow.master import define_items
from doorstep.flow.office import Who
from doorstep.flow.pack import pack
from doorstep.flow.ship import send_label, void_label
from doorstep.flow.track import take_scan
from doorstep.links.sender import End, Sender
from doorstep.flow.office import Office
from doorstep.storage.due import TryAgain
from doorstep.terms.item import Item, Part, Tracking
from doorstep.terms.order import Terms
from doorstep.twin.carrier import CarrierTransport
from tests.corner_shop import CLERK, PICKER, Shop, granted, scan_of


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
    elsewhere = change.Address("Ada Byron", ("1 Lake Street",), "Milwaukee", "53202", "US")
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


def test_an_order_is_cancelled_as_far_as_it_has_not_left(shop: Shop) -> None:
    order_id = shop.on_its_way(("MUG", 1), ("LAMP", 1)).order_id
    assert change.cancel_order(shop.office, CLERK, order_id, shop.key()).code == "too_late"  # type: ignore[union-attr]
    shop.expect("MUG", 20)
    apart = shop.place(("LAMP", 1), ("MUG", 15), terms=Terms(max_deliveries=2)).order_id
    shop.settle()
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    assert shop.hand_over()
    granted(change.cancel_order(shop.office, CLERK, apart, shop.key()))
    assert all(waiting + held + picked == 0 for _, _, waiting, held, picked, _ in shop.demand(apart))


def test_a_line_in_two_fulfilment_orders_is_cancelled_in_each_as_far_as_that_is(shop: Shop) -> None:
    inbound_id = shop.expect("MUG", 20)
    order_id = shop.place(("MUG", 15), terms=Terms(max_deliveries=2)).order_id
    shop.settle()
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    shop.receive("MUG", 20, inbound_id=inbound_id)
    shop.settle()
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
