"""Goods into a trailer: what is unloaded last goes in first, every axle within its limits on every leg."""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.packing.alone import turns
from doorstep.packing.check_load import check_load
from doorstep.packing.stack_params import LoadParams
from doorstep.packing.values import refuse_nonsense_goods
from doorstep.terms.load import Drop, LoadPlan, Trailer
from doorstep.terms.parcel import PackItem, Side, Size, Unpackable

NO_PARAMS = LoadParams()


def load(
    items: Sequence[PackItem],
    trailer: Trailer,
    stops: Sequence[Drop] = (),
    params: LoadParams = NO_PARAMS,
    *,
    incumbent: LoadPlan | None = None,
) -> LoadPlan:
    """Pallets (`PackedPallet.as_goods`) and cartons in a trailer; loaded and left behind are together what was given.

    `stops` are in the order of driving, each item at one of them; none: all at one. As much volume as is found goes,
    on as little floor. `binding` of what stays behind: 'length_mm', 'width_mm', 'height_mm' or 'weight_g' of what the
    trailer never takes; 'content_g' (with the unit, and the most), 'axle_g:NAME', 'axle_least_g:NAME' and 'side_g' (as
    it would be, and the limit, on the first leg on which it is broken), 'keep_together' (units of the group, most of
    them that went in), 'keep_apart' (units aboard that it may not travel with), 'stop_order' (units that it would
    stand in the way of), 'most_on_top_g' (what a unit beneath would bear, and can), 'floor_mm' (length it needs, and
    that is left before the door). An `incumbent` is an earlier plan for exactly this: where it obeys the rules, the
    result is not worse. ValueError for goods, stops or trailers that cannot be.
    """
    stops = tuple(stops) or (Drop("", frozenset(item.ref for item in items)),)
    refuse_nonsense_goods(items)
    refuse_nonsense_trailer(trailer)
    refuse_nonsense_stops(items, stops)
    never = [no for item in items if (no := why_no_trailer(item, trailer, params)) is not None]
    # Late, because it loads numba and NumPy, which a process that loads no trailers never needs.
    from doorstep.packing.load_search import search

    plan = search(items, never, trailer, stops, params, turns if params.may_turn else as_measured)
    if (
        incumbent is not None
        and _rank(incumbent) < _rank(plan)
        and not check_load(items, incumbent, trailer, stops, params)
    ):
        return incumbent
    return plan


def _rank(plan: LoadPlan) -> tuple[int, int]:
    return -sum(unit.size.volume_mm3 for unit in plan.placements), plan.floor_mm


def as_measured(item: PackItem) -> list[Size]:
    """The size as measured, where it may stand so."""
    return [item.size] if Side.HEIGHT in item.up else turns(item)


def refuse_nonsense_trailer(trailer: Trailer) -> None:
    """ValueError, saying what is wrong, for a trailer that cannot exist."""
    name = trailer.trailer_id
    if min(trailer.inner) < 1 or max(trailer.inner) > 20_000:
        raise ValueError(f"trailer {name} measures {tuple(trailer.inner)} mm inside; sides are from 1 to 20000 mm")
    if trailer.max_content_g < 0 or trailer.track_mm < 1 or (trailer.max_side_g or 0) < 0:
        raise ValueError(f"trailer {name} has a negative weight or no track")
    if len(trailer.axles) not in (0, 2):
        raise ValueError(f"trailer {name} has {len(trailer.axles)} axles; tell none, or the front and the rear one")
    if trailer.axles and trailer.axles[0].position_mm >= trailer.axles[1].position_mm:
        raise ValueError(f"trailer {name}: the front axle is not in front of the rear one")
    for axle in trailer.axles:
        if not 0 <= axle.empty_g <= axle.max_g or axle.least_g > axle.max_g:
            raise ValueError(f"trailer {name}: axle {axle.name} bears {axle.empty_g} g empty, {axle.max_g} g at most")


def refuse_nonsense_stops(items: Sequence[PackItem], stops: Sequence[Drop]) -> None:
    """ValueError, saying what is wrong, for stops that do not share the goods out."""
    if len({stop.stop_id for stop in stops}) != len(stops):
        raise ValueError("two stops have the same stop_id")
    for item in items:
        at = [stop.stop_id for stop in stops if item.ref in stop.refs]
        if len(at) != 1:
            raise ValueError(f"item {item.ref} is unloaded at {len(at)} stops; it is at exactly one")


def why_no_trailer(item: PackItem, trailer: Trailer, params: LoadParams) -> Unpackable | None:
    """What keeps a unit out of the empty trailer, with figures; None where it goes in."""
    sizes = turns(item) if params.may_turn else as_measured(item)
    names = ("length_mm", "width_mm", "height_mm")
    lack, name, needs, best = min(
        max((n - t, name, n, t) for n, t, name in zip(size, trailer.inner, names, strict=True)) for size in sizes
    )
    if lack > 0:
        return Unpackable(item.ref, item.quantity, name, needs, best)
    if item.weight_g > trailer.max_content_g:
        return Unpackable(item.ref, item.quantity, "weight_g", item.weight_g, trailer.max_content_g)
    return None
