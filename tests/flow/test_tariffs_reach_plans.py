"""What a tariff says of homes, far postcodes, accounts and distances is what quotes, plans and labels cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from doorstep.carriers.distance import Haul
from doorstep.carriers.shipments import Piece
from doorstep.flow.explain import explain
from doorstep.flow.master import define_customer, define_services, define_site
from doorstep.flow.place import Offered, quote_order
from doorstep.intake.tariffs.read import TariffsIn, read_tariffs
from doorstep.packing import estimate
from doorstep.planning.compose import pack_item
from doorstep.planning.freight import Whole, whole_shipment
from doorstep.storage.queries import master
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Size
from doorstep.terms.places import Address, Position
from doorstep.terms.service import AnyTariff, CarrierService
from doorstep.terms.tariff import ChargeKind
from tests.corner_shop import ADA, BISTRO, CLERK, MONDAY, Shop, all_is_well, company_file, granted, order

STEADY = next(each for each in company_file().services if each.service_id == "steady-ground")
EVERYWHERE = {"": (0, 300_000, 600_000, 100_000)}
CHICAGO, MILWAUKEE = Position(41_885_600, -87_618_100), Position(43_044_300, -87_898_800)

PARCEL = """
tariff_id = "steady-2026-03"
currency = "USD"
zones = [{ destination = "US-5", zone = "near" }, { destination = "US-", zone = "far" }]
prices = [{ by = "piece", amount = { near = "9.00", far = "12.00" } }]
surcharges = [
  { name = "to a home", kind = "residential", amount = "4.50", when = { residential = true } },
  { name = "remote", kind = "delivery_area", amount = "3.10", when = { area = "remote" } },
]
areas = { remote = ["US-10001"] }
discounts = [{ account = "SHOP", share = "50 %" }]
"""
BANDS = """
tariff_id = "bands-2026"
currency = "USD"
bands = [{ up_to = "120 mi", zone = "2" }, { up_to = "3000 mi", zone = "8" }]
prices = [{ by = "piece", amount = { 2 = "7.00", 8 = "21.00" } }]
positions = { US-606 = "41.8856 -87.6181", US-532 = "43.0443 -87.8988", US-100 = "40.7506 -73.9972" }
"""
LTL = """
kind = "ltl"
tariff_id = "prairie-ltl"
currency = "USD"
usual_class = "100"
densities = [{ from = "12 lb/ft3", class = "70" }, { from = "0 lb/ft3", class = "100" }]
zones = [{ zone = "A" }]
accessorials = [{ name = "residential", amount = "60.00" }]
minimum = "80.00"
most = "20000 lb"
rates = [{ file = "rates.csv" }]
"""
RATES = "zone,class,from,price\nA,70,0,28.00\nA,70,1000,19.00\nA,100,0,40.00\n"
TRUCK = """
kind = "truck"
tariff_id = "prairie-truck"
currency = "USD"
lanes = { file = "lanes.csv" }
most = "44000 lb"
most_volume = "100 m3"
"""
LANES = "origin,destination,price,distance,minimum\nUS-6,US-5,2.50,,250.00\n"
VAN = """
kind = "van"
tariff_id = "own-van"
currency = "USD"
route = "20.00"
kilometre = "0.40"
hour = "12.00"
stop = "1.00"
usual_stops = 10
between = "3 km"
stop_minutes = 6
within = "60 km"
most = "900 kg"
"""


@pytest.fixture
def tariff(tmp_path: Path) -> Any:
    """A tariff from the text of its file."""
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")
    (tmp_path / "lanes.csv").write_text(LANES, encoding="utf-8")

    def read(toml: str) -> AnyTariff:
        (tmp_path / "tariff.toml").write_text(toml, encoding="utf-8")
        found = granted(read_tariffs(tmp_path / "tariff.toml"))
        assert isinstance(found, TariffsIn)
        assert not found.problems
        return found.tariffs[0].tariff

    return read


def goes_by(shop: Shop, *services: CarrierService) -> None:
    """The shop's steady service goes otherwise now, or others go beside it."""
    granted(define_services(shop.office, CLERK, list(services)))
    shop.desk.sell(services)


def cheapest(shop: Shop, *wanted: tuple[str, int], to: Address = ADA, customer: str = "ada") -> Offered:
    offers: tuple[Offered, ...] = granted(quote_order(shop.office, order(*wanted, customer=customer, ship_to=to)))
    return offers[0]


