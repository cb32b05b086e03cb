"""Orders and quotes: ask, place, look, clear."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from doorstep.api.answers import OrderIdOut, OrdersOut, PlacedOut, QuoteOut
from doorstep.api.bodies import OrderPage
from doorstep.api.given import Changing, OrderId, Reading
from doorstep.api.order_answers import ExplanationOut, OrderOut, RevokedOut, TimelineOut, TrackingLinkOut
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow import look, place, tracking_link
from doorstep.flow.explain import explain
from doorstep.flow.look_orders import order_page, order_timeline
from doorstep.intake.orders import OrderIn

router = APIRouter(tags=["orders"])

ORDER_EXAMPLE: dict[str, Any] = {
    "customer_id": "ada",
    "lines": [{"item_id": "MUG", "quantity": 2}],
    "ship_to": {
        "name": "Ada Byron",
        "lines": ["12 Engine Row"],
        "city": "New York",
        "postcode": "10001",
        "country": "US",
    },
    "currency": "USD",
    "reference": "web-1",
}
OrderBody = Annotated[OrderIn, Body(examples=[ORDER_EXAMPLE])]


@router.post("/quotes", responses=or_problem(409))
def quote_order(office: Reading, order: OrderBody) -> QuoteOut:
    """What could be promised for an order now. Nothing is held and nothing is recorded."""
    return QuoteOut.of(granted(place.quote_order(office, order.value())))


@router.post("/orders", status_code=201, responses=or_problem(409))
def place_order(asked: Changing, order: OrderBody, response: Response) -> PlacedOut:
    """Place an order: it is promised and its stock is held, in one step."""
    placed = granted(place.place_order(asked.under_key(order), asked.who, order.value(), asked.key))
    response.headers["Location"] = f"/v1/orders/{placed.order_id}"
    return PlacedOut.of(placed)


@router.get("/orders")
def list_orders(office: Reading, page: Annotated[OrderPage, Query()]) -> OrdersOut:
    """Orders that are searched for, a page at a time; the newest first, unless asked otherwise."""
    return OrdersOut.of(granted(order_page(office, page.query(), page.after, page.limit)))


@router.get("/orders/{order_id}", responses=or_problem(404))
def show_order(office: Reading, order_id: OrderId) -> OrderOut:
    """One order as it stands, without the customer's personal data."""
    return OrderOut.of(granted(look.order(office, order_id)))


@router.get("/orders/{order_id}/timeline", responses=or_problem(404))
def tell_order(office: Reading, order_id: OrderId) -> TimelineOut:
    """The order's story, oldest first: every fact that touched it, its shipments and parcels, as a sentence."""
    return TimelineOut.of(granted(order_timeline(office, order_id)))


@router.get("/orders/{order_id}/explanation", responses=or_problem(404))
def explain_order(office: Reading, order_id: OrderId) -> ExplanationOut:
    """Why the order stands where it stands: its promises, its plan, what was rejected, its whole story."""
    return ExplanationOut.of(granted(explain(office, order_id)))


@router.post("/orders/{order_id}/clear", responses=or_problem(404, 409))
def clear_order(asked: Changing, order_id: OrderId) -> OrderIdOut:
    """Payment, credit and fraud checks are done: the order's clock starts."""
    told = granted(place.clear_order(asked.under_key(answers=str), asked.who, order_id))
    return OrderIdOut(order_id=told)


@router.post("/orders/{order_id}/tracking-link", status_code=201, responses=or_problem(404, 409))
def make_tracking_link(asked: Changing, order_id: OrderId) -> TrackingLinkOut:
    """A link to the customer's page of the order. Its token is told once: the same key does not tell it again."""
    told = tracking_link.make_link(asked.under_key(), asked.who, order_id, asked.key)
    return TrackingLinkOut.model_validate(granted(told))


@router.delete("/orders/{order_id}/tracking-link", responses=or_problem(404))
def revoke_tracking_links(asked: Changing, order_id: OrderId) -> RevokedOut:
    """Every link to the customer's page of the order leads nowhere from now on."""
    told = tracking_link.revoke_links(asked.under_key(), asked.who, order_id, asked.key)
    return RevokedOut(order_id=order_id, revoked=granted(told))
