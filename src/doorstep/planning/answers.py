"""What planning answers: offers for one order, or a plan for all of them with its bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from doorstep.planning.values import BoxedParcel, Reservation, Scarce
from doorstep.promising.arrivals import Leg
from doorstep.promising.window import Basis
from doorstep.terms.calendar import Window
from doorstep.terms.order import Preference
from doorstep.terms.refusals import Refusal


class CostParts(NamedTuple):
    """The avoidable cost of a way to serve an order, minor units, part by part: what is saved if it is not taken.

    `late_minor` and `broken_minor` are the expected cost of missing the promise. `paid_minor` is handling by a shift
    that is paid in any case and not full: it is no part of the total, which is the avoidable cost, but of the full
    cost. `scarce_minor` is the price of scarce stock and days under which a quote was made: it ranks offers and is no
    money, so it is in neither.
    """

    freight_minor: int = 0
    cartons_minor: int = 0
    handling_minor: int = 0
    split_minor: int = 0
    late_minor: int = 0
    broken_minor: int = 0
    waits_minor: int = 0
    scarce_minor: int = 0
    paid_minor: int = 0

    @property
    def full_minor(self) -> int:
        return self.total_minor + self.paid_minor

    @property
    def total_minor(self) -> int:
        money = self.freight_minor + self.cartons_minor + self.handling_minor + self.split_minor
        return money + self.late_minor + self.broken_minor + self.waits_minor

    @property
    def rank_minor(self) -> int:
        """What offers are compared by: the total and the price of what is scarce."""
        return self.total_minor + self.scarce_minor

    def missing(self, late_minor: int, broken_minor: int) -> CostParts:
        """The same with what it is expected to cost that the promise is missed."""
        return CostParts(
            *(self.freight_minor, self.cartons_minor, self.handling_minor, self.split_minor),
            *(late_minor, broken_minor, self.waits_minor, self.scarce_minor, self.paid_minor),
        )


@dataclass(frozen=True, slots=True)
class Freight:
    """What a shipment's tariff says of it, and what its carrier bills in the end: it is reckoned with the latter."""

    service_id: str
    tariff_minor: int
    billed_minor: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """One fulfilment order: what one site sends by one service.

    `departs` is the planned departure, `ship_by` the last one with which the promise still holds (never before
    `departs`). `leg` is what its arrival follows from, `in_window_ppm` P(its lines' promises are kept).
    """

    site_id: str
    service_id: str
    departs: datetime
    ship_by: datetime
    reservations: tuple[Reservation, ...]
    zone: str
    tariff_id: str
    parcels: tuple[BoxedParcel, ...]
    cost_minor: int  # avoidable: freight, cartons and handling of this shipment alone
    paid_minor: int  # handling that is paid in any case
    leg: Leg
    in_window_ppm: int
    freight: Freight

    @property
    def waits_for_day(self) -> bool:
        """Whether it could leave sooner, and is not to."""
        return self.leg.hold_until is not None


@dataclass(frozen=True, slots=True)
class LinePromise:
    """A window for one line (0: the order as a whole, complete when its last shipment is there) and its basis."""

    line_no: int
    window: Window
    basis: Basis


@dataclass(frozen=True, slots=True)
class Offer:
    """One (date, probability, cost) point: the promises it makes, the shipments and reservations it needs.

    `as_wanted` is False where some promise holds with less than the wanted probability, as its `ppm` says.
    """

    order: LinePromise
    lines: tuple[LinePromise, ...]
    shipments: tuple[Shipment, ...]
    cost: CostParts
    as_wanted: bool

    @property
    def reservations(self) -> tuple[Reservation, ...]:
        return tuple(reservation for shipment in self.shipments for reservation in shipment.reservations)


@dataclass(frozen=True, slots=True)
class Quote:
    """Offers, cheapest first, each dearer one sooner; or the refusal where there are none."""

    offers: tuple[Offer, ...]
    refusal: Refusal | None = None

    def preferred(self, preference: Preference | None) -> Offer:
        """The offer to promise: the cheapest, or the soonest where that is wanted. IndexError where there is none."""
        return self.offers[-1 if preference is Preference.FASTEST else 0]


