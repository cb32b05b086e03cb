"""May it ship, asked of plain items and bans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from doorstep.carriers import may_ship
from doorstep.carriers.rules import Forbidden
from doorstep.terms.item import Item
from doorstep.terms.rulebook import Ban, DeniedParty, Rulebook, RuleList
from doorstep.terms.sending import Goods, Sending
from doorstep.terms.service import CarrierService

SOURCE, DATED = "the company's own file", date(2026, 1, 2)


def rulebook(bans: Iterable[Ban] = (), parties: Iterable[DeniedParty] = ()) -> Rulebook:
    return Rulebook((RuleList("own", SOURCE, DATED, tuple(bans), tuple(parties)),))


def may_it_ship(
    items: Iterable[Item | Goods],
    service: CarrierService,
    area: str,
    bans: Iterable[Ban] = (),
    parties: Iterable[DeniedParty] = (),
    **more: Any,
) -> Forbidden | None:
    goods = tuple(each if isinstance(each, Goods) else Goods(each) for each in items)
    return may_ship.may_it_ship(Sending(goods, service, area, **more), rulebook(bans, parties))


def asked_of(items: Iterable[Item], service: CarrierService) -> may_ship.Asked:
    return may_ship.asked_of([Goods(item) for item in items], service)
