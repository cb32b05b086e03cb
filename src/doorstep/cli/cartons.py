"""An order packed in the terminal: into which cartons, why these, what lies where, what fits in none and what binds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.failures import DATA, UNAVAILABLE, MisusedError, StoppedError
from doorstep.cli.files import write_text
from doorstep.cli.loads import MOST_LOOKS, Goods, Seed, Sheet, Work, left_behind, lines_of, read_table
from doorstep.cli.options import AsJson
from doorstep.cli.output import console, progress, put, say_json, table
from doorstep.cli.words import many, money

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.intake.loads import CartonsToFill, GoodsToLoad
    from doorstep.packing import Packing, Params, Proved
    from doorstep.packing.explain import Explained

_FIRST_LOOKS = 5_000


def cartonize(
    goods: Goods,
    cartons: Annotated[str, typer.Argument(metavar="CARTONS", help="Cartons and mailers, as CSV.", show_default=False)],
    separate: Annotated[
        list[str], typer.Option(metavar="CLASS=CLASS", help="Goods of these classes share no carton.")
    ] = [],  # noqa: B006
    proof: Annotated[bool, typer.Option("--prove", help="At most 8 units: the cheapest there is, or the gap.")] = False,
    currency: Annotated[str, typer.Option(help="Of the costs.")] = "USD",
    sheet_file: Sheet = "",
    work: Work = 200_000,
    milliseconds: Annotated[
        int | None,
        typer.Option(min=1, max=600_000, help="Instead of --work: as many looks as this machine has in that time."),
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Pack an order at the least cost of cartons: why these, what was rejected, what lies where, what fits in none."""
    from doorstep.intake.loads import read_cartons, read_goods
    from doorstep.packing import Params, explain
    from doorstep.packing.carton_words import cartons_sheet

    given = read_table("The goods", goods, read_goods(lines_of(goods)))
    shelf = read_table("The cartons", cartons, read_cartons(lines_of(cartons)))
    with progress("Packing", show=not as_json):
        try:
            params = Params(work, seed=seed, separated=frozenset(map(_pair, separate)))
            if milliseconds is not None:
                params = replace(params, work_budget=_looks_in(milliseconds, given, shelf, params))
            packing, proved = _packed(given, shelf, params, proof=proof)
            why = explain(given.items, packing, shelf.cartons, left=shelf.left)
        except ValueError as wrong:
            raise StoppedError(f"{wrong}.", DATA) from wrong
    if sheet_file:
        weights_g = {item.ref: item.weight_g for item in given.items}
        page = cartons_sheet(packing, why, given.names, weights_g, lambda minor: money(minor, currency))
        write_text(sheet_file, page)
    if as_json:
        told = (
            {"optimal": proved.optimal, "bound_minor": proved.bound_minor, "why_not": proved.why_not}
            if proved
            else None
        )
        say_json({"packing": packing, "why": why, "proof": told, "work": params.work_budget})
    else:
        put(console(), _page(packing, why, proved, given, currency))
        if milliseconds is not None:
            put(console(), [f"To have the same again: --work {params.work_budget}"])
        put(console(), [f"Drawn in {sheet_file}." if sheet_file else "Drawn, unit by unit: --sheet packed.html"])


def _pair(words: str) -> tuple[str, str]:
    one, _, other = words.partition("=")
    if not one or not other:
        raise MisusedError(f"--separate names two classes, as liquid=paper, not {words!r}.")
    return one, other


def _looks_in(milliseconds: int, given: GoodsToLoad, shelf: CartonsToFill, params: Params) -> int:
    """How many looks the time has on this machine, for this order: its first looks are timed, and the rest reckoned.

    The time is only asked here: the engine is given looks, and with as many it finds the same again.
    """
    from doorstep.packing import cartonize as packed

    packed(given.items, shelf.cartons, replace(params, work_budget=1), left=shelf.left)  # loads what is compiled
    looks = _FIRST_LOOKS
    while True:
        begin = perf_counter()
        found = packed(given.items, shelf.cartons, replace(params, work_budget=looks), left=shelf.left)
        spent_ms = (perf_counter() - begin) * 1_000
        if found.work_used < looks or spent_ms * 8 >= milliseconds or looks * 4 > MOST_LOOKS:
            return min(max(int(looks * milliseconds / spent_ms), 1), MOST_LOOKS)
        looks *= 4


def _packed(given: GoodsToLoad, shelf: CartonsToFill, params: Params, *, proof: bool) -> tuple[Packing, Proved | None]:
    from doorstep import packing as room

    if not proof:
        return room.cartonize(given.items, shelf.cartons, params, left=shelf.left), None
    try:
        proved = room.prove(given.items, shelf.cartons, params, left=shelf.left)
    except room.NoProverError as missing:
        raise StoppedError(str(missing), UNAVAILABLE) from missing
    return proved.packing, proved


def _page(
    packing: Packing, why: tuple[Explained, ...], proved: Proved | None, given: GoodsToLoad, currency: str
) -> Iterator[Part]:
    from doorstep.packing.carton_words import carton_summary, rejected_rows

    for number, (packed, told) in enumerate(zip(packing.cartons, why, strict=True), 1):
        rows = [
            (place, given.names[unit.ref], f"{unit.x_mm} x {unit.y_mm} x {unit.z_mm}", " x ".join(map(str, unit.size)))
            for place, unit in enumerate(packed.placements, 1)
        ]
        yield table(f"Carton {number}: {told.carton_id}", "#No.", "What", "Corner, mm", "Measures, mm", rows=rows)
        yield f"{carton_summary(told)}; {money(told.cost_minor, currency)}. Taken because {told.because}."
        rejected = rejected_rows(told, lambda minor: money(minor, currency))
        if rejected:
            yield table("Rejected", "Carton", "Because", "#Costs more by", rows=rejected)
    yield f"{many(len(packing.cartons), 'carton')}, {money(packing.cost_minor, currency)}."
    if proved and proved.optimal:
        yield "Proved: no way of packing what is packed costs less."
    elif proved:
        gap = f"No way costs less than {money(proved.bound_minor, currency)}: {money(proved.gap_minor, currency)} is"
        yield f"{gap} the most there is to gain. Not proved, as {proved.why_not}."
    yield from left_behind(packing.unpackable, given)
