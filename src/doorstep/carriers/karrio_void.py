"""Labels given back to UPS, FedEx and USPS as karrio's plugins have it; DHL need not be told.

A void that is asked for again after its answer was lost may be refused as done: then a person has to look.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from doorstep.carriers.karrio_bridge import plugin
from doorstep.carriers.karrio_wire import FEDEX_HEADERS, answer_of, bytes_of, no_of, parked, safely
from doorstep.carriers.port import AtCarrier, CarrierSaysNo, Parked, Reply, Request, Voided
from doorstep.carriers.reading import UnreadableError, read_part, read_text, read_text_if_any

_ACCEPT = {"Accept": "application/json"}


def build(name: str, account: str, label: AtCarrier) -> Request | Voided:
    """Have it given back. DHL bills a label when its driver scans it, and has no request for this."""
    if name == "dhl":
        return Voided(label.tracking_number)
    its = plugin(name, account.partition(":")[0])
    said: Any = its.mapper.create_cancel_shipment_request(
        its.models.ShipmentCancelRequest(shipment_identifier=label.tracking_number)
    ).serialize()
    if name == "fedex":
        return Request("PUT", "/ship/v1/shipments/cancel", FEDEX_HEADERS, bytes_of(said))
    if name == "usps":
        (one,) = said
        return Request("DELETE", f"/labels/v3/label/{quote(one['trackingNumber'], safe='')}", _ACCEPT)
    number = quote(said["shipmentidentificationnumber"], safe="")
    return Request("DELETE", f"/api/shipments/v2409/void/cancel/{number}", _ACCEPT)


def read(name: str, reply: Reply, label: AtCarrier) -> Voided | CarrierSaysNo | Parked:
    """Whether it was taken back."""
    try:
        answer, no = answer_of(reply)
        if no is not None:
            return no
        its = plugin(name)
        told = [(label.tracking_number, answer)] if name == "usps" else answer
        known = its.lib.Deserializable(told, lambda said: said)
        done, messages = safely(lambda: its.mapper.parse_cancel_shipment_response(known))
        if done is None or not done.success or reply.status >= 300:
            return no_of(reply, messages)
        if name == "usps" and read_text_if_any(answer, "trackingNumber") != label.tracking_number:
            raise UnreadableError(f"the answer is about another label than {label.tracking_number}")
        if name == "ups" and not _whole(answer):
            return CarrierSaysNo("not_voided", "does not take the label back", retry=False)
        return Voided(label.tracking_number)
    except UnreadableError as problem:
        return parked(reply, problem)


def _whole(answer: dict[str, object]) -> bool:
    """UPS says of the request that it was well, and beside that what became of the shipment."""
    told = read_part(answer, "VoidShipmentResponse")
    if told.get("SummaryResult") is None:
        return True
    return read_text(read_part(read_part(told, "SummaryResult"), "Status"), "Code") == "1"
