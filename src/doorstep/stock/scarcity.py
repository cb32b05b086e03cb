"""Too little for all: who gets how much of an item, by the policy that the company has chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from doorstep.terms.goals import Reserve, Rule, Scarcity

_WHOLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Claim:
    """An order that wants `units` of the item. `placed_at` is when it was promised first.

    `earned_minor` is what the order leaves over: its value less what sending it costs. `whole`: with fewer units than
    it wants it cannot be sent at all.
    """

    order_id: str
    units: int
    customer_class: str
    placed_at: datetime
    earned_minor: int = 0
    whole: bool = False


def served_first(claims: Iterable[Claim], scarcity: Scarcity) -> list[Claim]:
    """The claims in the order in which the policy serves them; what is equal by its rule, oldest promise first."""

    def rank(claim: Claim) -> tuple[int, datetime, str]:
        place = 0
        if scarcity.rule is Rule.PRIORITY:
            named = scarcity.priority
            place = named.index(claim.customer_class) if claim.customer_class in named else len(named)
        elif scarcity.rule is Rule.MARGIN:
            place = -(claim.earned_minor * _WHOLE // max(claim.units, 1))
        return place, claim.placed_at, claim.order_id

    return sorted(claims, key=rank)


def share_out(claims: Sequence[Claim], units: int, scarcity: Scarcity, item_id: str = "") -> dict[str, int]:
    """Units of the item for each order: never more than it wants, in all never more than there are.

    What is reserved for a class goes to that class first, by the same rule; what it does not want is for all. An order
    that can only be sent whole gets all it wants or nothing. None is left over that somebody could use.
    """
    given = dict.fromkeys((claim.order_id for claim in claims), 0)
    ranked = served_first(claims, scarcity)
    left = units
    for reserve in scarcity.reserves:
        if reserve.is_about(item_id):
            theirs = [claim for claim in ranked if claim.customer_class == reserve.customer_class]
            left -= _share(theirs, min(reserve.of(units), left), scarcity.rule, given)
    _share(ranked, left, scarcity.rule, given)
    return given


def kept_for_others(
    units: int, held: dict[str, int], customer_class: str, reserves: Sequence[Reserve], item_id: str
) -> int:
    """How many units of an item one class may not be promised: what is reserved for others and not held by them yet.

    `units` are all there are, held or free; `held` is what each class has of them already.
    """
    return sum(
        max(reserve.of(units) - held.get(reserve.customer_class, 0), 0)
        for reserve in reserves
        if reserve.customer_class != customer_class and reserve.is_about(item_id)
    )


def _share(ranked: Sequence[Claim], units: int, rule: Rule, given: dict[str, int]) -> int:
    """Give `units` to the claims, on top of what they were given; returns how many were taken."""
    if rule is Rule.FAIR_SHARE:
        return _fairly(ranked, units, given)
    left = units
    for claim in ranked:
        wants = claim.units - given[claim.order_id]
        gets = min(wants, left)
        if gets < wants and claim.whole:
            continue
        given[claim.order_id] += gets
        left -= gets
    return units - left


def _fairly(ranked: Sequence[Claim], units: int, given: dict[str, int]) -> int:
    """In proportion to what is still wanted, to the unit. Whom no part helps gives way, the last served first."""
    asking = list(ranked)
    while True:
        shares = _in_proportion([claim.units - given[claim.order_id] for claim in asking], units)
        in_vain = [
            i
            for i, (claim, share) in enumerate(zip(asking, shares, strict=True))
            if claim.whole and given[claim.order_id] + share < claim.units
        ]
        if not in_vain:
            break
        del asking[in_vain[-1]]
    for claim, share in zip(asking, shares, strict=True):
        given[claim.order_id] += share
    return sum(shares)


def _in_proportion(wants: Sequence[int], units: int) -> list[int]:
    """Whole shares by the largest remainders; equal remainders in the order given."""
    total = sum(wants)
    if total <= units:
        return list(wants)
    shares = [want * units // total for want in wants]
    by_remainder = sorted(range(len(wants)), key=lambda i: -(wants[i] * units % total))
    for i in by_remainder[: units - sum(shares)]:
        shares[i] += 1
    return shares
