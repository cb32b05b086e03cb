"""The corner shop on a busy day: more of everything, and orders of every sort."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doorstep.intake.company import CompanyIn, read_company
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService

FILE = Path(__file__).parents[2] / "examples" / "corner_shop.toml"
SITE = "CS"
LAMP_BIN, MUG_BIN, TEA_BIN = "CS/B-01", "CS/A-01", "CS/A-02"
_STOCK = (
    {"place_id": MUG_BIN, "item_id": "MUG", "quantity": 400},
    {"place_id": TEA_BIN, "item_id": "TEA", "quantity": 60, "lot": "T1", "expires_on": "2026-09-15"},
    {"place_id": TEA_BIN, "item_id": "TEA", "quantity": 300, "lot": "T2", "expires_on": "2028-09-30"},
)
LAMPS = 60
# Near and far, for a parcel that takes a day and one that takes five.
HOMES: Mapping[str, Mapping[str, Any]] = {
    "ada": {
        "name": "Ada Byron",
        "lines": ["12 Engine Row"],
        "city": "New York",
        "postcode": "10001",
        "country": "US",
    },
    "bistro": {
        "name": "Bistro Bleu",
        "lines": ["7 Rue Cler"],
        "city": "Milwaukee",
        "postcode": "53202",
        "country": "US",
    },
}


def lamps(batch: str, quantity: int) -> list[str]:
    """Serial numbers for lamps of a batch."""
    return [f"L-{batch}-{number:04d}" for number in range(quantity)]


def busy_shop() -> CompanyIn:
    """The company of the example file, with the stock of a busy one."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    many = {"place_id": LAMP_BIN, "item_id": "LAMP", "quantity": LAMPS, "serials": lamps("0", LAMPS)}
    company = read_company({**raw, "stock": [*_STOCK, many]})
    if isinstance(company, Refusal):
        raise ValueError(company.says)
    return company


def services() -> dict[str, CarrierService]:
    """What the shop's two carriers sell, by service id."""
    return {service.service_id: service for service in busy_shop().services}


def an_order(chance: random.Random, reference: str) -> dict[str, Any]:
    """An order as a door would read it: one line or a few, sometimes not paid for yet, sometimes for a certain day."""
    items = chance.sample(["MUG", "TEA", "LAMP", "TEA-FOR-TWO"], chance.choice((1, 1, 2, 3)))
    customer = chance.choice(list(HOMES))
    return {
        "customer_id": customer,
        "currency": "USD",
        "reference": reference,
        "lines": [{"item_id": item_id, "quantity": _quantity(chance, item_id)} for item_id in items],
        "ship_to": HOMES[customer],
        "cleared": chance.random() > 0.1,
    }


def _quantity(chance: random.Random, item_id: str) -> int:
    return 1 if item_id == "LAMP" else chance.choice((1, 1, 2, 3))
