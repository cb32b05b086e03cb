"""What in goals cannot all hold, as things stand: seen in the file, then against orders, stock, sites and suppliers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from doorstep.flow.look_frontier import measured_in, served_in
from doorstep.flow.look_targets import values_of
from doorstep.flow.office import company_of
from doorstep.flow.shelves import lead_days
from doorstep.goals import measured
from doorstep.goals.conflicts import Conflict, Relax, conflicts
from doorstep.goals.filled import ItemWanted, of_supply
from doorstep.goals.measured import ClassKnown, OrderKnown, SiteKnown
from doorstep.intake.problems import nearest
from doorstep.planning.frontier import Served
from doorstep.storage.queries import goals as queries
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.company import Company
from doorstep.terms.goals import ClassGoals, Goals
from doorstep.terms.money import Money
from doorstep.terms.order import Terms

_WHOLE = 1_000_000
_LATER_DAYS = 3
_MOST = 25  # orders of a class that are looked at
_BACK_DAYS = 14  # of orders, against what sites may send
_WANTED_DAYS = 120  # of what was wanted of items, against what is to lie there


def in_the_file(tx: Transaction, goals: Goals) -> list[Conflict]:
    """What does not go together in goals by themselves, or with the classes of customers there are."""
    terms = company_of(tx).terms
    known = sorted({terms.customer_class, *master.customer_classes(tx)} - {None}, key=str)
    return [*conflicts(goals, terms), *_of_nobody(goals, [str(name) for name in known])]


def as_things_stand(tx: Transaction, goals: Goals) -> list[Conflict]:
    """The same, and what cannot hold by what orders could cost, what lies there, and what sites may send: the numbers
    of the frontier and the journal, and what each goal would take to give way.
    """
    company = company_of(tx)
    found = in_the_file(tx, goals)
    for wants in goals.classes:
        if (wants.wanted_ppm, wants.target_ppm, wants.ceiling_minor, wants.ceiling_ppm) != (None,) * 4:
            told = measured.of_class(
                _class(tx, company, goals, wants), lambda minor: str(Money(minor, company.currency))
            )
            found += told
    found += measured.of_capacity(goals, *_capacity(tx, goals))
    found += measured.of_reserves(goals.scarcity.reserves, _on_hand(tx, goals))
    found += _supply(tx, goals)
    return _once(found)


def _once(found: Sequence[Conflict]) -> list[Conflict]:
    """What is measured is told in the place of what could only be guessed from the file: same place, same clash."""
    fastest = {each.place for each in found if each.rests_on and each.place.endswith(".preference")}
    return [each for each in found if each.rests_on or each.place not in fastest]


def _of_nobody(goals: Goals, known: list[str]) -> Iterator[Conflict]:
    """Classes that no customer is of, wherever they are named."""
    named = {
        **{f"classes.{wants.name}": wants.name for wants in goals.classes},
        **{
            f"scarcity.reserved.{reserve.customer_class}": reserve.customer_class for reserve in goals.scarcity.reserves
        },
    }
    for place, name in named.items():
        if name not in known:
            says = "no customer is of this class" + nearest(name, known)
            yield Conflict(place, says, (Relax(place, "the class that is meant, or leave it out"),))
    for name in dict.fromkeys(goals.scarcity.priority):
        if name not in known:
            says = f"no customer is of the class {name}" + nearest(name, known)
            yield Conflict("scarcity.priority", says, (Relax("scarcity.priority", "the class that is meant"),))


def _class(tx: Transaction, company: Company, goals: Goals, wants: ClassGoals) -> ClassKnown:
    promised, asked, _ = served_in(tx, wants.name, goals, _MOST)
    served = (*promised, *asked)
    values = values_of(tx, [each.order_id for each in served])
    seen = measured_in(tx, wants.name)
    wanted = goals.resolved(Terms(customer_class=wants.name), company.terms).wanted_ppm or 0
    return ClassKnown(
        wants,
        wanted,
        tuple(_order(each, wants, values.get(each.order_id, 0)) for each in served),
        seen.judged,
        seen.kept,
    )


def _order(served: Served, wants: ClassGoals, value_minor: int) -> OrderKnown:
    return OrderKnown(
        ways=tuple(dict.fromkeys((served.kept_ppm(course, 0), course.cost_minor) for course in served.courses)),
        today_minor=served.today.cost_minor,
        ceiling_minor=wants.ceiling_of(value_minor),
        ever_ppm=max(_WHOLE - course.arrival.never_ppm for course in served.courses),
        later_ppm=tuple(
            max(served.kept_ppm(course, days) for course in served.courses) for days in range(1, _LATER_DAYS + 1)
        ),
    )


def _capacity(tx: Transaction, goals: Goals) -> tuple[list[SiteKnown], int, int]:
    """Sites with what they may send; how many shipments were wanted lately, and on how many working days."""
    sites = master.sites(tx)
    by_goals = {limit.site_id for limit in goals.capacity}
    known = [
        SiteKnown(site.site_id, goals.limit_of(site.site_id, site.daily_orders), site.site_id in by_goals)
        for site in sites.values()
    ]
    since = tx.now - timedelta(days=_BACK_DAYS)
    row = queries.placed_since(tx, since)
    calendar = next((site.calendar for site in sites.values()), None)
    if calendar is None or not row.orders:
        return known, 0, 0
    first = calendar.day_of(row.first_at)
    days = (calendar.day_of(tx.now) - first).days + 1
    return known, row.orders, sum(calendar.works_on(first + timedelta(days=ahead)) for ahead in range(days))


def _on_hand(tx: Transaction, goals: Goals) -> dict[str, int]:
    item_ids = {item_id for reserve in goals.scarcity.reserves if reserve.units for item_id in reserve.item_ids}
    return queries.on_hand(tx, item_ids) if item_ids else {}


def _supply(tx: Transaction, goals: Goals) -> Iterator[Conflict]:
    if goals.supply.fill_ppm is None or goals.supply.days is None:
        return
    leads, receipts = lead_days(tx)
    yield from of_supply(goals.supply, items_wanted(tx, leads, _WANTED_DAYS), receipts)


def items_wanted(tx: Transaction, leads: dict[str, int], most_days: int) -> list[ItemWanted]:
    """What was wanted of each item on each of the last days, with how long new goods take; none where nobody knows."""
    if not leads:
        return []
    today = tx.now.date()
    first = today - timedelta(days=most_days - 1)
    rows: list[Any] = queries.wanted_by_day(tx, first)
    if not rows:
        return []
    begins = max(first, min(row.day for row in rows))
    units: dict[str, list[int]] = defaultdict(lambda: [0] * ((today - begins).days + 1))
    for row in rows:
        units[row.item_id][(row.day - begins).days] += row.units
    return [
        ItemWanted(item_id, tuple(by_day), leads.get(item_id, leads[""])) for item_id, by_day in sorted(units.items())
    ]
