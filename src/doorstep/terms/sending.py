"""What is asked before anything is priced, bought or handed over: may these goods go this way, to them, now?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doorstep.terms.item import Item
from doorstep.terms.order import Licence
from doorstep.terms.service import CarrierService


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of one item that go together; `expires_on` is the day of the first of their lots that ends."""

    item: Item
    quantity: int = 1
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Consignee:
    """Who gets it: all names that it is known by, its licences, the shelf life that it wants on arrival, and the
    entries of lists (`LIST/ENTRY`) that a person found it not to be.
    """

    names: tuple[str, ...] = ()
    licences: tuple[Licence, ...] = ()
    shelf_life_days: int = 0
    cleared: frozenset[str] = frozenset()


NOBODY = Consignee()


@dataclass(frozen=True, slots=True)
class Trip:
    """From the hand-over to the day by which it is there as surely as wanted; `days_off` are days on the way on which
    the carrier does not work.
    """

    leaves_on: date
    arrives_on: date
    hours: int
    days_off: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """The question. `trip` None: when it travels is not known yet, and what hangs on that is not asked.

    `parcel_g` is what one closed parcel with all these goods weighs; None: no parcel is packed yet.
    """

    goods: tuple[Goods, ...]
    service: CarrierService
    area: str
    consignee: Consignee = NOBODY
    on: date | None = None
    trip: Trip | None = None
    parcel_g: int | None = None
    from_country: str = ""

    @property
    def country(self) -> str:
        return self.area.partition("-")[0]

    @property
    def postcode(self) -> str:
        return self.area.partition("-")[2]
