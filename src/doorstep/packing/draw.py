"""A packed carton as a drawing: what stands where, in which order it goes in. Pure: placements in, SVG out.

Every unit has its number, in the order in which a person puts them in. Colours are CSS variables with fallbacks: a page
sets them for light and dark, a file shows the fallbacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorstep.packing.legend import LegendRow, legend_of
from doorstep.packing.sheet import Sheet, flattened
from doorstep.terms.parcel import Placement, Size

_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG document that needs nothing else, and what its marks mean.

    `shown` units are drawn of `units`. `fill_ppm` of the carton's inside is filled; `centre_mm` is the centre of
    gravity of the content, from the near left bottom corner inside.
    """

    svg: str
    legend: tuple[LegendRow, ...]
    units: int
    shown: int
    fill_ppm: int
    centre_mm: tuple[int, int, int]


def draw(
    inner: Size,
    placements: Sequence[Placement],
    names: Mapping[str, str],
    weights_g: Mapping[str, int],
    *,
    title: str,
    upto: int | None = None,
    legend: bool = False,
    flat: bool = False,
) -> Drawing:
    """Draw a carton of these inner measures with its units, in the order in which they go in.

    `names` and `weights_g` are by ref; what is missing is named by its ref and weighs nothing. `upto` shows the first
    so many units and marks the last of them: one step of packing. `legend` writes the legend under the drawing, `flat`
    the fallback colours instead of variables, for programs that know none. An item alone in its own box is that box.
    """
    shown = len(placements) if upto is None else max(0, min(upto, len(placements)))
    rows = legend_of(inner, placements, names)
    sheet = Sheet(inner, placements[:shown], {row.ref: row for row in rows}, marked=shown if upto else 0)
    svg = sheet.svg(title, rows if legend else ())
    return Drawing(
        svg=flattened(svg) if flat else svg,
        legend=rows,
        units=len(placements),
        shown=shown,
        fill_ppm=fill_ppm(inner, placements),
        centre_mm=centre_of_gravity_mm(placements, weights_g),
    )


def fill_ppm(inner: Size, placements: Sequence[Placement]) -> int:
    """How much of the inside is filled, in parts per million, rounded down."""
    return sum(unit.size.volume_mm3 for unit in placements) * _PPM // inner.volume_mm3


def centre_of_gravity_mm(placements: Sequence[Placement], weights_g: Mapping[str, int]) -> tuple[int, int, int]:
    """The centre of gravity of the content; of its volume, where nothing has a weight. Rounded down to a millimetre."""
    heavy = [weights_g.get(unit.ref, 0) for unit in placements]
    shares = heavy if any(heavy) else [unit.size.volume_mm3 for unit in placements]
    total = 2 * sum(shares) or 1
    centres = [
        sum(share * (2 * near + side) for share, (near, side) in zip(shares, ends, strict=True)) // total
        for ends in (
            [((unit.x_mm, unit.y_mm, unit.z_mm)[axis], unit.size[axis]) for unit in placements] for axis in range(3)
        )
    ]
    return centres[0], centres[1], centres[2]
