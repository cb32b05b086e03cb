"""What the local carrier is sent and answers: its forms, its errors, and how an answer travels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from doorstep.terms.places import Address, Position


class Way(StrEnum):
    """How an answer travels."""

    WHOLE = "whole"
    CUT = "cut"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the carrier answers, and whether the wire lets it through."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    way: Way = Way.WHOLE


class Strict(BaseModel):
    """A form that takes nothing but what it asks for."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AddressBody(Strict):
    """An address."""

    name: str
    lines: list[str]
    city: str
    postcode: str
    country: str
    email: str = ""
    phone: str = ""
    residential: bool | None = None
    position: list[int] | None = Field(default=None, min_length=2, max_length=2)

    def address(self) -> Address:
        about = (self.name, tuple(self.lines), self.city, self.postcode, self.country, self.email, self.phone)
        return Address(*about, self.residential, Position(*self.position) if self.position else None)


class LabelBody(Strict):
    """A label that is wanted."""

    reference: str = Field(min_length=1, max_length=100)
    service: str
    sscc: str
    weight_g: int
    size_mm: list[int] = Field(min_length=3, max_length=3)
    sender: AddressBody = Field(alias="from")
    to: AddressBody
    shipment: dict[str, tuple[int, int, int, int]] = Field(default_factory=dict, strict=False)
    stops: list[AddressBody] = Field(default_factory=list, max_length=100)


class ShipmentBody(Strict):
    """Labels of one shipment that are wanted in one call."""

    reference: str = Field(min_length=1, max_length=100)
    labels: list[LabelBody] = Field(min_length=1, max_length=1000)


class CollectionBody(Strict):
    """What the driver takes."""

    tracking_numbers: list[str]


class RateBody(Strict):
    """What is to be priced."""

    reference: str = Field(min_length=1, max_length=100)
    weight_g: int
    size_mm: list[int] = Field(min_length=3, max_length=3)
    sender: AddressBody = Field(alias="from")
    to: AddressBody


class ManifestBody(Strict):
    """What is to be listed."""

    reference: str = Field(min_length=1, max_length=100)
    tracking_numbers: list[str] = Field(min_length=1)


class PickupBody(Strict):
    """When and where a driver is wanted."""

    reference: str = Field(min_length=1, max_length=100)
    address: AddressBody
    ready_at: datetime = Field(strict=False)
    closes_at: datetime = Field(strict=False)
    tracking_numbers: list[str]
    instructions: str = Field(max_length=500)


JSON = {"Content-Type": "application/json"}


class NoError(Exception):
    """A typed no: status, code and sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def checked(body: AddressBody) -> Address:
    """The address; a typed no where a driver could not find it."""
    address = body.address()
    for part, text in (("name", address.name), ("city", address.city), ("postcode", address.postcode)):
        if not text.strip():
            raise NoError(422, "bad_address", f"the address has no {part}")
    if not any(line.strip() for line in address.lines):
        raise NoError(422, "bad_address", "the address has no street")
    country = address.country
    if len(country) != 2 or not (country.isascii() and country.isalpha() and country.isupper()):
        raise NoError(422, "bad_address", f"{country!r} is not a country's two letters")
    return address


def error(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


def answer(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body).encode(), JSON)
