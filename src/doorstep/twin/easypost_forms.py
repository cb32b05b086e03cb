"""What the false EasyPost asks for and offers: its rates by the ounce, its addresses, its errors."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# Carrier, service, hundredths for the first pound and for each pound begun after it, days.
_SERVICES = (
    ("USPS", "Express", 3_415, 410, 1),
    ("USPS", "Priority", 742, 95, 2),
    ("USPS", "GroundAdvantage", 607, 60, 3),
    ("UPS", "Ground", 980, 45, 4),
)
_FEDEX_LEAST_OZ = Decimal(16)
_POUND_OZ = Decimal(16)


class EasyPostError(Exception):
    """An error as it is documented: status, code, message, and which fields it is about."""

    def __init__(self, status: int, code: str, message: str, fields: list[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.fields = status, code, fields or []


def error_body(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message, "errors": []}}).encode()


def required(given: Any, name: str) -> Any:
    if not isinstance(given, dict) or not given.get(name):
        raise EasyPostError(
            422, "PARAMETER.REQUIRED", "Missing required parameter.", [{"field": name, "message": "cannot be blank"}]
        )
    return given[name]


def told_address(given: Any, field: str) -> dict[str, Any]:
    """The address with every field that answers have."""
    if not isinstance(given, dict) or not given.get("street1") or not given.get("zip"):
        fields = [{"field": field, "message": "street1 and zip are required"}]
        raise EasyPostError(422, "ADDRESS.PARAMETERS.INVALID", "Wrong parameter type.", fields)
    names = ("name", "company", "street1", "street2", "city", "state", "zip", "country", "phone", "email")
    return {"object": "Address", **{name: given.get(name) for name in names}}


def offered(parcel: dict[str, Any], shipment_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rates of a parcel, and the carriers that make none."""
    weight = Decimal(str(required(parcel, "weight")))
    sides = [Decimal(str(parcel.get(name) or 0)) for name in ("length", "width", "height")]
    if weight <= 0 or any(side != round(side, 1) for side in (weight, *sides)):
        fields = [{"field": "parcel", "message": "weight and sides go to one decimal"}]
        raise EasyPostError(422, "PARCEL.INVALID_PARAMS", "Unable to create parcel.", fields)
    pounds = -(-weight // _POUND_OZ)
    rates = []
    for number, (carrier, service, first, more, days) in enumerate(_SERVICES):
        hundredths = first + (int(pounds) - 1) * more
        said = {"id": f"rate_{shipment_id[4:]}{number}", "object": "Rate", "carrier": carrier, "service": service}
        said |= {"rate": f"{hundredths // 100}.{hundredths % 100:02d}", "currency": "USD", "mode": "test"}
        rates.append({**said, "delivery_days": days, "est_delivery_days": days, "shipment_id": shipment_id})
    messages = []
    if weight < _FEDEX_LEAST_OZ:
        said = {"carrier": "FedEx", "carrier_account_id": "ca_0", "type": "rate_error"}
        messages.append({**said, "message": "Shipment cannot weigh less than 16oz"})
    return rates, messages


def pickup_rates(pickup_id: str) -> list[dict[str, Any]]:
    base = {"object": "PickupRate", "carrier": "USPS", "currency": "USD", "pickup_id": pickup_id}
    return [
        {**base, "id": "pickuprate_1", "service": "SameDay", "rate": "4.50"},
        {**base, "id": "pickuprate_0", "service": "NextDay", "rate": "0.00"},
    ]
