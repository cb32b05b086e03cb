"""Whether a unit can stand on an empty pallet, and what keeps it off."""

from __future__ import annotations

from doorstep.packing.alone import turns
from doorstep.packing.stack_params import PalletParams
from doorstep.terms.load import Pallet
from doorstep.terms.parcel import PackItem, Size, Unpackable


def refuse_nonsense_pallet(pallet: Pallet) -> None:
    """ValueError, saying what is wrong, for a pallet that cannot exist."""
    sides = (pallet.deck_length_mm, pallet.deck_width_mm, pallet.max_height_mm)
    if min(sides) < 1 or max(sides) > 20_000:
        raise ValueError(f"pallet {pallet.pallet_id} is {sides} mm; sides are from 1 to 20000 mm")
    if min(pallet.own_height_mm, pallet.own_weight_g, pallet.max_content_g, pallet.overhang_mm) < 0:
        raise ValueError(f"pallet {pallet.pallet_id} has a negative height, weight or overhang")
    if pallet.overhang_mm * 4 > min(sides[:2]):
        raise ValueError(f"pallet {pallet.pallet_id} lets goods hang over by more than a quarter of its deck")


def why_no_pallet(item: PackItem, pallet: Pallet, params: PalletParams) -> Unpackable | None:
    """What keeps a unit off an empty pallet, with figures; None where it can stand there."""

    def no(binding: str, needs: int, best: int) -> Unpackable:
        return Unpackable(item.ref, item.quantity, binding, needs, best)

    over = 2 * pallet.overhang_mm
    base = sorted((pallet.deck_length_mm + over, pallet.deck_width_mm + over), reverse=True)
    names = ("length_mm", "width_mm", "height_mm")
    lacking = [
        max((n - t, name, n, t) for n, t, name in zip(_sides(size), (*base, pallet.max_height_mm), names, strict=True))
        for size in turns(item)
    ]
    lack, name, needs, best = min(lacking)
    if lack > 0:
        return no(name, needs, best)
    if item.weight_g > pallet.max_content_g:
        return no("weight_g", item.weight_g, pallet.max_content_g)
    if pallet.max_layer_g is not None and item.weight_g > pallet.max_layer_g:
        return no("layer_g", item.weight_g, pallet.max_layer_g)
    room = (pallet.deck_length_mm + over, pallet.deck_width_mm + over, pallet.max_height_mm)
    fit = [size for size in turns(item) if all(side <= there for side, there in zip(size, room, strict=True))]
    held = max(held_on_deck(size, pallet) for size in fit)
    return no("support_percent", params.support_percent, held) if held < params.support_percent else None


def _sides(size: Size) -> tuple[int, int, int]:
    return max(size[:2]), min(size[:2]), size[2]


def held_on_deck(size: Size, pallet: Pallet) -> int:
    """How much of a unit's base the deck holds when it stands in the middle, in percent rounded down."""
    held = min(size[0], pallet.deck_length_mm) * min(size[1], pallet.deck_width_mm)
    return held * 100 // (size[0] * size[1])
