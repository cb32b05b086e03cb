"""Where goods can be. Every move goes from a place to a place, so nothing appears or vanishes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class PlaceKind(StrEnum):
    """Physical places hold what can be counted; the others are where goods come from and go to."""

    BIN = "bin"
    PACK = "pack"
    DOCK = "dock"
    SUPPLIER = "supplier"
    CARRIER = "carrier"
    CUSTOMER = "customer"
    FOUND = "found"
    LOST = "lost"
    SCRAP = "scrap"
    TRANSFORM = "transform"

    @property
    def physical(self) -> bool:
        """Whether the balance there can be counted, and so never be below zero."""
        return self in _PHYSICAL


class SiteKind(StrEnum):
    """Whose place goods leave from: our own, a store with a counter, a third party's, or the vendor's."""

    OWN = "own"
    STORE = "store"
    THIRD_PARTY = "3pl"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class NodeTerms:
    """What was agreed with whoever runs a site, and what is known of it.

    `answer_s`: it says within so many seconds whether it takes a fulfilment order; 0: it is not asked. `confidence_ppm`
    is P(units that its books show are really there). Handling is what it charges for a fulfilment order and for each
    unit, in minor units of the company's currency; None: what the goals weigh for all.
    """

    answer_s: int = 0
    confidence_ppm: int = 1_000_000
    handling_order_minor: int | None = None
    handling_unit_minor: int | None = None

    def __post_init__(self) -> None:
        if self.answer_s < 0 or not 500_000 <= self.confidence_ppm <= 1_000_000:
            raise ValueError("an answer takes no time or some, and stock is there with 50 to 100 per cent")
        if min(self.handling_order_minor or 0, self.handling_unit_minor or 0) < 0:
            raise ValueError("handling costs nothing or something")


AS_OURS = NodeTerms()

_PHYSICAL = frozenset({PlaceKind.BIN, PlaceKind.PACK, PlaceKind.DOCK})

# Places of the whole company; every site has its own bins, pack bench and dock.
SUPPLIER = "supplier"
CUSTOMER = "customer"
FOUND = "found"
LOST = "lost"
SCRAP = "scrap"
TRANSFORM = "transform"


def pack_place(site_id: str) -> str:
    return f"{site_id}/pack"


def dock_place(site_id: str) -> str:
    return f"{site_id}/dock"


def carrier_place(carrier_id: str) -> str:
    return f"carrier/{carrier_id}"


def site_of(place_id: str) -> str:
    """The site a physical place belongs to; '' for the company's own places and carriers."""
    return place_id.partition("/")[0] if kind_of(place_id).physical else ""


def kind_of(place_id: str) -> PlaceKind:
    """The kind of a place, read off its id: `CS/pack`, `CS/dock`, a carrier's, the company's, or else a bin.

    ValueError where the id is none of these.
    """
    site, slash, rest = place_id.partition("/")
    if not slash:
        return PlaceKind(place_id)
    if site == "carrier":
        return PlaceKind.CARRIER
    return PlaceKind(rest) if rest in ("pack", "dock") else PlaceKind.BIN


def region(area: str) -> str:
    """The part of a country that an area lies in, by the first character of its postcode: `US-606` is in `US-6`.

    Coarse enough that every lane between two regions soon has parcels to learn from.
    """
    country, _, head = area.partition("-")
    return f"{country}-{head[:1]}"


class Position(NamedTuple):
    """Millionths of a degree north and east."""

    north_udeg: int
    east_udeg: int


@dataclass(frozen=True, slots=True)
class Locality:
    """What prices hang on of an address, and no more. `postcode` '' and `position` None: not known.

    It is read from where personal data lies; once that is erased, the area alone is left.
    """

    area: str
    postcode: str = ""
    residential: bool = False
    position: Position | None = None

    @property
    def head(self) -> str:
        """What zones and areas of tariffs are looked up by: country and as much of the postcode as is known."""
        return f"{self.area.partition('-')[0]}-{self.postcode}" if self.postcode else self.area


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person or company can be reached. Personal: it never enters the journal, only its reference does.

    `residential`: whether it is a home, None: not said.
    """

    name: str
    lines: tuple[str, ...]
    city: str
    postcode: str
    country: str  # ISO 3166-1 alpha-2
    email: str = ""
    phone: str = ""
    residential: bool | None = None
    position: Position | None = None

    @property
    def area(self) -> str:
        """What is known of it for good, and what transit is learned by: country and the head of the postcode."""
        return f"{self.country}-{squeezed(self.postcode)[:3]}"

    @property
    def locality(self) -> Locality:
        return Locality(self.area, squeezed(self.postcode), bool(self.residential), self.position)


def squeezed(postcode: str) -> str:
    """A postcode without blanks, in capitals."""
    return postcode.replace(" ", "").upper()
