"""An independent checker of pallets: can each be stacked, stand and travel as it says?

Shares no code with the builder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from doorstep.packing import check_stacks as stacks
from doorstep.packing.stack_params import PalletParams
from doorstep.terms.load import PackedPallet, Pallet, Palletizing
from doorstep.terms.parcel import PackItem, Placement


def check_pallets(items: Sequence[PackItem], told: Palletizing, pallet: Pallet, params: PalletParams) -> list[str]:
    """What is wrong with goods put on pallets, one sentence each; an empty list means nothing is."""
    known = {item.ref: item for item in items}
    wrong = list(stacks.lost(items, [each.placements for each in told.pallets], told.left))
    wrong += _left_for_no_reason(known, told, pallet, params)
    if told.at_least > len(told.pallets):
        wrong.append(f"takes {len(told.pallets)} pallets, but says that at least {told.at_least} are needed")
    for number, packed in enumerate(told.pallets, 1):
        unknown = stacks.strangers(packed.placements, known)
        if unknown or not packed.placements:
            wrong.append(f"pallet {number} holds {', '.join(unknown) or 'nothing'}")
            continue
        rules = (
            stacks.wrongly_turned(packed.placements, known),
            stacks.overlaps(packed.placements),
            stacks.falls(packed.placements, _deck(pallet), params.support_percent),
            stacks.crushed(packed.placements, known),
            stacks.clashes(packed.placements, known, params.separated),
            _sticks_out(packed, pallet),
            _is_too_heavy(packed, pallet, known),
            _leans(packed, pallet, known, params),
            _cannot_be_stacked(packed.placements),
            _layers(packed, pallet),
        )
        wrong += [f"pallet {number}: {sentence}" for rule in rules for sentence in rule]
    return wrong


def _deck(pallet: Pallet) -> stacks.Rectangle:
    return stacks.Rectangle(0, 0, pallet.deck_length_mm, pallet.deck_width_mm)


def _left_for_no_reason(
    known: Mapping[str, PackItem], told: Palletizing, pallet: Pallet, params: PalletParams
) -> Iterator[str]:
    """Only what no pallet takes is left over, or a group that was not found to go on one."""
    for one in told.left:
        item = known.get(one.ref)
        if item is None:
            continue
        if one.binding == "keep_together":
            group = [other for other in known.values() if other.keep_together == item.keep_together]
            if not item.keep_together or sum(other.quantity for other in group) != one.needs:
                yield f"{one.ref} is left over for a group that it is not in"
        elif _stands_alone(item, pallet, params):
            yield f"{one.ref} is left over, but a pallet takes it"


def _stands_alone(item: PackItem, pallet: Pallet, params: PalletParams) -> bool:
    limits = [pallet.max_content_g, *([] if pallet.max_layer_g is None else [pallet.max_layer_g])]
    if item.weight_g > min(limits):
        return False
    deck, over = (pallet.deck_length_mm, pallet.deck_width_mm), 2 * pallet.overhang_mm
    for a, b, c in stacks.ways_to_turn(item):
        held = min(a, deck[0]) * min(b, deck[1])
        fits = a <= deck[0] + over and b <= deck[1] + over and c <= pallet.max_height_mm
        if fits and held * 100 >= params.support_percent * a * b:
            return True
    return False


def _sticks_out(packed: PackedPallet, pallet: Pallet) -> Iterator[str]:
    if packed.pallet != pallet:
        yield "is another pallet than the one given"
    over = pallet.overhang_mm
    room = stacks.Rectangle(-over, -over, pallet.deck_length_mm + over, pallet.deck_width_mm + over)
    for unit in packed.placements:
        if stacks.base(unit).common(room) != stacks.base(unit):
            yield f"{stacks.where(unit)} hangs over by more than {over} mm"
        if unit.z_mm < 0 or stacks.top(unit) > pallet.max_height_mm:
            yield f"{stacks.where(unit)} reaches {stacks.top(unit)} mm, {pallet.max_height_mm} mm are allowed"


def _is_too_heavy(packed: PackedPallet, pallet: Pallet, known: Mapping[str, PackItem]) -> Iterator[str]:
    content_g = sum(known[unit.ref].weight_g for unit in packed.placements)
    if content_g != packed.content_g:
        yield f"the load weighs {content_g} g, but it says {packed.content_g} g"
    if content_g > pallet.max_content_g:
        yield f"the load weighs {content_g} g, {pallet.max_content_g} g are allowed"
    layers: dict[int, int] = defaultdict(int)
    for unit in packed.placements:
        layers[unit.z_mm] += known[unit.ref].weight_g
    for height, weight_g in layers.items():
        if pallet.max_layer_g is not None and weight_g > pallet.max_layer_g:
            yield f"the layer at {height} mm weighs {weight_g} g, {pallet.max_layer_g} g are allowed"


def _leans(packed: PackedPallet, pallet: Pallet, known: Mapping[str, PackItem], params: PalletParams) -> Iterator[str]:
    """The centre of gravity is where it says, and near the deck's middle."""
    total, *sums = stacks.moments(packed.placements, known)
    centre = tuple(each // (2 * total) for each in sums)
    if centre != packed.centre_mm:
        yield f"balances at {centre}, but says {packed.centre_mm}"
    for each, side, name in zip(sums, (pallet.deck_length_mm, pallet.deck_width_mm), ("along", "across"), strict=False):
        if abs(each - total * side) * 100 > 2 * total * (params.off_centre_percent * side + 100):
            yield f"balances {each // (2 * total)} mm {name} a deck of {side} mm"


def _cannot_be_stacked(units: Sequence[Placement]) -> Iterator[str]:
    """In the order given, nothing is put under what is there already."""
    for i, unit in enumerate(units):
        for earlier in units[:i]:
            if earlier.z_mm >= stacks.top(unit) and stacks.base(unit).common(stacks.base(earlier)):
                yield f"{stacks.where(unit)} would have to go in under {stacks.where(earlier)}"


def _layers(packed: PackedPallet, pallet: Pallet) -> Iterator[str]:
    """There are as many heights at which one kind covers more than half the deck as there are said to be layers."""
    covered: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for unit in packed.placements:
        covered[unit.z_mm][unit.ref] += stacks.base(unit).area
    found = sum(max(kinds.values()) * 2 > _deck(pallet).area for kinds in covered.values())
    if packed.layers > found:
        yield f"has {found} layers of one kind, but says {packed.layers}"
