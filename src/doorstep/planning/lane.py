"""One service between two localities: what it asks for parcels and for freight, in the company's currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from doorstep.carriers.billed import Learned
from doorstep.carriers.distance import Haul
from doorstep.carriers.rating import NoRate, Rated, Rater
from doorstep.carriers.shipments import Piece
from doorstep.packing.explain import NEVER_MINOR
from doorstep.packing.values import Price
from doorstep.planning.freight import Whole, is_freight, whole_shipment
from doorstep.terms.exchange import Exchange
from doorstep.terms.money import Money
from doorstep.terms.parcel import Carton, Size
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService

AS_TARIFFS_SAY = Learned()


@dataclass(frozen=True)
class Lane:
    """One service between two localities, priced in the company's currency, as its tariff is on the day `on`.

    Without a day what has days is left out; whoever asks says so, lest a peak be planned with and packed without.
    """

    service: CarrierService
    currency: str
    origin: Locality
    destination: Locality
    on: date | None
    exchange: Exchange | None = None
    billed: Learned = AS_TARIFFS_SAY
    via: tuple[Locality, ...] = ()  # stops before the last one, in the order of driving

    def rate(self, size: Size, weight_g: int) -> Rated | Refusal:
        rated = self._rater.rate(size, max(weight_g, 1))
        if isinstance(rated, NoRate):
            return self.no_rate(rated)
        if rated.currency != self.currency:
            known = self._exchanged(Money(rated.total_minor, rated.currency))
            if isinstance(known, Refusal):
                return known
            # The whole is rounded once; its parts are told in the carrier's own money.
            rated = rated._replace(currency=self.currency, base_minor=known, fuel_minor=0, other_minor=0)
        return rated

    def takes(self, size: Size, weight_g: int) -> bool:
        """Whether such a parcel has a price in the company's currency."""
        if self.service.tariff.currency != self.currency:
            return not isinstance(self.rate(size, weight_g), Refusal)
        return self._rater.takes(size, max(weight_g, 1))

    def freight(self, pieces: Sequence[Piece]) -> tuple[Whole, int] | Refusal:
        """A shipment as a whole, by a tariff of freight, trucks or vans, and its price in the company's minor units."""
        whole = whole_shipment(self.service, pieces, self.haul)
        if isinstance(whole, NoRate):
            return self.no_rate(whole)
        minor = self._exchanged(Money(whole.bill.total_minor, whole.bill.currency))
        return minor if isinstance(minor, Refusal) else (whole, minor)

    def zone(self, size: Size, weight_g: int) -> str:
        """The tariff's zone of the lane; '' where such a parcel has no price in it."""
        if is_freight(self.service):
            told = whole_shipment(self.service, [Piece(size, max(weight_g, 1))], self.haul)
            return "" if isinstance(told, NoRate) else told.bill.zone
        rated = self._rater.rate(size, max(weight_g, 1))
        return "" if isinstance(rated, NoRate) else rated.zone

    @property
    def alike(self) -> tuple[int, ...]:
        """What lanes of this service have in common that ask as much for every parcel; () where this is like no other.

        An identity of what the lane holds.
        """
        same = self._rater.alike
        return (id(self.service), id(same[0]), same[1]) if same else ()

    @property
    def haul(self) -> Haul:
        return Haul(self.origin, self.destination, self.on, self.via)

    @cached_property
    def _rater(self) -> Rater:
        return Rater(self.service, self.haul)

    def no_rate(self, no: NoRate) -> Refusal:
        """Why the lane has no price, as a refusal."""
        return Refusal(Why.NO_SERVICE, no.says, {**self._concerns(), "needs": no.needs, "allowed": no.allowed})

    def _concerns(self) -> dict[str, str | int]:
        return {"service": self.service.service_id, "area": self.destination.area}

    def _exchanged(self, told: Money) -> int | Refusal:
        if told.currency == self.currency:
            return told.minor
        known = self.exchange.convert(told, self.currency, self.on) if self.exchange and self.on else None
        if known is not None:
            return known.minor
        service = self.service.service_id
        says = f"{service} is priced in {told.currency}: no rate to {self.currency} is loaded"
        return Refusal(Why.NO_SERVICE, says, self._concerns())

    @property
    def price(self) -> Price | None:
        """What sending a filled carton costs, for packing; None where no carton has a price by itself."""
        return None if is_freight(self.service) else self._price

    def _price(self, carton: Carton, weight_g: int) -> int:
        rated = self.rate(carton.outer, weight_g)
        return NEVER_MINOR if isinstance(rated, Refusal) else self.billed_minor(rated.total_minor, weight_g)

    def billed_minor(self, tariff_minor: int, weight_g: int) -> int:
        """What a price comes to in the end."""
        return self.billed.billed_minor(self.service.service_id, weight_g, tariff_minor)
