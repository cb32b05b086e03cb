"""May it ship: asked before cost, and not bypassed by any plan, upgrade or second sending. Every no cites its rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from doorstep.terms.item import Item
from doorstep.terms.service import CarrierService

# Classes and divisions of the UN Model Regulations, 2.0.1.1; a bare '1' means any division of class 1.
_UN_CLASSES = frozenset(
    {"1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2", "2.1", "2.2", "2.3", "3", "4", "4.1", "4.2", "4.3"}
    | {"5", "5.1", "5.2", "6", "6.1", "6.2", "7", "8", "9"}
)


class Rule(StrEnum):
    """The rules that hold for everyone, in the order in which they are asked. A company's own are `Ban`s."""

    COUNTRY_UNKNOWN = "country-unknown"  # no ISO 3166-1 alpha-2 code: sanctions cannot be checked
    HAZARD_UNKNOWN = "hazard-unknown"  # not a UN class: nobody can say who may take it
    HAZARD_BY_AIR = "hazard-by-air"  # flies only where the service names its very class or division
    HAZARD_NOT_TAKEN = "hazard-not-taken"  # neither its division nor its whole class is on the service's list


@dataclass(frozen=True, slots=True)
class Ban:
    """A rule of law, company or carrier, as data: sanctions, licences, a carrier's own list.

    It bans what matches all of the country, hazard, carrier and item that it names; one that is empty matches all.
    `hazard` '2' covers 2.1, 2.2 and 2.3 as well.
    """

    rule: str
    says: str
    country: str = ""
    hazard: str = ""
    carrier_id: str = ""
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A no, with the rule it rests on; `item_id` is empty where the rule is about the destination alone."""

    rule: str
    says: str
    item_id: str = ""
    hazard: str = ""


def may_it_ship(
    items: Iterable[Item], service: CarrierService, destination_country: str, bans: Iterable[Ban] = ()
) -> Forbidden | None:
    """The first rule that forbids these goods with this service to this country; None where none does.

    A kit is given as the items it is made of: a box is as dangerous as what is in it.
    """
    if not _is_country(destination_country):
        return Forbidden(Rule.COUNTRY_UNKNOWN, f"{destination_country!r} is not a country's two letters")
    bans = tuple(bans)
    for ban in bans:
        if not ban.item_id and not ban.hazard and _covers(ban, service, destination_country):
            return Forbidden(ban.rule, ban.says)
    for item in items:
        no = _forbidden_hazard(item, service) or _banned(item, service, destination_country, bans)
        if no:
            return no
    return None


def _forbidden_hazard(item: Item, service: CarrierService) -> Forbidden | None:
    hazard = item.hazard
    if not hazard:
        return None
    if hazard not in _UN_CLASSES:
        says = f"{item.item_id} has hazard {hazard!r}, which is no UN class"
        return Forbidden(Rule.HAZARD_UNKNOWN, says, item.item_id, hazard)
    if hazard in service.hazards:
        return None
    if service.by_air:
        # Airlines accept by division: class 2 on a list does not let a toxic gas (2.3) fly.
        says = f"{item.item_id} is of class {hazard}, which {service.name} does not take by air"
        return Forbidden(Rule.HAZARD_BY_AIR, says, item.item_id, hazard)
    if _whole_class(hazard) in service.hazards:
        return None
    says = f"{item.item_id} is of class {hazard}, which {service.name} does not take"
    return Forbidden(Rule.HAZARD_NOT_TAKEN, says, item.item_id, hazard)


def _banned(item: Item, service: CarrierService, country: str, bans: Iterable[Ban]) -> Forbidden | None:
    for ban in bans:
        concerns_it = ban.item_id in ("", item.item_id) and ban.hazard in ("", item.hazard, _whole_class(item.hazard))
        if concerns_it and _covers(ban, service, country):
            return Forbidden(ban.rule, ban.says, item.item_id, item.hazard)
    return None


def _covers(ban: Ban, service: CarrierService, country: str) -> bool:
    return ban.country in ("", country) and ban.carrier_id in ("", service.carrier_id)


def _whole_class(hazard: str) -> str:
    return hazard.partition(".")[0]


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()
