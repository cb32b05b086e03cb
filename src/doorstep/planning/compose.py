"""The default composition: parcels from `packing`, rates and prohibitions from `carriers`. Both are known here only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from doorstep.carriers.billed import Learned
from doorstep.carriers.bills import NoRate
from doorstep.carriers.may_ship import NO_LISTS, may_it_ship
from doorstep.carriers.rules import Forbidden
from doorstep.carriers.shipments import Piece
from doorstep.carriers.stops import Roads, roads
from doorstep.packing import Params, cartonize, cartons_for, estimate, in_words
from doorstep.planning.freight import is_freight, loads_up
from doorstep.planning.lane import AS_TARIFFS_SAY, Lane
from doorstep.planning.values import Boxed, BoxedParcel, Deciders
from doorstep.terms.exchange import Exchange
from doorstep.terms.item import Item
from doorstep.terms.money import share_out
from doorstep.terms.parcel import ANY_UP, UPRIGHT, Carton, PackItem, Size, Unpackable
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.rulebook import Rulebook
from doorstep.terms.sending import Sending
from doorstep.terms.service import CarrierService

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
    priced = _Priced(currency, on, exchange, billed)
    reckoned = _Reckoner(tuple(cartons), packed_as(separated), unknown)

    def carton_up(
        contents: Sequence[tuple[Item, int]], service: CarrierService, origin: Locality, destination: Locality
    ) -> Boxed | Refusal:
        known = priced.lane(service, origin, destination)
        if packed:
            goods = [pack_item(item, quantity, unknown) for item, quantity in contents]
            return _packed(goods, reckoned.cartons, known.lane, reckoned.params)
        return known.boxed(reckoned.of(contents))

    def joint_up(
        parcels: Sequence[BoxedParcel], service: CarrierService, origin: Locality, stops: Sequence[Locality]
    ) -> Boxed | Refusal:
        sized = [(p.carton_id, p.size, p.weight_g, p.carton_minor) for p in parcels if p.size is not None]
        if len(sized) < len(parcels):
            raise ValueError("parcels that are joined have a size each")
        if len(stops) == 1:
            return _rated(sized, priced.lane(service, origin, stops[0]).lane)
        ways = by_road(service, origin, stops)
        boxed = ways if isinstance(ways, Refusal) else _as_freight(sized, priced.over(service, origin, stops))
        if isinstance(boxed, Refusal) or isinstance(ways, Refusal):
            return boxed
        return replace(boxed, later_seconds=ways.later_seconds(range(1, len(stops) + 1)))

    def by_road(service: CarrierService, origin: Locality, places: Sequence[Locality]) -> Roads | Refusal:
        told = roads(service.tariff, service.service_id, origin, places)
        return priced.over(service, origin, places).no_rate(told) if isinstance(told, NoRate) else told

    def goes_in(service: CarrierService, stops: Sequence[Sequence[BoxedParcel]]) -> bool:
        sized = [[Piece(p.size, p.weight_g) for p in mine if p.size is not None] for mine in stops]
        return loads_up(service, sized)

    def may_ship(sending: Sending) -> Refusal | None:
        return refusal_of(may_it_ship(sending, rulebook), sending.service)

    return Deciders(carton_up, may_ship, joint_up, by_road, goes_in)


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


Boxes = tuple[tuple[Size, int], ...]  # outer sizes, with the grams of a parcel in each


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


def _boxes_of(item: PackItem, cartons: Sequence[Carton]) -> Boxes:
    boxes = tuple((carton.outer, carton.empty_weight_g + item.weight_g) for carton in cartons_for(item, cartons))
    return boxes or ((item.size, item.weight_g),)


class _Reckoner:
    """Reckons contents, and keeps them: every service, site and lane is asked about the same."""

    def __init__(self, cartons: tuple[Carton, ...], params: Params, unknown: Unknown) -> None:
        self.cartons = cartons
        self.params = params
        self._unknown = unknown
        self._boxes: Callable[[Item], Boxes] = lru_cache(maxsize=_MOST_ITEMS)(self._boxes_of)
        self._kept: Callable[[tuple[tuple[Item, int], ...]], _Reckoned] = lru_cache(maxsize=_KEPT)(self._reckoned)
        self._last: tuple[object, _Reckoned | None] = (None, None)

    def of(self, contents: Sequence[tuple[Item, int]]) -> _Reckoned:
        # Every service is asked about contents before the next ones are: the last ones need not be looked up.
        asked, found = self._last
        if asked is not contents or found is None or not isinstance(contents, tuple):
            found = self._kept(tuple(contents))
            self._last = (contents, found)
        return found

    def _boxes_of(self, item: Item) -> Boxes:
        return _boxes_of(pack_item(item, 1, self._unknown), self.cartons)

    def _reckoned(self, contents: tuple[tuple[Item, int], ...]) -> _Reckoned:
        goods = tuple(pack_item(item, quantity, self._unknown) for item, quantity in contents)
        return _Reckoned(goods, [self._boxes(item) for item, _ in contents], self.cartons, self.params)


class _Priced:
    """Lanes as the company prices them, and what is known of each."""

    def __init__(self, currency: str, on: date | None, exchange: Exchange | None, billed: Learned) -> None:
        self._terms = (on, exchange, billed)
        self._currency = currency
        self._lanes: dict[tuple[int, Locality, Locality], _Known] = {}
        self._alike: dict[tuple[int, ...], _Alike] = {}

    def lane(self, service: CarrierService, origin: Locality, destination: Locality) -> _Known:
        """What is known of a lane of this very service; it is held here, so its identity stays its own."""
        key = (id(service), origin, destination)
        known = self._lanes.get(key)
        return known or self._new(key, Lane(service, self._currency, origin, destination, *self._terms))

    def over(self, service: CarrierService, origin: Locality, stops: Sequence[Locality]) -> Lane:
        """The way of one vehicle over several stops."""
        return Lane(service, self._currency, origin, stops[-1], *self._terms, via=tuple(stops[:-1]))

    def _new(self, key: tuple[int, Locality, Locality], lane: Lane) -> _Known:
        if len(self._lanes) >= _MOST_LANES:
            self._lanes.clear()
            self._alike.clear()
        same = lane.alike
        alike = self._alike.setdefault(same, _Alike(lane)) if same else _Alike(lane)
        known = self._lanes[key] = _Known(lane, alike)
        return known


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
