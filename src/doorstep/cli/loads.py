"""Pallets and trailers in the terminal: what stands where, in which order, what it weighs, what stays and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from doorstep.cli.failures import DATA, MisusedError, StoppedError
from doorstep.cli.files import bytes_of, name_of, write_text
from doorstep.cli.options import AsJson
from doorstep.cli.output import console, progress, put, say_json, table
from doorstep.cli.words import many

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.intake.loads import GoodsToLoad
    from doorstep.terms.load import LoadPlan, Pallet, Palletizing, Trailer
    from doorstep.terms.parcel import Unpackable

Told = TypeVar("Told")
MOST_LOOKS = 100_000_000
Goods = Annotated[str, typer.Argument(metavar="GOODS", help="Goods, as CSV.", show_default=False)]
Sheet = Annotated[
    str, typer.Option("--sheet", metavar="FILE", help="Write the sheet with drawings there.", show_default=False)
]
Work = Annotated[int, typer.Option(min=0, max=MOST_LOOKS, help="How many looks to spend; more is never worse.")]
Seed = Annotated[int, typer.Option(min=0, max=2_147_483_647)]


def palletize(
    goods: Goods,
    pallets: Annotated[str, typer.Argument(metavar="PALLETS", help="Kinds of pallets, as CSV.", show_default=False)],
    pallet: Annotated[str, typer.Option(metavar="ID", help="Which of them; else the first.", show_default=False)] = "",
    sheet_file: Sheet = "",
    work: Work = 2_000_000,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Stack goods on few pallets: what stands where, what each weighs, where it balances, what fits on none."""
    from doorstep.intake.loads import read_goods, read_pallets
    from doorstep.packing import PalletParams
    from doorstep.packing import palletize as palletized
    from doorstep.packing.load_words import pallets_sheet

    given = read_table("The goods", goods, read_goods(lines_of(goods)))
    chosen = _chosen("pallet", pallet, read_table("The pallets", pallets, read_pallets(lines_of(pallets))))
    with progress("Stacking", show=not as_json):
        try:
            told = palletized(given.items, chosen, PalletParams(work, seed=seed))
        except ValueError as wrong:
            raise StoppedError(f"{wrong}.", DATA) from wrong
    if sheet_file:
        write_text(sheet_file, pallets_sheet(told, given.names, chosen.pallet_id))
    if as_json:
        say_json(told)
    else:
        put(console(), _pallets_page(told, given, sheet_file))


def stow(
    goods: Goods,
    trailers: Annotated[str, typer.Argument(metavar="TRAILERS", help="Kinds of trailers, as CSV.", show_default=False)],
    trailer: Annotated[str, typer.Option(metavar="ID", help="Which of them; else the first.", show_default=False)] = "",
    turn: Annotated[bool, typer.Option("--turn/--no-turn", help="Whether goods may be turned.")] = True,
    sheet_file: Sheet = "",
    work: Work = 1_000_000,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Load pallets and cartons into a trailer, stop by stop: what stands where, what axles bear, what stays and why."""
    from doorstep.intake.loads import read_goods, read_trailers
    from doorstep.packing import LoadParams, load
    from doorstep.packing.load_words import load_sheet

    given = read_table("The goods", goods, read_goods(lines_of(goods)))
    chosen = _chosen("trailer", trailer, read_table("The trailers", trailers, read_trailers(lines_of(trailers))))
    with progress("Loading", show=not as_json):
        try:
            plan = load(given.items, chosen, given.stops, LoadParams(work, may_turn=turn, seed=seed))
        except ValueError as wrong:
            raise StoppedError(f"{wrong}.", DATA) from wrong
    if sheet_file:
        write_text(sheet_file, load_sheet(plan, given.names, chosen.trailer_id))
    if as_json:
        say_json(plan)
    else:
        put(console(), _load_page(plan, given, sheet_file))


def lines_of(file: str) -> list[str]:
    try:
        return bytes_of(file).decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as wrong:
        raise StoppedError(f"{name_of(file)} is not UTF-8 text.", DATA) from wrong


def read_table(what: str, file: str, told: Told | list[str]) -> Told:
    if not isinstance(told, list):
        return told
    stopped = StoppedError(f"{what} in {name_of(file)} cannot be read; {many(len(told), 'thing')} to mend.", DATA)
    for number, one in enumerate(told[:50], 1):
        stopped.add_note(f"{number}. {one}")
    raise stopped


Kind = TypeVar("Kind", "Pallet", "Trailer")


def _chosen(what: str, wanted: str, kinds: Sequence[Kind]) -> Kind:
    known = {str(getattr(kind, f"{what}_id")): kind for kind in kinds}
    if not known or (wanted and wanted not in known):
        raise MisusedError(f"--{what} names one of {', '.join(known) or 'none: the table is empty'}, not {wanted!r}.")
    return known[wanted] if wanted else kinds[0]


def _pallets_page(told: Palletizing, given: GoodsToLoad, sheet_file: str) -> Iterator[Part]:
    from collections import Counter

    from doorstep.packing.why_left import kilograms

    rows = []
    for number, packed in enumerate(told.pallets, 1):
        x, y, z = packed.centre_mm
        there = Counter(unit.ref for unit in packed.placements)
        what = ", ".join(f"{units} {given.names[ref]}" for ref, units in there.items())
        figures = (len(packed.placements), kilograms(packed.weight_g), packed.outer.height_mm, packed.layers)
        rows.append((number, *figures, f"{packed.fill_ppm / 10_000:.1f} %", f"{x}, {y}, {z}", what))
    columns = ("#No.", "#Units", "#Weight", "#High, mm", "#Full layers", "#Full", "Balances at, mm", "What")
    yield table("Pallets", *columns, rows=rows)
    yield f"{many(len(told.pallets), 'pallet')}; no way of stacking these goods takes fewer than {told.at_least}."
    yield from left_behind(told.left, given)
    yield f"Drawn in {sheet_file}." if sheet_file else "With drawings, layer by layer: --sheet pallets.html"


def _load_page(plan: LoadPlan, given: GoodsToLoad, sheet_file: str) -> Iterator[Part]:
    from doorstep.packing.load_words import leg_rows, load_summary

    rows = [
        (number, given.names[unit.ref], stop, unit.x_mm, unit.y_mm, unit.z_mm, " x ".join(map(str, unit.size)))
        for number, (unit, stop) in enumerate(zip(plan.placements, plan.stop_ids, strict=True), 1)
    ]
    columns = ("#No.", "What", "Stop", "#From front", "#From left", "#Up", "Measures, mm")
    yield table("In this order", *columns, rows=rows)
    axles = [f"#{axle.name}" for axle in plan.trailer.axles]
    legs = ("On the way to", "#Aboard", *axles, "#Left more than right", "#Balances at")
    yield table("What bears what", *legs, rows=leg_rows(plan))
    yield f"{load_summary(plan)}."
    yield from left_behind(plan.left, given)
    yield f"Drawn in {sheet_file}." if sheet_file else "With drawings, stop by stop: --sheet load.html"


def left_behind(left: Sequence[Unpackable], given: GoodsToLoad) -> Iterator[Part]:
    from doorstep.packing import in_words

    if left:
        rows = [(given.names[no.ref], no.quantity, in_words(no)) for no in left]
        yield table("Left behind", "What", "#Units", "Because", rows=rows)
