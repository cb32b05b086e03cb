"""Change after promise: for every state of an order and every change, what must be done, or why it cannot be.

The steps are told in the order in which they are done: first what is undone on the floor, from the last step back to
the first, then what is free again, then what is decided anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorstep.terms.refusals import Refusal, Why


class State(StrEnum):
    """How far the order (or the fulfilment order that is changed) has come."""

    HELD = "held"  # waits for payment, credit or fraud checks, or was stopped: its clock stands still
    PROMISED = "promised"
    PLANNED = "planned"
    RELEASED = "released"  # its tasks are on the floor, none is begun
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    LABELLED = "labelled"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Change(StrEnum):
    """What a customer or a colleague may want to be otherwise."""

    CANCEL_LINE = "cancel_line"
    CHANGE_QUANTITY = "change_quantity"
    CHANGE_ADDRESS = "change_address"
    CHANGE_DATE = "change_date"
    HOLD = "hold"


class Do(StrEnum):
    """One step of carrying out a change."""

    VOID_LABEL = "void the label"  # with the carrier; the money comes back
    UNPACK = "unpack the parcels"
    CANCEL_TASKS = "cancel the tasks that are not done"
    PUT_BACK = "put back what is picked"
    SET_ASIDE = "set the goods aside at their place"  # the dock or the pack bench: nobody works on them
    RELEASE_HOLDS = "release the holds on stock"
    RE_RESERVE = "reserve anew"
    STOP_CLOCK = "stop the promise's clock"
    RE_PROMISE = "promise anew"  # a new promise beside the old ones, with who caused it
    REPLAN = "plan again"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a change takes, in the order to do it."""

    steps: tuple[Do, ...]


def consequence(state: State, change: Change) -> Consequence | Refusal:
    """What `change` takes in `state`; TOO_LATE or WRONG_STATE with what can be done instead."""
    answer = _TABLE[state][change]
    if isinstance(answer, _No):
        return Refusal(answer.why, answer.says, {"state": state.value, "change": change.value})
    return Consequence(answer)


@dataclass(frozen=True, slots=True)
class _No:
    why: Why
    says: str


_SEND_BACK = _No(Why.TOO_LATE, "the carrier has the parcel: refuse it at the door, or send it back for a refund")
_ORDER_MORE = _No(Why.TOO_LATE, "the carrier has the parcel: order more, or send back what is too much")
_REDIRECT = _No(Why.TOO_LATE, "the carrier has the parcel: ask the carrier to redirect it")
_ASK_CARRIER = _No(Why.TOO_LATE, "the carrier has the parcel: ask the carrier to deliver it on another day")
_INTERCEPT = _No(Why.TOO_LATE, "the carrier has the parcel: ask the carrier to stop it and bring it back")

_RETURN = _No(Why.TOO_LATE, "it is delivered: open a return instead")
_RETURN_OR_MORE = _No(Why.TOO_LATE, "it is delivered: order more, or open a return for what is too much")
_NEW_ADDRESS = _No(Why.TOO_LATE, "it is delivered: open a return and order again to the other address")
_DATE_PAST = _No(Why.TOO_LATE, "it is delivered: the date cannot change; if it does not suit, open a return")
_TOO_LATE_TO_HOLD = _No(Why.TOO_LATE, "it is delivered: there is nothing to stop; open a dispute or a return")

_CANCELLED = _No(Why.WRONG_STATE, "it is cancelled: place a new order")
_NOTHING_TO_HOLD = _No(Why.WRONG_STATE, "it is cancelled: there is nothing to stop")
_HELD_ALREADY = _No(Why.WRONG_STATE, "it is held already: let it go on, or cancel it")

_Answer = tuple[Do, ...] | _No

