"""The scans of one parcel at the local carrier, from collection to the door, as signed messages."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from doorstep.terms.calendar import Calendar
from doorstep.terms.clock import in_utc, stamp

_MILLION = 1_000_000
_DAYS_UNTIL_LOST = 5
_CONSIGNEES = ("A. Okafor", "M. Jansen", "L. Romero", "S. Nakamura")


@dataclass(frozen=True, slots=True)
class ScanMessage:
    """One message as it reaches us: when it is sent, its signed headers, its raw body."""

    due_at: datetime
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Trouble:
    """How much goes wrong on the way, each in parts per million of its occasions."""

    duplicate_ppm: int = 50_000  # a message is sent twice
    late_ppm: int = 100_000  # a message is sent hours after its scan, behind later ones
    attempt_ppm: int = 80_000  # nobody is at home on the day before
    held_ppm: int = 80_000  # a day between is spent waiting
    misreport_ppm: int = 10_000  # delivered by mistake, then withdrawn


@dataclass(frozen=True, slots=True)
class _Stop:
    code: str
    at: datetime
    place: str
    signed_by: str = ""


def journey(
    tracking_number: str,
    handed_over_at: datetime,
    transit_ppm: Sequence[int],
    calendar: Calendar,
    seed: int,
    secret: bytes,
    trouble: Trouble | None = None,
    receives: Calendar | None = None,
) -> list[ScanMessage]:
    """Every message of the parcel, in the order of sending; the same arguments give the same bytes.

    `transit_ppm[d]` is the probability of delivery d working days after departure, as in a `CarrierService`; what is
    missing from a million is lost. An attempt or a wait does not change the day that was drawn. Where the consignee
    `receives` nothing that day, the driver finds the door shut and comes again on the next day that suits both.
    """
    trouble = trouble or Trouble()
    chance = random.Random(f"{seed}/{tracking_number}")
    days = _draw_days(transit_ppm, chance)
    stops = _collection(in_utc(handed_over_at), chance)
    departure_day = calendar.working_day(calendar.day_of(handed_over_at))
    if days is None:
        gone = calendar.working_day(departure_day, len(transit_ppm) + _DAYS_UNTIL_LOST)
        stops.append(_Stop("LO", calendar.at(gone, calendar.closes), ""))
    else:
        for ahead in range(1, days):
            stops += _day_between(
                calendar, calendar.working_day(departure_day, ahead), ahead == days - 1, chance, trouble
            )
        day = calendar.working_day(departure_day, days)
        if receives is not None and not receives.works_on(day):
            opens, closes = calendar.at(day, calendar.opens), calendar.at(day, calendar.closes)
            stops += [_Stop("OD", opens, "Depot South"), _Stop("CL", opens + (closes - opens) / 2, "")]
            day = _both_open(calendar, receives, day)
        stops += _last_day(*_door_hours(calendar, receives, day), chance, trouble)
    return _messages(tracking_number, _in_order(stops), seed, secret, chance, trouble)


def _draw_days(transit_ppm: Sequence[int], chance: random.Random) -> int | None:
    drawn = chance.randrange(_MILLION)
    for days, ppm in enumerate(transit_ppm):
        if drawn < ppm:
            return days
        drawn -= ppm
    return None


def _collection(handed_over_at: datetime, chance: random.Random) -> list[_Stop]:
    collected = handed_over_at + _minutes(chance, 5, 45)
    arrived = collected + _minutes(chance, 30, 90)
    return [
        _Stop("PU", collected, "Sender"),
        _Stop("AR", arrived, "Depot North"),
        _Stop("DP", arrived + _minutes(chance, 15, 60), "Depot North"),
    ]


def _day_between(
    calendar: Calendar, day: date, last_before: bool, chance: random.Random, trouble: Trouble
) -> list[_Stop]:
    opens, closes = calendar.at(day, calendar.opens), calendar.at(day, calendar.closes)
    if last_before and _happens(chance, trouble.attempt_ppm):
        at_the_door = opens + (closes - opens) / 2
        return [_Stop("OD", opens, "Depot South"), _Stop("NH", at_the_door + _minutes(chance, 0, 60), "")]
    if _happens(chance, trouble.held_ppm):
        return [_Stop(chance.choice(("WX", "MS", "AQ")), opens + _minutes(chance, 0, 60), "Hub")]
    return [
        _Stop("AR", opens + _minutes(chance, 0, 60), "Hub"),
        _Stop("DP", closes - _minutes(chance, 0, 60), "Hub"),
    ]


def _both_open(calendar: Calendar, receives: Calendar, day: date) -> date:
    while not receives.works_on(day):
        day = calendar.working_day(day + timedelta(days=1))
    return day


def _door_hours(calendar: Calendar, receives: Calendar | None, day: date) -> tuple[datetime, datetime]:
    """From when to when the driver can hand it over that day; the driver's own hours where the two never meet."""
    opens, closes = calendar.at(day, calendar.opens), calendar.at(day, calendar.closes)
    if receives is None:
        return opens, closes
    both = max(opens, receives.at(day, receives.opens)), min(closes, receives.at(day, receives.closes))
    return both if both[0] < both[1] else (opens, closes)


