"""What every step is given: the store, the sender, who acts, and how a fact gets its envelope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from doorstep.carriers import dialects
from doorstep.carriers.port import Dialect, Enquiries, Together
from doorstep.events.envelope import Body, Fact
from doorstep.events.steps import DEPARTMENT
from doorstep.flow.price_book import PriceBook, price_book
from doorstep.links.roads import Roads
from doorstep.links.sender import Sender
from doorstep.planning import compose
from doorstep.planning.values import Deciders
from doorstep.storage.queries import legal, master
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.company import Company
from doorstep.terms.ids import Ids
from doorstep.terms.parcel import Carton
from doorstep.terms.rulebook import Rulebook


class NotSetUpError(Exception):
    """The company itself is not defined yet: no step can run before `doorstep load` or `define_company`."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts, and for which department; where that is '' the step's own department is meant."""

    actor: str
    department: str = ""


# What acts by itself: timers and jobs.
CLOCKWORK = Who("clockwork")


@dataclass(frozen=True, slots=True)
class Office:
    """The store and what steps need beside it. `sender` is None where nothing is to leave the house.

    `roads` tells own vehicles how far it is.
    """

    store: Store
    sender: Sender | None = None
    roads: Roads = field(default_factory=Roads)

    @property
    def ids(self) -> Ids:
        return self.store.ids

    def dialect(self, carrier_id: str) -> Dialect:
        """The dialect that a carrier speaks: as its address says, else the one called as it is, else the local one."""
        known = self.sender is not None and carrier_id in self.sender.carrier_ids
        return dialects.of(self._spoken(carrier_id), self.sender.account(carrier_id) if self.sender and known else "")

    def enquiries(self, carrier_id: str) -> Enquiries:
        """The same, to ask for rates and where parcels are."""
        return dialects.enquiries(self._spoken(carrier_id))

    def together(self, carrier_id: str) -> Together | None:
        """How the carrier sells the labels of several parcels in one call; None where each is bought by itself."""
        return dialects.together(self._spoken(carrier_id))

    def lists(self, carrier_id: str) -> bool:
        """Whether the carrier is connected, and told a list of what its driver takes."""
        connected = self.sender is not None and carrier_id in self.sender.carrier_ids
        return connected and dialects.lists(self._spoken(carrier_id))

    def finds_labels(self, carrier_id: str) -> bool:
        """Whether the carrier can be asked after a lost answer whether a label was made, and its word be believed."""
        return dialects.finds_labels(self._spoken(carrier_id))

    def finds_pickups(self, carrier_id: str) -> bool:
        """Whether the carrier may be asked for a driver again under our reference, so that one comes."""
        return dialects.finds_pickups(self._spoken(carrier_id))

    def _spoken(self, carrier_id: str) -> str:
        if self.sender is not None and carrier_id in self.sender.carrier_ids:
            return self.sender.dialect(carrier_id)
        return carrier_id if carrier_id in dialects.NAMES else dialects.LOCAL


@dataclass(frozen=True, slots=True)
class Scribe:
    """Puts facts of one step into their envelopes; `cause` is why, where a fact has no cause of its own."""

    who: Who
    now: datetime
    cause: str = ""

    def __call__(self, body: Body, **envelope: Any) -> Fact:
        """The fact; `envelope` sets any of Fact's fields beside who: when, where, by which resource, why."""
        envelope.setdefault("occurred_at", self.now)
        envelope.setdefault("cause", self.cause)
        department = self.who.department or DEPARTMENT[body.STEP]
        return Fact(body, actor=self.who.actor, department=department, **envelope)


def company_of(tx: Transaction) -> Company:
    return set_up(tx.rows(*master.COMPANY))


def set_up(rows: Sequence[Any]) -> Company:
    """The company, of what `master.COMPANY` was answered."""
    found = master.read_company(rows)
    if found is None:
        raise NotSetUpError("No company is set up in this database: run `doorstep load FILE` first.")
    return found


@lru_cache(maxsize=4)  # each keeps what it found of its day
def _deciders(
    cartons: tuple[Carton, ...],
    currency: str,
    rulebook: Rulebook,
    book: PriceBook,
    separated: tuple[tuple[str, str], ...],
) -> Deciders:
    return compose.deciders(
        cartons, currency, rulebook, on=book.on, exchange=book.exchange, billed=book.billed, separated=separated
    )


def deciders_of(tx: Transaction, company: Company) -> Deciders:
    """Packing and carriers as planning composes them, with the company's cartons and the lists that hold."""
    return _deciders(master.cartons(tx), company.currency, legal.rulebook(tx), price_book(tx), company.separated)
