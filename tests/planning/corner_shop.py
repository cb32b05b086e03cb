"""The corner shop, known by heart: site CS in Chicago; TEA, MUG and HONEY; Post (cheap, slow) and Swift (dear, fast).

It is Monday, 2 March 2026, ten in the morning in Chicago. Freight is by the unit here: Post 300 and 20 a unit, Swift
900 and 50 a unit; a carton costs 40 and takes ten units. A second site, WH (New York), is there for those who ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from doorstep.planning.values import (
    Boxed,
    BoxedParcel,
    Costs,
    Deciders,
    Demand,
    FreeUnits,
    Inbound,
    Need,
    OpenOrder,
    QuoteQuestion,
    Reservation,
    SiteSupply,
)
from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.item import Item
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Size
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.sending import Sending
from doorstep.terms.service import CarrierService, Tariff

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
CHICAGO = Calendar("America/Chicago")
NEW_YORK = Calendar("America/New_York")

TEA = Item("TEA", "a tin of tea", Size(100, 100, 150), 250)
MUG = Item("MUG", "a mug", Size(120, 100, 110), 400, fragile=True)
HONEY = Item("HONEY", "a jar of honey", Size(80, 80, 120), 600)
GAS = Item("GAS", "a gas lighter", Size(20, 20, 80), 30, hazard="2.1")
SOFA = Item("SOFA", "a sofa", Size(2200, 900, 900), 60_000)

_BY_UNIT = {"POST": (300, 20), "SWIFT": (900, 50)}


def _service(service_id: str, transit: tuple[int, ...]) -> CarrierService:
    return CarrierService(
        service_id=service_id,
        carrier_id=service_id.lower(),
        name=service_id.title(),
        tariff=Tariff(f"{service_id.lower()}-2026", "USD", (), ()),
        transit_ppm={"near": transit},
        cut_offs={"CS": time(16), "WH": time(16)},
    )


POST = _service("POST", (0, 100_000, 500_000, 300_000, 97_000))
SWIFT = _service("SWIFT", (0, 970_000, 29_000))


def carton_up(
    contents: Sequence[tuple[Item, int]], service: CarrierService, origin: Locality, destination: Locality
) -> Boxed | Refusal:
    if any(item.item_id == "SOFA" for item, _ in contents):
        return Refusal(Why.DOES_NOT_FIT, "a sofa fits no carton", {"item": "SOFA"})
    if destination.area.startswith("AQ"):
        return Refusal(Why.NO_SERVICE, f"{service.name} does not go to the Antarctic", {"area": destination.area})
    base, by_unit = _BY_UNIT[service.service_id]
    abroad = 200 if origin.area.partition("-")[2][:1] != destination.area.partition("-")[2][:1] else 0
    units = sum(quantity for _, quantity in contents)
    weight_g = sum(item.weight_g or 0 for item, quantity in contents for _ in range(quantity))
    freight = base + abroad + by_unit * units
    return Boxed("near", service.tariff.tariff_id, (BoxedParcel("BOX", weight_g, freight, 40 * -(-units // 10)),))


def may_ship(sending: Sending) -> Refusal | None:
    service = sending.service
    for item in (goods.item for goods in sending.goods):
        if item.hazard and item.hazard not in service.hazards:
            return Refusal(Why.MAY_NOT_SHIP, f"{service.name} takes no {item.hazard}", {"item": item.item_id})
    return None


DECIDERS = Deciders(carton_up, may_ship)


def stock(**units: int) -> tuple[FreeUnits, ...]:
    return tuple(FreeUnits(item_id, quantity) for item_id, quantity in units.items())


def shop(*free: FreeUnits, inbound: Sequence[Inbound] = (), daily_shipments: int | None = None) -> SiteSupply:
    return SiteSupply("CS", "US-606", CHICAGO, free, tuple(inbound), daily_shipments=daily_shipments)


def warehouse(*free: FreeUnits, inbound: Sequence[Inbound] = ()) -> SiteSupply:
    return SiteSupply("WH", "US-100", NEW_YORK, free, tuple(inbound))


def needs(*wanted: tuple[Item, int]) -> tuple[Need, ...]:
    return tuple(Need(line_no, item, quantity) for line_no, (item, quantity) in enumerate(wanted, start=1))


def demand(
    *wanted: tuple[Item, int],
    order_id: str = "A",
    terms: Terms | None = None,
    asked_from: date | None = None,
    asked_by: date | None = None,
    area: str = "US-606",
) -> Demand:
    return Demand(order_id, needs(*wanted), area, terms or Terms(), asked_from, asked_by)


def question(order: Demand, *sites: SiteSupply, costs: Costs | None = None) -> QuoteQuestion:
    return QuoteQuestion(NOW, order, sites, (POST, SWIFT), costs or Costs())


def open_order(order: Demand, days: int = 7, held: Sequence[Reservation] = ()) -> OpenOrder:
    """An order promised within so many days from Monday."""
    return OpenOrder(order, Window(None, MONDAY + timedelta(days=days), 950_000), held=tuple(held))


def held_on_hand(order: Demand, site_id: str = "CS") -> tuple[Reservation, ...]:
    return tuple(Reservation(need.line_no, need.item.item_id, site_id, "", None, need.quantity) for need in order.needs)
