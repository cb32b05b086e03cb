"""Goals that contradict one another, as far as can be seen without an order: they can be set, and are told.

Each is told with what could give way instead, one thing at a time. What it would cost is measured (`goals.measured`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doorstep.terms.goals import ClassGoals, Goals, Reserve, Rule, Scarcity, Weights
from doorstep.terms.order import Preference, Terms

_WHOLE = 1_000_000
_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class Relax:
    """One thing that could give way: its place in the goals file, and what then follows for the rest.

    `minor` is what an order would cost more on the mean (below 0: less), None where that is not the price.
    """

    place: str
    says: str
    minor: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """What does not go together. `place` is the path in the goals file, such as `classes.trade.ceiling_minor`.

    `relax` are the things that could give way, each by itself; `rests_on` says which numbers that is told from, ''
    where it can be seen in the file alone.
    """

    place: str
    says: str
    relax: tuple[Relax, ...] = ()
    rests_on: str = ""


def conflicts(goals: Goals, company: Terms) -> list[Conflict]:
    """Every one that there is; `company` are the terms of customers who agreed on nothing else."""
    found = [*_of_weights(goals.weights), *_of_scarcity(goals.scarcity), *_of_reserves(goals)]
    for wants in goals.classes:
        found += _of_class(goals, wants, wants.wanted_ppm or company.wanted_ppm)
    return found


def percent(ppm: int) -> str:
    """Exactly, as a goals file says it: `97.5`."""
    whole, rest = divmod(ppm, _PERCENT)
    return f"{whole}.{rest:04d}".rstrip("0").removesuffix(".")


def roughly(ppm: int) -> str:
    """With one decimal at most, rounded down: `97.5`."""
    return percent(ppm // 1_000 * 1_000)


def _of_weights(weights: Weights) -> Iterator[Conflict]:
    usual = Weights()
    if not weights.broken_minor:
        says = "a broken promise costs nothing: no plan spends anything to keep one, however surely it is wanted"
        yield Conflict("weights.broken_minor", says, (_usual("broken_minor", usual.broken_minor),))
    if weights.waits_minor <= weights.broken_minor:
        says = "waiting costs no more than a broken promise: an order at risk is left waiting instead of sent"
        more = f"above {weights.broken_minor}: what is at risk is sent all the same"
        yield Conflict("weights.waits_minor", says, (Relax("weights.waits_minor", more),))
    if not weights.split_minor and not weights.handling_order_minor:
        says = "a delivery more costs nothing but its freight: orders are taken apart for a cent of it"
        yield Conflict("weights.split_minor", says, (_usual("split_minor", usual.split_minor),))


def _usual(name: str, minor: int) -> Relax:
    return Relax(f"weights.{name}", f"what it costs you indeed; without a word from you it is {minor}")


def _of_scarcity(policy: Scarcity) -> Iterator[Conflict]:
    by_priority = Relax("scarcity.rule", '"priority": the classes are then served in the order in which they are named')
    if policy.rule is Rule.PRIORITY and not policy.priority:
        names = Relax("scarcity.priority", "the classes, first served first; or take another rule")
        yield Conflict("scarcity.priority", "no class is named: all are served alike, oldest promise first", (names,))
    if policy.priority and policy.rule is not Rule.PRIORITY:
        yield Conflict(
            "scarcity.priority", f"the rule is {policy.rule}: the order of classes is not looked at", (by_priority,)
        )
    twice = sorted({name for name in policy.priority if policy.priority.count(name) > 1})
    if twice:
        says = f"{', '.join(twice)} is named more than once: only the first time counts"
        yield Conflict("scarcity.priority", says, (Relax("scarcity.priority", "each class once"),))


def _of_reserves(goals: Goals) -> Iterator[Conflict]:
    """Shares that are more than there is, of all items or of one; a class that is left nothing."""
    reserves = goals.scarcity.reserves
    items = sorted({item_id for reserve in reserves for item_id in reserve.item_ids})
    everywhere = sum(reserve.ppm for reserve in reserves if not reserve.item_ids)
    for item_id in ("", *items):
        of = f" of {item_id}" if item_id else ""
        about = [reserve for reserve in reserves if (reserve.is_about(item_id) if item_id else not reserve.item_ids)]
        kept = sum(reserve.ppm for reserve in about)
        if item_id and kept == everywhere:
            continue
        if kept > _WHOLE:
            says = f"more than all is reserved{of} ({percent(kept)} per cent): the last classes get less than theirs"
            yield Conflict("scarcity.reserved", says, _smaller(about, kept - _WHOLE))
        elif kept == _WHOLE and (left := _with_nothing(goals, about)):
            says = f"all there is{of} is reserved: nothing can be promised to {', '.join(left)}"
            yield Conflict("scarcity.reserved", says, _smaller(about, 0))


def _smaller(reserves: Sequence[Reserve], by_ppm: int) -> tuple[Relax, ...]:
    """Each share, as small as it must be for the others to stay as they are."""
    told = []
    for reserve in reserves:
        left = reserve.ppm - by_ppm
        says = "less than it is" if not by_ppm else f"{percent(left)} at most" if left > 0 else "nothing"
        told.append(Relax(f"scarcity.reserved.{reserve.customer_class}", f"{says}, where the other shares stay"))
    return tuple(told)


def _with_nothing(goals: Goals, reserves: Sequence[Reserve]) -> list[str]:
    served = {reserve.customer_class for reserve in reserves}
    return [each.name for each in goals.classes if each.name not in served]


def _of_class(goals: Goals, wants: ClassGoals, wanted_ppm: int | None) -> Iterator[Conflict]:
    table = f"classes.{wants.name}"
    nothing = False
    for name, ceiling in (("ceiling_minor", wants.ceiling_minor), ("ceiling_percent", wants.ceiling_ppm)):
        if ceiling == 0:
            nothing = True
            says = "nothing can be sent for nothing: every order will be above its ceiling"
            yield Conflict(f"{table}.{name}", says, (Relax(f"{table}.{name}", "leave it out, or what it may cost"),))
    handling = goals.weights.handling_order_minor + goals.weights.handling_unit_minor
    if wants.ceiling_minor is not None and not nothing and wants.ceiling_minor < handling:
        says = f"handling a single unit is weighed with {handling} already: every order will be above its ceiling"
        more = Relax(f"{table}.ceiling_minor", f"more than {handling}, and the freight", handling - wants.ceiling_minor)
        yield Conflict(f"{table}.ceiling_minor", says, (more,))
    if wants.target_ppm is not None and wanted_ppm is not None and wants.target_ppm > wanted_ppm:
        says = "promises are made less surely than that: it is missed even when all goes as promised; want more"
        surer = f"{percent(wants.target_ppm)} at least: promises are then for later days, or dearer"
        less = f"{percent(wanted_ppm)} at most: as surely as promises are made"
        ways = (Relax(f"{table}.wanted_percent", surer), Relax(f"{table}.target_percent", less))
        yield Conflict(f"{table}.target_percent", says, ways)
    if wants.target_ppm is not None and not goals.late_day_minor(wants.name):
        says = "a day late costs nothing for this class: nothing is spent on coming nearer to its target"
        place = f"{table}.late_day_minor" if wants.late_day_minor is not None else "weights.late_day_minor"
        yield Conflict(place, says, (Relax(place, "what a day late costs you indeed"),))
    if wants.preference is Preference.FASTEST and not nothing and (wants.ceiling_minor or wants.ceiling_ppm):
        says = "the fastest is promised whatever it costs, and a ceiling refuses nothing: it is only told afterwards"
        relax = (Relax(f"{table}.preference", '"cheapest": of the ways that are sure enough the cheapest is promised'),)
        yield Conflict(f"{table}.preference", says, relax)
