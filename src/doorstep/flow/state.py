"""How far an order, or one of its fulfilment orders, has come: one word for it, wherever it is shown or judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from doorstep.planning.change import State

_ORDER = (
    State.PLANNED,
    State.RELEASED,
    State.PICKING,
    State.PICKED,
    State.PACKED,
    State.LABELLED,
    State.HANDED_OVER,
    State.DELIVERED,
)


def state_of_fulfilment(fulfilment: Any, tasks: Iterable[Any]) -> State:
    """The state of one fulfilment order; picking is released with a task done."""
    if fulfilment.state == "released" and any(task.state in ("picked", "short") for task in tasks):
        return State.PICKING
    return State(fulfilment.state)


def state_of_order(order: Any, fulfilments: Iterable[tuple[Any, Iterable[Any]]]) -> State:
    """The state of a whole order: of its parts the one least far on, since the order is where its last part is.

    An order that waits for payment is held; one that somebody stopped keeps its place on the floor.
    """
    return _state(order, fulfilments, min)


def furthest_state(order: Any, fulfilments: Iterable[tuple[Any, Iterable[Any]]]) -> State:
    """The state of the part furthest on: it limits what can be changed."""
    return _state(order, fulfilments, max)


def _state(order: Any, fulfilments: Iterable[tuple[Any, Iterable[Any]]], choose: Callable[..., State]) -> State:
    if order.state != "open":
        return State(order.state)
    states = [state_of_fulfilment(fulfilment, tasks) for fulfilment, tasks in fulfilments]
    if not states:
        return State.HELD if order.cleared_at is None or order.stopped else State.PROMISED
    return choose(states, key=_ORDER.index)
