"""Lists and drivers of UPS, FedEx, USPS and DHL Express, as karrio's plugins spell and read them.

USPS alone is given a list (a SCAN form). None of the four finds a list or a pickup again by our reference, so each is
asked for once: where the answer was lost, a person has to look.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from doorstep.carriers.documents import media_type
from doorstep.carriers.karrio_bridge import Plugin, plugin
from doorstep.carriers.karrio_ship import CALLED
from doorstep.carriers.karrio_sold import document_in, parts_of
from doorstep.carriers.karrio_wire import (
    FEDEX_HEADERS,
    HEADERS,
    address_of,
    answer_of,
    bytes_of,
    no_of,
    no_of_status,
    parked,
    safely,
)
from doorstep.carriers.port import (
    CarrierSaysNo,
    ManifestAsk,
    ManifestMade,
    Parked,
    PickupAsk,
    PickupMade,
    PickupOff,
    Reply,
    Request,
)
from doorstep.carriers.reading import (
    UnreadableError,
    read_money,
    read_part,
    read_part_if_any,
    read_text,
)
from doorstep.carriers.states import state_of
from doorstep.terms.measures import Measure, whole_up

_PICKUPS = {
    "ups": "/api/pickupcreation/v2409/pickup",
    "fedex": "/pickup/v1/pickups",
    "usps": "/pickup/v3/carrier-pickup",
    "dhl": "/pickups",
}
_OUR_LIST = (
    "the driver scans the labels, and no list is told; ours is printed by: doorstep print make manifest MANIFEST"
)
_WHERE = {"ups": "Dock", "fedex": "FRONT", "usps": "OFFICE", "dhl": ""}  # where at the address the parcels stand
_OWN_NAME = "Shipping desk"
_LEAST_G = 100


def gives_list(name: str) -> bool:
    """Whether the carrier is told a list of what its driver takes."""
    return name == "usps"


def build_manifest(name: str, account: str, ask: ManifestAsk) -> Request | CarrierSaysNo:
    """A SCAN form of USPS; why there is none of the others."""
    if not gives_list(name):
        return CarrierSaysNo("no_list", _OUR_LIST, retry=False)
    if ask.at is None or ask.day is None:
        return CarrierSaysNo("no_address", "say where and on which day the list is closed", retry=False)
    its = plugin(name, account.partition(":")[0], ask.at.country)
    said = its.models.ManifestRequest(
        shipment_identifiers=[label.tracking_number for label in ask.labels],
        address=address_of(its, ask.at),
        options={"shipment_date": ask.day.isoformat(), "usps_overwrite_mailing_date": True},
        reference=ask.reference,
    )
    try:
        body = safely(lambda: its.lib.to_dict(its.mapper.create_manifest_request(said).serialize()))
    except UnreadableError as problem:
        return CarrierSaysNo("cannot_be_said", f"karrio cannot say it: {problem}", retry=False)
    body["fromAddress"]["state"] = state_of(ask.at.country, ask.at.postcode)  # the plugin loses it
    return Request("POST", "/scan-forms/v3/scan-form", {"Content-Type": "application/json"}, bytes_of(body))


def read_manifest(name: str, reply: Reply, ask: ManifestAsk) -> ManifestMade | CarrierSaysNo | Parked:
    """The form with all that was asked for; one without some of it is parked."""
    try:
        no = no_of_status(reply)
        if no is not None:
            return no
        its = plugin(name)
        answer = parts_of(its, reply)
        known = its.lib.Deserializable(answer, lambda told: told)
        made, messages = safely(lambda: its.mapper.parse_manifest_response(known))
        if made is None:
            return no_of(reply, messages)
        missing = {label.tracking_number for label in ask.labels} - set(made.meta.get("trackingNumbers") or [])
        if missing:
            raise UnreadableError(f"the form is without {', '.join(sorted(missing))}")
        document = document_in(str(made.doc.manifest or ""))
        number = read_text(read_part(answer, "SCANFormMetadata"), "manifestNumber")
        return ManifestMade(number, document, media_type(document))
    except UnreadableError as problem:
        return parked(reply, problem)


def build_pickup(name: str, account: str, ask: PickupAsk) -> Request | CarrierSaysNo:
    """A driver, once: asked for a second time, a second one would come."""
    if not account:
        says = f"say which account it is billed to: DOORSTEP_CARRIER_ACCOUNTS (docs/carriers.md, {CALLED[name]})"
        return CarrierSaysNo("no_account", says, retry=False)
    its = plugin(name, account.partition(":")[0], ask.at.country)
    ready, closes = (at.astimezone(ZoneInfo(ask.zone)) for at in (ask.ready_at, ask.closes_at))
    said = its.models.PickupRequest(
        pickup_date=f"{ready:%Y-%m-%d}",
        ready_time=f"{ready:%H:%M}",
        closing_time=f"{closes:%H:%M}",
        address=address_of(its, ask.at),
        parcels=_parcels(its, name, ask),
        instruction=ask.instructions or None,
        package_location=_WHERE[name] or None,
        options={},
    )
    try:
        body = safely(lambda: its.lib.to_dict(its.mapper.create_pickup_request(said).serialize()))
    except UnreadableError as problem:
        return CarrierSaysNo("cannot_be_said", f"karrio cannot say it: {problem}", retry=False)
    if name == "dhl":  # the plugin says the local time as Greenwich's
        offset = ready.strftime("%z")
        body["plannedPickupDateAndTime"] = f"{ready:%Y-%m-%dT%H:%M:%S} GMT{offset[:3]}:{offset[3:]}"
    if name == "usps":
        body["pickupAddress"]["address"]["state"] = state_of(ask.at.country, ask.at.postcode)
    return Request("POST", _PICKUPS[name], FEDEX_HEADERS if name == "fedex" else HEADERS, bytes_of(body))


def _parcels(its: Plugin, name: str, ask: PickupAsk) -> list[Any]:
    """As many as there are, of their average weight rounded up to a tenth."""
    many = max(len(ask.labels), 1)
    metric = name == "dhl" or ask.at.country not in ("US", "PR")  # DHL's plugin says kilograms, whatever it is given
    weight = Measure(max(ask.weight_g, many * _LEAST_G), many, "g")
    tenths = whole_up(weight, "kg" if metric else "lb", 10)
    parcel = its.models.Parcel(weight=tenths / 10, weight_unit="KG" if metric else "LB")
    return [parcel] * many


def read_pickup(name: str, reply: Reply, ask: PickupAsk) -> PickupMade | CarrierSaysNo | Parked:
    """The driver that was booked, and the carrier's word for him."""
    try:
        answer, no = answer_of(reply)
        if no is not None:
            return no
        its = plugin(name)
        day = f"{ask.ready_at.astimezone(ZoneInfo(ask.zone)):%Y-%m-%d}"
        known = its.lib.Deserializable(answer, lambda told: told, {"pickup_date": day})
        made, messages = safely(lambda: its.mapper.parse_pickup_response(known))
        if made is None or not made.confirmation_number:
            return no_of(reply, messages)
        confirmation = read_text({"confirmation": made.confirmation_number}, "confirmation", 64)
        cost_minor, currency = _cost(name, answer)
        place = str(read_part_if_any(answer, "output").get("location") or "") if name == "fedex" else ""
        ref = f"{confirmation}/{place}/{day}" if name == "fedex" else confirmation
        return PickupMade(ref, confirmation, cost_minor, currency)
    except UnreadableError as problem:
        return parked(reply, problem)


