"""What rating answers: a bill with its charges one by one, or the reason for which there is no price."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorstep.terms.tariff import ChargeKind

MILLION = 1_000_000


class NoRateWhy(StrEnum):
    """Why a service has no price for a parcel, in the order in which they are looked at."""

    NOT_VALID = "not_valid"  # on that day
    NO_ZONE = "no_zone"
    TOO_LONG = "too_long"
    GIRTH = "girth"
    TOO_BULKY = "too_bulky"
    TOO_HEAVY = "too_heavy"
    NO_PRICE = "no_price"  # the list leaves this zone out at this measure
    NO_ROUTE = "no_route"  # an own van has no price but for a whole route
    NO_DISTANCE = "no_distance"  # the price goes by distance, and nobody says how far it is
    TOO_FAR = "too_far"
    NO_STOPS = "no_stops"  # it goes to one consignee
    TOO_MANY_STOPS = "too_many_stops"
    TWO_LANES = "two_lanes"  # its stops are not of one lane
    STOPS_APART = "stops_apart"  # from a stop to the next


@dataclass(frozen=True, slots=True)
class NoRate:
    """No price: the measure that binds, what the parcel needs of it and the most the tariff allows.

    In `unit`, needs rounded up; all 0 where no measure binds.
    """

    why: NoRateWhy
    service_id: str
    needs: int = 0
    allowed: int = 0
    origin_area: str = ""
    destination_area: str = ""
    unit: str = ""

    @property
    def says(self) -> str:
        """One sentence for a person."""
        if self.why in _PLAINLY:
            return _PLAINLY[self.why].format(self.service_id, self.origin_area, self.destination_area)
        most = f"{self.allowed} {self.unit}"
        if self.why in _GOES:
            return f"{self.service_id} {_GOES[self.why]} {most} at most, this is {self.needs} {self.unit}"
        measure = _MEASURES[self.why]
        return f"{self.service_id} takes a {measure} of {most} at most, this parcel has {self.needs} {self.unit}"


_PLAINLY = {
    NoRateWhy.NOT_VALID: "{0} has no prices for that day: its tariff begins later, or has ended",
    NoRateWhy.NO_ZONE: "{0} has no price from {1} to {2}",
    NoRateWhy.NO_PRICE: "{0} has no price for such a parcel from {1} to {2}: its list leaves it out",
    NoRateWhy.NO_STOPS: "{0} carries a shipment to one consignee, not to several",
    NoRateWhy.TWO_LANES: "{0} goes to several consignees of one lane alone, and {2} is in another",
    NoRateWhy.NO_ROUTE: "{0} drives routes and is priced by the route, not by the parcel",
    NoRateWhy.NO_DISTANCE: (
        "{0} is priced by distance, and nobody says how far {2} is from {1}: "
        "tell both addresses' latitude and longitude, or the tariff's positions"
    ),
}
_MEASURES = {
    NoRateWhy.TOO_LONG: "length",
    NoRateWhy.GIRTH: "girth",
    NoRateWhy.TOO_BULKY: "volume",
    NoRateWhy.TOO_HEAVY: "billable weight",
}
_GOES = {
    NoRateWhy.TOO_FAR: "goes",
    NoRateWhy.TOO_MANY_STOPS: "unloads before the last place at",
    NoRateWhy.STOPS_APART: "drives from a stop to the next",
}


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of a bill: what it is for, its name on the tariff, minor units (below zero: taken off), and why."""

    kind: ChargeKind
    name: str
    minor: int
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a carrier would charge, line by line. `billable` says the weight or measure the base was read at."""

    tariff_id: str
    currency: str
    zone: str
    billable: str
    charges: tuple[Charge, ...]

    @property
    def total_minor(self) -> int:
        return sum(charge.minor for charge in self.charges)

    def of(self, *kinds: ChargeKind) -> int:
        """Minor units of all lines of these kinds."""
        return sum(charge.minor for charge in self.charges if charge.kind in kinds)


def share(minor: int, ppm: int) -> int:
    """A share of an amount from zero up, to the nearest minor unit, halves up."""
    return (minor * ppm + MILLION // 2) // MILLION
