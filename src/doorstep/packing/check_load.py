"""An independent checker of loaded trailers: can each be loaded, driven and unloaded as it says, stop after stop?

Shares no code with the builder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from doorstep.packing import check_stacks as stacks
from doorstep.packing.stack_params import LoadParams
from doorstep.terms.load import Drop, LoadPlan, Trailer
from doorstep.terms.parcel import PackItem, Placement, Side


def check_load(
    items: Sequence[PackItem],
    plan: LoadPlan,
    trailer: Trailer,
    stops: Sequence[Drop] = (),
    params: LoadParams | None = None,
) -> list[str]:
    """What is wrong with a loaded trailer, one sentence each; an empty list means nothing is."""
    params = params or LoadParams()
    stops = tuple(stops) or (Drop("", frozenset(item.ref for item in items)),)
    known = {item.ref: item for item in items}
    units = plan.placements
    unknown = stacks.strangers(units, known)
    if unknown:
        return [f"holds goods nobody gave: {', '.join(unknown)}"]
    wrong = [*stacks.lost(items, [units], plan.left), *_left_for_no_reason(plan, known, trailer, params)]
    floor = stacks.Rectangle(0, 0, trailer.inner.length_mm, trailer.inner.width_mm)
    wrong += [
        *stacks.wrongly_turned(units, known),
        *_turned_after_all(units, known, params),
        *_sticks_out(units, trailer),
        *stacks.overlaps(units),
        *stacks.falls(units, floor, params.support_percent),
        *stacks.crushed(units, known),
        *stacks.clashes(units, known, params.separated),
        *_cannot_be_loaded(units),
        *_cannot_be_unloaded(units, stops),
        *_weighs_wrongly(plan, known, trailer, stops),
        *_tells_wrongly(plan, trailer, stops),
    ]
    return wrong


def _left_for_no_reason(
    plan: LoadPlan, known: Mapping[str, PackItem], trailer: Trailer, params: LoadParams
) -> Iterator[str]:
    """What is said of each thing left behind is so, as far as the plan itself can show it."""
    content_g = sum(known[unit.ref].weight_g for unit in plan.placements)
    reach = max((stacks.base(unit).far_x for unit in plan.placements), default=0)
    for one in plan.left:
        item = known.get(one.ref)
        if item is None:
            continue
        sizes = [size for size in stacks.ways_to_turn(item) if _may_be(size, item, params)]
        fits = [size for size in sizes if all(a <= b for a, b in zip(size, trailer.inner, strict=True))]
        if one.binding in ("length_mm", "width_mm", "height_mm") and fits:
            yield f"{one.ref} is left for its {one.binding}, but it goes in"
        if one.binding == "weight_g" and item.weight_g <= trailer.max_content_g:
            yield f"{one.ref} is left for its weight, but the trailer takes it"
        if one.binding == "content_g" and content_g + item.weight_g <= trailer.max_content_g:
            yield f"{one.ref} is left for the weight of all, but the trailer takes it"
        if one.binding == "floor_mm" and min(a for a, _, _ in fits) <= trailer.inner.length_mm - reach:
            yield f"{one.ref} is left for want of floor, but there is enough before the door"


def _may_be(size: tuple[int, int, int], item: PackItem, params: LoadParams) -> bool:
    return params.may_turn or Side.HEIGHT not in item.up or size == tuple(item.size)


def _turned_after_all(units: Sequence[Placement], known: Mapping[str, PackItem], params: LoadParams) -> Iterator[str]:
    for unit in units:
        if not _may_be((unit.size[0], unit.size[1], unit.size[2]), known[unit.ref], params):
            yield f"{stacks.where(unit)} is turned, but nothing may be"


def _sticks_out(units: Sequence[Placement], trailer: Trailer) -> Iterator[str]:
    for unit in units:
        near = (unit.x_mm, unit.y_mm, unit.z_mm)
        if min(near) < 0 or any(a + s > r for a, s, r in zip(near, unit.size, trailer.inner, strict=True)):
            yield f"{stacks.where(unit)} sticks out of {tuple(trailer.inner)}"


def _beside(one: Placement, other: Placement) -> bool:
    """Whether they are wholly beside one another, seen from the door."""
    a, b = stacks.base(one), stacks.base(other)
    return a.far_y <= b.y or b.far_y <= a.y


def _stops(one: Placement, other: Placement) -> bool:
    """Whether a unit keeps another from the door: it stands before it, or on it."""
    before = not _beside(one, other) and stacks.base(one).x >= stacks.base(other).far_x
    above = one.z_mm >= stacks.top(other) and stacks.base(one).common(stacks.base(other)) is not None
    return before or above


def _cannot_be_loaded(units: Sequence[Placement]) -> Iterator[str]:
    for i, unit in enumerate(units):
        for earlier in units[:i]:
            if _stops(earlier, unit):
                yield f"{stacks.where(unit)} does not get past {stacks.where(earlier)}, which is there already"


def _cannot_be_unloaded(units: Sequence[Placement], stops: Sequence[Drop]) -> Iterator[str]:
    place = {ref: number for number, stop in enumerate(stops) for ref in stop.refs}
    for unit in units:
        for other in units:
            if place[other.ref] > place[unit.ref] and _stops(other, unit):
                name = stops[place[unit.ref]].stop_id
                yield f"at stop {name} {stacks.where(other)} keeps {stacks.where(unit)} from the door"


def _weighs_wrongly(
    plan: LoadPlan, known: Mapping[str, PackItem], trailer: Trailer, stops: Sequence[Drop]
) -> Iterator[str]:
    """Every leg's weight, axles, sides and centre of gravity, exactly; and what is told of them."""
    content_g = sum(known[unit.ref].weight_g for unit in plan.placements)
    if content_g != plan.content_g:
        yield f"the goods weigh {content_g} g, but it says {plan.content_g} g"
    if content_g > trailer.max_content_g:
        yield f"the goods weigh {content_g} g, {trailer.max_content_g} g are allowed"
    told = {leg.stop_id: leg for leg in plan.legs}
    for number, stop in enumerate(stops):
        still = frozenset().union(*(each.refs for each in stops[number:]))
        aboard = [unit for unit in plan.placements if unit.ref in still]
        weight_g = sum(known[unit.ref].weight_g for unit in aboard)
        leg = told.pop(stop.stop_id, None)
        if not weight_g:
            if leg is not None:
                yield f"on the way to {stop.stop_id} nothing with a weight is aboard"
            continue
        if leg is None or leg.content_g != weight_g:
            yield f"on the way to {stop.stop_id} {weight_g} g are aboard, but it says otherwise"
            continue
        _, x, y, z = stacks.moments(aboard, known)
        if leg.centre_mm != (x // (2 * weight_g), y // (2 * weight_g), z // (2 * weight_g)):
            yield f"on the way to {stop.stop_id} it balances elsewhere than {leg.centre_mm}"
        side = Fraction(2, trailer.track_mm) * (weight_g * Fraction(trailer.inner.width_mm, 2) - Fraction(y, 2))
        if leg.side_g != side.__floor__():
            yield f"on the way to {stop.stop_id} the left bears {side} g more, but it says {leg.side_g} g"
        if trailer.max_side_g is not None and abs(side) > trailer.max_side_g:
            yield f"on the way to {stop.stop_id} one side bears {abs(side)} g more than the other"
        yield from _axles(stop.stop_id, leg.axles_g, trailer, weight_g, Fraction(x, 2))


def _axles(stop_id: str, told: Sequence[int], trailer: Trailer, weight_g: int, moment: Fraction) -> Iterator[str]:
    if not trailer.axles:
        return
    front, rear = trailer.axles
    on_rear = (moment - front.position_mm * weight_g) / (rear.position_mm - front.position_mm)
    exact = (front.empty_g + weight_g - on_rear, rear.empty_g + on_rear)
    for axle, bears, says in zip(trailer.axles, exact, told, strict=True):
        if not axle.least_g <= bears <= axle.max_g:
            yield f"on the way to {stop_id} {axle.name} bears {bears} g, from {axle.least_g} to {axle.max_g} g may be"
        if abs(bears - says) > Fraction(1, 2):
            yield f"on the way to {stop_id} {axle.name} bears {bears} g, but it says {says} g"


def _tells_wrongly(plan: LoadPlan, trailer: Trailer, stops: Sequence[Drop]) -> Iterator[str]:
    units = plan.placements
    at = {ref: stop.stop_id for stop in stops for ref in stop.refs}
    if plan.trailer != trailer:
        yield "is another trailer than the one given"
    if plan.stop_ids != tuple(at[unit.ref] for unit in units):
        yield "names wrong stops"
    reach = max((stacks.base(unit).far_x for unit in units), default=0)
    if plan.floor_mm != reach:
        yield f"reaches {reach} mm, but it says {plan.floor_mm} mm"
    if plan.floor_bound_mm > reach:
        yield f"says that no load takes less than {plan.floor_bound_mm} mm, but this one takes {reach} mm"
    volume = sum(unit.size.volume_mm3 for unit in units)
    if plan.fill_ppm != volume * 1_000_000 // trailer.inner.volume_mm3:
        yield f"fills {volume} mm3, but says {plan.fill_ppm} ppm"
