"""What carriers ask for a parcel now. Whoever does not answer in time holds nobody up, and is named.

The answer is partial where a carrier is missing from it, and says so. Of one that does not answer, what it said last
is shown, marked, with a day that is kept though things go slower: counted from the next working day, and a day more. Of
one that says no nothing is shown: that is its word now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.carriers.port import CarrierSaysNo, RateAsk, RateOffered, RatesMade
from doorstep.flow.carrier_talk import exchange, in_time, tell
from doorstep.flow.office import Office
from doorstep.storage.queries import master, rates
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.measures import Sides, grams
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why

WITHIN_MS = 6_000
LAST_FOR = timedelta(days=14)
_CARRIERS_WEEK = Calendar()  # what carriers call business days
_MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """What a carrier asks for one of its services, under the carrier's name for it.

    `by` is when it would be there at the latest, as far as the carrier says days. `last`: it is what the carrier said
    at `told_at`, before it ceased to answer, of a parcel like this one or larger.
    """

    carrier_id: str
    service_id: str
    name: str
    cost_minor: int
    currency: str
    days: int | None
    by: date | None
    last: bool
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """A carrier, or one of those behind it, whose rates of today are not among the others, and why."""

    carrier_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Rates:
    """The offers, cheapest first. `partial`: somebody is missing."""

    sscc: str
    order_id: str
    offers: tuple[Rate, ...]
    missing: tuple[Missing, ...]
    asked_at: datetime

    @property
    def partial(self) -> bool:
        return bool(self.missing)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, of whom, and under which measures the answers are kept."""

    order_id: str
    ask: RateAsk
    lane: tuple[str, str]
    measures: tuple[int, int, int, int]


def ask_rates(office: Office, sscc: str) -> Rates | Refusal:
    """Ask every carrier that is connected what the parcel would cost. No transaction is open meanwhile."""
    now = office.store.clock.now()
    with office.store.reading() as tx:
        question = _question(tx, sscc)
    if isinstance(question, Refusal):
        return question
    carriers = () if office.sender is None else tuple(sorted(office.sender.carrier_ids))
    if not carriers:
        nobody = Missing("", "no carrier is connected: DOORSTEP_CARRIERS says where each is reached")
        return Rates(sscc, question.order_id, (), (nobody,), now)
    jobs = [partial(_asked, office, carrier_id, question.ask) for carrier_id in carriers]
    answers: dict[str, Any] = dict(zip(carriers, in_time(office, jobs, WITHIN_MS), strict=True))
    made = {carrier_id: answer for carrier_id, answer in answers.items() if isinstance(answer, RatesMade)}
    if made:
        office.store.run(lambda tx: _kept(tx, question, made))
    unheard = [carrier_id for carrier_id, answer in answers.items() if not _said(answer)]
    with office.store.reading() as tx:
        grams_, *sides = question.measures
        last = rates.last_rates(tx, unheard, question.lane, grams_, sides, now - LAST_FOR)
    today = question.ask.ship_on or now.date()
    offers = [_rate(one, offer, today, now) for one, answer in made.items() for offer in answer.offers]
    offers += [_last(row, offer, today) for row in last.values() for offer in row.offers]
    missing = [Missing(one, why) for one, answer in made.items() for why in answer.missing]
    missing += [_missing(one, answers[one], last) for one in carriers if one not in made]
    offers.sort(key=lambda offer: (offer.currency, offer.cost_minor, offer.carrier_id, offer.service_id))
    return Rates(sscc, question.order_id, tuple(offers), tuple(missing), now)


def _question(tx: Transaction, sscc: str) -> _Question | Refusal:
    row = rates.parcel_to_rate(tx, sscc)
    if row is None:
        return Refusal(Why.UNKNOWN_PARCEL, f"There is no parcel {sscc}.", {"sscc": sscc})
    kept: Mapping[str, Address] = master.addresses(tx, {row.from_ref, row.to_ref} - {None})
    ship_from, ship_to = kept.get(row.from_ref), kept.get(row.to_ref)
    if ship_from is None or ship_to is None:
        return Refusal(Why.WRONG_STATE, f"An address of parcel {sscc} is not kept any more.", {"sscc": sscc})
    length, width, height = sorted((row.length_mm, row.width_mm, row.height_mm), reverse=True)
    today = tx.now.astimezone(ZoneInfo(row.zone or "UTC")).date()
    sides = Sides(length, width, height, 1, "mm")
    ask = RateAsk(f"rate/{sscc}", grams(row.weight_g), sides, ship_from, ship_to, ship_on=today)
    return _Question(row.order_id, ask, (ship_from.area, ship_to.area), (row.weight_g, length, width, height))


def _asked(office: Office, carrier_id: str, ask: RateAsk) -> Any:
    """The carrier's answer, whatever it is; it has `WITHIN_MS` for it."""
    if office.sender is None:
        raise ValueError("nobody is asked while nothing is to leave the house")
    dialect, known = office.enquiries(carrier_id), office.sender.account(carrier_id)
    whole = replace(ask, account=known)
    request = dialect.build_rate(whole)
    return exchange(office, carrier_id, request, lambda reply: dialect.read_rate(reply, whole), WITHIN_MS)


def _said(answer: Any) -> bool:
    """Whether the carrier has said its word: offers, or a no that stays one."""
    return isinstance(answer, RatesMade) or (isinstance(answer, CarrierSaysNo) and not answer.retry)


def _kept(tx: Transaction, question: _Question, made: Mapping[str, RatesMade]) -> None:
    tx.keep_rates(
        [
            (carrier_id, *question.lane, *question.measures, json.dumps([asdict(offer) for offer in answer.offers]))
            for carrier_id, answer in made.items()
            if answer.offers
        ]
    )


def _rate(carrier_id: str, offer: RateOffered, today: date, now: datetime) -> Rate:
    by = _CARRIERS_WEEK.working_day(today, offer.days) if offer.days and offer.days <= _MOST_DAYS else None
    told = (carrier_id, offer.service_id, offer.name, offer.cost_minor, offer.currency, offer.days)
    return Rate(*told, by=by, last=False, told_at=now)


def _last(row: Any, offer: Mapping[str, Any], today: date) -> Rate:
    """What was said before, later by the next working day and one more."""
    days = offer["days"]
    by = _CARRIERS_WEEK.working_day(today + timedelta(days=1), days + 1) if days and days <= _MOST_DAYS else None
    told = (row.carrier_id, offer["service_id"], offer["name"], offer["cost_minor"], offer["currency"], days)
    return Rate(*told, by=by, last=True, told_at=row.told_at)


def _missing(carrier_id: str, answer: Any, last: Mapping[str, Any]) -> Missing:
    if _said(answer):
        return Missing(carrier_id, tell(answer))
    shown = "what it said last is shown" if carrier_id in last else "nothing it said lately is known here"
    return Missing(carrier_id, f"{tell(answer)}; {shown}")
