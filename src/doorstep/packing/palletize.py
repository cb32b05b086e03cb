"""Goods onto pallets: full layers of one kind first, what is left in mixed layers above, on few pallets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from doorstep.packing.check_pallet import check_pallets
from doorstep.packing.pallet_fit import refuse_nonsense_pallet, why_no_pallet
from doorstep.packing.stack_params import PalletParams
from doorstep.packing.values import refuse_nonsense_goods
from doorstep.terms.load import PackedPallet, Pallet, Palletizing
from doorstep.terms.parcel import PackItem

NO_PARAMS = PalletParams()


def palletize(
    items: Sequence[PackItem],
    pallet: Pallet,
    params: PalletParams = NO_PARAMS,
    *,
    incumbent: Sequence[PackedPallet] = (),
) -> Palletizing:
    """All goods on as few pallets as are found; packed and left over are together what was given.

    Of ways with as few pallets the one with most units in full layers of one kind is taken, of those the lowest. An
    `incumbent` is an earlier way for exactly these goods: where it obeys the rules, the result is not worse. What
    ships in its own box stands on the pallet like anything else. ValueError for goods or pallets that cannot be.
    """
    refuse_nonsense_pallet(pallet)
    refuse_nonsense_goods(items)
    left = [no for item in items if (no := why_no_pallet(item, pallet, params)) is not None]
    # Late, because it loads numba and NumPy, which a process that loads no pallets never needs.
    from doorstep.packing.pallet_search import search

    pallets, groups, fewest, work = search(items, {no.ref for no in left}, pallet, params)
    found = Palletizing(pallets, (*left, *groups), fewest, work)
    earlier = replace(found, pallets=tuple(incumbent))
    if incumbent and _rank(earlier) < _rank(found) and not check_pallets(items, earlier, pallet, params):
        return earlier
    return found


def _rank(told: Palletizing) -> tuple[int, int]:
    return len(told.pallets), sum(each.load_height_mm for each in told.pallets)
