"""One thing by a tariff of whatever kind: what a person asks at a counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doorstep.carriers.bills import Bill, NoRate
from doorstep.carriers.freight import Freight, Handled, Trip, ltl_bill, truck_bill, van_bill
from doorstep.carriers.parcels import Parcel, bill
from doorstep.carriers.rating import parcel_tariff
from doorstep.terms.freight import LtlTariff, TruckTariff, VanTariff
from doorstep.terms.measures import Measure, Sides
from doorstep.terms.service import AnyTariff


@dataclass(frozen=True, slots=True)
class Asked:
    """A parcel or a handling unit, and what its price hangs on; marks are accessorials for freight."""

    weight: Measure
    sides: Sides
    origin: str
    destination: str
    on: date | None = None
    residential: bool = False
    account: str = ""
    marks: tuple[str, ...] = ()
    distance: Measure | None = None


def quote_one(tariff: AnyTariff, asked: Asked) -> Bill | NoRate:
    """What it costs, line by line. ValueError says what is missing or wrong.

    A van's route is its distance, driven in no time and with one stop: hours are asked of `van_bill`.
    """
    lane = (asked.origin, asked.destination)
    if isinstance(tariff, LtlTariff):
        unit = Handled(asked.weight, asked.sides)
        return ltl_bill(tariff, Freight((unit,), *lane, asked.on, asked.marks, asked.account))
    if isinstance(tariff, TruckTariff):
        return truck_bill(tariff, Trip(*lane, asked.weight, asked.distance, on=asked.on, accessorials=asked.marks))
    if isinstance(tariff, VanTariff):
        if asked.distance is None:
            raise ValueError("a van's route has a distance: say it, such as 42 km")
        return van_bill(tariff, int(asked.distance.exact) // 1_000, 0, 1)
    return bill(
        parcel_tariff(tariff),
        Parcel(
            *(asked.weight, asked.sides, *lane, asked.on, asked.residential, frozenset(asked.marks)),
            account=asked.account,
            distance=asked.distance,
        ),
    )
