"""Pallets and loads in plain words: what binds what was left, what axles bear; and sheets for the floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from doorstep.packing.draw_loads import draw_load, draw_pallet
from doorstep.packing.page import document, figure, left_page, sides, table
from doorstep.packing.why_left import kilograms
from doorstep.terms.load import LoadPlan, PackedPallet, Palletizing
from doorstep.terms.parcel import Placement

MOST_STEPS = 8  # drawings of one pallet or trailer
MOST_DRAWN = 400  # units; more are listed only
_LISTED = ("No.", "What", "From the left, mm", "From the front, mm", "Up, mm", "Length x width x height, mm")
_LOADED = ("No.", "What", "Stop", "From the front wall, mm", "From the left, mm", "Up, mm", "Measures, mm")


def bears(grams: int) -> str:
    """What an axle or a side bears, as it is told at a weighbridge: whole kilograms, rounded half up."""
    return kilograms((grams + 500) // 1_000 * 1_000)


def pallets_sheet(told: Palletizing, names: Mapping[str, str], title: str) -> str:
    """HTML of its own, a page a pallet: how it looks, layer upon layer, and what stands where, in order."""
    pages = [
        _pallet_page(packed, names, f"{title}, pallet {number} of {len(told.pallets)}")
        for number, packed in enumerate(told.pallets, 1)
    ]
    return document(title, [*pages, *left_page(told.left, names)])


def load_sheet(plan: LoadPlan, names: Mapping[str, str], title: str) -> str:
    """HTML of its own: the loaded trailer, stop after stop, what bears what on each leg, and the order of loading."""
    ends = [n for n, (a, b) in enumerate(pairwise(plan.stop_ids), 1) if a != b]
    figures = []
    if len(plan.placements) <= MOST_DRAWN:
        whole = draw_load(plan, names, title=title, legend=True, flat=True)
        figures.append(figure(whole.svg, title, whole=True))
        for step in ends[:MOST_STEPS]:
            drawn = draw_load(plan, names, title=f"up to {step}", upto=step, flat=True)
            figures.append(figure(drawn.svg, f"with {step} units, all of stop {plan.stop_ids[step - 1]}"))
    rows = [
        (str(number), names.get(unit.ref, unit.ref), stop, str(unit.x_mm), str(unit.y_mm), str(unit.z_mm), sides(unit))
        for number, (unit, stop) in enumerate(zip(plan.placements, plan.stop_ids, strict=True), 1)
    ]
    legs = table(("On the way to", "Aboard", *_axle_names(plan), "Left more than right", "Centre"), leg_rows(plan))
    body = f"<section><h1>{escape(title)}</h1><p>{escape(load_summary(plan))}</p>{legs}{''.join(figures)}</section>"
    listed = f"<section><h2>In this order</h2>{table(_LOADED, rows)}</section>"
    return document(title, [body, listed, *left_page(plan.left, names)])


def load_summary(plan: LoadPlan) -> str:
    """One line of what is in and how much room it takes."""
    return (
        f"{len(plan.placements)} units, {kilograms(plan.content_g)}, {plan.floor_mm / 1000:.2f} of "
        f"{plan.trailer.inner.length_mm / 1000:.2f} m of floor (no load of them takes less than "
        f"{plan.floor_bound_mm / 1000:.2f} m), {plan.fill_ppm / 10_000:.1f} % of the space"
    )


def pallet_summary(packed: PackedPallet) -> str:
    """One line of what is on it and where it balances."""
    x, y, z = packed.centre_mm
    return (
        f"{len(packed.placements)} units, {kilograms(packed.weight_g)} with the pallet, "
        f"{packed.outer.height_mm} mm high, {packed.layers} full layers, {packed.fill_ppm / 10_000:.1f} % full, "
        f"balances {x} mm along, {y} mm across, {z} mm up"
    )


def leg_rows(plan: LoadPlan) -> list[tuple[str, ...]]:
    """For each leg: stop, weight aboard, each axle, left over right, centre of gravity from the front wall."""
    return [
        (
            leg.stop_id or "the stop",
            kilograms(leg.content_g),
            *(
                f"{bears(borne_g)} of {kilograms(axle.max_g)}"
                for borne_g, axle in zip(leg.axles_g, plan.trailer.axles, strict=True)
            ),
            bears(leg.side_g),
            f"{leg.centre_mm[0]} mm",
        )
        for leg in plan.legs
    ]


def _axle_names(plan: LoadPlan) -> tuple[str, ...]:
    return tuple(axle.name for axle in plan.trailer.axles)


def _pallet_page(packed: PackedPallet, names: Mapping[str, str], title: str) -> str:
    figures = []
    if len(packed.placements) <= MOST_DRAWN:
        drawn = draw_pallet(packed, names, title=title, legend=True, flat=True)
        figures.append(figure(drawn.svg, title, whole=True))
        for step in _steps(packed.placements):
            drawn = draw_pallet(packed, names, title=f"up to {step}", upto=step, flat=True)
            figures.append(figure(drawn.svg, f"with {step} units"))
    rows = [
        (str(number), names.get(u.ref, u.ref), str(u.x_mm), str(u.y_mm), str(u.z_mm), sides(u))
        for number, u in enumerate(packed.placements, 1)
    ]
    return (
        f"<section><h1>{escape(title)}</h1><p>{escape(pallet_summary(packed))}</p>{''.join(figures)}"
        f"{table(_LISTED, rows)}</section>"
    )


def _steps(units: Sequence[Placement]) -> list[int]:
    """After how many units to draw: where a height is done, evenly thinned out, the last left out."""
    ends = [n for n, (a, b) in enumerate(pairwise(units), 1) if a.z_mm != b.z_mm]
    thin = -(-len(ends) // MOST_STEPS) or 1
    return ends[::thin]
