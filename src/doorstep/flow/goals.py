"""What the company wants: set whole, told with what does not go together in it, and at once what planning goes by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from doorstep.events.master import GoalsSet
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.goals.conflicts import Conflict, conflicts
from doorstep.intake.problems import nearest
from doorstep.storage.queries import master, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.goals import Goals
from doorstep.terms.refusals import Refusal


@dataclass(frozen=True, slots=True)
class GoalsTold:
    """The goals that hold, and what does not go together in them."""

    goals: Goals
    conflicts: tuple[Conflict, ...]


def goals_told(office: Office) -> GoalsTold:
    """The goals that hold now; where none were set, those that want nothing special."""
    with office.store.reading() as tx:
        return told_of(tx, master.goals(tx))


def set_goals(office: Office, who: Who, goals: Goals, key: str = "") -> GoalsTold | Refusal:
    """These goals hold from now on, in place of all before; every order that is not released yet is planned again.

    What was promised stays promised: an order keeps the probability it was promised with. Goals that contradict
    themselves are set all the same, and the contradictions told.
    """

    def step(tx: Transaction) -> GoalsTold:
        told = set_within(tx, Scribe(who, tx.now), goals)
        orders.ask_for_all(tx, PLAN_ORDERS)
        return told

    return office.store.run(step, answers=GoalsTold, key=key, request=goals)


def set_within(tx: Transaction, scribe: Scribe, goals: Goals) -> GoalsTold:
    """The same as part of a longer step, without asking for anything to be planned."""
    company_of(tx)
    if goals != master.goals(tx):
        tx.record(scribe(GoalsSet(goals)))
    return told_of(tx, goals)


def set_weights(office: Office, who: Who, given: Mapping[str, int]) -> GoalsTold | Refusal:
    """Some of what planning weighs, by its name; everything else that is wanted stays as it is."""

    def step(tx: Transaction) -> GoalsTold:
        goals = master.goals(tx)
        told = set_within(tx, Scribe(who, tx.now), replace(goals, weights=replace(goals.weights, **given)))
        orders.ask_for_all(tx, PLAN_ORDERS)
        return told

    return office.store.run(step)


def told_of(tx: Transaction, goals: Goals) -> GoalsTold:
    """Goals with what does not go together in them, or with what is known of customers."""
    terms = company_of(tx).terms
    known = {terms.customer_class, *master.customer_classes(tx)} - {None}
    found = conflicts(goals, terms)
    return GoalsTold(goals, (*found, *_of_nobody(goals, sorted(map(str, known)))))


def _of_nobody(goals: Goals, known: list[str]) -> Iterator[Conflict]:
    for wants in goals.classes:
        if wants.name not in known:
            says = "no customer is of this class" + nearest(wants.name, known)
            yield Conflict(f"classes.{wants.name}", says)
