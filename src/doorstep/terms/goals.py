"""What the company wants of its orders: how surely, how fast and at which cost, by class of customer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorstep.terms.order import Preference, Terms

_WHOLE = 1_000_000


class Rule(StrEnum):
    """Who is served first where there is too little for all.

    Who was promised first; classes of customers in a stated order; everybody alike, by how much they want; or who
    leaves most over for each scarce unit.
    """

    OLDEST_PROMISE = "oldest_promise"
    PRIORITY = "priority"
    FAIR_SHARE = "fair_share"
    MARGIN = "margin"


@dataclass(frozen=True, slots=True)
class Reserve:
    """Of what there is of an item, so much is kept for one class of customers: a share of it, or units.

    `item_ids` are the items it is about, none: all. It binds others only as far as the class has not got it yet.
    """

    customer_class: str
    ppm: int = 0
    units: int = 0
    item_ids: tuple[str, ...] = ()

    def is_about(self, item_id: str) -> bool:
        return not self.item_ids or item_id in self.item_ids

    def of(self, units: int) -> int:
        """How many of `units` are kept; a share is rounded down."""
        return min(units, self.units or units * self.ppm // _WHOLE)


@dataclass(frozen=True, slots=True)
class Scarcity:
    """The policy for what is short. `priority` are classes, first served first; others come after them.

    `approver` is who must say yes before stock is taken from an order that has it; '': nobody need be asked.
    """

    rule: Rule = Rule.OLDEST_PROMISE
    priority: tuple[str, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """What planning weighs for all orders alike, in minor units of the company's currency.

    Handling is per fulfilment order and per unit, `split_minor` for each extra delivery of an order, `late_day_minor`
    for each expected day after the promise, `broken_minor` for a broken promise where it is less sure than wanted (half
    of it, and all of it times P(broken)), `waits_minor` where an order is not sent at all. `departure_minor` is what a
    carrier's call at a site costs, `lying_unit_minor` what it is worth to send a unit from where it lies too long or
    would end before it is sent; 0: nobody said. Plans that stand and keep their promise are changed where that gains
    more than `move_gain_minor` each, at most `most_moved` orders in one planning run: the floor is not to be churned.
    """

    handling_order_minor: int = 150
    handling_unit_minor: int = 10
    split_minor: int = 200
    late_day_minor: int = 500
    broken_minor: int = 10_000
    waits_minor: int = 1_000_000
    departure_minor: int = 0
    lying_unit_minor: int = 0
    move_gain_minor: int = 50
    most_moved: int = 100


@dataclass(frozen=True, slots=True)
class SupplyGoals:
    """How much is to be there before anybody orders it.

    `fill_ppm` is the share of units wanted that is to be on hand when they are ordered; `days` is the most that is to
    lie there, in days of what is usually wanted. None: nothing is wanted of it.
    """

    fill_ppm: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class SiteLimit:
    """So many shipments a site is to send on a day at most, where it could send more."""

    site_id: str
    daily_orders: int


@dataclass(frozen=True, slots=True)
class ClassGoals:
    """What is wanted for one class of customers; None: nothing of its own.

    `wanted_ppm` is how surely promises are to hold, `target_ppm` the share of orders that is to be there on time in
    full. What an order costs is told where it is above the ceiling: `ceiling_minor`, or `ceiling_ppm` of its value.
    """

    name: str
    wanted_ppm: int | None = None
    target_ppm: int | None = None
    late_day_minor: int | None = None
    ceiling_minor: int | None = None
    ceiling_ppm: int | None = None
    preference: Preference = Preference.CHEAPEST

    def ceiling_of(self, value_minor: int) -> int | None:
        """What an order of this value may cost, the lower of both ceilings; None: no ceiling.

        An order whose value is 0 has items without a price: no share can be taken of it.
        """
        share = value_minor * self.ceiling_ppm // _WHOLE if self.ceiling_ppm is not None and value_minor else None
        return min((limit for limit in (self.ceiling_minor, share) if limit is not None), default=None)


@dataclass(frozen=True, slots=True)
class Goals:
    """The goals of a company, whole: what steers its promises and plans. `classes` are sorted by name, `capacity` by
    site.
    """

    classes: tuple[ClassGoals, ...] = ()
    weights: Weights = Weights()
    scarcity: Scarcity = Scarcity()
    supply: SupplyGoals = SupplyGoals()
    capacity: tuple[SiteLimit, ...] = ()

    def of(self, customer_class: str | None) -> ClassGoals:
        """The goals of a class, which want nothing of their own where none are stated."""
        name = customer_class or ""
        return next((each for each in self.classes if each.name == name), ClassGoals(name))

    def limit_of(self, site_id: str, daily_orders: int) -> int:
        """How many shipments a site that can send `daily_orders` (0: any number) may send on a day; 0: any number."""
        limits = [limit.daily_orders for limit in self.capacity if limit.site_id == site_id]
        return min([*limits, *([daily_orders] if daily_orders else [])], default=0)

    def late_day_minor(self, customer_class: str | None) -> int:
        """What a day after the promise costs us for a customer of this class."""
        own = self.of(customer_class).late_day_minor
        return self.weights.late_day_minor if own is None else own

    def resolved(self, agreed: Terms, company: Terms) -> Terms:
        """Terms of an order (its own over its customer's) over the goals of its class over the company's."""
        wants = self.of(agreed.over(company).customer_class)
        preference = wants.preference if wants in self.classes else None
        return agreed.over(Terms(wanted_ppm=wants.wanted_ppm, preference=preference)).over(company)
