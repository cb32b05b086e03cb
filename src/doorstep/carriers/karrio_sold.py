"""What a carrier answers when a label is asked for, as karrio's plugin reads it: number, document, and what it costs.

What the plugins do not read is read here: the cost at UPS and FedEx, and which of DHL's prices is ours.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from doorstep.carriers.documents import media_type
from doorstep.carriers.karrio_bridge import Plugin, plugin
from doorstep.carriers.karrio_ship import reference_at
from doorstep.carriers.karrio_wire import MOST_REPLY_BYTES, no_of, no_of_status, parked, safely
from doorstep.carriers.port import CarrierSaysNo, LabelMade, Parked, Reply
from doorstep.carriers.reading import (
    UnreadableError,
    read_first,
    read_list,
    read_list_if_any,
    read_money,
    read_object,
    read_part,
    read_part_if_any,
    read_text,
    read_text_if_any,
)

Json = dict[str, object]
_MADE = frozenset({200, 201})
_CONTEXT = {
    "ups": {"label": {"type": "ZPL", "width": 4, "height": 6}, "return_service": None},
    "fedex": {"return_service": None},
    "usps": {"label_type": "PDF"},
    "dhl": {"service": None},
}
_WITHOUT_HUNDREDTHS = frozenset({"JPY", "KRW", "CLP", "ISK", "VND"})


def read(name: str, reply: Reply, reference: str) -> LabelMade | CarrierSaysNo | Parked:
    """The label that was made, or the carrier's no. What is neither is parked: its outcome is unknown."""
    try:
        no = no_of_status(reply)
        if no is not None:
            return no
        its = plugin(name)
        answer = parts_of(its, reply) if name == "usps" else read_object(reply.body, MOST_REPLY_BYTES)
        if reply.status not in _MADE:
            return no_of(reply, safely(lambda: its.errors(answer)))
        return _made(name, its, answer, reference, reply)
    except UnreadableError as problem:
        return parked(reply, problem)


def _made(name: str, its: Plugin, answer: Json, reference: str, reply: Reply) -> LabelMade | CarrierSaysNo:
    said: Any = [answer] if name == "usps" else _without_documents(answer) if name == "fedex" else answer
    known = its.lib.Deserializable(said, lambda told: told, _CONTEXT[name])
    told, messages = safely(lambda: its.mapper.parse_shipment_response(known))
    if told is None:
        return no_of(reply, messages)
    about = {"ups": _about_ups, "fedex": _about_fedex}.get(name)
    if about is not None and about(answer) != reference_at(name, reference):
        raise UnreadableError(f"the answer is about another reference than {reference}")
    document = document_in(_document_of_fedex(answer) if name == "fedex" else str(told.docs.label or ""))
    cost_minor, currency = {"ups": _cost_ups, "fedex": _cost_fedex, "usps": _cost_usps, "dhl": _cost_dhl}[name](answer)
    return LabelMade(
        tracking_number=read_text({"tracking number": told.tracking_number}, "tracking number", 64),
        cost_minor=max(cost_minor, 0),
        currency=currency,
        document=document,
        document_type=media_type(document),
        cost_known=cost_minor >= 0,
    )


def document_in(text: str) -> bytes:
    """The document that was told as base64; UnreadableError for what is none that can be printed."""
    try:
        document = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise UnreadableError("its document is not base64") from problem
    if not media_type(document):
        raise UnreadableError("its document is neither PDF, PNG nor ZPL")
    return document


def parts_of(its: Plugin, reply: Reply) -> Json:
    """USPS answers with an object, or with the parts of one."""
    if len(reply.body) > MOST_REPLY_BYTES:
        raise UnreadableError(f"{len(reply.body)} bytes are more than are read")
    try:
        text = reply.body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise UnreadableError("is not UTF-8") from problem
    found = safely(lambda: its.parts(text))
    error = found.get("error") if isinstance(found, dict) else found
    if not isinstance(found, dict) or (isinstance(error, dict) and error.get("code") == "SHIPPING_SDK_ERROR"):
        raise UnreadableError("is neither an object nor the parts of one")
    return found


