"""Whether an order that can be read can be meant: known customer and items, whole quantities, a real address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from doorstep.terms.company import Company
from doorstep.terms.item import Item
from doorstep.terms.money import DECIMALS
from doorstep.terms.order import Order
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why

_MOST_UNITS = 1_000_000

# ISO 3166-1 alpha-2, as of 2024.
COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()
)

# How postcodes look where they are always needed; other countries' are taken as they come.
POSTCODES = {
    country: re.compile(pattern)
    for country, pattern in {
        "AT": r"\d{4}",
        "AU": r"\d{4}",
        "BE": r"\d{4}",
        "BR": r"\d{5}-?\d{3}",
        "CA": r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
        "CH": r"\d{4}",
        "DE": r"\d{5}",
        "DK": r"\d{4}",
        "ES": r"\d{5}",
        "FR": r"\d{5}",
        "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
        "IT": r"\d{5}",
        "JP": r"\d{3}-?\d{4}",
        "NL": r"\d{4} ?[A-Z]{2}",
        "PL": r"\d{2}-\d{3}",
        "SE": r"\d{3} ?\d{2}",
        "US": r"\d{5}(-\d{4})?",
    }.items()
}


def judge(
    order: Order, items: Mapping[str, Item], customer_known: bool, company: Company, now: datetime
) -> list[Refusal]:
    """Everything that is wrong with the order as an order; what stock and carriers say comes after."""
    found = _numbering(order)
    if not customer_known:
        found.append(
            Refusal(
                Why.UNKNOWN_CUSTOMER, f"There is no customer {order.customer_id}.", {"customer_id": order.customer_id}
            )
        )
    for line in order.lines:
        place: dict[str, str | int] = {"line": line.line_no, "item_id": line.item_id}
        if line.item_id not in items:
            found.append(Refusal(Why.UNKNOWN_ITEM, f"Line {line.line_no}: there is no item {line.item_id}.", place))
        if not 0 < line.quantity <= _MOST_UNITS:
            says = f"Line {line.line_no}: the quantity is {line.quantity}; it must be from 1 to {_MOST_UNITS}."
            found.append(Refusal(Why.BAD_QUANTITY, says, {**place, "quantity": line.quantity}))
        elif line.item_id in items and (no := not_in_packages(items[line.item_id], line.quantity, line.line_no)):
            found.append(no)
    return (
        found
        + _currency(order, company)
        + judge_address(order.ship_to)
        + judge_dates(order.asked_from, order.asked_by, now)
    )


def not_in_packages(item: Item, quantity: int, line_no: int) -> Refusal | None:
    """BAD_QUANTITY where a package would have to be broken; the quantities next to it that can be had."""
    over = quantity % item.sold_by
    if not over:
        return None
    less, more = quantity - over, quantity - over + item.sold_by
    either = f"{less} or {more}" if less else str(more)
    says = f"Line {line_no}: {item.item_id} is sold by {item.sold_by}; order {either} instead of {quantity}."
    concerns: dict[str, str | int] = {"line": line_no, "item_id": item.item_id, "quantity": quantity, "more": more}
    return Refusal(Why.BAD_QUANTITY, says, {**concerns, "less": less} if less else concerns)


def _numbering(order: Order) -> list[Refusal]:
    numbers = [line.line_no for line in order.lines]
    if not numbers:
        return [Refusal(Why.MALFORMED, "The order has no lines.", {"lines": 0})]
    twice = [line_no for line_no in numbers if numbers.count(line_no) > 1]
    if twice or min(numbers) < 1:
        says = f"Line {min(twice or numbers)}: lines are numbered from 1, each number once."
        return [Refusal(Why.MALFORMED, says, {"line": min(twice or numbers)})]
    return []


def _currency(order: Order, company: Company) -> list[Refusal]:
    if order.currency not in DECIMALS:
        says = f"{order.currency} is not a currency we know; use one of {', '.join(sorted(DECIMALS))}."
        return [Refusal(Why.UNKNOWN_CURRENCY, says, {"currency": order.currency})]
    if order.currency != company.currency:
        says = f"We sell in {company.currency}, not in {order.currency}."
        return [Refusal(Why.UNKNOWN_CURRENCY, says, {"currency": order.currency})]
    return []


def judge_address(address: Address) -> list[Refusal]:
    """What is wrong with an address, as far as can be told without asking a carrier."""
    if address.country not in COUNTRIES:
        says = f"{address.country} is not a country (ISO 3166-1, two letters, such as US)."
        return [Refusal(Why.BAD_ADDRESS, says, {"country": address.country})]
    pattern = POSTCODES.get(address.country)
    if pattern and not pattern.fullmatch(address.postcode.upper()):
        says = f"{address.postcode or 'An empty postcode'} is not a postcode of {address.country}."
        return [Refusal(Why.BAD_ADDRESS, says, {"postcode": address.postcode, "country": address.country})]
    if not any(line.strip() for line in address.lines):
        return [Refusal(Why.BAD_ADDRESS, "The address has no street line.", {"field": "lines"})]
    return []


def judge_dates(asked_from: date | None, asked_by: date | None, now: datetime) -> list[Refusal]:
    """What is wrong with a wanted window of dates."""
    # Nowhere on earth is a day behind UTC by more than twelve hours: today's date somewhere is never refused.
    today = now.date()
    if asked_by is not None and (today - asked_by).days > 1:
        return [Refusal(Why.DATE_PAST, f"{asked_by} is past.", {"asked_by": asked_by.isoformat()})]
    if asked_by is not None and asked_from is not None and asked_by < asked_from:
        says = f"The wanted window ends ({asked_by}) before it begins ({asked_from})."
        return [Refusal(Why.MALFORMED, says, {"asked_from": asked_from.isoformat()})]
    return []
