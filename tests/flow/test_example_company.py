"""Hearth & Valve Supply, loaded from its folder: what it can promise for a gasket, a boiler, a truckload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from doorstep.flow.load import load_company
from doorstep.flow.office import Office, Who
from doorstep.flow.place import Offered, place_order, quote_order
from doorstep.flow.receive import Receipt, receive
from doorstep.intake.company import CompanyIn
from doorstep.intake.company_folder import read_company_folder
from doorstep.intake.orders import read_order
from doorstep.planning.compose import deciders
from doorstep.planning.values import Boxed
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.order import Order
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Why
from tests.conftest import MONDAY, Databases
from tests.corner_shop import all_is_well, granted, refused

FOLDER = Path(__file__).parents[2] / "examples" / "heating_parts"
CLERK = Who("clerk")
BOSTON = {"name": "Ruth Abel", "lines": ["12 Elm Court"], "city": "Boston", "postcode": "02130", "country": "US"}
AIR = {"NL-2DAY", "NL-NEXT"}


class House:
    """The loaded company."""

    def __init__(self, office: Office, file: CompanyIn) -> None:
        self.office = office
        self.file = file
        self.items = {item.item_id: item for item in file.items}

    def order(self, customer_id: str, *wanted: tuple[str, int], **more: Any) -> Order:
        """An order to where the customer is, as it comes in at a door; of the web shop, to Boston."""
        customer = next(each for each in self.file.customers if each.customer_id == customer_id)
        ship_to = BOSTON if customer_id == "WEB" else customer.address.model_dump()
        lines = [{"item_id": item_id, "quantity": quantity} for item_id, quantity in wanted]
        body = {"customer_id": customer_id, "currency": "USD", "lines": lines, "ship_to": ship_to}
        return granted(read_order({**body, **more}))

    def offers(self, customer_id: str, *wanted: tuple[str, int], **more: Any) -> tuple[Offered, ...]:
        return granted(quote_order(self.office, self.order(customer_id, *wanted, **more)))

    def lots(self, customer_id: str, *wanted: tuple[str, int], **more: Any) -> list[str]:
        """The lots that are held for an order that is placed."""
        order = self.order(customer_id, *wanted, **more)
        placed = granted(place_order(self.office, CLERK, order, self.office.ids.new("key")))
        with self.office.store.reading() as tx:
            rows = tx.rows("SELECT DISTINCT lot FROM hold WHERE order_id = %s AND lot <> ''", placed.order_id)
        return [row.lot for row in rows]

    def packed(self, service_id: str, *wanted: tuple[str, int]) -> Boxed:
        """The parcels that the packer makes of an order from Chicago to near Chicago."""
        service = next(each for each in self.file.services if each.service_id == service_id)
        contents = [(self.items[item_id], quantity) for item_id, quantity in wanted]
        boxed = deciders(self.file.cartons, "USD", packed=True).carton_up(
            contents, service, Locality("US-606"), Locality("US-604")
        )
        return granted(boxed)


@pytest.fixture(scope="module")
def house(databases: Databases) -> Iterator[House]:
    file = granted(read_company_folder(FOLDER))
    with databases.copy() as url:
        clock = FalseClock(MONDAY)
        store = Store(url, clock, Ids.seeded(clock, 1))
        try:
            granted(load_company(Office(store), CLERK, file))
            yield House(Office(store), file)
            all_is_well(store)
        finally:
            store.close()


def services(offers: tuple[Offered, ...]) -> set[str]:
    return {service for offer in offers for service in offer.services}


def test_a_gasket_goes_in_an_envelope_by_the_cheapest_parcel_service(house: House) -> None:
    cheapest = house.offers("WEB", ("GSK-22", 5))[0]
    assert cheapest.services == ("RB-SAVER",)
    assert cheapest.sent_minor < 1_000
    assert [parcel.carton_id for parcel in house.packed("RB-SAVER", ("GSK-22", 5)).parcels] == ["ENV-S"]


def test_the_web_shop_offers_cheap_or_fast(house: House) -> None:
    cheapest, *_, fastest = house.offers("WEB", ("GSK-22", 5), terms={"preference": "fastest"})
    assert (cheapest.would_be_promised, fastest.would_be_promised) == (False, True)
    assert fastest.services == ("NL-NEXT",)
    assert fastest.promise.last_day < cheapest.promise.last_day
    assert fastest.cost_minor > cheapest.cost_minor


def test_a_boiler_goes_on_its_own_pallet_by_freight(house: House) -> None:
    assert services(house.offers("C-001", ("BLR-80", 1))) == {"PF-LTL"}
    (parcel,) = house.packed("PF-LTL", ("BLR-80", 1)).parcels
    assert (parcel.carton_id, parcel.weight_g) == ("own:BLR-80", 118_000)


def test_what_has_a_lithium_cell_in_it_does_not_fly(house: House) -> None:
    assert services(house.offers("WEB", ("TST-BASIC", 1))) >= AIR
    assert services(house.offers("WEB", ("TST-WIFI", 1))).isdisjoint(AIR)
    soon = (MONDAY.date() + timedelta(days=2)).isoformat()
    told = quote_order(house.office, house.order("WEB", ("TST-WIFI", 1), asked_by=soon))
    refused(told, Why.DATE_OUT_OF_REACH)
    assert house.offers("WEB", ("TST-BASIC", 1), asked_by=soon)


def test_sealant_lasts_as_long_on_arrival_as_the_customer_wants(house: House) -> None:
    """Lot L2501 is good until 15 June, L2511 until August of next year."""
    assert house.lots("C-001", ("SEAL-RTV", 2)) == ["L2501"]
    assert house.lots("C-001", ("SEAL-RTV", 2), terms={"min_shelf_life_days": 120}) == ["L2511"]
    told = quote_order(house.office, house.order("C-001", ("SEAL-RTV", 2), terms={"min_shelf_life_days": 900}))
    refused(told, Why.OUT_OF_STOCK)


def test_what_nobody_measured_is_reckoned_with_and_promised(house: House) -> None:
    assert {item.item_id for item in house.items.values() if item.size is None and not item.parts} >= {"PNL-ACC"}
    assert house.offers("WEB", ("PNL-ACC", 1), ("HOSE-FLX", 1))


def test_packages_are_sold_whole(house: House) -> None:
    told = place_order(house.office, CLERK, house.order("C-001", ("EL-12", 15)), "fifteen elbows")
    refused(told, Why.BAD_QUANTITY, "EL-12 is sold by 10", "10 or 20")


def test_contractors_are_promised_no_day_on_which_they_take_nothing_in(house: House) -> None:
    """Redbird drives on Saturdays; a homeowner next door may have it then."""
    saturday = {"asked_from": "2026-03-07", "asked_by": "2026-03-07", "terms": {"wanted_ppm": 500_000}}
    told = quote_order(house.office, house.order("C-001", ("BV-34", 2), **saturday))
    refused(told, Why.DATE_OUT_OF_REACH, "the best date is 2026-03-09")
    (contractor,) = (each for each in house.file.customers if each.customer_id == "C-001")
    next_door = {"ship_to": contractor.address.model_dump()}
    assert house.offers("WEB", ("BV-34", 2), **saturday, **next_door)[0].promise.last_day.weekday() == 5


def test_a_retailers_twenty_pallets_are_quoted_at_once(house: House) -> None:
    """Seven hundred and twenty space heaters, which are not in stock until they come in."""
    wanted = house.order("HARBOR", ("HTR-SP15", 720))
    refused(quote_order(house.office, wanted), Why.OUT_OF_STOCK, "HTR-SP15")
    granted(receive(house.office, CLERK, Receipt("CHI/G-01", "HTR-SP15", 720), "a truck of heaters"))
    (offer, *_) = granted(quote_order(house.office, wanted))
    assert (offer.sites, offer.services) == (("CHI",), ("PF-LTL",))
    assert 150_000 < offer.sent_minor < 250_000
    assert offer.promise.last_day.weekday() < 5


def test_a_retailers_twenty_pallets_are_packed_on_pallets(house: House) -> None:
    parcels = house.packed("PF-LTL", ("HTR-SP15", 720)).parcels
    assert {parcel.carton_id for parcel in parcels} == {"PALLET"}
    assert 14 <= len(parcels) <= 20
    heavy = house.packed("PF-LTL", ("BV-12", 20_000)).parcels
    assert {parcel.carton_id for parcel in heavy} == {"PALLET"}
    assert max(parcel.weight_g for parcel in heavy) > 907_000  # more than a short ton, and still carried
