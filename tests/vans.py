"""Own vans of the corner shop: a service that is priced by the route, one van, and homes around it."""

from __future__ import annotations

from datetime import date, datetime, time

from doorstep.flow.fleet import define_vehicles
from doorstep.flow.master import define_services
from doorstep.terms.calendar import Calendar
from doorstep.terms.fleet import FleetVehicle
from doorstep.terms.freight import Each, VanTariff
from doorstep.terms.measures import Measure
from doorstep.terms.places import Address, Position
from doorstep.terms.service import CarrierService
from tests.corner_shop import CLERK, Shop, granted

MONDAY = date(2026, 3, 2)
CHICAGO = Calendar("America/Chicago", opens=time(6), closes=time(20))
TARIFF = VanTariff(
    "own-van-2026",
    "USD",
    route_minor=2_000,
    kilometre=Each(40),
    hour_minor=1_200,
    stop_minor=100,
    usual_stops=10,
    between=Measure(3, 1, "km"),
    stop_seconds=360,
    within=Measure(60, 1, "km"),
    positions={"US-60601": Position(41_885_600, -87_618_100)},
)
VANS = CarrierService(
    "own-van", "own-vans", "Own van", TARIFF, {"": (1_000_000,)}, {"CS": time(11)}, CHICAGO, mode="van"
)
VAN = FleetVehicle("van 1", "CS", "own-van", time(10, 30), time(17), capacity_g=400_000, loading_seconds=600)
HOMES = (
    ("Loop", 41_880_000, -87_630_000),
    ("Lincoln Park", 41_920_000, -87_640_000),
    ("Lake View", 41_943_000, -87_650_000),
    ("Hyde Park", 41_795_000, -87_590_000),
    ("Oak Park", 41_887_000, -87_790_000),
)


def home(number: int) -> Address:
    name, north, east = HOMES[number]
    return Address(f"Flat {number}", (name,), "Chicago", f"6061{number}", "US", position=Position(north, east))


def with_vans(shop: Shop) -> None:
    """The shop has a service of its own now, and one van."""
    granted(define_services(shop.office, CLERK, [VANS]))
    granted(define_vehicles(shop.office, CLERK, [VAN]))


def at(shop: Shop, hour: int, minute: int = 0) -> datetime:
    """Move the clock to a time on Monday on the shop's wall."""
    moment = CHICAGO.at(MONDAY, time(hour, minute))
    shop.clock.move_to(moment)
    return moment


def to_the_dock(shop: Shop, homes: int = 4) -> list[str]:
    """An order to each home, `PO-0` and on, with its label at the dock by half past ten; their numbers."""
    placed = [shop.place(("MUG", 1), ship_to=home(number), reference=f"PO-{number}") for number in range(homes)]
    shop.settle()
    at(shop, 8)
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    at(shop, 10, 30)
    return [each.order_id for each in placed]
