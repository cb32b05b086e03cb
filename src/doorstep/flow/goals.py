"""What the company wants: set whole, told with what does not go together in it, and at once what planning goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from doorstep.events.master import GoalsSet
from doorstep.flow.conflicts import as_things_stand, in_the_file
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.goals.conflicts import Conflict
from doorstep.storage.queries import master, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.goals import Goals
from doorstep.terms.refusals import Refusal

WEIGHTS = {
    "handling_order_minor": "Handling a fulfilment order",
    "handling_unit_minor": "Handling a unit",
    "split_minor": "Each extra delivery of an order",
    "late_day_minor": "A day late, where its class says nothing",
    "broken_minor": "A promise that is less sure than wanted",
    "waits_minor": "An order that is not sent",
    "departure_minor": "A carrier's call at a site",
    "lying_unit_minor": "A unit that lies too long, sent from there",
    "move_gain_minor": "A plan that stands is changed for more than",
}


@dataclass(frozen=True, slots=True)
class GoalsTold:
    """The goals that hold, and what does not go together in them, each with what could give way and at which cost."""

    goals: Goals
    conflicts: tuple[Conflict, ...]


def goals_told(office: Office) -> GoalsTold:
    """The goals that hold now; where none were set, those that want nothing special."""
    with office.store.reading() as tx:
        goals = master.goals(tx)
        return GoalsTold(goals, tuple(as_things_stand(tx, goals)))


def weights_told(goals: Goals) -> list[tuple[str, int]]:
    """What each weight that is an amount is for, and the amount, in minor units."""
    return [(says, getattr(goals.weights, name)) for name, says in WEIGHTS.items()]


def set_goals(office: Office, who: Who, goals: Goals, key: str = "") -> GoalsTold | Refusal:
    """These goals hold from now on, in place of all before; every order that is not released yet is planned again.

    What was promised stays promised: an order keeps the probability it was promised with. Goals that contradict
    themselves are set all the same, and the contradictions told.
    """

    with office.store.reading() as tx:  # what is looked at takes longer than a step may hold locks
        company_of(tx)
        found = tuple(as_things_stand(tx, goals))

    def step(tx: Transaction) -> GoalsTold:
        set_within(tx, Scribe(who, tx.now), goals)
        orders.ask_for_all(tx, PLAN_ORDERS)
        return GoalsTold(goals, found)

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
    """Goals with what does not go together in them, or with the classes of customers there are."""
    return GoalsTold(goals, tuple(in_the_file(tx, goals)))