class Reason(StrEnum):
    """Why an order is planned as it is, or why another way was not taken."""

    CHEAPEST = "cheapest"  # no way costs less
    STOCK_TAKEN = "stock taken"  # a cheaper way needs stock that other orders have
    DAY_FULL = "day full"  # a cheaper way needs room on a day that is full
    PROMISE_AT_RISK = "promise at risk"  # does not hold the promise with the wanted probability
    PROMISE_FIRST = "promise first"  # a cheaper way would not hold the promise, and one that holds it is there
    DEARER = "dearer"
    KEPT = "kept"  # a cheaper way gains less than a plan is changed for, or enough plans were changed
    TOGETHER = "together"  # goes as one shipment with others, which costs all of them less
    OTHERS_LOSE = "others lose"  # a load of which all its orders together gain less
    WAITS = "waits"  # nothing can be shipped: the order keeps what it holds


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """Another way to serve an order: (site, service) of its shipments, its cost, and why it was rejected.

    `with_orders` are the others of a load; the cost is then the order's share.
    """

    ways: tuple[tuple[str, str], ...]
    first_departs: datetime
    cost_minor: int
    why: Reason
    freight: tuple[Freight, ...]
    with_orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """How one order will be served. Without shipments it waits, `refusal` says why, and it keeps what it held.

    `least_minor` is what the order would cost if it were alone in the world, among the ways looked at; `alone` is that
    way, where it got another one. `moved_by` is what of that way is wanted by others too: a unit of stock or a day's
    room for a shipment, and what that is worth now.
    """

    order_id: str
    shipments: tuple[Shipment, ...]
    reservations: tuple[Reservation, ...]
    cost: CostParts
    in_window_ppm: int
    least_minor: int
    reasons: tuple[Reason, ...]
    runners_up: tuple[RunnerUp, ...]
    refusal: Refusal | None = None
    alone: RunnerUp | None = None
    moved_by: tuple[tuple[Scarce, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedLoad:
    """Orders that go as one shipment, to one consignee or by a truck to several of one area: their freight, which they
    share whole, and what all cost.

    `alone_minor` is what each order's shipments would cost (freight, cartons, handling) if it went by itself while all
    others go as planned, `apart_minor` what all of them would cost then, with expected lateness. `others` are other
    ways to send the same orders together, the cheapest first: service, departure, and what that costs. `stop_nos` tells
    each order's stop in the order of driving, `later_seconds` by how much later it is there than by the way straight to
    it; all 0 for one consignee.
    """

    order_ids: tuple[str, ...]
    site_id: str
    service_id: str
    tariff_id: str
    travels_as: str
    departs: datetime
    freight_minor: int
    cost_minor: int
    alone_minor: tuple[int, ...]
    apart_minor: int
    stop_nos: tuple[int, ...]
    later_seconds: tuple[int, ...]
    others: tuple[tuple[str, datetime, int], ...] = ()

    @property
    def saves_minor(self) -> int:
        return self.apart_minor - self.cost_minor


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of all orders with its certificate.

    No selection among the ways looked at costs less than `bound_minor` within stock and room, if nobody's promise is
    given up for others. `planning.supply.patterns` says which ways are looked at. `prices` are what a unit of stock and
    a day's room for a shipment are worth now. `apart_minor` is the cost of the same orders planned one after the other.
    `moved` are orders that could have stayed as they were planned and did not. Costs are avoidable costs, and each such
    order counts for `move_gain_minor` besides. `loads` are the orders that go as one shipment; without any load the
    plan would cost `each_minor`.
    """

    orders: tuple[OrderPlan, ...]
    bound_minor: int
    prices: Mapping[Scarce, int] = field(default_factory=dict)
    apart_minor: int = 0
    moved: tuple[str, ...] = ()
    move_gain_minor: int = 0
    loads: tuple[PlannedLoad, ...] = ()
    each_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(order.cost.total_minor for order in self.orders) + len(self.moved) * self.move_gain_minor

    @property
    def full_minor(self) -> int:
        return sum(order.cost.full_minor for order in self.orders)

    @property
    def gap_minor(self) -> int:
        return self.total_minor - self.bound_minor
