"""Change after promise: the whole table, every state with every change, reads as the house would tell it."""

from __future__ import annotations

from itertools import product

import pytest

from doorstep.planning.change import Change, Consequence, Do, State, consequence
from doorstep.terms.refusals import Refusal, Why

CELLS = list(product(State, Change))
ON_THE_FLOOR = (Do.VOID_LABEL, Do.UNPACK, Do.CANCEL_TASKS, Do.PUT_BACK, Do.SET_ASIDE)
ORDER = list(Do)

THE_TABLE = """
held         cancel_line      release the holds on stock
held         change_quantity  release the holds on stock; reserve anew; promise anew
held         change_address   promise anew
held         change_date      promise anew
held         hold             no: it is held already: let it go on, or cancel it
promised     cancel_line      release the holds on stock
promised     change_quantity  release the holds on stock; reserve anew; promise anew
promised     change_address   promise anew
promised     change_date      promise anew
promised     hold             stop the promise's clock
planned      cancel_line      release the holds on stock; plan again
planned      change_quantity  release the holds on stock; reserve anew; promise anew; plan again
planned      change_address   promise anew; plan again
planned      change_date      promise anew; plan again
planned      hold             stop the promise's clock; plan again
released     cancel_line      cancel the tasks that are not done; release the holds on stock; plan again
released     change_quantity  cancel the tasks that are not done; release the holds on stock; reserve anew; promise anew; plan again
released     change_address   cancel the tasks that are not done; promise anew; plan again
released     change_date      cancel the tasks that are not done; promise anew; plan again
released     hold             cancel the tasks that are not done; stop the promise's clock; plan again
picking      cancel_line      cancel the tasks that are not done; put back what is picked; release the holds on stock; plan again
picking      change_quantity  cancel the tasks that are not done; put back what is picked; release the holds on stock; reserve anew; promise anew; plan again
picking      change_address   cancel the tasks that are not done; put back what is picked; promise anew; plan again
picking      change_date      cancel the tasks that are not done; put back what is picked; promise anew; plan again
picking      hold             cancel the tasks that are not done; set the goods aside at their place; stop the promise's clock
picked       cancel_line      put back what is picked; release the holds on stock; plan again
picked       change_quantity  put back what is picked; release the holds on stock; reserve anew; promise anew; plan again
picked       change_address   promise anew; plan again
picked       change_date      set the goods aside at their place; promise anew; plan again
picked       hold             set the goods aside at their place; stop the promise's clock
packed       cancel_line      unpack the parcels; put back what is picked; release the holds on stock; plan again
packed       change_quantity  unpack the parcels; put back what is picked; release the holds on stock; reserve anew; promise anew; plan again
packed       change_address   promise anew; plan again
packed       change_date      set the goods aside at their place; promise anew; plan again
packed       hold             set the goods aside at their place; stop the promise's clock
labelled     cancel_line      void the label; unpack the parcels; put back what is picked; release the holds on stock; plan again
labelled     change_quantity  void the label; unpack the parcels; put back what is picked; release the holds on stock; reserve anew; promise anew; plan again
labelled     change_address   void the label; promise anew; plan again
labelled     change_date      void the label; set the goods aside at their place; promise anew; plan again
labelled     hold             void the label; set the goods aside at their place; stop the promise's clock
handed_over  cancel_line      no: the carrier has the parcel: refuse it at the door, or send it back for a refund
handed_over  change_quantity  no: the carrier has the parcel: order more, or send back what is too much
handed_over  change_address   no: the carrier has the parcel: ask the carrier to redirect it
handed_over  change_date      no: the carrier has the parcel: ask the carrier to deliver it on another day
handed_over  hold             no: the carrier has the parcel: ask the carrier to stop it and bring it back
delivered    cancel_line      no: it is delivered: open a return instead
delivered    change_quantity  no: it is delivered: order more, or open a return for what is too much
delivered    change_address   no: it is delivered: open a return and order again to the other address
delivered    change_date      no: it is delivered: the date cannot change; if it does not suit, open a return
delivered    hold             no: it is delivered: there is nothing to stop; open a dispute or a return
cancelled    cancel_line      no: it is cancelled: place a new order
cancelled    change_quantity  no: it is cancelled: place a new order
cancelled    change_address   no: it is cancelled: place a new order
cancelled    change_date      no: it is cancelled: place a new order
cancelled    hold             no: it is cancelled: there is nothing to stop
"""  # noqa: E501


def told(state: State, change: Change) -> str:
    answer = consequence(state, change)
    says = f"no: {answer.says}" if isinstance(answer, Refusal) else "; ".join(answer.steps)
    return f"{state:<12} {change:<16} {says}"


def test_the_table_says_what_the_house_would_say() -> None:
    assert [told(state, change) for state, change in CELLS] == THE_TABLE.strip().splitlines()


@pytest.mark.parametrize(("state", "change"), CELLS)
def test_every_cell_has_steps_in_order_or_says_what_can_be_done_instead(state: State, change: Change) -> None:
    answer = consequence(state, change)
    if isinstance(answer, Consequence):
        assert answer.steps
        places = [ORDER.index(step) for step in answer.steps]
        assert places == sorted(set(places))
    else:
        assert answer.why in (Why.TOO_LATE, Why.WRONG_STATE)
        assert ":" in answer.says
        assert answer.concerns == {"state": state.value, "change": change.value}


@pytest.mark.parametrize("change", Change)
def test_what_the_carrier_has_is_too_late_and_what_is_cancelled_stays_so(change: Change) -> None:
    for state, why in (
        (State.HANDED_OVER, Why.TOO_LATE),
        (State.DELIVERED, Why.TOO_LATE),
        (State.CANCELLED, Why.WRONG_STATE),
    ):
        answer = consequence(state, change)
        assert isinstance(answer, Refusal)
        assert answer.why is why


@pytest.mark.parametrize("change", Change)
def test_a_label_is_voided_whenever_a_labelled_parcel_changes(change: Change) -> None:
    for state in State:
        answer = consequence(state, change)
        if isinstance(answer, Consequence):
            assert (Do.VOID_LABEL in answer.steps) == (state is State.LABELLED)


def test_nothing_is_undone_on_the_floor_before_the_floor_has_it() -> None:
    for state, change in product((State.HELD, State.PROMISED, State.PLANNED), Change):
        answer = consequence(state, change)
        if isinstance(answer, Consequence):
            assert not set(answer.steps) & set(ON_THE_FLOOR)


def test_a_changed_order_is_promised_anew_and_a_cancelled_line_is_not() -> None:
    for state, change in CELLS:
        answer = consequence(state, change)
        if isinstance(answer, Consequence):
            promised_anew = change in (Change.CHANGE_QUANTITY, Change.CHANGE_ADDRESS, Change.CHANGE_DATE)
            assert (Do.RE_PROMISE in answer.steps) == promised_anew
