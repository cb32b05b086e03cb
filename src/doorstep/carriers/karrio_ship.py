"""The request for a label, as karrio's plugin spells it from what we want, with what the plugin has wrong put right.

Each correction below is against the carrier's own documents (UPS Shipping v2409, FedEx Ship v1, USPS Labels v3,
MyDHL API 2, read in 2026). Nothing that crosses a customs border is asked for: the plugins would invent its customs
declaration.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.carriers.karrio_bridge import plugin
from doorstep.carriers.karrio_wire import FEDEX_HEADERS, HEADERS, address_of, bytes_of, parcel_of, safely
from doorstep.carriers.port import CarrierSaysNo, LabelAsk, Request
from doorstep.carriers.reading import UnreadableError
from doorstep.carriers.states import state_of, zone_of
from doorstep.terms.measures import sides_up, whole_up

_PATHS = {
    "ups": "/api/shipments/v2409/ship",
    "fedex": "/ship/v1/shipments",
    "usps": "/labels/v3/label",
    "dhl": "/shipments",
}
CALLED = {"ups": "UPS", "fedex": "FedEx", "usps": "USPS", "dhl": "DHL"}
LABEL_TYPE = {"ups": "ZPL", "fedex": "PDF", "usps": "PDF", "dhl": "PDF"}  # UPS has no PDF
# How long a reference of ours each of them keeps.
_LONGEST_REFERENCE = {"ups": 35, "fedex": 30, "usps": 30, "dhl": 35}
_ENUMS = {"ups": "ServiceCode", "fedex": "ShippingService", "usps": "ShippingService", "dhl": "ShippingService"}
_PREFIX = {"ups": "ups_", "fedex": "fedex_", "usps": "usps_", "dhl": "mydhl_"}
_OURS = uuid.UUID("5b1f1d2e-7a3c-5c0e-9d43-0d2f6f4c8a11")
# USPS sorts by machine what has up to 22 x 18 x 15 inches and 25 pounds, and prices by size above a cubic foot
# (Domestic Mail Manual 201.7 and 223.1).
_MACHINE_IN, _MACHINE_LB, _CUBIC_FOOT_IN3 = (22, 18, 15), 25, 1_728


def reference_at(name: str, reference: str) -> str:
    """Our reference as the carrier keeps it: a longer one is told by its digest."""
    most = _LONGEST_REFERENCE[name]
    return reference if len(reference) <= most else hashlib.sha256(reference.encode()).hexdigest()[:most]


def key_at_usps(reference: str) -> str:
    """The UUID under which USPS finds a label again; always the same for a reference."""
    return str(uuid.uuid5(_OURS, reference))


def headers_of(name: str, reference: str) -> Mapping[str, str]:
    """What is said beside the body of a request for a label."""
    if name == "fedex":
        return {**FEDEX_HEADERS, "x-customer-transaction-id": reference_at(name, reference)}
    if name == "usps":
        # Its label comes as several parts, whatever is asked for.
        return {"Content-Type": "application/json", "X-Idempotency-Key": key_at_usps(reference)}
    if name == "dhl":
        return {**HEADERS, "Message-Reference": key_at_usps(reference).replace("-", "")}
    return HEADERS


def service_at(name: str, service_id: str, units: Any) -> str:
    """What karrio calls a service that is said in any spelling, or by the carrier's own code; '' where it has none."""
    members = getattr(units, _ENUMS[name]).__members__
    said = service_id.replace("-", "_").replace(" ", "_").lower()
    prefix = _PREFIX[name]
    bare = said.removeprefix(f"{name}_")
    for spelt in (said, prefix + said, prefix + bare):
        if spelt in members:
            return str(spelt)
    codes = {str(member.value).lower(): key for key, member in members.items()}
    return str(codes.get(said) or codes.get(bare) or "")


def build(name: str, account: str, ask: LabelAsk) -> Request | CarrierSaysNo:
    """The request, or why there is none and what to do."""
    if ask.ship_from.country != ask.ship_to.country:
        says = (
            f"labels of {CALLED[name]} to another country are not bought through karrio, which would make up "
            f"the customs declaration; buy it at {CALLED[name]}'s own site, or by a service of another carrier"
        )
        return CarrierSaysNo("crosses_customs", says, retry=False)
    if not account:
        says = f"say which account it is billed to: DOORSTEP_CARRIER_ACCOUNTS (docs/carriers.md, {CALLED[name]})"
        return CarrierSaysNo("no_account", says, retry=False)
    its = plugin(name, account.partition(":")[0], ask.ship_from.country)
    service = service_at(name, ask.service_id, its.units)
    if not service:
        says = (
            f"{CALLED[name]} has no service {ask.service_id!r}: say what it calls it, such as "
            f"DOORSTEP_CARRIER_SERVICES='{ask.service_id}={_example(name)}'"
        )
        return CarrierSaysNo("no_service", says, retry=False)
    try:
        body = safely(lambda: _body(name, its, service, ask))
    except UnreadableError as problem:
        return CarrierSaysNo("cannot_be_said", f"karrio cannot say it: {problem}", retry=False)
    return Request("POST", _PATHS[name], headers_of(name, ask.reference), bytes_of(body))


