"""Which consignees of an area one truck serves: grown from those whose orders pay most as they are planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

_MOST_SEEDS = 3  # consignees that a truckload is grown from
_MOST_TRIED = 12  # others that are tried at each step

T = TypeVar("T")


class _Saving(Protocol):
    @property
    def saves_minor(self) -> int: ...


S = TypeVar("S", bound=_Saving)


def truckload(
    drops: Sequence[Sequence[T]],
    pays: Callable[[T], int],
    a_truck: Callable[[T], int],
    joined: Callable[[Sequence[T]], S | None],
    goes_in: Callable[[S], bool],
) -> S | None:
    """The truckload of two consignees or more that is found to save most, be it below nothing; None where none can be,
    or all of them together pay less than a truck costs. What saves something `goes_in` the truck, stop by stop.

    `drops` are the orders of each consignee, `pays` what an order pays by itself that it need not on the truck,
    `a_truck` what the truck costs for it alone, `joined` some of them on one truck, None where that cannot be. To each
    seed the consignee is added, and again, with whom most is saved; where not all of its orders may come along, those
    that may.
    """
    every = [each for drop in drops for each in drop]
    if len(drops) < 2 or sum(map(pays, every)) <= min(map(a_truck, every)):
        return None
    ranked = sorted(drops, key=lambda drop: -sum(map(pays, drop)))
    found: list[S] = []
    for seed in ranked[:_MOST_SEEDS]:
        going = list(seed)
        left = [drop for drop in ranked if drop is not seed]
        pairs = _beside(going, left, pays, joined)
        left = [drop for _, drop, _ in pairs[:_MOST_TRIED]]
        while pairs:
            whole, taken, going = pairs[0]
            found.append(whole)
            left = [drop for drop in left if drop is not taken]
            pairs = _beside(going, left, pays, joined)
    found.sort(key=lambda whole: -whole.saves_minor)
    return next((whole for whole in found if whole.saves_minor <= 0 or goes_in(whole)), None)


def _beside(
    going: Sequence[T],
    left: Sequence[Sequence[T]],
    pays: Callable[[T], int],
    joined: Callable[[Sequence[T]], S | None],
) -> list[tuple[S, Sequence[T], list[T]]]:
    """Each other consignee that may come along, with whom most is saved first: the whole, its drop, all orders."""
    found = []
    for drop in left:
        whole = joined([*going, *drop])
        orders = [*going, *drop]
        if whole is None and len(drop) > 1:
            whole, orders = _some(going, sorted(drop, key=lambda each: -pays(each)), joined)
        if whole is not None:
            found.append((whole, drop, orders))
    return sorted(found, key=lambda each: -each[0].saves_minor)


def _some(going: Sequence[T], drop: Sequence[T], joined: Callable[[Sequence[T]], S | None]) -> tuple[S | None, list[T]]:
    best, orders = None, list(going)
    for each in drop:
        whole = joined([*orders, each])
        if whole is not None:
            best, orders = whole, [*orders, each]
    return best, orders