def _cost(name: str, answer: dict[str, object]) -> tuple[int, str]:
    """UPS says what it asks for; the others bill nothing for it, or say it on the invoice alone."""
    rate = read_part_if_any(read_part_if_any(answer, "PickupCreationResponse"), "RateResult")
    if name != "ups" or not rate.get("GrandTotalOfAllCharge"):
        return 0, "USD"
    return read_money(rate, "GrandTotalOfAllCharge"), read_text(rate, "CurrencyCode")


def build_pickup_cancel(name: str, account: str, carrier_ref: str) -> Request | CarrierSaysNo:
    its = plugin(name, account.partition(":")[0])
    confirmation, place, day = (*carrier_ref.split("/"), "", "")[:3]
    number = quote(confirmation, safe="")
    if name == "fedex":
        said = its.models.PickupCancelRequest(
            confirmation_number=confirmation,
            pickup_date=day,
            options={"fedex_carrier_code": "FDXE", "fedex_pickup_location": place},
        )
        body = its.lib.to_dict(its.mapper.create_cancel_pickup_request(said).serialize())
        return Request("PUT", "/pickup/v1/pickups/cancel", FEDEX_HEADERS, bytes_of(body))
    accept = {"Accept": "application/json"}
    if name == "ups":
        return Request("DELETE", "/api/shipments/v2409/pickup/02", {**accept, "Prn": confirmation})
    if name == "usps":
        return Request("DELETE", f"/pickup/v3/carrier-pickup/{number}", accept)
    query = urlencode({"requestorName": _OWN_NAME, "reason": "nothing is left to be taken"})
    return Request("DELETE", f"/pickups/{number}?{query}", accept)


def read_pickup_cancel(name: str, reply: Reply, carrier_ref: str) -> PickupOff | CarrierSaysNo | Parked:
    try:
        if name in ("usps", "dhl") and reply.status in (200, 202, 204):
            return PickupOff(carrier_ref)
        answer, no = answer_of(reply)
        if no is not None:
            return no
        its = plugin(name)
        known = its.lib.Deserializable(answer, lambda told: told)
        done, messages = safely(lambda: its.mapper.parse_cancel_pickup_response(known))
        if done is None or not done.success or reply.status >= 300:
            return no_of(reply, messages)
        told = read_part_if_any(answer, "output").get("pickupConfirmationCode")
        if name == "fedex" and told != carrier_ref.split("/")[0]:
            raise UnreadableError(f"the answer is about another pickup than {carrier_ref}")
        return PickupOff(carrier_ref)
    except UnreadableError as problem:
        return parked(reply, problem)
