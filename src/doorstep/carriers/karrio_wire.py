"""What every exchange through karrio's plugins is made of: addresses, parcels, what a carrier's no is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.carriers.karrio_bridge import UNEXPECTED, OfflineError
from doorstep.carriers.port import CarrierSaysNo, Parked, Reply
from doorstep.carriers.reading import UnreadableError, read_object
from doorstep.carriers.states import state_of
from doorstep.terms.measures import Measure, Sides, sides_up, whole_up
from doorstep.terms.places import Address

MOST_REPLY_BYTES = 4 * 1024 * 1024
HEADERS: Mapping[str, str] = {"Content-Type": "application/json", "Accept": "application/json"}
FEDEX_HEADERS: Mapping[str, str] = {**HEADERS, "X-locale": "en_US"}
_LONGEST_SAYS = 500
_NOT_LET_IN, _TIMED_OUT, _TOO_MANY_REQUESTS, _SERVER_ERROR = (401, 403), 408, 429, 500


def no_of_status(reply: Reply) -> CarrierSaysNo | None:
    """The no that a status says by itself, whatever the body."""
    wait = reply.retry_after_seconds
    if reply.status == _TOO_MANY_REQUESTS:
        return CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=wait)
    if reply.status >= _SERVER_ERROR or reply.status == _TIMED_OUT:
        return CarrierSaysNo(f"status_{reply.status}", "broke down", retry=True, outcome_unknown=True)
    return None


def answer_of(reply: Reply) -> tuple[dict[str, object], CarrierSaysNo | None]:
    """The object that was answered, or the no that the status says."""
    no = no_of_status(reply)
    return ({}, no) if no is not None else (read_object(reply.body, MOST_REPLY_BYTES), None)


def parcel_of(its: Any, weight: Measure, sides: Sides, country: str, **more: Any) -> Any:
    """A parcel in the units that carriers of a country take, each measure rounded up once."""
    pounds = country in ("US", "PR")
    length, width, height = sorted(sides_up(sides, "in" if pounds else "cm"), reverse=True)
    return its.models.Parcel(
        weight=whole_up(weight, "lb" if pounds else "kg", 10) / 10,
        length=length,
        width=width,
        height=height,
        weight_unit="LB" if pounds else "KG",
        dimension_unit="IN" if pounds else "CM",
        **more,
    )


def address_of(its: Any, address: Address) -> Any:
    lines = [line for line in address.lines if line.strip()]
    return its.models.Address(
        person_name=address.name,
        company_name=address.name,
        address_line1=lines[0] if lines else "",
        address_line2=", ".join(lines[1:]) or None,
        city=address.city,
        postal_code=address.postcode,
        state_code=state_of(address.country, address.postcode) or None,
        country_code=address.country,
        phone_number=address.phone or None,
        email=address.email or None,
    )


def safely(parse: Any) -> Any:
    """What karrio makes of an answer; what it stumbles over was not as it should be."""
    try:
        return parse()
    except OfflineError:
        raise
    except UNEXPECTED as problem:
        raise UnreadableError(
            f"is not as karrio knows it ({type(problem).__name__}: {problem})"[:_LONGEST_SAYS]
        ) from problem


def no_of(reply: Reply, messages: Sequence[Any]) -> CarrierSaysNo:
    """The no of an answer without content; UnreadableError where it says none either.

    Who is not let in asks again: nothing was done, and what is wrong is the key, not what was asked.
    """
    if not messages:
        raise UnreadableError("it says nothing that is known here")
    code = str(messages[0].code or f"status_{reply.status}")
    says = "; ".join(says_of(one) for one in messages)[:_LONGEST_SAYS]
    return CarrierSaysNo(code, says, retry=reply.status in _NOT_LET_IN)


def says_of(message: Any) -> str:
    told = str(message.message or message.code or "no reason given")[:_LONGEST_SAYS]
    return "".join(letter if letter.isprintable() else " " for letter in told)


def parked(reply: Reply, problem: UnreadableError) -> Parked:
    return Parked(None, f"status {reply.status}: {problem}", reply.body)


def bytes_of(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")
