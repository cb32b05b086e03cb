"""The events of a parcel, as each of the four carriers lists them: code, instant, place, who signed.

Instants are kept with their zone (karrio drops it). Where a carrier tells local time alone, it is the time where most
people of that state live; where no state is told either, the event is parked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.carriers.reading import (
    UnreadableError,
    read_first,
    read_list,
    read_list_if_any,
    read_part,
    read_part_if_any,
    read_text,
    read_text_if_any,
)
from doorstep.carriers.states import zone_of
from doorstep.terms.clock import read_stamp

Json = dict[str, object]
_OFFSET = re.compile(r"[+-]\d\d:?\d\d")


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `kind` is UPS's type of status, '' elsewhere."""

    code: str
    kind: str
    occurred_at: datetime
    place: str
    signed_by: str = ""


def events_of(dialect: str, answer: Json, tracking_number: str) -> tuple[list[Json], str]:
    """What the answer lists of a parcel, oldest first, and who signed for it, '' where nobody did."""
    listed, number, signed_by = {"ups": _ups, "fedex": _fedex, "usps": _usps, "dhl": _dhl}[dialect](answer)
    if number != tracking_number:
        raise UnreadableError(f"the answer is about another number than {tracking_number}")
    return listed[::-1], signed_by


def read_event(dialect: str, event: Json) -> Event:
    """One of them; UnreadableError says what is wrong."""
    return {"ups": _ups_event, "fedex": _fedex_event, "usps": _usps_event, "dhl": _dhl_event}[dialect](event)


def _ups(answer: Json) -> tuple[list[Json], str, str]:
    package = read_first(read_first(read_part(answer, "trackResponse"), "shipment"), "package")
    signed_by = read_text_if_any(read_part_if_any(package, "deliveryInformation"), "receivedBy")
    return read_list_if_any(package, "activity"), read_text(package, "trackingNumber", 64), signed_by


def _ups_event(event: Json) -> Event:
    status, place = read_part(event, "status"), read_part_if_any(read_part_if_any(event, "location"), "address")
    state, country = read_text_if_any(place, "stateProvince"), read_text_if_any(place, "countryCode")
    if event.get("gmtDate"):
        clock = re.sub(r"\D", "", read_text(event, "gmtTime"))
        at = _local(read_text(event, "gmtDate"), clock, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    else:
        at = _in_state(_local(read_text(event, "date"), read_text(event, "time"), "%Y%m%d%H%M%S"), country, state)
    code, kind = read_text_if_any(status, "code"), read_text_if_any(status, "type")
    return Event(code, kind, at, _place(read_text_if_any(place, "city"), state, country))


def _fedex(answer: Json) -> tuple[list[Json], str, str]:
    """FedEx uses a number again: of several parcels under it the one that moved last is ours, as karrio has it."""
    complete = read_first(read_part(answer, "output"), "completeTrackResults")
    results = [one for one in read_list(complete, "trackResults") if one.get("scanEvents")]
    if not results:
        raise UnreadableError("the answer has no scanEvents")
    last = max(results, key=lambda one: max(read_text(scan, "date")[:19] for scan in read_list(one, "scanEvents")))
    delivery = read_part_if_any(last, "deliveryDetails")
    signed_by = read_text_if_any(delivery, "signedByName") or read_text_if_any(delivery, "receivedByName")
    return read_list(last, "scanEvents"), read_text(complete, "trackingNumber", 64), signed_by


def _fedex_event(event: Json) -> Event:
    place, date = read_part_if_any(event, "scanLocation"), read_text(event, "date")
    state, country = read_text_if_any(place, "stateOrProvinceCode"), read_text_if_any(place, "countryCode")
    if _OFFSET.search(date[19:]):
        at = _stamp(date)
    else:
        at = _in_state(_local(date[:10], date[11:19], "%Y-%m-%d%H:%M:%S"), country, state)
    return Event(read_text(event, "eventType"), "", at, _place(read_text_if_any(place, "city"), state, country))


def _usps(answer: Json) -> tuple[list[Json], str, str]:
    return read_list_if_any(answer, "trackingEvents"), read_text(answer, "trackingNumber", 64), ""


def _usps_event(event: Json) -> Event:
    place = _place(*(read_text_if_any(event, name) for name in ("eventCity", "eventState", "eventCountry")))
    return Event(read_text(event, "eventCode"), "", _stamp(read_text(event, "GMTTimestamp")), place)


def _dhl(answer: Json) -> tuple[list[Json], str, str]:
    shipment = read_first(answer, "shipments")
    listed = read_list_if_any(shipment, "events")
    signed = [name for one in listed if (name := read_text_if_any(one, "signedBy"))]
    return listed, read_text(shipment, "shipmentTrackingNumber", 64), next(iter(signed), "")


def _dhl_event(event: Json) -> Event:
    offset = read_text_if_any(event, "GMTOffset")
    if not _OFFSET.fullmatch(offset):
        raise UnreadableError("the event says neither its zone nor its GMTOffset")
    time = read_text(event, "time")
    at = _stamp(f"{read_text(event, 'date')}T{time if len(time) > 5 else time + ':00'}{offset}")
    area = read_list_if_any(event, "serviceArea")
    place = read_text_if_any(area[0], "description") if area else ""
    return Event(read_text(event, "typeCode"), "", at, place, read_text_if_any(event, "signedBy"))


def _local(date: str, time: str, form: str) -> datetime:
    """A local time of nobody's zone yet."""
    try:
        return datetime.strptime(date + time, form).replace(tzinfo=UTC)
    except ValueError as wrong:
        raise UnreadableError(f"{date!r} {time!r} is no date and time") from wrong


def _in_state(local: datetime, country: str, state: str) -> datetime:
    zone = zone_of(country, state)
    if not zone:
        raise UnreadableError("the event tells a local time, and not of which zone or state")
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _stamp(text: str) -> datetime:
    try:
        at = read_stamp(text)
    except (ValueError, OverflowError) as wrong:
        raise UnreadableError(f"{text!r} is no instant with a time zone") from wrong
    if not timedelta(0) <= at - datetime(2000, 1, 1, tzinfo=UTC) < timedelta(days=36_500):
        raise UnreadableError(f"{text!r} is no likely instant")
    return at


def _place(*parts: str) -> str:
    return ", ".join(part.strip() for part in parts if part.strip())