_TABLE: dict[State, dict[Change, _Answer]] = {
    State.HELD: {
        Change.CANCEL_LINE: (Do.RELEASE_HOLDS,),
        Change.CHANGE_QUANTITY: (Do.RELEASE_HOLDS, Do.RE_RESERVE, Do.RE_PROMISE),
        Change.CHANGE_ADDRESS: (Do.RE_PROMISE,),
        Change.CHANGE_DATE: (Do.RE_PROMISE,),
        Change.HOLD: _HELD_ALREADY,
    },
    State.PROMISED: {
        Change.CANCEL_LINE: (Do.RELEASE_HOLDS,),
        Change.CHANGE_QUANTITY: (Do.RELEASE_HOLDS, Do.RE_RESERVE, Do.RE_PROMISE),
        Change.CHANGE_ADDRESS: (Do.RE_PROMISE,),
        Change.CHANGE_DATE: (Do.RE_PROMISE,),
        Change.HOLD: (Do.STOP_CLOCK,),
    },
    State.PLANNED: {
        Change.CANCEL_LINE: (Do.RELEASE_HOLDS, Do.REPLAN),
        Change.CHANGE_QUANTITY: (Do.RELEASE_HOLDS, Do.RE_RESERVE, Do.RE_PROMISE, Do.REPLAN),
        Change.CHANGE_ADDRESS: (Do.RE_PROMISE, Do.REPLAN),
        Change.CHANGE_DATE: (Do.RE_PROMISE, Do.REPLAN),
        Change.HOLD: (Do.STOP_CLOCK, Do.REPLAN),
    },
    State.RELEASED: {
        Change.CANCEL_LINE: (Do.CANCEL_TASKS, Do.RELEASE_HOLDS, Do.REPLAN),
        Change.CHANGE_QUANTITY: (Do.CANCEL_TASKS, Do.RELEASE_HOLDS, Do.RE_RESERVE, Do.RE_PROMISE, Do.REPLAN),
        Change.CHANGE_ADDRESS: (Do.CANCEL_TASKS, Do.RE_PROMISE, Do.REPLAN),
        Change.CHANGE_DATE: (Do.CANCEL_TASKS, Do.RE_PROMISE, Do.REPLAN),
        Change.HOLD: (Do.CANCEL_TASKS, Do.STOP_CLOCK, Do.REPLAN),
    },
    State.PICKING: {
        Change.CANCEL_LINE: (Do.CANCEL_TASKS, Do.PUT_BACK, Do.RELEASE_HOLDS, Do.REPLAN),
        Change.CHANGE_QUANTITY: (
            *(Do.CANCEL_TASKS, Do.PUT_BACK),
            *(Do.RELEASE_HOLDS, Do.RE_RESERVE, Do.RE_PROMISE, Do.REPLAN),
        ),
        Change.CHANGE_ADDRESS: (Do.CANCEL_TASKS, Do.PUT_BACK, Do.RE_PROMISE, Do.REPLAN),
        Change.CHANGE_DATE: (Do.CANCEL_TASKS, Do.PUT_BACK, Do.RE_PROMISE, Do.REPLAN),
        Change.HOLD: (Do.CANCEL_TASKS, Do.SET_ASIDE, Do.STOP_CLOCK),
    },
    State.PICKED: {
        Change.CANCEL_LINE: (Do.PUT_BACK, Do.RELEASE_HOLDS, Do.REPLAN),
        Change.CHANGE_QUANTITY: (Do.PUT_BACK, Do.RELEASE_HOLDS, Do.RE_RESERVE, Do.RE_PROMISE, Do.REPLAN),
        Change.CHANGE_ADDRESS: (Do.RE_PROMISE, Do.REPLAN),  # the goods are right: they stay where they are
        Change.CHANGE_DATE: (Do.SET_ASIDE, Do.RE_PROMISE, Do.REPLAN),
        Change.HOLD: (Do.SET_ASIDE, Do.STOP_CLOCK),
    },
    State.PACKED: {
        Change.CANCEL_LINE: (Do.UNPACK, Do.PUT_BACK, Do.RELEASE_HOLDS, Do.REPLAN),
        Change.CHANGE_QUANTITY: (
            *(Do.UNPACK, Do.PUT_BACK),
            *(Do.RELEASE_HOLDS, Do.RE_RESERVE, Do.RE_PROMISE, Do.REPLAN),
        ),
        Change.CHANGE_ADDRESS: (Do.RE_PROMISE, Do.REPLAN),
        Change.CHANGE_DATE: (Do.SET_ASIDE, Do.RE_PROMISE, Do.REPLAN),
        Change.HOLD: (Do.SET_ASIDE, Do.STOP_CLOCK),
    },
    State.LABELLED: {
        Change.CANCEL_LINE: (Do.VOID_LABEL, Do.UNPACK, Do.PUT_BACK, Do.RELEASE_HOLDS, Do.REPLAN),
        Change.CHANGE_QUANTITY: (
            *(Do.VOID_LABEL, Do.UNPACK, Do.PUT_BACK),
            *(Do.RELEASE_HOLDS, Do.RE_RESERVE, Do.RE_PROMISE, Do.REPLAN),
        ),
        Change.CHANGE_ADDRESS: (Do.VOID_LABEL, Do.RE_PROMISE, Do.REPLAN),
        Change.CHANGE_DATE: (Do.VOID_LABEL, Do.SET_ASIDE, Do.RE_PROMISE, Do.REPLAN),
        Change.HOLD: (Do.VOID_LABEL, Do.SET_ASIDE, Do.STOP_CLOCK),
    },
    State.HANDED_OVER: {
        Change.CANCEL_LINE: _SEND_BACK,
        Change.CHANGE_QUANTITY: _ORDER_MORE,
        Change.CHANGE_ADDRESS: _REDIRECT,
        Change.CHANGE_DATE: _ASK_CARRIER,
        Change.HOLD: _INTERCEPT,
    },
    State.DELIVERED: {
        Change.CANCEL_LINE: _RETURN,
        Change.CHANGE_QUANTITY: _RETURN_OR_MORE,
        Change.CHANGE_ADDRESS: _NEW_ADDRESS,
        Change.CHANGE_DATE: _DATE_PAST,
        Change.HOLD: _TOO_LATE_TO_HOLD,
    },
    State.CANCELLED: {
        Change.CANCEL_LINE: _CANCELLED,
        Change.CHANGE_QUANTITY: _CANCELLED,
        Change.CHANGE_ADDRESS: _CANCELLED,
        Change.CHANGE_DATE: _CANCELLED,
        Change.HOLD: _NOTHING_TO_HOLD,
    },
}
