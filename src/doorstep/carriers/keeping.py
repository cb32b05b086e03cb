"""Who may get it, how cold, for how long: licences, ages, temperature, and the shelf life left on arrival."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from doorstep.carriers.limits import DRY_ICE_PARCEL
from doorstep.carriers.rules import WHAT_TO_DO, Forbidden, Rule
from doorstep.terms.item import Coolant, Item
from doorstep.terms.sending import Goods, Sending, Trip

_DRY_ICE = frozenset({"9", "1845"})


def keeping(goods: Goods, sending: Sending) -> Iterator[Forbidden]:
    """Every rule of these that forbids the goods, first things first."""
    yield from _licence(goods.item, sending)
    if goods.item.min_age > sending.service.checks_age:
        checks = sending.service.checks_age
        asks = f"asks for proof of {checks} years" if checks else "asks nobody's age at the door"
        says = f"goes to nobody below {goods.item.min_age} years; {sending.service.name} {asks}"
        yield _no(Rule.AGE_NOT_CHECKED, goods.item, says)
    if goods.item.temperature or goods.item.transit_hours is not None or goods.item.coolant:
        yield from _cold(goods, sending)
    if goods.expires_on is not None and sending.trip is not None:
        good_until = sending.trip.arrives_on + timedelta(days=sending.consignee.shelf_life_days)
        if goods.expires_on < good_until:
            says = f"ends on {goods.expires_on}; it is to be good until {good_until}"
            yield _no(Rule.SHELF_LIFE, goods.item, says)


def _licence(item: Item, sending: Sending) -> Iterator[Forbidden]:
    if not item.licence:
        return
    held = [licence for licence in sending.consignee.licences if licence.kind == item.licence]
    if not held:
        yield _no(Rule.LICENCE_MISSING, item, f"goes only to who has a licence ({item.licence}); none is known of them")
        return
    needed_on = sending.trip.arrives_on if sending.trip else sending.on
    ends = [licence.until for licence in held]
    latest = max((end for end in ends if end is not None), default=None)
    if None not in ends and needed_on is not None and latest is not None and latest < needed_on:
        says = f"goes only to who has a licence ({item.licence}); theirs ended on {latest}"
        if sending.on is not None and latest >= sending.on:
            says = f"goes only to who has a licence ({item.licence}); theirs ends on {latest}, before it is there"
        yield _no(Rule.LICENCE_EXPIRED, item, says)


def _cold(goods: Goods, sending: Sending) -> Iterator[Forbidden]:
    item, service = goods.item, sending.service
    if item.coolant is Coolant.DRY_ICE and service.by_air:
        yield from _dry_ice(goods, sending)
    kept = item.temperature in service.keeps
    if kept:
        return
    if item.temperature and item.transit_hours is None:
        says = f"must stay {item.temperature}, and nobody said for how many hours it does"
        yield _no(Rule.COLD_HOURS_UNKNOWN, item, says)
    if item.temperature and not item.coolant:
        says = f"must stay {item.temperature} and has no coolant; {service.name} does not keep it so itself"
        yield _no(Rule.COOLANT_MISSING, item, says)
    if sending.trip is not None:
        yield from _on_its_way(item, sending, sending.trip)


def _on_its_way(item: Item, sending: Sending, trip: Trip) -> Iterator[Forbidden]:
    name = sending.service.name
    if item.transit_hours is not None and trip.hours > item.transit_hours:
        says = f"may be on its way for {item.transit_hours} hours; {name} surely takes no longer than {trip.hours}"
        yield _no(Rule.TOO_LONG_ON_ITS_WAY, item, says)
    if item.temperature and not item.over_weekend and trip.days_off:
        days = f"{trip.days_off} day{'s' if trip.days_off > 1 else ''} on which {name} does not work"
        says = f"must stay {item.temperature}; sent on {trip.leaves_on} it waits over {days}"
        yield _no(Rule.COLD_OVER_DAYS_OFF, item, says)


def _dry_ice(goods: Goods, sending: Sending) -> Iterator[Forbidden]:
    item, name = goods.item, sending.service.name
    if not _DRY_ICE & sending.service.hazards:
        yield _no(
            Rule.DRY_ICE_BY_AIR, item, f"travels with dry ice (UN 1845, class 9), which {name} does not take by air"
        )
    elif item.coolant_g is None:
        yield _no(Rule.DRY_ICE_BY_AIR, item, "travels with dry ice, and nobody said how much of it (coolant_g)")
    elif item.coolant_g > DRY_ICE_PARCEL.value:
        yield _no(
            Rule.DRY_ICE_BY_AIR, item, f"travels with {item.coolant_g} g of dry ice; 200,000 g may fly in a parcel"
        )


def _no(rule: Rule, item: Item, says: str) -> Forbidden:
    return Forbidden(rule, f"{item.item_id} {says}", item.item_id, item.hazard, WHAT_TO_DO[rule])
