"""The rules of may-it-ship that hold for everyone: each with the text it rests on, and what to do about its no."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """In the order in which they are asked; a company's own are `Ban`s. docs/may_it_ship.md has their sources."""

    COUNTRY_UNKNOWN = "country-unknown"  # no ISO 3166-1 alpha-2 code: sanctions cannot be checked
    DENIED_PARTY = "denied-party"  # a name looks like an entry of a list, and nobody has cleared it
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
    LITHIUM_TOO_HEAVY = "lithium-too-heavy"
    LICENCE_MISSING = "licence-missing"
    LICENCE_EXPIRED = "licence-expired"
    AGE_NOT_CHECKED = "age-not-checked"
    COLD_HOURS_UNKNOWN = "cold-hours-unknown"
    COOLANT_MISSING = "coolant-missing"
    DRY_ICE_BY_AIR = "dry-ice-by-air"
    TOO_LONG_ON_ITS_WAY = "too-long-on-its-way"
    COLD_OVER_DAYS_OFF = "cold-over-days-off"
    SHELF_LIFE = "shelf-life"


WHAT_TO_DO = {
    Rule.COUNTRY_UNKNOWN: "Correct the country of the address.",
    Rule.DENIED_PARTY: "Have it reviewed by whoever may: `doorstep may-ship clear`, or cancel the order.",
    Rule.HAZARD_UNKNOWN: "Take class and UN number from section 14 of the safety data sheet and enter both.",
    Rule.UN_UNKNOWN: "Enter the UN number (section 14 of the safety data sheet) or send it by road.",
    Rule.UN_AND_CLASS_DIFFER: "Compare class and UN number with section 14 of the safety data sheet and correct one.",
    Rule.GROUP_UNKNOWN: "Enter the packing group (section 14 of the safety data sheet) or send it by road.",
    Rule.LIMITED_NOT_ALLOWED: "Take the mark of limited quantity off the item: it ships fully regulated.",
    Rule.LIMITED_TOO_HEAVY: "Sell it in units of 30 kg at most with their box, or ship it fully regulated.",
    Rule.LITHIUM_UNKNOWN: "Enter what the maker's test summary (UN 38.3) says of the battery, or send it by road.",
    Rule.LITHIUM_ALONE_BY_AIR: "Send it by road, or by a service whose aircraft carry no passengers.",
    Rule.LITHIUM_CHARGED: "Send it by road, or discharge it to 30 percent and enter that.",
    Rule.LITHIUM_TOO_HEAVY: "Pack fewer into a parcel, or enter what the batteries alone weigh (battery_g).",
    Rule.HAZARD_BY_AIR: "Send it by road, or by a service that names its class.",
    Rule.HAZARD_NOT_TAKEN: "Choose a service that takes its class, or agree it with the carrier and list it.",
    Rule.LICENCE_MISSING: "Enter the customer's licence with its number and last day.",
    Rule.LICENCE_EXPIRED: "Ask the customer for the licence that holds now and enter its last day.",
    Rule.AGE_NOT_CHECKED: "Choose a service that checks the age at the door.",
    Rule.COLD_HOURS_UNKNOWN: "Enter for how many hours it may be on its way (transit_hours).",
    Rule.COOLANT_MISSING: "Enter the coolant that it is packed with, or choose a service that keeps it cold itself.",
    Rule.DRY_ICE_BY_AIR: "Send it by road, or by an air service that takes class 9, with its dry ice weighed.",
    Rule.TOO_LONG_ON_ITS_WAY: "Choose a faster service, or one that keeps it cold itself.",
    Rule.COLD_OVER_DAYS_OFF: "Send it after the days off, or by a carrier that works on them.",
    Rule.SHELF_LIFE: "Send another lot, or agree a shorter shelf life with the customer.",
}

# The text that each rule rests on; figures have theirs in `limits`.
SOURCES = {
    Rule.COUNTRY_UNKNOWN: "ISO 3166-1 alpha-2",
    Rule.DENIED_PARTY: "the list that it names, as dated",
    Rule.HAZARD_UNKNOWN: "UN Model Regulations 2.0.1.1",
    Rule.UN_AND_CLASS_DIFFER: "UN Model Regulations 2.9.4, Dangerous Goods List columns 1 and 3",
    Rule.LIMITED_NOT_ALLOWED: "UN Model Regulations 3.4, Dangerous Goods List column 7a",
    Rule.LIMITED_TOO_HEAVY: "ADR 2025, 3.4.2",
    Rule.HAZARD_BY_AIR: "the carrier's list of what it takes",
    Rule.HAZARD_NOT_TAKEN: "the carrier's list of what it takes",
    Rule.UN_UNKNOWN: "UN Model Regulations 2.0.2; ICAO TI 5;2",
    Rule.GROUP_UNKNOWN: "UN Model Regulations 2.0.1.3, Dangerous Goods List column 5",
    Rule.LITHIUM_UNKNOWN: "IATA DGR, packing instructions 965 to 970",
    Rule.LITHIUM_ALONE_BY_AIR: "ICAO TI, packing instructions 965 and 968, special provisions A154 and A201",
    Rule.LITHIUM_CHARGED: "IATA DGR 67th edition (2026), packing instructions 965 and 966",
    Rule.LITHIUM_TOO_HEAVY: "IATA DGR, packing instructions 965 to 970; ADR special provision 188",
    Rule.LICENCE_MISSING: "the company's catalogue: who may get the item",
    Rule.LICENCE_EXPIRED: "the company's catalogue: who may get the item",
    Rule.AGE_NOT_CHECKED: "the company's catalogue: from which age the item may be handed over",
    Rule.COLD_HOURS_UNKNOWN: "the company's catalogue: how cold the item must stay",
    Rule.COOLANT_MISSING: "the company's catalogue: how cold the item must stay",
    Rule.DRY_ICE_BY_AIR: "IATA DGR, packing instruction 954; 49 CFR 173.217",
    Rule.TOO_LONG_ON_ITS_WAY: "the company's catalogue: for how long the item may be on its way",
    Rule.COLD_OVER_DAYS_OFF: "the company's catalogue: whether the item may wait over a day off",
    Rule.SHELF_LIFE: "the lot's last day and the customer's terms",
}


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A no, the rule it rests on with its `source`, and what to do; `item_id` is empty where the rule is about the
    destination or whoever gets it.
    """

    rule: str
    says: str
    item_id: str = ""
    hazard: str = ""
    do: str = ""
    source: str = ""
