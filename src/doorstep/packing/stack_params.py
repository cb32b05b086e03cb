"""How hard to look for ways to load pallets and trailers, and what counts as standing safely there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PalletParams:
    """How hard to look, and what counts as standing safely on a pallet.

    `work_budget`: looks (one corner with one turn for one unit); the first way is always stacked to its end, and more
    is never worse. `support_percent`: how much of a unit's base rests on the deck or on units; its middle does anyway.
    `off_centre_percent`: how far the load's centre of gravity may be from the deck's middle, of the deck's side, and a
    millimetre. `separated`: pairs of classes of goods that may not share a pallet.
    """

    work_budget: int = 2_000_000
    support_percent: int = 75
    off_centre_percent: int = 15
    seed: int = 0
    separated: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        refuse_nonsense_params(self.work_budget, self.support_percent, self.seed, self.separated)
        if not 0 <= self.off_centre_percent <= 50:
            raise ValueError(f"off_centre_percent is {self.off_centre_percent}; it is from 0 to 50")


@dataclass(frozen=True, slots=True)
class LoadParams:
    """How hard to look, and what counts as safe in a trailer: as in `PalletParams`.

    `may_turn` False: goods go in as they are measured, their length along the trailer, if their height may point up.
    """

    work_budget: int = 1_000_000
    support_percent: int = 75
    may_turn: bool = True
    seed: int = 0
    separated: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        refuse_nonsense_params(self.work_budget, self.support_percent, self.seed, self.separated)


def refuse_nonsense_params(budget: int, support: int, seed: int, separated: Iterable[tuple[str, str]]) -> None:
    """ValueError, saying what is wrong, for parameters that cannot be."""
    if budget < 0:
        raise ValueError(f"work_budget is {budget}; it cannot be negative")
    if not 1 <= support <= 100:
        raise ValueError(f"support_percent is {support}; it is from 1 to 100")
    if not 0 <= seed < 1 << 31:
        raise ValueError(f"seed is {seed}; it is from 0 to 2147483647")
    for one, other in separated:
        if one == other:
            raise ValueError(f"class {one} is separated from itself; keep_apart is for goods of one class")
