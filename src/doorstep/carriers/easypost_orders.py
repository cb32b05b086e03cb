"""Several parcels of one shipment at EasyPost: an order of shipments, bought in one request or not at all.

POST /v2/orders               each parcel is a shipment with an id of its own; nothing is paid
POST /v2/orders/<id>/buy      all of them, by the carrier and service that we mean

Which shipment is which parcel's is told by our reference, and each is looked up afterwards as one bought by itself is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from doorstep.carriers import easypost
from doorstep.carriers.easypost_rates import rate_for
from doorstep.carriers.easypost_wire import MADE, MOST_REPLY_BYTES, address_body, parked, read_no
from doorstep.carriers.port import (
    CarrierSaysNo,
    LabelAsk,
    LabelMade,
    Opened,
    OpenedTogether,
    Parked,
    Reply,
    Request,
)
from doorstep.carriers.reading import UnreadableError, read_list, read_object, read_text
from doorstep.carriers.writing import post

_NO_ORDER = CarrierSaysNo("no_rate", "does not offer the service for these parcels together", retry=False)


def build_together(reference: str, asks: Sequence[LabelAsk]) -> Request:
    """Have the parcels rated as one order."""
    shipments = [json.loads(easypost.build_label(ask).body)["shipment"] for ask in asks]
    first = asks[0]
    return post(
        "/v2/orders",
        {
            "order": {
                "reference": reference,
                "from_address": address_body(first.ship_from),
                "to_address": address_body(first.ship_to),
                "shipments": shipments,
            }
        },
    )


def read_together(
    reply: Reply, reference: str, asks: Sequence[LabelAsk]
) -> tuple[LabelMade, ...] | OpenedTogether | CarrierSaysNo | Parked:
    """The order with the request that buys it, or the labels of the one that was bought."""
    try:
        if reply.status not in MADE:
            return read_no(reply, paying=True)
        order = read_object(reply.body, MOST_REPLY_BYTES)
        if read_text(order, "reference") != reference:
            raise UnreadableError(f"the answer is about another order than {reference}")
        found = [_found(reply, one, ask) for one, ask in zip(_of(order, asks), asks, strict=True)]
        if all(isinstance(one, LabelMade) for one in found):
            return tuple(one for one in found if isinstance(one, LabelMade))
        opened = [one for one in found if isinstance(one, Opened)]
        if len(opened) < len(asks):
            return _NO_ORDER
        pay = _pay(order, read_text(order, "id"), asks[0].service_id)
        return _NO_ORDER if pay is None else OpenedTogether(tuple(one.carrier_ref for one in opened), pay)
    except UnreadableError as problem:
        return parked(reply, problem)


def _of(order: dict[str, object], asks: Sequence[LabelAsk]) -> list[dict[str, object]]:
    """The order's shipments in the order of the parcels."""
    by_reference = {read_text(one, "reference"): one for one in read_list(order, "shipments")}
    if set(by_reference) != {ask.reference for ask in asks}:
        raise UnreadableError("the order's shipments are not those that were asked for")
    return [by_reference[ask.reference] for ask in asks]


def _found(reply: Reply, shipment: dict[str, object], ask: LabelAsk) -> object:
    alone = Reply(reply.status, json.dumps(shipment).encode())
    return easypost.read_label(alone, ask.reference, ask.service_id)


def _pay(order: dict[str, object], order_id: str, service_id: str) -> Request | None:
    """The request that buys the order by the cheapest rate of the service, which the order as a whole must offer."""
    rate = rate_for({"rates": order.get("rates") or []}, service_id)
    if rate is None:
        return None
    told = next(one for one in read_list(order, "rates") if one.get("id") == rate.rate_id)
    said: dict[str, object] = {"carrier": read_text(told, "carrier"), "service": read_text(told, "service")}
    return post(f"/v2/orders/{quote(order_id, safe='')}/buy", said)
