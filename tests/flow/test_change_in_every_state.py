"""Every change in every state up to the doorstep: carried out whole, with what it takes, or refused with what to do.

Ada orders two mugs and a lamp. In each state one thing is changed; then the order goes on to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from doorstep.flow import change, look, place
from doorstep.flow.change import Changed
from doorstep.planning.change import Change, Do, State, consequence
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import CLERK, PICKER, Shop, all_is_well, granted, refused

MILWAUKEE = Address("Ada Byron", ("1 Lake Street",), "Milwaukee", "53202", "US")
NEXT_WEEK = (date(2026, 3, 11), date(2026, 3, 20))
ON_ITS_WAY = (State.HANDED_OVER, State.DELIVERED)


def deliver(shop: Shop, order_id: str) -> None:
    shop.later(days=1)
    for sscc in shop.parcels(order_id):
        if shop.one("SELECT state FROM parcel WHERE sscc = %s", sscc) == "handed_over":
            shop.scan(sscc, "DL", shop.clock.now(), f"delivered-{sscc}")


TO_STATE: dict[State, Callable[[Shop, str], object]] = {
    State.PLANNED: lambda shop, _: shop.settle(),
    State.RELEASED: lambda shop, _: shop.release(),
    State.PICKING: lambda shop, _: shop.pick(shop.tasks()[0]),
    State.PICKED: lambda shop, _: shop.pick_all(),
    State.PACKED: lambda shop, _: shop.pack_all(),
    State.LABELLED: lambda shop, _: shop.settle(),
    State.HANDED_OVER: lambda shop, _: shop.hand_over(),
    State.DELIVERED: deliver,
}


def brought_to(shop: Shop, state: State) -> str:
    """An order that has come as far as `state`."""
    order_id = shop.place(("MUG", 2), ("LAMP", 1), cleared=state is not State.HELD).order_id
    if state is State.CANCELLED:
        granted(change.cancel_order(shop.office, CLERK, order_id, "cancelled"))
    elif state not in (State.HELD, State.PROMISED):
        for reached, go in TO_STATE.items():
            go(shop, order_id)
            if reached is state:
                break
    assert stand(shop, order_id) is state
    return order_id


def stand(shop: Shop, order_id: str) -> State:
    return granted(look.order(shop.office, order_id)).state


def changed(shop: Shop, order_id: str, what: Change) -> Changed | Refusal:
    office, key = shop.office, shop.key()
    if what is Change.CANCEL_LINE:
        return change.cancel_line(office, CLERK, order_id, 1, key)
    if what is Change.CHANGE_QUANTITY:
        return change.change_quantity(office, CLERK, order_id, 1, 4, key)
    if what is Change.CHANGE_ADDRESS:
        return change.change_address(office, CLERK, order_id, MILWAUKEE, key)
    if what is Change.CHANGE_DATE:
        return change.change_date(office, CLERK, order_id, *NEXT_WEEK, key)
    return change.hold_order(office, CLERK, order_id, "the customer is away", key)


def to_the_doorstep(shop: Shop, order_id: str) -> None:
    """Whatever is still to do for the order is done."""
    for _ in range(3):
        shop.later(minutes=10)
        wait_for_departure(shop, order_id)
        shop.settle()
        shop.release()
        shop.pick_all()
        shop.pack_all()
        shop.settle()
    wait_for_departure(shop, order_id)
    shop.hand_over()
    deliver(shop, order_id)


def wait_for_departure(shop: Shop, order_id: str) -> None:
    """Nothing leaves before it is planned to where the customer asked for nothing before a day."""
    shop.settle()
    for row in shop.rows("SELECT departs FROM fulfilment WHERE order_id = %s AND state <> 'cancelled'", order_id):
        if row.departs - timedelta(hours=2) > shop.clock.now():
            shop.clock.move_to(row.departs - timedelta(hours=2))


@pytest.mark.parametrize("what", list(Change), ids=str)
@pytest.mark.parametrize("state", list(State), ids=str)
def test_a_change_is_carried_out_whole_or_refused_with_what_to_do(shop: Shop, state: State, what: Change) -> None:
    order_id = brought_to(shop, state)
    facts = shop.journal()
    told = changed(shop, order_id, what)
    expected = consequence(state, what)
    if isinstance(expected, Refusal):
        assert refused(told, expected.why).says == expected.says
        assert shop.journal() == facts, "a refused change leaves nothing behind"
        return
    done = granted(told)
    assert done.before is state
    assert set(map(str, expected.steps)) <= set(done.done)
    assert (done.promise is not None) == (Do.RE_PROMISE in expected.steps)
    all_is_well(shop.store)
    if what is Change.HOLD:
        resumed(shop, order_id)
    if state is State.HELD:
        granted(place.clear_order(shop.office, CLERK, order_id))
    to_the_doorstep(shop, order_id)
    assert stand(shop, order_id) is State.DELIVERED
    assert delivered(shop, order_id) == {
        "LAMP": 1,
        **({} if what is Change.CANCEL_LINE else {"MUG": 4 if what is Change.CHANGE_QUANTITY else 2}),
    }
    assert len(shop.desk.live_labels()) == len(
        [s for s in shop.parcels(order_id) if shop.one("SELECT state FROM parcel WHERE sscc = %s", s) == "delivered"]
    )


def resumed(shop: Shop, order_id: str) -> None:
    """While it is on hold nobody goes on with it; then it is let go on."""
    shop.later(minutes=30)
    shop.settle()
    assert order_id not in {row.order_id for row in shop.tasks()}
    assert not shop.hand_over()
    refused(change.hold_order(shop.office, CLERK, order_id, "again", shop.key()), Why.WRONG_STATE)
    granted(change.resume_order(shop.office, CLERK, order_id, shop.key()))


def delivered(shop: Shop, order_id: str) -> dict[str, int]:
    query = (
        "SELECT item_id, sum(quantity)::int AS units FROM parcel JOIN parcel_content USING (sscc) "
        "WHERE order_id = %s AND state = 'delivered' GROUP BY item_id"
    )
    return {row.item_id: row.units for row in shop.rows(query, order_id)}


def test_what_was_asked_for_not_before_a_day_stays_until_then(shop: Shop) -> None:
    order_id = shop.place(("MUG", 2), asked_from=date(2026, 3, 16), asked_by=date(2026, 3, 24)).order_id
    shop.settle()
    assert not shop.release().fulfilment_ids, "it would lie about for two weeks"
    wait_for_departure(shop, order_id)
    shop.later(hours=-20)
    assert shop.release().fulfilment_ids, "the floor has a day for it"
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    assert not shop.hand_over(), "today it would be early"
    wait_for_departure(shop, order_id)
    assert shop.hand_over()


def test_the_first_promise_stays_on_record_beside_the_new_one(shop: Shop) -> None:
    order_id = brought_to(shop, State.LABELLED)
    first = shop.promised(order_id)
    granted(change.change_address(shop.office, CLERK, order_id, MILWAUKEE, "moves"))
    promises = granted(look.order(shop.office, order_id)).promises
    assert [(made.revision, made.caused_by) for made in promises] == [(1, ""), (2, "customer")]
    assert promises[0].windows[0].last_day == first
    assert promises[1].windows[0].last_day < first, "Milwaukee is nearer than New York"


def test_a_quantity_that_stock_cannot_serve_is_refused_and_the_order_stays_as_it_was(shop: Shop) -> None:
    order_id = brought_to(shop, State.PLANNED)
    facts, free = shop.journal(), shop.free("MUG")
    refused(change.change_quantity(shop.office, CLERK, order_id, 1, 11, "more"), Why.OUT_OF_STOCK)
    assert (shop.journal(), shop.free("MUG")) == (facts, free)


def test_cancelling_a_line_frees_its_stock_at_once(shop: Shop) -> None:
    order_id = brought_to(shop, State.PICKED)
    granted(change.cancel_line(shop.office, CLERK, order_id, 1, "cancel"))
    assert shop.free("MUG") == 10
    assert shop.on_hand("CS/A-01", "MUG") == 10
    assert shop.on_hand("CS/pack", "LAMP") == 1


def test_cancelling_the_last_line_cancels_the_order(shop: Shop) -> None:
    order_id = brought_to(shop, State.PACKED)
    granted(change.cancel_line(shop.office, CLERK, order_id, 1, "mugs"))
    granted(change.cancel_line(shop.office, CLERK, order_id, 2, "lamp"))
    assert stand(shop, order_id) is State.CANCELLED
    shop.settle()
    assert shop.free("MUG") == 10
    assert shop.free("LAMP") == 3


def test_what_is_left_of_a_line_can_be_cancelled_after_some_of_it_left(shop: Shop) -> None:
    order_id = shop.place(("MUG", 3)).order_id
    shop.settle()
    shop.release()
    shop.pick(shop.tasks()[0], found=2)
    shop.pack_all()
    shop.settle()
    shop.hand_over()
    granted(change.cancel_line(shop.office, CLERK, order_id, 1, "cancel"))
    shop.settle()
    deliver(shop, order_id)
    assert stand(shop, order_id) is State.DELIVERED
    assert delivered(shop, order_id) == {"MUG": 2}


def test_the_same_change_asked_twice_is_made_once(shop: Shop) -> None:
    order_id = brought_to(shop, State.PROMISED)
    first = change.change_quantity(shop.office, CLERK, order_id, 1, 3, "once")
    facts = shop.journal()
    assert change.change_quantity(shop.office, CLERK, order_id, 1, 3, "once") == first
    assert shop.journal() == facts
    refused(change.change_quantity(shop.office, CLERK, order_id, 1, 5, "once"), Why.KEY_REUSED)


@pytest.mark.parametrize("quantity", [0, -1, 10_000_000])
def test_a_change_to_an_impossible_quantity_is_refused(shop: Shop, quantity: int) -> None:
    order_id = brought_to(shop, State.PROMISED)
    refused(change.change_quantity(shop.office, CLERK, order_id, 1, quantity, "bad"), Why.BAD_QUANTITY, str(quantity))


def test_a_change_to_an_impossible_address_or_date_is_refused(shop: Shop) -> None:
    order_id = brought_to(shop, State.PROMISED)
    nowhere = Address("Ada", ("1 Lake Street",), "Milwaukee", "ABC", "US")
    refused(change.change_address(shop.office, CLERK, order_id, nowhere, "a"), Why.BAD_ADDRESS, "ABC")
    past = date(2020, 1, 1)
    refused(change.change_date(shop.office, CLERK, order_id, None, past, "d"), Why.DATE_PAST, "2020-01-01")


def test_unknown_orders_and_lines_are_refused(shop: Shop) -> None:
    order_id = brought_to(shop, State.PROMISED)
    refused(change.cancel_line(shop.office, PICKER, "ord_none", 1, "a"), Why.UNKNOWN_ORDER)
    refused(change.cancel_line(shop.office, PICKER, order_id, 9, "b"), Why.UNKNOWN_ORDER, "line 9")
    refused(change.resume_order(shop.office, PICKER, order_id, "c"), Why.WRONG_STATE, "not on hold")
