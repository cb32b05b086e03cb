"""The rules of may-it-ship that hold for everyone: each with the text it rests on, and what to do about its no."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """In the order in which they are asked; a company's own are `Ban`s. docs/may_it_ship.md has their sources."""

    COUNTRY_UNKNOWN = "country-unknown"  # no ISO 3166-1 alpha-2 code: sanctions cannot be checked
    HAZARD_UNKNOWN = "hazard-unknown"  # not a UN class: nobody can say who may take it
    UN_AND_CLASS_DIFFER = "un-and-class-differ"
    LIMITED_NOT_ALLOWED = "limited-quantity-not-allowed"
    LIMITED_TOO_HEAVY = "limited-quantity-too-heavy"
    HAZARD_BY_AIR = "hazard-by-air"  # flies only where the service names its very class or division
    HAZARD_NOT_TAKEN = "hazard-not-taken"  # neither its division nor its whole class is on the service's list
    UN_UNKNOWN = "un-number-unknown"  # aircraft take dangerous goods by UN number, never by class alone
    GROUP_UNKNOWN = "packing-group-unknown"
    LITHIUM_UNKNOWN = "lithium-unknown"  # neither its content nor whether it lies in equipment may be guessed for air
    LITHIUM_ALONE_BY_AIR = "lithium-alone-by-passenger-air"
    LITHIUM_CHARGED = "lithium-charged"


WHAT_TO_DO = {
    Rule.COUNTRY_UNKNOWN: "Correct the country of the address.",
    Rule.HAZARD_UNKNOWN: "Take class and UN number from section 14 of the safety data sheet and enter both.",
    Rule.UN_UNKNOWN: "Enter the UN number (section 14 of the safety data sheet) or send it by road.",
    Rule.UN_AND_CLASS_DIFFER: "Compare class and UN number with section 14 of the safety data sheet and correct one.",
    Rule.GROUP_UNKNOWN: "Enter the packing group (section 14 of the safety data sheet) or send it by road.",
    Rule.LIMITED_NOT_ALLOWED: "Take the mark of limited quantity off the item: it ships fully regulated.",
    Rule.LIMITED_TOO_HEAVY: "Sell it in units of 30 kg at most with their box, or ship it fully regulated.",
    Rule.LITHIUM_UNKNOWN: "Enter what the maker's test summary (UN 38.3) says of the battery, or send it by road.",
    Rule.LITHIUM_ALONE_BY_AIR: "Send it by road, or by a service whose aircraft carry no passengers.",
    Rule.LITHIUM_CHARGED: "Send it by road, or discharge it to 30 percent and enter that.",
    Rule.HAZARD_BY_AIR: "Send it by road, or by a service that names its class.",
    Rule.HAZARD_NOT_TAKEN: "Choose a service that takes its class, or agree it with the carrier and list it.",
}


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A no, the rule it rests on and what to do; `item_id` is empty where the rule is about the destination alone."""

    rule: str
    says: str
    item_id: str = ""
    hazard: str = ""
    do: str = ""
