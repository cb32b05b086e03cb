"""Loaded pallets and trailers as drawings, step by step, with the paper that cartons are drawn on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from doorstep.packing.draw import Drawing
from doorstep.packing.legend import LegendRow, legend_of
from doorstep.packing.sheet import flattened
from doorstep.packing.sheet_loads import DeckSheet, TrailerSheet
from doorstep.terms.load import LoadPlan, PackedPallet
from doorstep.terms.parcel import Placement, Size


def draw_pallet(
    packed: PackedPallet,
    names: Mapping[str, str],
    *,
    title: str,
    upto: int | None = None,
    legend: bool = False,
    flat: bool = False,
) -> Drawing:
    """Draw a loaded pallet, its units numbered in the order in which they are put on; the rest as in `draw`."""
    pallet, over = packed.pallet, packed.pallet.overhang_mm
    room = Size(pallet.deck_length_mm + 2 * over, pallet.deck_width_mm + 2 * over, packed.load_height_mm)
    units = [replace(unit, x_mm=unit.x_mm + over, y_mm=unit.y_mm + over) for unit in packed.placements]
    shown = _shown(units, upto)
    rows = legend_of(room, units, names)
    by_ref = {row.ref: row for row in rows}
    sheet = DeckSheet(room, units[:shown], by_ref, shown if upto else 0, over, pallet.own_height_mm)
    svg = sheet.svg(title, rows if legend else ())
    return Drawing(
        flattened(svg) if flat else svg, rows, len(units), shown, min(packed.fill_ppm, 1_000_000), packed.centre_mm
    )


def draw_load(
    plan: LoadPlan,
    names: Mapping[str, str],
    *,
    title: str,
    upto: int | None = None,
    legend: bool = False,
    flat: bool = False,
) -> Drawing:
    """Draw a loaded trailer, its units numbered in the order of loading, the door at the right.

    Where there are several stops, colours tell them apart and `names` are theirs; else goods, as in `draw`.
    """
    units: Sequence[Placement] = plan.placements
    if len(set(plan.stop_ids)) > 1:
        units = [replace(unit, ref=stop) for unit, stop in zip(units, plan.stop_ids, strict=True)]
    shown = _shown(units, upto)
    rows = tuple(_told(row, units) for row in legend_of(plan.trailer.inner, units, names))
    by_ref = {row.ref: row for row in rows}
    sheet = TrailerSheet(plan.trailer.inner, units[:shown], by_ref, marked=shown if upto else 0)
    svg = sheet.svg(title, rows if legend else ())
    centre = plan.legs[0].centre_mm if plan.legs else (0, 0, 0)
    return Drawing(flattened(svg) if flat else svg, rows, len(units), shown, plan.fill_ppm, centre)


def _shown(units: Sequence[Placement], upto: int | None) -> int:
    return len(units) if upto is None else max(0, min(upto, len(units)))


def _told(row: LegendRow, units: Sequence[Placement]) -> LegendRow:
    """Where all units of a row stand: so far from the front wall."""
    mine = [units[number - 1] for number in row.numbers]
    begin, end = min(unit.x_mm for unit in mine), max(unit.x_mm + unit.size.length_mm for unit in mine)
    return replace(row, position=f"{begin} to {end} mm from the front")
