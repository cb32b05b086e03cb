"""A packed carton as a drawing: what stands where, in which order it goes in. Pure: placements in, SVG out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegendRow:
    """Units of one item in the drawing: their numbers, in the order in which they go in, and where the first stands."""

    letter: str
    ref: str
    name: str
    quantity: int
    numbers: tuple[int, ...]
    position: str
    colour: int  # 1 to 8: the CSS variable --unit-1 ... --unit-8 and the pattern that goes with it


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG document without outer references, and what its marks mean."""

    svg: str
    legend: tuple[LegendRow, ...]
    units: int
    shown: int  # units drawn: all, or as many as are in after a step
    fill_ppm: int
    weight_g: int
    centre_mm: tuple[int, int, int]  # of gravity, from the near left bottom corner inside
