"""What may not ship, as the company sets it: lists, how alike names must be, reviews; and asking beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from doorstep.carriers.denied import matches
from doorstep.carriers.limits import LIMITS, Limit
from doorstep.carriers.may_ship import all_that_forbids, asked_of, words_of_mark
from doorstep.carriers.rules import SOURCES, WHAT_TO_DO, Forbidden, Rule
from doorstep.events.legal import MatchReviewed, RuleListSet, RuleListWithdrawn, ScreeningSet
from doorstep.flow.consignees import consignee_of
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.supply import parts_of
from doorstep.storage.queries import legal, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS, REQUEST_LABELS
from doorstep.terms.order import Terms
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.rulebook import Match, Reviewed, RuleList, Screening
from doorstep.terms.sending import NOBODY, Goods, Sending

__all__ = ["LIMITS", "Limit"]


@dataclass(frozen=True, slots=True)
class ListTold:
    """A list that holds: who publishes it, as of which day, how much is in it."""

    list_id: str
    source: str
    dated: date
    bans: int
    parties: int


@dataclass(frozen=True, slots=True)
class ServiceTold:
    """Whether goods may go with a service: every rule that forbids it, else the marks and papers that they need."""

    service_id: str
    forbidden: tuple[Forbidden, ...]
    marks: tuple[str, ...]
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule that holds for everyone."""

    rule: str
    source: str
    do: str


def set_list(office: Office, who: Who, rules: RuleList, key: str = "") -> ListTold | Refusal:
    """The list holds from now on in place of the one of its name; open orders are planned again, stopped ones asked."""

    def step(tx: Transaction) -> ListTold | Refusal:
        if not rules.bans and not rules.parties:
            says = f"The list {rules.list_id} is empty: to take one away, `doorstep may-ship drop {rules.list_id}`."
            return Refusal(Why.MALFORMED, says, {"list_id": rules.list_id})
        tx.record(Scribe(who, tx.now)(RuleListSet(rules)))
        _asked_anew(tx)
        return ListTold(rules.list_id, rules.source, rules.dated, len(rules.bans), len(rules.parties))

    request = [rules.list_id, rules.source, rules.dated, len(rules.bans), len(rules.parties)]
    return office.store.run(step, answers=ListTold, key=key, request=request)


def drop_list(office: Office, who: Who, list_id: str) -> str | Refusal:
    """The list is no longer asked."""

    def step(tx: Transaction) -> str | Refusal:
        if list_id not in {row.list_id for row in legal.lists(tx)}:
            return Refusal(Why.MALFORMED, f"There is no list {list_id}.", {"list_id": list_id})
        tx.record(Scribe(who, tx.now)(RuleListWithdrawn(list_id)))
        _asked_anew(tx)
        return list_id

    return office.store.run(step)


def set_threshold(office: Office, who: Who, threshold_ppm: int) -> Screening | Refusal:
    """How alike a name must be to an entry to stop a parcel."""

    def step(tx: Transaction) -> Screening | Refusal:
        try:
            screening = Screening(threshold_ppm)
        except ValueError as wrong:
            return Refusal(Why.MALFORMED, f"{wrong}.", {"threshold_ppm": threshold_ppm})
        tx.record(Scribe(who, tx.now)(ScreeningSet(screening)))
        _asked_anew(tx)
        return screening

    return office.store.run(step)


def review(office: Office, who: Who, customer_id: str, ref: str, *, cleared: bool, because: str) -> Reviewed | Refusal:
    """A person looked at a match: the customer is not the entry `LIST/ENTRY` (cleared), or it is; and why."""

    def step(tx: Transaction) -> Reviewed | Refusal:
        if not legal.customers(tx, [customer_id]):
            says = f"There is no customer {customer_id}."
            return Refusal(Why.UNKNOWN_CUSTOMER, says, {"customer_id": customer_id})
        if not because.strip():
            return Refusal(Why.MALFORMED, "Say why: whoever reads it later must be able to follow.", {"because": ""})
        list_id, slash, entry_id = ref.partition("/")
        book = legal.rulebook(tx)
        known = {f"{each.list_id}/{party.entry_id}" for each in book.lists for party in each.parties}
        if not slash or ref not in known:
            return Refusal(Why.MALFORMED, f"{ref} is no entry LIST/ENTRY of a list that holds.", {"entry": ref})
        reviewed = Reviewed(customer_id, list_id, entry_id, cleared)
        tx.record(Scribe(who, tx.now)(MatchReviewed(reviewed, because)))
        _asked_anew(tx)
        return reviewed

    return office.store.run(step)


