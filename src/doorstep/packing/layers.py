"""Layers of one kind of goods over a pallet's deck: how many units go side by side, and how they lie.

Four blocks of rows, one at each corner of the deck, turned this way or that (Smith and De Cani 1980). Every other
layer is turned half round, so that it binds the one beneath.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from doorstep.terms.parcel import Size

MOST_TRIED = 20_000  # arrangements of four blocks; smaller goods lie in plain rows


class Spot(NamedTuple):
    """Where a unit lies on the deck, and its sides there."""

    x: int
    y: int
    length: int
    width: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A full layer of units that are so high."""

    spots: tuple[Spot, ...]
    height: int

    def turned(self, length: int, width: int) -> Layer:
        """The layer turned half round on a deck of these sides."""
        return Layer(
            tuple(Spot(length - s.x - s.length, width - s.y - s.width, s.length, s.width) for s in self.spots),
            self.height,
        )


@lru_cache(maxsize=512)
def layer_of(size: Size, length: int, width: int) -> Layer:
    """The fullest layer found of units of this size as they stand, in the middle of the deck; none where none fits."""
    best = max(_arrangements(size, length, width), key=len, default=())
    if not best:
        return Layer((), size.height_mm)
    aside = (length - max(s.x + s.length for s in best) - min(s.x for s in best)) // 2
    behind = (width - max(s.y + s.width for s in best) - min(s.y for s in best)) // 2
    return Layer(tuple(sorted(s._replace(x=s.x + aside, y=s.y + behind) for s in best)), size.height_mm)


def _arrangements(size: Size, length: int, width: int) -> Iterator[tuple[Spot, ...]]:
    long, short, _ = size
    yield from (_block(0, 0, a, b, length // a, width // b) for a, b in ((long, short), (short, long)))
    across, along = length // min(long, short), width // min(long, short)
    if long == short or not across or not along or (across * along) ** 2 > MOST_TRIED:
        return
    bottoms = [(n, (length - n * long) // short) for n in range(length // long + 1)]
    sides = [(n, (width - n * short) // long) for n in range(width // short + 1)]
    for a, b in bottoms:
        for c, d in sides:
            for e, f in bottoms:
                for g, h in sides:
                    # Lying blocks: (a x c) here and (e x g) opposite; standing ones: (b x h) beside, (f x d) behind.
                    if (a + e) * long > length and (c + g) * short > width:
                        continue
                    if (b + f) * short > length and (h + d) * long > width:
                        continue
                    yield (
                        *_block(0, 0, long, short, a, c),
                        *_block(length - b * short, 0, short, long, b, h),
                        *_block(length - e * long, width - g * short, long, short, e, g),
                        *_block(0, width - d * long, short, long, f, d),
                    )


def _block(x: int, y: int, length: int, width: int, along: int, across: int) -> tuple[Spot, ...]:
    return tuple(Spot(x + i * length, y + j * width, length, width) for j in range(across) for i in range(along))
