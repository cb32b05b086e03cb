"""Why a parcel is as it is: its carton, what was rejected, what lies where in it and in which order it went in."""

from __future__ import annotations

from pydantic import Field

from doorstep.api.answers import MoneyOut, Out, Ppm, money
from doorstep.flow import look_packed
from doorstep.packing.explain import Point


class SizeOut(Out):
    """Outer measures."""

    length_mm: int
    width_mm: int
    height_mm: int


class PointOut(Out):
    """A point inside a carton, from its near left bottom corner."""

    x_mm: int
    y_mm: int
    z_mm: int


class RejectedCartonOut(Out):
    """A carton that was not taken; `more` is what it would have cost more, where the goods go into it."""

    carton_id: str
    because: str
    more: MoneyOut | None


class PlacedUnitOut(Out):
    """A unit, numbered in the order in which it went in: its corner, its measures as turned, its place in words."""

    number: int
    item_id: str
    name: str
    at_mm: PointOut
    size_mm: SizeOut
    position: str = Field(examples=["bottom, back left"])


class ParcelWhyOut(Out):
    """Why a parcel is as it is; without `units` nobody wrote down what lies where. Its drawing has its own route."""

    sscc: str
    carton_id: str
    because: str
    fill_ppm: Ppm
    weight_g: int
    centre_mm: PointOut | None
    rejected: list[RejectedCartonOut]
    units: list[PlacedUnitOut]


def packed_out(why: look_packed.ParcelWhy, currency: str) -> ParcelWhyOut:
    rejected = [
        RejectedCartonOut(
            carton_id=one.carton_id,
            because=one.because,
            more=None if one.more_minor is None else money(one.more_minor, currency),
        )
        for one in why.rejected
    ]
    named = {name: getattr(why, name) for name in ParcelWhyOut.model_fields if name not in ("rejected", "units")}
    units = [PlacedUnitOut.model_validate(unit) for unit in why.units]
    return ParcelWhyOut(**{**named, "centre_mm": _point(why.centre_mm)}, rejected=rejected, units=units)


def _point(at: Point | None) -> PointOut | None:
    return None if at is None else PointOut.model_validate(at)
