"""Layers of one kind of goods over a pallet's deck: how many units go side by side, and how they lie.

Four blocks of rows, one at each corner of the deck, turned this way or that (Smith and De Cani 1980). Every other
layer is the mirror image, so that it binds the one beneath.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from doorstep.terms.parcel import Size

MOST_TRIED = 20_000  # arrangements of four blocks; smaller goods lie in plain rows


class Spot(NamedTuple):
    """Where a unit lies on the deck, and its sides there."""

    x: int
    y: int
    length: int
    width: int


Blocks = tuple[tuple[int, int, int, int, int, int], ...]
"""Each: near corner, sides of a unit, units along and across."""


@lru_cache(maxsize=512)
def layers_of(size: Size, length: int, width: int) -> tuple[tuple[Spot, ...], tuple[Spot, ...]]:
    """The fullest layer found of units of this size as they stand, in the middle of the deck, and one as full to lie
    on it that binds it where there is one; both are empty where no unit fits."""
    most, full = 0, list[Blocks]()
    for blocks in _arrangements(size, length, width):
        units = sum(along * across for *_, along, across in blocks)
        if units > most:
            most, full = units, []
        if units == most and len(full) < 8:
            full.append(blocks)
    if not most:
        return (), ()
    layer = _laid(full[0], length, width)
    mirrored = tuple(sorted(spot._replace(x=length - spot.x - spot.length) for spot in layer))
    others = (mirrored, *(_laid(blocks, length, width) for blocks in full[1:]))
    return layer, next((other for other in others if other != layer), layer)


def _laid(blocks: Blocks, length: int, width: int) -> tuple[Spot, ...]:
    """The units of the blocks, all moved to the middle of the deck."""
    spots = [
        Spot(x + i * long, y + j * short, long, short)
        for x, y, long, short, along, across in blocks
        for j in range(across)
        for i in range(along)
    ]
    aside = (length - max(s.x + s.length for s in spots) - min(s.x for s in spots)) // 2
    behind = (width - max(s.y + s.width for s in spots) - min(s.y for s in spots)) // 2
    return tuple(sorted(s._replace(x=s.x + aside, y=s.y + behind) for s in spots))


def _arrangements(size: Size, length: int, width: int) -> Iterator[Blocks]:
    long, short, _ = size
    for a, b in ((long, short), (short, long)):
        yield ((0, 0, a, b, length // a, width // b),)
    across, along = length // min(long, short), width // min(long, short)
    if long == short or not across or not along or (across * along) ** 2 > MOST_TRIED:
        return
    bottoms = [(n, (length - n * long) // short) for n in range(length // long + 1)]
    sides = [(n, (width - n * short) // long) for n in range(width // short + 1)]
    for (a, b), (c, d), (e, f), (g, h) in product(bottoms, sides, bottoms, sides):
        # Lying blocks: (a x c) here and (e x g) opposite; standing ones: (b x h) beside, (f x d) behind.
        if (a + e) * long > length and (c + g) * short > width:
            continue
        if (b + f) * short > length and (h + d) * long > width:
            continue
        yield (
            (0, 0, long, short, a, c),
            (length - b * short, 0, short, long, b, h),
            (length - e * long, width - g * short, long, short, e, g),
            (0, width - d * long, short, long, f, d),
        )
