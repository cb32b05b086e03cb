"""A packed order as a sheet for the bench: carton by carton, why it, how it looks unit by unit, what goes where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from doorstep.packing.draw import draw
from doorstep.packing.explain import Explained
from doorstep.packing.page import document, figure, left_page, sides, table
from doorstep.packing.values import Packing
from doorstep.packing.why_left import kilograms
from doorstep.terms.parcel import PackedCarton

MOST_STEPS = 12  # drawings of one carton, one after each unit
MOST_DRAWN = 300  # units of one carton
Amount = Callable[[int], str]
_LISTED = ("No.", "What", "From the left, mm", "From the front, mm", "Up, mm", "Length x width x height, mm")


def carton_summary(told: Explained) -> str:
    """One line: how full, how heavy, where it balances."""
    balance = "" if told.centre is None else f", balances at {', '.join(map(str, told.centre))} mm"
    return f"{told.full_per_1000 / 10:.1f} % full, {kilograms(told.weight_g)}{balance}"


def rejected_rows(told: Explained, amount: Amount) -> list[tuple[str, str, str]]:
    """Carton, why not it, what it costs more."""
    return [
        (one.carton_id, one.because, "" if one.more_minor is None else amount(one.more_minor)) for one in told.rejected
    ]


def cartons_sheet(
    packing: Packing, why: Sequence[Explained], names: Mapping[str, str], weights_g: Mapping[str, int], amount: Amount
) -> str:
    """HTML of its own, a page a carton. `names` and `weights_g` by ref; `amount` writes money."""
    pages = [
        _page(packed, told, names, weights_g, amount, f"Carton {number} of {len(why)}: {told.carton_id}")
        for number, (packed, told) in enumerate(zip(packing.cartons, why, strict=True), 1)
    ]
    return document("Packed order", [*pages, *left_page(packing.unpackable, names)])


def _page(
    packed: PackedCarton,
    told: Explained,
    names: Mapping[str, str],
    weights_g: Mapping[str, int],
    amount: Amount,
    title: str,
) -> str:
    inner, units = packed.carton.inner, packed.placements
    figures = []
    if len(units) <= MOST_DRAWN:
        whole = draw(inner, units, names, weights_g, title=title, legend=True, flat=True)
        figures.append(figure(whole.svg, title, whole=True))
        for step in range(1, min(len(units), MOST_STEPS + 1) if len(units) > 1 else 0):
            drawn = draw(inner, units, names, weights_g, title=f"{title}, up to {step}", upto=step, flat=True)
            figures.append(figure(drawn.svg, f"{step}. {names.get(units[step - 1].ref, units[step - 1].ref)}"))
    rows = [
        (str(number), names.get(unit.ref, unit.ref), str(unit.x_mm), str(unit.y_mm), str(unit.z_mm), sides(unit))
        for number, unit in enumerate(units, 1)
    ]
    rejected = table(("Rejected", "Because", "Costs more by"), rejected_rows(told, amount)) if told.rejected else ""
    says = f"<p>{escape(carton_summary(told))}. Taken because {escape(told.because)}; {amount(told.cost_minor)}.</p>"
    return f"<section><h1>{escape(title)}</h1>{says}{''.join(figures)}{table(_LISTED, rows)}{rejected}</section>"
