"""What planning is given: supply, demand, costs, and the questions it answers. Frozen; quantities in whole units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from doorstep.carriers.stops import Roads
from doorstep.promising.accuracy import Shelf
from doorstep.promising.learned import Transits
from doorstep.promising.mass import WHOLE, Mass
from doorstep.promising.priors import WORK_PRIOR, lateness_prior
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.item import Item
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Size
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Refusal
from doorstep.terms.sending import NOBODY, Consignee, Sending
from doorstep.terms.service import CarrierService


@dataclass(frozen=True, slots=True)
class FreeUnits:
    """Units on hand at a site that nobody holds, of one lot ('' where the item has none)."""

    item_id: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None
    there_ppm: int = WHOLE  # P(the units are really there), as agreed with whoever keeps the books
    shelf: Shelf | None = None  # what is believed of the bins of all lots of the item at the site; None: no doubt

    def __post_init__(self) -> None:
        if self.quantity < 0:
            raise ValueError(f"{self.item_id} cannot have {self.quantity} free units")


@dataclass(frozen=True, slots=True)
class Inbound:
    """Units of one item on their way to a site that nobody holds. `lateness` is in calendar days after `due_at`."""

    inbound_id: str
    item_id: str
    quantity: int
    due_at: datetime
    expires_on: date | None = None
    lateness: Mass = field(default_factory=lateness_prior)

    def __post_init__(self) -> None:
        if self.quantity < 0:
            raise ValueError(f"{self.item_id} cannot have {self.quantity} free units")


@dataclass(frozen=True, slots=True)
class SiteSupply:
    """What one site can give and how busy it is.

    `own_s` is the expected work on one shipment, `queue_s` the work that waits before it for the same hands; `work` is
    what work takes of what is expected, as `promising.handling` tells it.
    `daily_shipments` is how many shipments can leave on a day (None: no limit), `booked` how many already will.
    Handling is what the site charges for a shipment and for each unit; None: what `Costs` say.
    `relief` is what it is worth to send a unit on hand of an item from here, because it lies too long or would end:
    handling costs less by it, though never less than nothing. With `shift_paid` its `daily_shipments` are those of a
    shift that is paid whatever it does: handling there is no cost that could be avoided. A row of quantity 0 in `free`
    tells the expiry of a lot that is held but not free. `locality` is what prices hang on, None: its area and no more.
    `takes_ppm` is P(the site takes a shipment when it is asked).
    """

    site_id: str
    area: str
    calendar: Calendar
    free: tuple[FreeUnits, ...]
    inbound: tuple[Inbound, ...] = ()
    own_s: int = 3600
    queue_s: int = 0
    work: Mass = WORK_PRIOR
    daily_shipments: int | None = None
    handling_order_minor: int | None = None
    handling_unit_minor: int | None = None
    booked: Mapping[date, int] = field(default_factory=dict)
    locality: Locality | None = None
    relief: Mapping[str, int] = field(default_factory=dict)
    shift_paid: bool = False
    takes_ppm: int = WHOLE

    @property
    def lies(self) -> Locality:
        return self.locality or Locality(self.area)


@dataclass(frozen=True, slots=True)
class Need:
    """`quantity` units of an item for an order line; the parts of a kit are several needs of one line."""

    line_no: int
    item: Item
    quantity: int


@dataclass(frozen=True, slots=True)
class Demand:
    """One order as planning sees it: what, where to, under which terms, inside which wanted dates.

    `terms` are resolved (order over customer over company); what is still None means the mildest: no complete
    shipment asked for, backorders taken, any number of deliveries, no shelf life, DEFAULT_WANTED_PPM.
    `receives` is the destination's calendar, None where goods are taken in on every day. `late_day_minor` is what a
    day late costs for this order, None: what `Costs` say. `consignee` is who gets it. `locality` is what prices hang
    on, None: its area alone. `not_from` are sites that said no to it.
    """

    order_id: str
    needs: tuple[Need, ...]
    area: str
    terms: Terms = field(default_factory=Terms)
    asked_from: date | None = None
    asked_by: date | None = None
    receives: Calendar | None = None
    late_day_minor: int | None = None
    consignee: Consignee = NOBODY
    not_from: frozenset[str] = frozenset()
    locality: Locality | None = None

    @property
    def lies(self) -> Locality:
        return self.locality or Locality(self.area)

    @property
    def wanted_ppm(self) -> int:
        return DEFAULT_WANTED_PPM if self.terms.wanted_ppm is None else self.terms.wanted_ppm

    @property
    def backorder(self) -> bool:
        return self.terms.backorder is not False

    @property
    def shelf_life_days(self) -> int:
        return self.terms.min_shelf_life_days or 0

    def late_minor(self, days_ppm: int, costs: Costs) -> int:
        """The cost of so many expected days late (in millionths of a day), rounded up."""
        a_day = costs.late_day_minor if self.late_day_minor is None else self.late_day_minor
        return -(-days_ppm * a_day // WHOLE)

    def most_shipments(self, costs: Costs) -> int:
        """How many shipments the order may come in: one if it must ship complete, else what terms and costs allow."""
        if self.terms.ship_complete:
            return 1
        return min(self.terms.max_deliveries or costs.most_shipments, costs.most_shipments)


DEFAULT_WANTED_PPM = 950_000


@dataclass(frozen=True, slots=True)
class Costs:
    """What the company lets planning weigh, in minor units of one currency, and how far planning looks.

    Handling is per shipment and per unit; `split_minor` for every shipment of an order after the first;
    `late_day_minor` per expected day after the promise (never arriving counts as `never_days`); `broken_minor` times
    P(broken), and half of it, where a way does not hold the promise as surely as wanted; `waits_minor` where an order
    cannot be planned.
    """

    handling_order_minor: int = 150
    handling_unit_minor: int = 10
    split_minor: int = 200
    late_day_minor: int = 500
    broken_minor: int = 10_000
    waits_minor: int = 1_000_000
    never_days: int = 30
    most_shipments: int = 3
    most_splits: int = 24  # ways to source an order from more than one site that are looked at
    most_departures: int = 4  # departures of one service that are looked at
    most_ways: int = 40  # ways of one order that the plan chooses from
    most_offers: int = 5

    def __post_init__(self) -> None:
        if min(getattr(self, name) for name in self.__slots__) < 0:
            raise ValueError("costs and limits are not negative")
        if not (self.most_shipments and self.most_departures and self.most_ways and self.most_offers):
            raise ValueError("planning must look at one shipment, departure, way and offer at least")

    def at_risk_minor(self, kept_ppm: int) -> int:
        """What it costs to keep a promise less surely than wanted: half a broken one, and it may break."""
        return self.broken_minor // 2 - (-self.broken_minor * (WHOLE - kept_ppm) // WHOLE)


class StockKey(NamedTuple):
    """Stock as it is priced: an item at a site, on hand (inbound_id None) or of one inbound; lots together."""

    site_id: str
    item_id: str
    inbound_id: str | None


class DayKey(NamedTuple):
    """The room for shipments of one site on one day."""

    site_id: str
    day: date


Scarce = StockKey | DayKey


class Reservation(NamedTuple):
    """Units an order needs from one row of supply: a lot on hand, or an inbound."""

    line_no: int
    item_id: str
    site_id: str
    lot: str
    inbound_id: str | None
    quantity: int


@dataclass(frozen=True, slots=True)
class BoxedParcel:
    """One parcel as it is expected: what it weighs, what its carrier bills for it in the end, what its carton costs."""

    carton_id: str
    weight_g: int
    freight_minor: int
    carton_minor: int
    size: Size | None = None  # outer, as it is expected; None: nobody reckoned one


@dataclass(frozen=True, slots=True)
class Boxed:
    """A shipment in its expected parcels, rated by one service on one lane.

    `tariff_minor` is what its tariff says of them all, None: what they are reckoned with. `travels_as` tells how
    freight goes: `2 pallets`. Of several stops `later_seconds` tells by how much later each is reached than by the way
    straight to it.
    """

    zone: str
    tariff_id: str
    parcels: tuple[BoxedParcel, ...]
    tariff_minor: int | None = None
    travels_as: str = ""
    later_seconds: tuple[int, ...] = ()


CartonUp = Callable[[Sequence[tuple[Item, int]], CarrierService, Locality, Locality], Boxed | Refusal]
JointUp = Callable[[Sequence[BoxedParcel], CarrierService, Locality, Sequence[Locality]], Boxed | Refusal]
GoesIn = Callable[[CarrierService, Sequence[Sequence[BoxedParcel]]], bool]
ByRoad = Callable[[CarrierService, Locality, Sequence[Locality]], Roads | Refusal]
MayShip = Callable[[Sending], Refusal | None]


@dataclass(frozen=True, slots=True)
class Deciders:
    """The deciders that planning composes.

    `carton_up` (contents, service, origin, destination) -> parcels and rates, or DOES_NOT_FIT or NO_SERVICE;
    `joint_up` (parcels with their sizes, service, origin, stops in the order of driving) -> the same as one shipment of
    all; `by_road` (service, origin, places) -> how the places lie that one truck of it is to serve, or why it does not;
    `goes_in` (service, parcels by stop in the order of driving) -> whether its truck takes them, the last stop's first;
    `may_ship` (goods, service, where to, to whom, and when it travels once that is known) -> MAY_NOT_SHIP or None.
    """

    carton_up: CartonUp
    may_ship: MayShip
    joint_up: JointUp | None = None
    by_road: ByRoad | None = None
    goes_in: GoesIn | None = None


@dataclass(frozen=True, slots=True)
class QuoteQuestion:
    """What could be promised for one order now, at today's `prices` of scarce stock and days (minor units each).

    `transits` are what was learned of lanes; where nothing was, the carrier's published transit is believed.
    """

    now: datetime
    demand: Demand
    sites: tuple[SiteSupply, ...]
    services: tuple[CarrierService, ...]
    costs: Costs = field(default_factory=Costs)
    prices: Mapping[Scarce, int] = field(default_factory=dict)
    transits: Transits = field(default_factory=dict)


class Standing(NamedTuple):
    """A shipment as it is planned now: site, service, the day (UTC) it leaves on, and (line, item, units) sorted."""

    site_id: str
    service_id: str
    day: date
    lines: tuple[tuple[int, str, int], ...]


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that is promised and not yet released, with what it holds now.

    `agreed` is the promise of the order as a whole, `line_windows` the promises of its lines (a line without one has
    the order's). `demand.wanted_ppm` is what the promise is to be kept with. `planned` is its plan by now, sorted.
    Orders whose `delivers_to` is the same go to one consignee and may go as one shipment; (): by itself.
    """

    demand: Demand
    agreed: Window
    line_windows: Mapping[int, Window] = field(default_factory=dict)
    held: tuple[Reservation, ...] = ()
    planned: tuple[Standing, ...] = ()
    delivers_to: tuple[str, ...] = ()

    def window_of(self, line_no: int) -> Window:
        return self.line_windows.get(line_no, self.agreed)


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """All open orders against all supply. The sites' free units do not include what the orders hold.

    Of orders whose plan still keeps their promise at most `most_moved` are planned otherwise, each only where all
    orders together gain more than `move_gain_minor` by it.
    """

    now: datetime
    orders: tuple[OpenOrder, ...]
    sites: tuple[SiteSupply, ...]
    services: tuple[CarrierService, ...]
    costs: Costs = field(default_factory=Costs)
    transits: Transits = field(default_factory=dict)
    most_moved: int | None = None
    move_gain_minor: int = 0