def _asked_anew(tx: Transaction) -> None:
    orders.ask_for_all(tx, PLAN_ORDERS)
    legal.ask_for_forbidden(tx, REQUEST_LABELS)


def lists(office: Office) -> tuple[ListTold, ...]:
    """The lists that hold."""
    with office.store.reading() as tx:
        return tuple(ListTold(row.list_id, row.source, row.dated, row.bans, row.parties) for row in legal.lists(tx))


def screen(office: Office, names: Iterable[str]) -> tuple[Match, ...]:
    """Every entry that one of the names looks like, most alike first."""
    with office.store.reading() as tx:
        return matches(names, legal.rulebook(tx))


@dataclass(frozen=True, slots=True)
class ReviewTold:
    """What a person found of a customer that looks like an entry, and why."""

    customer_id: str
    list_id: str
    entry_id: str
    cleared: bool
    because: str
    reviewed_by: str
    reviewed_at: datetime


def reviews(office: Office, customer_id: str = "") -> tuple[ReviewTold, ...]:
    """What people found of customers that look like entries."""
    with office.store.reading() as tx:
        return tuple(ReviewTold(*row) for row in legal.reviews(tx, [customer_id] if customer_id else ()))


def rules_told() -> tuple[RuleTold, ...]:
    """The rules that hold for everyone, each with the text it rests on and what to do about its no."""
    return tuple(RuleTold(str(rule), SOURCES[rule], WHAT_TO_DO[rule]) for rule in Rule)


def ask(
    office: Office, item_ids: Sequence[str], area: str, customer_id: str = "", name: str = ""
) -> tuple[ServiceTold, ...] | Refusal:
    """May these items go to an area, such as US-606: every service, with every rule that forbids it.

    What hangs on the day of departure is asked by plans and labels, not here.
    """
    with office.store.reading() as tx:
        known = master.items(tx, set(item_ids))
        missing = [item_id for item_id in item_ids if item_id not in known]
        if missing:
            return Refusal(Why.UNKNOWN_ITEM, f"There is no item {missing[0]}.", {"item_id": missing[0]})
        consignee = NOBODY
        names = [name] if name else []
        if customer_id:
            found = legal.customers(tx, [customer_id])
            if not found:
                says = f"There is no customer {customer_id}."
                return Refusal(Why.UNKNOWN_CUSTOMER, says, {"customer_id": customer_id})
            address = master.address(tx, found[0].person_ref)
            names += [address.name] if address else []
            cleared = legal.cleared(tx, [customer_id]).get(customer_id, frozenset())
            consignee = consignee_of(tuple(names), Terms(), master.terms_of(found[0].text), cleared)
        elif names:
            consignee = consignee_of(tuple(names), Terms(), Terms(), frozenset())
        parts = dict.fromkeys(part.item_id for item_id in item_ids for part in parts_of(known[item_id]))
        goods = tuple(Goods(known[item_id]) for item_id in parts)
        book = legal.rulebook(tx)
        home = next(iter(master.sites(tx).values()), None)
        country = home.area[:2] if home else ""
        told = []
        for service in master.services(tx):
            sending = Sending(goods, service, area, consignee, tx.now.date(), from_country=country)
            noes = tuple(all_that_forbids(sending, book))
            asked = asked_of(goods, service)
            marks = () if noes else tuple(words_of_mark(*mark) for mark in asked.marks)
            papers = () if noes else tuple(map(str, asked.papers))
            told.append(ServiceTold(service.service_id, noes, marks, papers))
        return tuple(told)
