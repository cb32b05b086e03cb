"""Goals that contradict one another, as far as can be seen without an order: they can be set, and are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.terms.goals import ClassGoals, Goals, Rule, Scarcity, Weights
from doorstep.terms.order import Terms

_WHOLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Conflict:
    """What does not go together. `place` is the path in the goals file, such as `classes.trade.ceiling_minor`."""

    place: str
    says: str


def conflicts(goals: Goals, company: Terms) -> list[Conflict]:
    """Every one that there is; `company` are the terms of customers who agreed on nothing else."""
    found = [*_of_weights(goals.weights), *_of_scarcity(goals.scarcity)]
    for wants in goals.classes:
        found += _of_class(wants, wants.wanted_ppm or company.wanted_ppm)
    return found


def _of_weights(weights: Weights) -> Iterator[Conflict]:
    if not weights.broken_minor:
        says = "a broken promise costs nothing: no plan spends anything to keep one, however surely it is wanted"
        yield Conflict("weights.broken_minor", says)
    if weights.waits_minor <= weights.broken_minor:
        says = "waiting costs no more than a broken promise: an order at risk is left waiting instead of sent"
        yield Conflict("weights.waits_minor", says)


def _of_scarcity(policy: Scarcity) -> Iterator[Conflict]:
    if policy.rule is Rule.PRIORITY and not policy.priority:
        yield Conflict("scarcity.priority", "no class is named: all are served alike, oldest promise first")
    if policy.priority and policy.rule is not Rule.PRIORITY:
        yield Conflict("scarcity.priority", f"the rule is {policy.rule}: the order of classes is not looked at")
    kept = sum(reserve.ppm for reserve in policy.reserves if not reserve.item_ids)
    if kept > _WHOLE:
        says = f"more than all is reserved ({kept / 10_000:g} per cent): the last classes get less than their share"
        yield Conflict("scarcity.reserved", says)


def _of_class(wants: ClassGoals, wanted_ppm: int | None) -> Iterator[Conflict]:
    table = f"classes.{wants.name}"
    for name, ceiling in (("ceiling_minor", wants.ceiling_minor), ("ceiling_percent", wants.ceiling_ppm)):
        if ceiling == 0:
            yield Conflict(f"{table}.{name}", "nothing can be sent for nothing: every order will be above its ceiling")
    if wants.target_ppm is not None and wanted_ppm is not None and wants.target_ppm > wanted_ppm:
        says = "promises are made less surely than that: it is missed even when all goes as promised; want more"
        yield Conflict(f"{table}.target_percent", says)
