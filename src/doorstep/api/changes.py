"""What a customer wants otherwise after the promise: each change is made whole, or refused with what can be done."""

from __future__ import annotations

from fastapi import APIRouter

from doorstep.api.answers import ChangedOut
from doorstep.api.bodies import DateIn, HoldIn, QuantityIn
from doorstep.api.given import Changing, LineNo, OrderId
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow import change
from doorstep.intake.orders import AddressIn

router = APIRouter(prefix="/orders/{order_id}", tags=["changes"], responses=or_problem(404, 409))


@router.post("/cancel")
def cancel_order(asked: Changing, order_id: OrderId) -> ChangedOut:
    """Cancel what has not left of every line."""
    return ChangedOut.of(granted(change.cancel_order(asked.under_key(), asked.who, order_id, asked.key)))


@router.post("/lines/{line_no}/cancel")
def cancel_line(asked: Changing, order_id: OrderId, line_no: LineNo) -> ChangedOut:
    """Cancel what has not left of one line."""
    return ChangedOut.of(granted(change.cancel_line(asked.under_key(), asked.who, order_id, line_no, asked.key)))


@router.post("/lines/{line_no}/quantity")
def change_quantity(asked: Changing, order_id: OrderId, line_no: LineNo, body: QuantityIn) -> ChangedOut:
    """Change how many units a line is for."""
    office = asked.under_key(body)
    told = change.change_quantity(office, asked.who, order_id, line_no, body.quantity, asked.key)
    return ChangedOut.of(granted(told))


@router.post("/address")
def change_address(asked: Changing, order_id: OrderId, body: AddressIn) -> ChangedOut:
    """Send what has not left elsewhere."""
    office = asked.under_key(body)
    return ChangedOut.of(granted(change.change_address(office, asked.who, order_id, body.value(), asked.key)))


@router.post("/date")
def change_date(asked: Changing, order_id: OrderId, body: DateIn) -> ChangedOut:
    """Deliver inside another window of dates."""
    office = asked.under_key(body)
    told = change.change_date(office, asked.who, order_id, body.asked_from, body.asked_by, asked.key)
    return ChangedOut.of(granted(told))


@router.post("/hold")
def hold_order(asked: Changing, order_id: OrderId, body: HoldIn) -> ChangedOut:
    """Stop the order where it stands; its stock stays its own."""
    office = asked.under_key(body)
    return ChangedOut.of(granted(change.hold_order(office, asked.who, order_id, body.reason, asked.key)))


@router.post("/resume")
def resume_order(asked: Changing, order_id: OrderId) -> ChangedOut:
    """Let a stopped order go on, with a new promise from now."""
    return ChangedOut.of(granted(change.resume_order(asked.under_key(), asked.who, order_id, asked.key)))
