"""The default composition: parcels from `packing`, rates and prohibitions from `carriers`. Both are known here only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from doorstep.carriers.billed import Learned
from doorstep.carriers.distance import Haul
from doorstep.carriers.may_ship import NO_LISTS, may_it_ship
from doorstep.carriers.rating import NoRate, Rated, Rater
from doorstep.carriers.rules import Forbidden
from doorstep.carriers.shipments import Piece
from doorstep.packing import Params, cartonize, cartons_for, estimate, in_words
from doorstep.packing.explain import NEVER_MINOR
from doorstep.packing.values import Price
from doorstep.planning.freight import Whole, is_freight, whole_shipment
from doorstep.planning.values import Boxed, BoxedParcel, Deciders
from doorstep.terms.exchange import Exchange
from doorstep.terms.item import Item
from doorstep.terms.money import Money, share_out
from doorstep.terms.parcel import ANY_UP, UPRIGHT, Carton, PackItem, Size, Unpackable
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.rulebook import Rulebook
from doorstep.terms.sending import Sending
from doorstep.terms.service import CarrierService

AS_TARIFFS_SAY = Learned()
_KEPT = 1024  # contents whose estimate is kept, and what they come to on a lane
_MOST_LANES = 4096
_MOST_ITEMS = 50_000


@dataclass(frozen=True, slots=True)
class Unknown:
    """What an item is reckoned with until it has been measured at the packing bench. Source: our own judgement."""

    size: Size
    weight_g: int


AS_UNKNOWN = Unknown(Size(300, 200, 100), 1_000)


def deciders(
    cartons: Sequence[Carton],
    currency: str,
    rulebook: Rulebook = NO_LISTS,
    *,
    unknown: Unknown = AS_UNKNOWN,
    packed: bool = False,
    on: date | None = None,
    exchange: Exchange | None = None,
    billed: Learned = AS_TARIFFS_SAY,
    separated: Iterable[tuple[str, str]] = (),
) -> Deciders:
    """Deciders over the company's cartons and currency. Tariffs are read as they are on the day `on`; a price in
    another currency is taken at that day's rate of `exchange`, and is none without one. Freight is reckoned as
    carriers bill it in the end, by what `billed` has learned of them. `separated` are pairs of classes of goods that
    share no carton.

    `packed` False reckons with estimated parcels (microseconds; `carton_id` is empty), True packs every shipment for
    every service (milliseconds). A quote and the plan that follows it must be asked alike.
    """
    cartons, params = tuple(cartons), packed_as(separated)

    @lru_cache(maxsize=_MOST_ITEMS)
    def boxes_of(item: Item) -> Boxes:
        return _boxes_of(pack_item(item, 1, unknown), cartons)

    @lru_cache(maxsize=_KEPT)
    def reckoned(contents: tuple[tuple[Item, int], ...]) -> _Reckoned:
        """Kept, because every service, site and lane is asked about the same contents."""
        goods = tuple(pack_item(item, quantity, unknown) for item, quantity in contents)
        return _Reckoned(goods, [boxes_of(item) for item, _ in contents], cartons, params)

    last: list[tuple[object, _Reckoned]] = [((), reckoned(()))]
    lanes: dict[tuple[int, Locality, Locality], _Known] = {}
    alike: dict[tuple[int, ...], _Alike] = {}

    def lane_of(service: CarrierService, origin: Locality, destination: Locality) -> _Known:
        """What is known of a lane of this very service; it is held here, so its identity stays its own."""
        key = (id(service), origin, destination)
        known = lanes.get(key)
        if known is None:
            if len(lanes) >= _MOST_LANES:
                lanes.clear()
                alike.clear()
            lane = Lane(service, currency, origin, destination, on, exchange, billed)
            same = lane.alike
            known = lanes[key] = _Known(lane, alike.setdefault(same, _Alike(lane)) if same else _Alike(lane))
        return known

    def carton_up(
        contents: Sequence[tuple[Item, int]], service: CarrierService, origin: Locality, destination: Locality
    ) -> Boxed | Refusal:
        known = lane_of(service, origin, destination)
        if packed:
            goods = [pack_item(item, quantity, unknown) for item, quantity in contents]
            return _packed(goods, cartons, known.lane, params)
        # Every service is asked about contents before the next ones are: the last ones need not be looked up.
        asked, found = last[0]
        if asked is not contents or not isinstance(contents, tuple):
            found = reckoned(tuple(contents))
            last[0] = (contents, found)
        return known.boxed(found)

    def joint_up(
        parcels: Sequence[BoxedParcel], service: CarrierService, origin: Locality, destination: Locality
    ) -> Boxed | Refusal:
        sized = [(p.carton_id, p.size, p.weight_g, p.carton_minor) for p in parcels if p.size is not None]
        if len(sized) < len(parcels):
            raise ValueError("parcels that are joined have a size each")
        return _rated(sized, lane_of(service, origin, destination).lane)

    def may_ship(sending: Sending) -> Refusal | None:
        return refusal_of(may_it_ship(sending, rulebook), sending.service)

    return Deciders(carton_up, may_ship, joint_up)


def packed_as(separated: Iterable[tuple[str, str]]) -> Params:
    """How plan and packing bench look for cartons: alike, so that what is planned is packed."""
    return Params(separated=frozenset(separated))


def refusal_of(no: Forbidden | None, service: CarrierService) -> Refusal | None:
    """A no of may-it-ship as every step tells it: what it says, the rule that it cites, and what to do."""
    if no is None:
        return None
    says = f"{no.says} ({no.rule}: {no.source}). {no.do}".rstrip()
    concerns = {"rule": no.rule, "item": no.item_id, "service": service.service_id, "source": no.source, "do": no.do}
    return Refusal(Why.MAY_NOT_SHIP, says, concerns)


def pack_item(item: Item, quantity: int, unknown: Unknown = AS_UNKNOWN) -> PackItem:
    """An item as packing sees it. Hazard classes never share a carton; what has a group of its own that is kept apart,
    too, shares one only with what has both alike."""
    return PackItem(
        ref=item.item_id,
        size=item.size or unknown.size,
        weight_g=unknown.weight_g if item.weight_g is None else item.weight_g,
        quantity=quantity,
        up=UPRIGHT if item.upright else frozenset(item.up) or ANY_UP,
        most_on_top_g=0 if item.fragile else item.most_on_top_g,
        keep_apart=" and ".join(filter(None, (item.keep_apart, item.hazard))),
        keep_together=item.keep_together,
        classes=frozenset(item.classes),
        own_container=item.own_container,
    )


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

    def rate(self, size: Size, weight_g: int) -> Rated | Refusal:
        rated = self._rater.rate(size, max(weight_g, 1))
        if isinstance(rated, NoRate):
            return self._no_rate(rated)
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
            return self._no_rate(whole)
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
        return Haul(self.origin, self.destination, self.on)

    @cached_property
    def _rater(self) -> Rater:
        return Rater(self.service, self.haul)

    def _no_rate(self, no: NoRate) -> Refusal:
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


class _Reckoned:
    """Contents as every lane is asked about them, worked out once."""

    def __init__(
        self, goods: tuple[PackItem, ...], boxes: Sequence[Boxes], cartons: Sequence[Carton], params: Params
    ) -> None:
        reckoned = estimate(goods, cartons)
        self.no: Refusal | None = None
        self.boxes = boxes  # what one unit of each item could go in
        if reckoned.unpackable or any(item.keep_together for item in goods):
            # Whether a group goes into one carton no estimate knows; such orders are rare enough to be packed.
            left = cartonize(goods, cartons, params).unpackable
            self.no = _does_not_fit(left) if left else None
        parcels = () if self.no else reckoned.parcels
        shares = share_out(reckoned.cost_at_least_minor, [1] * len(parcels)) if parcels else ()
        self.likely = [("", p.size, p.weight_g, share) for p, share in zip(parcels, shares, strict=True)]


Boxes = tuple[tuple[Size, int], ...]  # outer sizes, with the grams of a parcel in each


def _boxes_of(item: PackItem, cartons: Sequence[Carton]) -> Boxes:
    boxes = tuple((carton.outer, carton.empty_weight_g + item.weight_g) for carton in cartons_for(item, cartons))
    return boxes or ((item.size, item.weight_g),)


class _Alike:
    """What was found of all lanes that ask as much as `lane`: which items go by them, and what contents come to.

    What is kept under an identity is kept with what has it, so that it stays its own.
    """

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.taken: dict[int, Boxes] = {}
        self.boxed: dict[int, tuple[_Reckoned, Boxed]] = {}


class _Known:
    """What was found of a lane. Prices it shares with lanes alike; a refusal names the lane, and is its own."""

    def __init__(self, lane: Lane, alike: _Alike) -> None:
        self.lane = lane
        self._alike = alike
        self._freight = is_freight(lane.service)
        self._refused_boxes: dict[Boxes, Refusal] = {}
        self._no: dict[int, tuple[_Reckoned, Refusal]] = {}

    def boxed(self, reckoned: _Reckoned) -> Boxed | Refusal:
        """The parcels of contents in the lane; kept as long as the contents are."""
        known = self._alike.boxed.get(id(reckoned)) or self._no.get(id(reckoned))
        return self._found(reckoned) if known is None else known[1]

    def _found(self, reckoned: _Reckoned) -> Boxed | Refusal:
        found = self._estimated(reckoned)
        if isinstance(found, Refusal):
            _make_room(self._no, _KEPT)
            self._no[id(reckoned)] = (reckoned, found)
        else:
            _make_room(self._alike.boxed, _KEPT)
            self._alike.boxed[id(reckoned)] = (reckoned, found)
        return found

    def _estimated(self, reckoned: _Reckoned) -> Boxed | Refusal:
        if reckoned.no is not None:
            return reckoned.no
        for boxes in () if self._freight else reckoned.boxes:
            # An estimated parcel may be of another shape than any that the goods really fit in.
            refused = self._refused(boxes)
            if refused is not None:
                return refused
        return _rated(reckoned.likely, self.lane)

    def _refused(self, boxes: Boxes) -> Refusal | None:
        """Why no parcel with a unit of an item goes by the service; None: one does."""
        if id(boxes) in self._alike.taken:
            return None
        refused = self._refused_boxes.get(boxes) or self._why_none(boxes)
        if refused is not None:
            self._refused_boxes[boxes] = refused
        else:
            _make_room(self._alike.taken, _MOST_ITEMS)
            self._alike.taken[id(boxes)] = boxes
        return refused

    def _why_none(self, boxes: Boxes) -> Refusal | None:
        if any(self.lane.takes(size, weight_g) for size, weight_g in boxes):
            return None
        refused = self.lane.rate(*boxes[0])
        return refused if isinstance(refused, Refusal) else None


def _make_room(kept: dict[int, Any], most: int) -> None:
    if len(kept) >= most:
        kept.clear()


def _packed(goods: Sequence[PackItem], cartons: Sequence[Carton], lane: Lane, params: Params) -> Boxed | Refusal:
    packing = cartonize(goods, cartons, params, price=lane.price)
    if packing.unpackable:
        return _does_not_fit(packing.unpackable)
    return _rated(
        [(p.carton.carton_id, p.carton.outer, p.weight_g, p.carton.cost_minor) for p in packing.cartons], lane
    )


def _rated(parcels: Sequence[tuple[str, Size, int, int]], lane: Lane) -> Boxed | Refusal:
    """Parcels as (carton id, outer size, grams, cost of the carton), rated one by one; all of them or a refusal.

    Freight is one shipment: its price is shared among them by weight.
    """
    if is_freight(lane.service):
        return _as_freight(parcels, lane)
    boxed = []
    zone, tariff_minor = "", 0
    for carton_id, size, weight_g, carton_minor in parcels:
        rated = lane.rate(size, weight_g)
        if isinstance(rated, Refusal):
            return rated
        zone, tariff_minor = rated.zone, tariff_minor + rated.total_minor
        billed_minor = lane.billed_minor(rated.total_minor, weight_g)
        boxed.append(BoxedParcel(carton_id, weight_g, billed_minor, carton_minor, size))
    return Boxed(zone, lane.service.tariff.tariff_id, tuple(boxed), tariff_minor)


def _as_freight(parcels: Sequence[tuple[str, Size, int, int]], lane: Lane) -> Boxed | Refusal:
    weights_g = [max(weight_g, 1) for _, _, weight_g, _ in parcels]
    told = lane.freight([Piece(size, weight_g) for (_, size, _, _), weight_g in zip(parcels, weights_g, strict=True)])
    if isinstance(told, Refusal):
        return told
    whole, tariff_minor = told
    # What a carrier bills in the end is learned by the weight of what has a label: each parcel.
    boxed = [
        BoxedParcel(carton_id, weight_g, lane.billed_minor(share_minor, weight_g), carton_minor, size)
        for (carton_id, size, weight_g, carton_minor), share_minor in zip(
            parcels, share_out(tariff_minor, weights_g), strict=True
        )
    ]
    return Boxed(whole.bill.zone, whole.bill.tariff_id, tuple(boxed), tariff_minor, whole.travels_as)


def _does_not_fit(left: Sequence[Unpackable]) -> Refusal:
    """What fits no carton, each with the measure that binds; the first with its figures, for programs."""
    no = left[0]
    says = "; ".join(f"{each.ref} fits no carton: {in_words(each)}" for each in left)
    return Refusal(Why.DOES_NOT_FIT, says, {"item": no.ref, "binding": no.binding, "needs": no.needs, "best": no.best})
