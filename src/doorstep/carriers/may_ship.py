"""May it ship: asked before cost, and not bypassed by any plan, upgrade or second sending. Every no cites its rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.carriers.dangerous_goods import Asked, asked_of, forbidden, whole_class
from doorstep.carriers.rules import WHAT_TO_DO, Forbidden, Rule
from doorstep.terms.item import Item
from doorstep.terms.service import CarrierService

__all__ = ["Asked", "Ban", "Forbidden", "Rule", "asked_of", "may_it_ship"]


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


def may_it_ship(
    items: Iterable[Item], service: CarrierService, destination_country: str, bans: Iterable[Ban] = ()
) -> Forbidden | None:
    """The first rule that forbids these goods with this service to this country; None where none does.

    A kit is given as the items it is made of: a box is as dangerous as what is in it.
    """
    if not _is_country(destination_country):
        says = f"{destination_country!r} is not a country's two letters"
        return Forbidden(Rule.COUNTRY_UNKNOWN, says, do=WHAT_TO_DO[Rule.COUNTRY_UNKNOWN])
    bans = tuple(bans)
    for ban in bans:
        if not ban.item_id and not ban.hazard and _covers(ban, service, destination_country):
            return Forbidden(ban.rule, ban.says)
    for item in items:
        no = forbidden(item, service) or _banned(item, service, destination_country, bans)
        if no:
            return no
    return None


def _banned(item: Item, service: CarrierService, country: str, bans: Iterable[Ban]) -> Forbidden | None:
    for ban in bans:
        concerns_it = ban.item_id in ("", item.item_id) and ban.hazard in ("", item.hazard, whole_class(item.hazard))
        if concerns_it and _covers(ban, service, country):
            return Forbidden(ban.rule, ban.says, item.item_id, item.hazard)
    return None


def _covers(ban: Ban, service: CarrierService, country: str) -> bool:
    return ban.country in ("", country) and ban.carrier_id in ("", service.carrier_id)


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()
