"""Why a plan is as it is, in words: what was chosen, what was rejected and at which cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.planning.answers import Freight, OrderPlan

_WORDS = {
    "cheapest": "no other way costs less",
    "stock taken": "a cheaper way needs stock that other orders have",
    "day full": "a cheaper way needs room on a day that is full",
    "promise at risk": "it would not hold the promise as surely as it must be held",
    "promise first": "a cheaper way would not hold the promise as surely as it must be held",
    "dearer": "it costs more",
    "kept": "a cheaper way gains less than a plan that stands is changed for, or enough plans were changed",
    "together": "it goes as one shipment with others, which costs all of them less",
    "others lose": "all that would go with it would gain less together",
    "waits": "nothing can be shipped now; the order keeps what it holds",
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A way that was not taken, why, and what it would have cost (None where nobody reckoned that)."""

    way: str
    because: str
    cost_minor: int | None


def in_words(reason: str) -> str:
    """A plan's reason as a clause: `no other way costs less`."""
    return _WORDS.get(reason, reason)


def bills_otherwise(order: OrderPlan) -> tuple[str, ...]:
    """A plan's reasons where the freight of a way, taken or rejected, is reckoned otherwise than its tariff says."""
    freight = [shipment.freight for shipment in order.shipments]
    freight += [each for other in order.runners_up for each in other.freight]
    told: dict[str, str] = {}
    for each in freight:
        if each.tariff_minor and each.tariff_minor != each.billed_minor:
            told.setdefault(each.service_id, _bills(each))
    return tuple(told.values())


def _bills(freight: Freight) -> str:
    apart, tariff_minor = abs(freight.billed_minor - freight.tariff_minor), freight.tariff_minor
    per_mille = (apart * 1_000 + tariff_minor // 2) // tariff_minor
    more = "more" if freight.billed_minor > tariff_minor else "less"
    share = f"{per_mille // 10}.{per_mille % 10} %"
    return f"{freight.service_id} bills {share} {more} in the end than its tariff says, which is reckoned in"


def rejected_ways(kept: Sequence[str]) -> tuple[Rejected, ...]:
    """The ways a plan rejected, each once, from lines as it keeps them: `CS by swift-express: dearer, 3145`."""
    return tuple(dict.fromkeys(map(_rejected, kept)))


@dataclass(frozen=True, slots=True)
class WantedByOthers:
    """What of an order's own best way others want too, in words, and what it is worth now."""

    what: str
    minor: int


def wanted_by_others(kept: Sequence[Mapping[str, Any]]) -> tuple[WantedByOthers, ...]:
    """The same, of prices as a plan keeps them."""
    return tuple(WantedByOthers(_scarce(each), each["minor"]) for each in kept)


def _scarce(price: Mapping[str, Any]) -> str:
    if price["day"]:
        return f"room for a shipment of {price['site_id']} on {price['day']}"
    where = f"on its way to {price['site_id']}" if price["inbound_id"] else f"at {price['site_id']}"
    return f"a unit of {price['item_id']} {where}"


def _rejected(line: str) -> Rejected:
    way, _, rest = line.partition(": ")
    why, _, minor = rest.rpartition(", ")
    return Rejected(way, in_words(why), int(minor)) if minor.isdecimal() else Rejected(way, rest, None)
