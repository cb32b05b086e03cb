"""Pallets and loads in plain words: what binds what was left, what axles bear; and sheets for the floor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise

from doorstep.packing.draw_loads import draw_load, draw_pallet
from doorstep.packing.why_left import in_words, kilograms
from doorstep.terms.load import LoadPlan, PackedPallet, Palletizing
from doorstep.terms.parcel import Placement, Unpackable

MOST_STEPS = 8  # drawings of one pallet or trailer
MOST_DRAWN = 400  # units; more are listed only
_STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:1.5rem;color:#1c2733}table{border-collapse:collapse;width:100%}"
    ".wide{overflow-x:auto}@media(max-width:600px){body{margin:.8rem}th,td{padding:.3rem}}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #b9c2cc}td.n,th.n{text-align:right}"
    "section{break-after:page;margin-bottom:2rem}figure{display:inline-block;width:330px;max-width:100%;margin:.5rem}"
    "figure.whole{width:560px}figcaption{color:#5b6875}svg{width:100%}@page{margin:14mm}tr,figure{break-inside:avoid}"
)
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
    return _document(title, [*pages, *_left_page(told.left, names)])


def load_sheet(plan: LoadPlan, names: Mapping[str, str], title: str) -> str:
    """HTML of its own: the loaded trailer, stop after stop, what bears what on each leg, and the order of loading."""
    ends = [n for n, (a, b) in enumerate(pairwise(plan.stop_ids), 1) if a != b]
    figures = []
    if len(plan.placements) <= MOST_DRAWN:
        whole = draw_load(plan, names, title=title, legend=True, flat=True)
        figures.append(_figure(whole.svg, title, whole=True))
        for step in ends[:MOST_STEPS]:
            drawn = draw_load(plan, names, title=f"up to {step}", upto=step, flat=True)
            figures.append(_figure(drawn.svg, f"with {step} units, all of stop {plan.stop_ids[step - 1]}"))
    rows = [
        (str(number), names.get(unit.ref, unit.ref), stop, str(unit.x_mm), str(unit.y_mm), str(unit.z_mm), _sides(unit))
        for number, (unit, stop) in enumerate(zip(plan.placements, plan.stop_ids, strict=True), 1)
    ]
    legs = _table(("On the way to", "Aboard", *_axle_names(plan), "Left more than right", "Centre"), leg_rows(plan))
    body = f"<section><h1>{escape(title)}</h1><p>{escape(load_summary(plan))}</p>{legs}{''.join(figures)}</section>"
    listed = f"<section><h2>In this order</h2>{_table(_LOADED, rows)}</section>"
    return _document(title, [body, listed, *_left_page(plan.left, names)])


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
        figures.append(_figure(drawn.svg, title, whole=True))
        for step in _steps(packed.placements):
            drawn = draw_pallet(packed, names, title=f"up to {step}", upto=step, flat=True)
            figures.append(_figure(drawn.svg, f"with {step} units"))
    rows = [
        (str(number), names.get(u.ref, u.ref), str(u.x_mm), str(u.y_mm), str(u.z_mm), _sides(u))
        for number, u in enumerate(packed.placements, 1)
    ]
    return (
        f"<section><h1>{escape(title)}</h1><p>{escape(pallet_summary(packed))}</p>{''.join(figures)}"
        f"{_table(_LISTED, rows)}</section>"
    )


def _steps(units: Sequence[Placement]) -> list[int]:
    """After how many units to draw: where a height is done, evenly thinned out, the last left out."""
    ends = [n for n, (a, b) in enumerate(pairwise(units), 1) if a.z_mm != b.z_mm]
    thin = -(-len(ends) // MOST_STEPS) or 1
    return ends[::thin]


def _sides(unit: Placement) -> str:
    return " x ".join(map(str, unit.size))


def _left_page(left: Sequence[Unpackable], names: Mapping[str, str]) -> Iterator[str]:
    if left:
        rows = [(names.get(no.ref, no.ref), str(no.quantity), in_words(no)) for no in left]
        yield f"<section><h2>Left behind</h2>{_table(('What', 'Units', 'Because'), rows)}</section>"


def _figure(svg: str, says: str, *, whole: bool = False) -> str:
    kind = ' class="whole"' if whole else ""
    return f"<figure{kind}>{svg}<figcaption>{escape(says)}</figcaption></figure>"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _document(title: str, pages: Sequence[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(pages)}</body></html>\n"
    )