def _last_day(opens: datetime, closes: datetime, chance: random.Random, trouble: Trouble) -> list[_Stop]:
    quarter = int((closes - opens).total_seconds()) // 4
    delivered = opens + timedelta(seconds=2 * quarter + chance.randrange(2 * quarter))
    stops = [
        _Stop("AR", opens - _minutes(chance, 60, 120), "Depot South"),
        _Stop("OD", opens + timedelta(seconds=chance.randrange(quarter)), "Depot South"),
    ]
    if _happens(chance, trouble.misreport_ppm):
        stops += [
            _Stop("DL", opens + timedelta(seconds=quarter), "", chance.choice(_CONSIGNEES)),
            _Stop("DX", opens + timedelta(seconds=quarter + quarter // 2), ""),
        ]
    code = chance.choices(("DL", "DN", "DS"), (8, 1, 1))[0]
    return [*stops, _Stop(code, delivered, "", "" if code == "DS" else chance.choice(_CONSIGNEES))]


def _in_order(stops: list[_Stop]) -> list[_Stop]:
    """The same stops, each after the one before: a parcel handed over at noon is not sorted at eight that morning."""
    ordered: list[_Stop] = []
    for stop in stops:
        at = max(stop.at, ordered[-1].at + timedelta(minutes=1)) if ordered else stop.at
        ordered.append(_Stop(stop.code, at, stop.place, stop.signed_by))
    return ordered


def _messages(
    tracking_number: str, stops: list[_Stop], seed: int, secret: bytes, chance: random.Random, trouble: Trouble
) -> list[ScanMessage]:
    messages = []
    for number, stop in enumerate(stops):
        message_id = "m_" + hashlib.sha256(f"{seed}/{tracking_number}/{number}".encode()).hexdigest()[:24]
        content = {
            "id": message_id,
            "tracking_number": tracking_number,
            "code": stop.code,
            "at": stamp(stop.at.replace(microsecond=0)),
            "place": stop.place,
            "signed_by": stop.signed_by,
        }
        raw = json.dumps({name: value for name, value in content.items() if value}).encode()
        late = _happens(chance, trouble.late_ppm)
        due_at = stop.at.replace(microsecond=0) + (_minutes(chance, 120, 900) if late else _minutes(chance, 1, 10))
        messages.append(_signed(message_id, raw, due_at, secret))
        if _happens(chance, trouble.duplicate_ppm):
            messages.append(_signed(message_id, raw, due_at + _minutes(chance, 1, 60), secret))
    return sorted(messages, key=lambda message: (message.due_at, message.raw))


def _signed(message_id: str, raw: bytes, due_at: datetime, secret: bytes) -> ScanMessage:
    seconds = str(int(due_at.timestamp()))
    signature = hmac.new(secret, f"{seconds}.{message_id}.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Carrier-Message-Id": message_id,
        "X-Carrier-Timestamp": seconds,
        "X-Carrier-Signature": f"v1={signature}",
    }
    return ScanMessage(due_at, headers, raw)


def _happens(chance: random.Random, ppm: int) -> bool:
    return chance.randrange(_MILLION) < ppm


def _minutes(chance: random.Random, least: int, most: int) -> timedelta:
    return timedelta(minutes=chance.randint(least, most))
