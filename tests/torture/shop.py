"""The companies that are tortured: the corner shop on a busy day, and the one of the demo."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from doorstep.intake.company import CompanyIn, read_company
from doorstep.terms.item import Item, Tracking
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService
from doorstep.twin.setting import read_setting

_EXAMPLES = Path(__file__).parents[2] / "examples"
_STOCK = (
    {"place_id": "CS/A-01", "item_id": "MUG", "quantity": 400},
    {"place_id": "CS/A-02", "item_id": "TEA", "quantity": 60, "lot": "T1", "expires_on": "2026-09-15"},
    {"place_id": "CS/A-02", "item_id": "TEA", "quantity": 300, "lot": "T2", "expires_on": "2028-09-30"},
)
LAMPS = 60


@dataclass(frozen=True)
class Shop:
    """A company, where its customers live (near and far, so that parcels take a day or five), and how they order."""

    company: CompanyIn
    homes: Sequence[Mapping[str, Any]]
    order: Callable[[random.Random, str], dict[str, Any]]

    @cached_property
    def site_ids(self) -> list[str]:
        return [site.site_id for site in self.company.sites]

    @cached_property
    def services(self) -> dict[str, CarrierService]:
        return {service.service_id: service for service in self.company.services}

    @cached_property
    def carrier_ids(self) -> list[str]:
        return sorted({service.carrier_id for service in self.company.services})

    @cached_property
    def goods(self) -> dict[str, Item]:
        """What stands in bins, by item: everything but kits."""
        return {item.item_id: item for item in self.company.items if not item.parts}

    @cached_property
    def bin_of(self) -> dict[str, str]:
        """The first bin in which each item stands."""
        found: dict[str, str] = {}
        for stock in self.company.stock:
            found.setdefault(stock.item_id, stock.place_id)
        return found

    def tracking(self, item_id: str) -> Tracking:
        return self.goods[item_id].tracking


def serials(item_id: str, batch: str, quantity: int) -> list[str]:
    """Serial numbers of units that came together."""
    return [f"{item_id}-{batch}-{number:04d}" for number in range(quantity)]


@lru_cache
def shop_of(name: str) -> Shop:
    return SHOPS[name]()


def _corner_shop() -> Shop:
    """The company of the example file, with the stock of a busy one."""
    raw = tomllib.loads((_EXAMPLES / "corner_shop.toml").read_text(encoding="utf-8"))
    lamps = {"place_id": "CS/B-01", "item_id": "LAMP", "quantity": LAMPS, "serials": serials("LAMP", "0", LAMPS)}
    company = _meant(read_company({**raw, "stock": [*_STOCK, lamps]}))
    homes = [_home("Ada Byron", "12 Engine Row", "New York", "10001"), _home("Bo", "7 Rue Cler", "Milwaukee", "53202")]
    customers = ["ada", "bistro"]

    def order(chance: random.Random, reference: str) -> dict[str, Any]:
        items = chance.sample(["MUG", "TEA", "LAMP", "TEA-FOR-TWO"], chance.choice((1, 1, 2, 3)))
        lines = [
            {"item_id": item_id, "quantity": 1 if item_id == "LAMP" else chance.choice((1, 1, 2, 3))}
            for item_id in items
        ]
        who = chance.randrange(2)
        return _order(chance, reference, customers[who], homes[who], lines)

    return Shop(company, homes, order)


def _demo() -> Shop:
    """The company of the demo, its buyers ordering what they wish for. Its own vans stay in: what they carry is at no
    carrier whose books could be looked into.
    """
    setting = read_setting(_EXAMPLES / "heating_parts")
    if isinstance(setting, Refusal):
        raise ValueError(setting.says)
    own = {vehicle.service_id for vehicle in setting.company.vehicles}
    services = [service for service in setting.company.services if service.service_id not in own]
    company = setting.company.model_copy(update={"vehicles": [], "services": services})
    homes = [_home("Ruth Abel", "5 Maple Street", town.city, town.postcode) for town in setting.world.towns]
    buyers = [buyer for buyer in setting.world.buyers if buyer.kind != "retailer"]
    customers = {
        buyer.kind: [
            customer.customer_id
            for customer in setting.company.customers
            if customer.terms.customer_class == buyer.customer_class
        ]
        for buyer in buyers
    }
    sold_by = {item.item_id: item.sold_by for item in setting.company.items}

    def order(chance: random.Random, reference: str) -> dict[str, Any]:
        buyer = chance.choice(buyers)
        wishes = chance.sample(buyer.wishes, chance.choice((1, 1, 2, 3)))
        lines = [
            {"item_id": wish.item_id, "quantity": sold_by[wish.item_id] * -(-wish.least // sold_by[wish.item_id])}
            for wish in wishes
        ]
        return _order(chance, reference, chance.choice(customers[buyer.kind]), chance.choice(homes), lines)

    return Shop(company, homes, order)


SHOPS: Mapping[str, Callable[[], Shop]] = {"demo": _demo, "corner_shop": _corner_shop}


def _order(
    chance: random.Random, reference: str, customer_id: str, ship_to: Mapping[str, Any], lines: list[dict[str, Any]]
) -> dict[str, Any]:
    """An order as a door would read it; some are not paid for yet."""
    return {
        "customer_id": customer_id,
        "currency": "USD",
        "reference": reference,
        "lines": lines,
        "ship_to": ship_to,
        "cleared": chance.random() > 0.1,
    }


def _home(name: str, street: str, city: str, postcode: str) -> dict[str, Any]:
    return {"name": name, "lines": [street], "city": city, "postcode": postcode, "country": "US"}


def _meant(company: CompanyIn | Refusal) -> CompanyIn:
    if isinstance(company, Refusal):
        raise ValueError(company.says)
    return company
