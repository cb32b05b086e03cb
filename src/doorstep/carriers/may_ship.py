"""May it ship: asked before cost, and again at the label; no plan, upgrade or second sending bypasses it.

Every no cites its rule, and says what would make it legal.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorstep.carriers.dangerous_goods import Asked, asked_of, forbidden, parcel_forbidden, whole_class, words_of_mark
from doorstep.carriers.denied import matches, why
from doorstep.carriers.keeping import keeping
from doorstep.carriers.rules import SOURCES, WHAT_TO_DO, Forbidden, Rule
from doorstep.terms.rulebook import Ban, Rulebook, RuleList
from doorstep.terms.sending import Goods, Sending

__all__ = ["Asked", "Ban", "Forbidden", "Rule", "all_that_forbids", "asked_of", "may_it_ship", "words_of_mark"]

NO_LISTS = Rulebook()


def may_it_ship(sending: Sending, rulebook: Rulebook = NO_LISTS) -> Forbidden | None:
    """The first rule that forbids it; None where none does.

    A kit is given as the items it is made of: a box is as dangerous as what is in it.
    """
    return next(all_that_forbids(sending, rulebook), None)


def all_that_forbids(sending: Sending, rulebook: Rulebook = NO_LISTS) -> Iterator[Forbidden]:
    """Every rule that forbids it, in the order in which they are to be mended: destination, who gets it, goods."""
    if not _is_country(sending.country):
        says = f"{sending.country!r} is not a country's two letters"
        yield _cited(Forbidden(Rule.COUNTRY_UNKNOWN, says, do=WHAT_TO_DO[Rule.COUNTRY_UNKNOWN]))
        return
    bans = [(each, ban) for each, ban in rulebook.bans if _covers(ban, sending)] if rulebook.lists else []
    for each, ban in bans:
        if ban.of_destination:
            yield _banned(each, ban)
    for match in matches(sending.consignee.names, rulebook) if rulebook.lists else ():
        if match.ref not in sending.consignee.cleared:
            says = f"whoever gets it is {why(match)}"
            listed = next(each for each in rulebook.lists if each.list_id == match.list_id)
            source = f"{listed.source}, as of {listed.dated}"
            yield Forbidden(Rule.DENIED_PARTY, says, do=WHAT_TO_DO[Rule.DENIED_PARTY], source=source)
    for goods in sending.goods:
        no = forbidden(goods.item, sending.service)
        if no:
            yield _cited(no)
        for each, ban in bans:
            if not ban.of_destination and _concerns(ban, goods):
                yield _banned(each, ban, goods)
        yield from map(_cited, keeping(goods, sending))
    together = parcel_forbidden(sending)
    if together:
        yield _cited(together)


def _cited(no: Forbidden) -> Forbidden:
    return Forbidden(no.rule, no.says, no.item_id, no.hazard, no.do, SOURCES[Rule(no.rule)])


def _banned(each: RuleList, ban: Ban, goods: Goods | None = None) -> Forbidden:
    item_id, hazard = (goods.item.item_id, goods.item.hazard) if goods else ("", "")
    says = f"{item_id}: {ban.says}" if item_id else ban.says
    return Forbidden(ban.rule, says, item_id, hazard, ban.do, f"{each.source}, as of {each.dated}")


def _covers(ban: Ban, sending: Sending) -> bool:
    """Whether the ban is about this way to this place on this day."""
    service = sending.service
    # Plans know the head of a postcode only: what bans a part of it bans all that begins like it.
    head = sending.postcode
    here = not ban.postcode or ban.postcode.startswith(head) or head.startswith(ban.postcode)
    leaves_country = sending.from_country not in ("", sending.country)
    return (
        here
        and ban.country in ("", sending.country)
        and ban.carrier_id in ("", service.carrier_id)
        and ban.service_id in ("", service.service_id)
        and ban.by_air in (None, service.by_air)
        and (not ban.abroad or leaves_country)
        and (sending.on is None or ban.first_day is None or ban.first_day <= sending.on)
        and (sending.on is None or ban.last_day is None or sending.on <= ban.last_day)
    )


def _concerns(ban: Ban, goods: Goods) -> bool:
    item = goods.item
    return (
        ban.item_id in ("", item.item_id)
        and ban.hazard in ("", item.hazard, whole_class(item.hazard))
        and ban.un_number in ("", item.un_number)
        and ban.licence in ("", item.licence)
    )


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()