def test_a_home_in_a_remote_postcode_costs_what_the_tariff_says_from_quote_to_label(shop: Shop, tariff: Any) -> None:
    goes_by(shop, replace(STEADY, tariff=tariff(PARCEL)))
    shop_in_town = replace(ADA, residential=False, postcode="10002")
    costs = [
        cheapest(shop, ("MUG", 2), to=to).cost_minor
        for to in (
            shop_in_town,
            replace(shop_in_town, residential=True),
            replace(shop_in_town, postcode="10001"),
            replace(shop_in_town, postcode="10001", residential=True),
        )
    ]
    assert [cost - costs[0] for cost in costs] == [0, 450, 310, 760]
    shop.to_the_dock(("MUG", 2), ship_to=replace(ADA, residential=True))
    label = shop.rows("SELECT * FROM label")[0]
    assert [(each["kind"], each["minor"]) for each in label.charges] == [
        *(("base", 1_200), ("residential", 450), ("delivery_area", 310))
    ]
    assert shop.one("SELECT cost_minor FROM fulfilment") == 1_960 + 60 + 150 + 2 * 10  # its carton, its handling
    all_is_well(shop.store)


def test_what_the_customer_said_of_its_own_address_holds_for_orders_that_go_there(shop: Shop, tariff: Any) -> None:
    goes_by(shop, replace(STEADY, tariff=tariff(PARCEL)))
    before = cheapest(shop, ("MUG", 2)).cost_minor
    granted(define_customer(shop.office, CLERK, "ada", replace(ADA, residential=True), Terms()))
    assert cheapest(shop, ("MUG", 2)).cost_minor == before + 450
    assert cheapest(shop, ("MUG", 2), to=replace(ADA, residential=False)).cost_minor == before
    elsewhere = replace(ADA, lines=("1 Office Park",))
    assert cheapest(shop, ("MUG", 2), to=elsewhere).cost_minor == before


def test_our_account_is_let_off_what_the_tariff_says(shop: Shop, tariff: Any) -> None:
    goes_by(shop, replace(STEADY, tariff=tariff(PARCEL)))
    before = cheapest(shop, ("MUG", 2)).cost_minor
    goes_by(shop, replace(STEADY, tariff=tariff(PARCEL), account="SHOP"))
    assert cheapest(shop, ("MUG", 2)).cost_minor == before - 600
    shop.to_the_dock(("MUG", 2))
    charges = shop.one("SELECT charges FROM label")
    assert [(each["kind"], each["minor"]) for each in charges] == [
        *(("base", 1_200), ("discount", -600), ("delivery_area", 310))
    ]


def test_a_zone_is_the_band_of_the_distance_between_postcodes(shop: Shop, tariff: Any) -> None:
    goes_by(shop, replace(STEADY, tariff=tariff(BANDS), transit_ppm=EVERYWHERE))
    near = cheapest(shop, ("MUG", 2), to=BISTRO, customer="bistro")
    far = cheapest(shop, ("MUG", 2))
    assert (near.services, far.cost_minor - near.cost_minor) == (("steady-ground",), 1_400)
    # An address that says itself where it lies goes before its postcode.
    by_the_lake = replace(ADA, position=MILWAUKEE)
    assert cheapest(shop, ("MUG", 2), to=by_the_lake).cost_minor == near.cost_minor


def freight(tariff: Any, **texts: str) -> Mapping[str, CarrierService]:
    return {
        name: replace(STEADY, service_id=name, name=name, tariff=tariff(text), transit_ppm=EVERYWHERE, mode=name)
        for name, text in texts.items()
    }


def test_parcel_pallet_and_truck_are_chosen_by_what_the_shipment_costs(shop: Shop, tariff: Any) -> None:
    goes_by(shop, *freight(tariff, ltl=LTL, truck=TRUCK).values())
    shop.receive("MUG", 4_000)
    there = replace(BISTRO, position=MILWAUKEE)
    assert cheapest(shop, ("MUG", 2), to=there, customer="bistro").services == ("steady-ground",)
    some = cheapest(shop, ("MUG", 400), to=there, customer="bistro")
    assert some.services == ("ltl",)
    home = cheapest(shop, ("MUG", 400), to=replace(there, residential=True), customer="bistro")
    assert home.cost_minor == some.cost_minor + 6_000
    # Nobody says how far the shop is from there, so no truck has a price yet.
    assert cheapest(shop, ("MUG", 2_400), to=there, customer="bistro").services == ("ltl",)
    (site,) = company_file().sites
    lies = replace(site.address.value(), position=CHICAGO)
    granted(define_site(shop.office, CLERK, "CS", site.name, lies, site.calendar, site.bins))
    assert cheapest(shop, ("MUG", 2_400), to=there, customer="bistro").services == ("truck",)
    placed = shop.place(("MUG", 400), ship_to=there, customer="bistro")
    shop.settle()
    assert shop.one("SELECT service_id FROM fulfilment WHERE order_id = %s", placed.order_id) == "ltl"
    all_is_well(shop.store)


