"""How far a packing of a small order is from the cheapest there is: proved, or the gap that is left.

All ways of sharing the units out over cartons are looked at together, by what they cost if everything that is not ruled
out fits. The cheapest of them is asked about, carton by carton: what fits is kept with its places, what does not is
ruled out, and the next cheapest is looked at, until one fits altogether. Its cost is then the least there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from types import ModuleType

from doorstep.packing.alone import fits_turned, turns
from doorstep.packing.cartonize import cartonize
from doorstep.packing.values import Packing, Params, Price, clash, cost_of, full_cost
from doorstep.terms.parcel import Carton, Mailer, PackedCarton, PackItem

MOST_UNITS = 8
WORK = 20_000  # about as many milliseconds, as a rule fewer
MOST_OF_ONE = 8  # parts of the work that one question may take
LOOKS = 20_000  # in which a carton is tried before it is asked about
NEVER = 1 << 60

Share = tuple[int, ...]
"""Units of each kind that share a carton."""


class NoProverError(Exception):
    """OR-tools are not installed: `pip install doorstep[proof]`."""


@dataclass(frozen=True, slots=True)
class Proved:
    """The best packing known, and what no packing of the same units costs less than, what was left over left aside.

    `why_not` says what stood in the way of a proof where there is none.
    """

    packing: Packing
    bound_minor: int
    work_used: int
    why_not: str = ""

    @property
    def optimal(self) -> bool:
        return self.packing.cost_minor == self.bound_minor

    @property
    def gap_minor(self) -> int:
        """The most that there can still be to gain."""
        return self.packing.cost_minor - self.bound_minor


def prove(
    items: Sequence[PackItem],
    cartons: Sequence[Carton | Mailer],
    params: Params | None = None,
    *,
    price: Price | None = None,
    left: Mapping[str, int] | None = None,
    most_work: int = WORK,
) -> Proved:
    """The cheapest packing with its proof, or the best found with the gap, within `most_work`.

    For at most MOST_UNITS units that go into cartons: ValueError for more. What ships in its own box is no matter for a
    proof. `left` is how many there are of a carton; the bound is what the packing would cost at least if there were
    enough. NoProverError where OR-tools are missing. Same input, budget and seed: same answer.
    """
    params = params or Params()
    packing = cartonize(items, cartons, params, price=price, left=left)
    over = {no.ref: no.quantity for no in packing.unpackable}
    told = [replace(item, quantity=item.quantity - over.get(item.ref, 0)) for item in items if not item.own_container]
    goods = [item for item in told if item.quantity]
    units = sum(item.quantity for item in goods)
    if units > MOST_UNITS:
        raise ValueError(f"{units} units are to be packed; a proof is for {MOST_UNITS} at most")
    own = [each for each in packing.cartons if each.carton.carton_id.startswith("own:")]
    own = [each for each in own if any(item.own_container and item.ref == each.placements[0].ref for item in items)]
    if not goods:
        return Proved(packing, packing.cost_minor, 0)
    search = _Search(goods, cartons, params, price, most_work)
    own_minor = cost_of(own, price)
    bound_minor, found = search.run(packing.cost_minor - own_minor)
    if found is not None and any(used > (left or {}).get(name, used) for name, used in _used(found).items()):
        search.why_not = "the cheapest packing takes more of a carton than are left"
    elif found is not None:
        filled = (*own, *found)
        packing = replace(packing, cartons=filled, cost_minor=cost_of(filled, price))
    return Proved(packing, bound_minor + own_minor, search.work, search.why_not)


def _used(packed: Sequence[PackedCarton]) -> Counter[str]:
    return Counter(each.carton.carton_id for each in packed)


class _Search:
    """`options[share]`: what may still take a share, cheapest first, as (cost, carton)."""

    def __init__(
        self,
        goods: Sequence[PackItem],
        cartons: Sequence[Carton | Mailer],
        params: Params,
        price: Price | None,
        most_work: int,
    ) -> None:
        self.goods, self.params, self.price, self.most_work = goods, params, price, most_work
        self.all: Share = tuple(item.quantity for item in goods)
        self.cartons = [each for carton in cartons for each in _filled_in_any_way(carton)]
        self.takers = [
            [any(fits_turned(turn, carton) for turn in turns(item)) for carton in self.cartons] for item in goods
        ]
        self.options = {share: list(self._options(share)) for share in self._shares()}
        self.ways = list(self._ways())
        self.packed = dict[tuple[Share, int], PackedCarton]()
        self.open = set[tuple[Share, int]]()  # asked about, and not found out
        self.work = 0
        self.why_not = ""

    def run(self, known_minor: int) -> tuple[int, list[PackedCarton] | None]:
        """(bound, the packing that reaches it). None where the packing known does, or where none was proved to."""
        while True:
            bound, chosen = self._cheapest()
            if bound >= known_minor:
                return known_minor, None
            asked = [each for each in chosen if each not in self.packed and each not in self.open]
            if not asked:
                if self.open.intersection(chosen):
                    self.why_not = "whether some goods share a carton was not found out"
                    return bound, None
                return bound, [self.packed[each] for each in chosen]
            if self.work >= self.most_work:
                self.why_not = "the work was spent"
                return bound, None
            for share, carton in asked:
                self._ask(share, carton)

    def _shares(self) -> Iterator[Share]:
        """All shares of the order that may be in one carton."""
        for share in product(*(range(units + 1) for units in self.all)):
            there = [kind for kind, units in enumerate(share) if units]
            pairs = ((self.goods[a], self.goods[b]) for a in there for b in there if a < b)
            if there and self._is_whole(share) and not any(clash(*pair, self.params.separated) for pair in pairs):
                yield share

    def _is_whole(self, share: Share) -> bool:
        """Whether no group that is kept together is torn."""
        groups: dict[str, set[bool]] = {}
        for item, units in zip(self.goods, share, strict=True):
            if item.keep_together:
                groups.setdefault(item.keep_together, set()).update({units > 0, units == item.quantity})
        return all(len(told) == 1 for told in groups.values())

    def _options(self, share: Share) -> Iterator[tuple[int, int]]:
        weight, volume = self._sums(share)
        found = []
        for c, carton in enumerate(self.cartons):
            if weight > carton.max_content_g or volume > carton.inner.volume_mm3:
                continue
            if all(self.takers[kind][c] for kind, units in enumerate(share) if units):
                found.append((full_cost(carton, weight, volume, self.price), c))
        return iter(sorted(found))

    def _sums(self, share: Share) -> tuple[int, int]:
        """(grams, mm3) of a share."""
        weight = sum(units * item.weight_g for units, item in zip(share, self.goods, strict=True))
        volume = sum(units * item.size.volume_mm3 for units, item in zip(share, self.goods, strict=True))
        return weight, volume

    def _ways(self) -> Iterator[tuple[Share, list[tuple[Share, Share]]]]:
        """For each number of units of each kind, rising: the shares to take from them, each with what is left then.

        One of the first kind of which any are left is taken, so that no order of shares counts.
        """
        for state in product(*(range(units + 1) for units in self.all)):
            first = next((kind for kind, units in enumerate(state) if units), -1)
            yield (
                state,
                [
                    (share, tuple(b - a for a, b in zip(share, state, strict=True)))
                    for share in self.options
                    if share[first] and all(a <= b for a, b in zip(share, state, strict=True))
                ],
            )

    def _cheapest(self) -> tuple[int, list[tuple[Share, int]]]:
        """The least cost of sharing all units out over what is not ruled out, and how."""
        (none, _), *more = self.ways
        cost, taken = {none: 0}, dict[Share, tuple[Share, Share]]()
        for state, ways in more:
            cost[state] = NEVER
            for share, rest in ways:
                if self.options[share] and self.options[share][0][0] + cost[rest] < cost[state]:
                    cost[state], taken[state] = self.options[share][0][0] + cost[rest], (share, rest)
        chosen, state = [], self.all
        while any(state):
            share, state = taken[state]
            chosen.append((share, self.options[share][0][1]))
        return cost[self.all], chosen

    def _ask(self, share: Share, c: int) -> None:
        """Find out whether a share fits a carton: by trying, then for certain."""
        carton = self.cartons[c]
        items = [replace(item, quantity=units) for item, units in zip(self.goods, share, strict=True) if units]
        tried = cartonize(items, [carton], replace(self.params, work_budget=LOOKS), price=self.price)
        if len(tried.cartons) == 1 and not tried.unpackable:
            self.packed[share, c] = tried.cartons[0]
            return
        model = _prover()
        units = [replace(item, quantity=1) for item in items for _ in range(item.quantity)]
        most, seed = max(self.most_work // MOST_OF_ONE, 1), self.params.seed
        afloat = model.fit_afloat(units, carton, most, seed)
        self.work += afloat.work
        if afloat.fits is model.Fits.NO:
            for other in self.options:
                if all(a <= b for a, b in zip(share, other, strict=True)):
                    self._rule_out(other, c)
            return
        answer = model.fit(units, carton, self.params.support_percent, most, seed)
        self.work += answer.work
        if answer.fits is model.Fits.YES:
            self.packed[share, c] = PackedCarton(carton, answer.placements, self._sums(share)[0])
        elif answer.fits is model.Fits.NO:
            self._rule_out(share, c)
        else:
            self.open.add((share, c))

    def _rule_out(self, share: Share, c: int) -> None:
        self.options[share] = [option for option in self.options[share] if option[1] != c]


def _filled_in_any_way(carton: Carton | Mailer) -> list[Carton]:
    if isinstance(carton, Carton):
        return [carton]
    return [carton.filled(thickness) for thickness in range(1, carton.thickest_mm + 1)]


def _prover() -> ModuleType:
    """Loaded when first asked, as it is large and need not be there."""
    try:
        from doorstep.packing import proof_model
    except ImportError as missing:
        raise NoProverError("A proof needs OR-tools: pip install doorstep[proof].") from missing
    return proof_model