def _about_ups(answer: Json) -> str:
    told = read_part(read_part(answer, "ShipmentResponse"), "Response")
    return read_text(read_part(told, "TransactionReference"), "CustomerContext", 512)


def _about_fedex(answer: Json) -> str:
    return read_text_if_any(answer, "customerTransactionId")


def _without_documents(answer: Json) -> Json:
    """The same for the plugin, which would fetch a document that is only named, and write anew one that is there."""
    output = read_part_if_any(answer, "output")
    if not isinstance(output.get("transactionShipments"), list):
        return answer
    bare = []
    for shipment in read_list(output, "transactionShipments"):
        pieces = [piece | {"packageDocuments": []} for piece in read_list(shipment, "pieceResponses")]
        bare.append(shipment | {"shipmentDocuments": [], "pieceResponses": pieces})
    return answer | {"output": output | {"transactionShipments": bare}}


def _document_of_fedex(answer: Json) -> str:
    pieces = read_list(read_first(read_part(answer, "output"), "transactionShipments"), "pieceResponses")
    documents = [each for piece in pieces for each in read_list(piece, "packageDocuments")]
    labels = [each for each in documents if "LABEL" in str(each.get("contentType"))]
    if len(pieces) != 1 or len(labels) != 1:
        raise UnreadableError(f"{len(labels)} labels of {len(pieces)} parcels, where one is asked for")
    return read_text(labels[0], "encodedLabel", MOST_REPLY_BYTES)


_UNTOLD = (-1, "USD")


def _cost_ups(answer: Json) -> tuple[int, str]:
    """What our own agreement makes it; the list price where UPS tells no other."""
    results = read_part(read_part(answer, "ShipmentResponse"), "ShipmentResults")
    own = results.get("NegotiatedRateCharges")
    charges = own if isinstance(own, dict) and own.get("TotalCharge") else results.get("ShipmentCharges")
    if not isinstance(charges, dict):
        return _UNTOLD
    total = read_part(charges, "TotalCharge" if charges is own else "TotalCharges")
    return _money(total, "MonetaryValue", "CurrencyCode")


def _cost_fedex(answer: Json) -> tuple[int, str]:
    """Of its prices the one that it says it charges, else the account's."""
    shipment = read_first(read_part(answer, "output"), "transactionShipments")
    rating = read_part_if_any(read_part_if_any(shipment, "completedShipmentDetail"), "shipmentRating")
    details = read_list_if_any(rating, "shipmentRateDetails")
    actual = read_text_if_any(rating, "actualRateType")
    ours = [each for each in details if actual and each.get("rateType") == actual]
    ours = ours or [each for each in details if "ACCOUNT" in str(each.get("rateType"))]
    if not ours:
        return _UNTOLD
    charge = ours[0].get("totalNetCharge")
    if isinstance(charge, dict):
        return _money(charge, "amount", "currency")
    return _money(ours[0], "totalNetCharge", "currency")


def _cost_usps(answer: Json) -> tuple[int, str]:
    """Postage, and fees where there are any; the extra services that are free cost nothing."""
    about = read_part(answer, "labelMetadata")
    more = [each for name in ("extraServices", "fees") if about.get(name) for each in read_list(about, name)]
    return read_money(about, "postage") + sum(read_money(each, "price") for each in more if each.get("price")), "USD"


def _cost_dhl(answer: Json) -> tuple[int, str]:
    """In the currency that the account is billed in."""
    charges = read_list_if_any(answer, "shipmentCharges")
    billed = [each for each in charges if each.get("currencyType") == "BILLC"]
    if not billed:
        return _UNTOLD
    return _money(billed[0], "price", "priceCurrency")


def _money(message: Json, amount: str, currency: str) -> tuple[int, str]:
    told: Any = read_text(message, currency)
    if told in _WITHOUT_HUNDREDTHS:
        raise UnreadableError(f"a cost in {told}, which has no hundredths")
    return read_money(message, amount), told