def test_the_own_van_bears_its_share_of_a_usual_route_and_goes_no_farther_than_it_goes(shop: Shop, tariff: Any) -> None:
    goes_by(shop, *freight(tariff, van=VAN + 'positions = { US-60601 = "41.8856 -87.6181" }\n').values())
    around_the_corner = replace(BISTRO, postcode="60605", position=Position(41_871_000, -87_627_000))
    near = cheapest(shop, ("MUG", 2), to=around_the_corner, customer="bistro")
    assert near.services == ("van",)
    # 2.31 km out and back, 27 km among ten stops, an hour and 42 minutes: 20.00 + 12.65 + 20.43 + 10.00, a tenth of it.
    assert near.sent_minor == 631 + 60
    far = cheapest(shop, ("MUG", 2), to=replace(BISTRO, position=MILWAUKEE), customer="bistro")
    assert far.services == ("steady-ground",)


def test_explain_tells_every_charge_by_its_kind_as_planned_and_as_bought(shop: Shop, tariff: Any) -> None:
    goes_by(shop, replace(STEADY, tariff=tariff(PARCEL), account="SHOP"))
    placed = shop.place(("MUG", 2), ship_to=replace(ADA, residential=True))
    shop.settle()
    expected = [("base", 1_200), ("discount", -600), ("residential", 450), ("delivery_area", 310)]
    planned = granted(explain(shop.office, placed.order_id)).freight
    assert [(each.kind, each.minor) for each in planned] == expected
    assert {each.source for each in planned} == {"tariff"}
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    bought = granted(explain(shop.office, placed.order_id)).freight
    assert [(each.kind, each.minor, each.source) for each in bought] == [(*each, "label") for each in expected]


def test_explain_tells_a_pallet_s_charges_and_they_add_up_to_what_is_planned(shop: Shop, tariff: Any) -> None:
    goes_by(shop, *freight(tariff, ltl=LTL).values())
    shop.receive("MUG", 400)
    placed = shop.place(("MUG", 400), ship_to=replace(BISTRO, residential=True), customer="bistro")
    shop.settle()
    told = granted(explain(shop.office, placed.order_id)).freight
    assert [(each.kind, each.name) for each in told] == [("base", "linehaul"), ("accessorial", "residential")]
    cost_minor = shop.one("SELECT cost_minor FROM fulfilment WHERE order_id = %s", placed.order_id)
    mug = next(each for each in company_file().items if each.item_id == "MUG")
    cartons_minor = estimate([pack_item(mug, 400)], company_file().cartons).cost_at_least_minor
    assert sum(each.minor for each in told) == cost_minor - cartons_minor - (150 + 400 * 10)


def test_labels_of_a_pallet_share_the_price_of_the_shipment_as_a_whole(shop: Shop, tariff: Any) -> None:
    goes_by(shop, *freight(tariff, ltl=LTL.replace('minimum = "80.00"', 'minimum = "20.00"')).values())
    shop.receive("MUG", 190)
    placed = shop.to_the_dock(("MUG", 200), ship_to=replace(BISTRO, residential=True), customer="bistro")
    labels = shop.rows("SELECT * FROM label WHERE order_id = %s AND state = 'bought'", placed.order_id)
    assert {label.service_id for label in labels} == {"ltl"}
    assert len(labels) > 3
    pieces = [
        Piece(Size(row.length_mm, row.width_mm, row.height_mm), row.weight_g)
        for row in shop.rows("SELECT * FROM parcel WHERE order_id = %s", placed.order_id)
    ]
    (site,) = company_file().sites
    haul = Haul(site.address.value().locality, replace(BISTRO, residential=True).locality, MONDAY.date())
    whole = whole_shipment(granted_service(shop, "ltl"), pieces, haul)
    assert isinstance(whole, Whole)
    assert sum(label.cost_minor for label in labels) == whole.bill.total_minor
    # The accessorial of a home is paid once, not by each parcel.
    assert whole.bill.of(ChargeKind.ACCESSORIAL) == 6_000


def granted_service(shop: Shop, service_id: str) -> CarrierService:
    with shop.store.reading() as tx:
        found = master.service(tx, service_id)
    assert found is not None
    return found