def _example(name: str) -> str:
    return {"ups": "ups_ground", "fedex": "fedex_ground", "usps": "usps_ground_advantage", "dhl": "N"}[name]


def _body(name: str, its: Any, service: str, ask: LabelAsk) -> Any:
    reference = reference_at(name, ask.reference)
    country = ask.ship_from.country
    more = {"reference_number": reference, "packaging_type": "your_packaging"}
    options = {"fedex_pickup_type": "USE_SCHEDULED_PICKUP"} if name == "fedex" else {}
    if ask.ship_on:
        options |= {"shipment_date": ask.ship_on.isoformat(), "shipping_date": f"{ask.ship_on.isoformat()}T12:00"}
    to = address_of(its, ask.ship_to)
    to.company_name = None  # a person's name or a company's, nobody said which: told as both, it is printed twice
    to.phone_number = to.phone_number or ask.ship_from.phone or None  # else karrio makes one up, of zeros
    said = its.models.ShipmentRequest(
        service=service,
        shipper=address_of(its, ask.ship_from),
        recipient=to,
        parcels=[parcel_of(its, ask.weight, ask.sides, country, **more)],
        payment=its.models.Payment(paid_by="sender"),
        options=options,
        reference=reference,
        label_type=LABEL_TYPE[name],
    )
    body = its.lib.to_dict(its.mapper.create_shipment_request(said).serialize())
    return {"ups": _ups, "fedex": _fedex, "usps": _usps, "dhl": _dhl}[name](body, ask, reference)


def _ups(body: Any, ask: LabelAsk, reference: str) -> Any:
    """Within a country there are no duties to bill, and a value that nobody said is not declared."""
    shipment = body["ShipmentRequest"]["Shipment"]
    charges = shipment["PaymentInformation"]["ShipmentCharge"]
    shipment["PaymentInformation"]["ShipmentCharge"] = [each for each in charges if each["Type"] == "01"]
    shipment |= {"NumOfPiecesInShipment": "1", "Description": "Goods"}
    for unsaid in ("InvoiceLineTotal", "ShipmentServiceOptions"):
        shipment.pop(unsaid, None)
    if ask.ship_on:
        shipment["ShipmentDate"] = f"{ask.ship_on:%Y%m%d}"  # UPS takes no dashes
    else:
        shipment.pop("ShipmentDate", None)
    return body


def _fedex(body: Any, ask: LabelAsk, reference: str) -> Any:
    """No commercial invoice within a country, sides in whole inches, and no declared value of nothing."""
    shipment = body["requestedShipment"]
    shipment.pop("shippingDocumentSpecification", None)
    for line in shipment["requestedPackageLineItems"]:
        line.pop("declaredValue", None)
        line["dimensions"] |= {side: int(line["dimensions"][side]) for side in ("length", "width", "height")}
    return body


def _priced_as(ask: LabelAsk) -> dict[str, str]:
    """How USPS handles and prices a parcel of this size, which the plugin says alike of all."""
    sides = sorted(sides_up(ask.sides, "in"), reverse=True)
    small = all(have <= most for have, most in zip(sides, _MACHINE_IN, strict=True))
    by_machine = small and whole_up(ask.weight, "lb") <= _MACHINE_LB
    large = sides[0] * sides[1] * sides[2] > _CUBIC_FOOT_IN3
    return {
        "processingCategory": "MACHINABLE" if by_machine else "NONSTANDARD",
        "rateIndicator": "DR" if large else "SP",
    }


def _usps(body: Any, ask: LabelAsk, reference: str) -> Any:
    """One label of a list of one. Its girth, which the plugin says in centimetres, is for what is no box."""
    (label,) = body
    label["packageDescription"].pop("girth", None)
    label["packageDescription"] |= _priced_as(ask)
    return label


def _dhl(body: Any, ask: LabelAsk, reference: str) -> Any:
    """Our reference, which the plugin leaves out, and the day of hand-over at its end there: never one in the past."""
    shipment = body["shipment"]
    shipment["customerReferences"] = [{"typeCode": "CU", "value": reference}]
    if ask.ship_on:
        shipment["plannedShippingDateAndTime"] = f"{ask.ship_on}T23:59:00 GMT{_offset(ask, ask.ship_on)}"
    return shipment


def _offset(ask: LabelAsk, day: date) -> str:
    """How far the clocks there are from Greenwich on a day, as +hh:mm; +00:00 where nobody knows."""
    zone = zone_of(ask.ship_from.country, state_of(ask.ship_from.country, ask.ship_from.postcode))
    if not zone:
        return "+00:00"
    told = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).strftime("%z")
    return f"{told[:3]}:{told[3:]}"
