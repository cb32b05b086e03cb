"""The kinds of event by name, and how an old version of one becomes today's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import TypeAdapter

from doorstep.events import (
    access,
    collection,
    consolidation,
    exchange,
    fleet,
    fulfilment,
    imports,
    invoices,
    learning,
    legal,
    master,
    nodes,
    orders,
    planning,
    printing,
    shipping,
    stock,
)
from doorstep.events.envelope import Body

WEIGHTS_OF_COMPANY = ("handling_order_minor", "handling_unit_minor", "split_minor", "late_day_minor")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class UnknownEventError(Exception):
    """The journal holds a kind or version this program does not know: it is older than its data."""


class Registry:
    """Knows the kinds of event; reads any version it was told how to raise to today's."""

    def __init__(self, kinds: Iterable[type[Body]]) -> None:
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}

    def upcast(self, kind: str, from_version: int, raise_one: Upcaster) -> None:
        """Tell how a body of `from_version` becomes one of the next version."""
        self._upcasters[kind, from_version] = raise_one

    def kinds(self) -> list[type[Body]]:
        return sorted(self._kinds.values(), key=lambda kind: kind.__name__)

    def read(self, kind: str, version: int, body: dict[str, Any]) -> Body:
        """The body as today's dataclass; UnknownEventError where the kind or a step of its versions is missing."""
        known = self._kinds.get(kind)
        if known is None or version > known.VERSION:
            raise UnknownEventError(f"{kind} version {version} is not known to this program")
        while version < known.VERSION:
            raise_one = self._upcasters.get((kind, version))
            if raise_one is None:
                raise UnknownEventError(f"{kind} version {version} has no way to version {version + 1}")
            body, version = raise_one(body), version + 1
        return _reader(known).validate_python(body)


_READERS: dict[str, TypeAdapter[Body]] = {}


def _reader(kind: type[Body]) -> TypeAdapter[Body]:
    name = f"{kind.__module__}.{kind.__name__}"
    if name not in _READERS:
        _READERS[name] = TypeAdapter(kind)
    return _READERS[name]


def bodies(*modules: object) -> list[type[Body]]:
    """Every kind of event that the modules define: the bodies that belong to a step of the process."""
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return [kind for kind in found if issubclass(kind, Body) and hasattr(kind, "STEP")]


def _weights_apart(body: dict[str, Any]) -> dict[str, Any]:
    """Until version 2 the company itself said what planning weighs; two weights nobody could set."""
    company = dict(body["company"])
    weights = {name: company.pop(name) for name in WEIGHTS_OF_COMPANY if name in company}
    return {"company": company, "weights": {"broken_minor": 5_000, "waits_minor": 1_000_000, **weights}}


def _settling_nothing(line: dict[str, Any]) -> dict[str, Any]:
    """Until version 2 a line of an invoice did not say what it settles of what was accrued, nor for which order."""
    return {**line, "order_id": "", "settled_minor": 0}


REGISTRY = Registry(
    bodies(
        *(master, orders, stock, fulfilment, shipping, imports, learning, access, printing, invoices, legal),
        *(nodes, exchange, consolidation, fleet, collection, planning),
    )
)
REGISTRY.upcast("SiteDefined", 1, lambda body: {**body, "kind": "own"})
REGISTRY.upcast("SiteDefined", 2, lambda body: {**body, "terms": {}})
# Until version 2 goals said nothing of what is short.
REGISTRY.upcast("GoalsSet", 1, lambda body: {"goals": {**body["goals"], "scarcity": {}}})
# Until version 3 they said nothing of how much is to lie there, nor of what a site may send on a day.
REGISTRY.upcast("GoalsSet", 2, lambda body: {"goals": {**body["goals"], "supply": {}, "capacity": []}})
# Until version 4 nothing was said of how far plans may be changed.
REGISTRY.upcast("GoalsSet", 3, lambda body: body)
REGISTRY.upcast("VehicleDefined", 1, lambda body: body)  # until then nobody counted its pallet places
REGISTRY.upcast("StockCounted", 1, lambda body: {**body, "expires_on": None})
# Until then nobody doubted beforehand what would be found.
REGISTRY.upcast("StockCounted", 2, lambda body: body)
REGISTRY.upcast("WaveReleased", 1, lambda body: body)
REGISTRY.upcast("CompanyDefined", 1, _weights_apart)
REGISTRY.upcast("CompanyDefined", 2, lambda body: body)  # until then no classes of goods were separated
REGISTRY.upcast("CompanyDefined", 3, lambda body: body)  # until then its weights said nothing of changed plans
# Until version 2 a plan's full cost was its cost, and nothing was told of other orders.
REGISTRY.upcast("ShipmentPlanned", 1, lambda body: {**body, "full_minor": body["cost_minor"]})
# Until version 2 a tariff was a plain one; what it says is said the same way still.
REGISTRY.upcast("ServiceDefined", 1, lambda body: body)
# Until version 3 no service said our account, cold or licences, no tariff where postcodes lie: it is as it was.
REGISTRY.upcast("ServiceDefined", 2, lambda body: body)
# Until version 2 nothing was said of what bears how much, what is kept apart or together.
REGISTRY.upcast("ItemDefined", 1, lambda body: body)
REGISTRY.upcast("CartonDefined", 1, lambda body: body)
# Until version 3 nothing was said of cold, licences and ages.
REGISTRY.upcast("ItemDefined", 2, lambda body: body)
# Until version 4 no truck's tariff said at how many places it unloads, how long it stands and how fast it drives.
REGISTRY.upcast("ServiceDefined", 3, lambda body: body)
# Until version 2 all of a joint shipment went to one consignee.
REGISTRY.upcast("ShipmentsConsolidated", 1, lambda body: body)
REGISTRY.upcast("TransitLearned", 1, lambda body: {**body, "expected": {}})
REGISTRY.upcast("TransitLearned", 2, lambda body: body)  # until then nobody asked which parcels came together
# Hours up to the carrier's pick-up were counted then, which say nothing of work.
REGISTRY.upcast(
    "HandlingLearned",
    1,
    lambda body: {"site_id": body["site_id"], "taken": {}, "waiting": {}, "shipments": 0, "until": body["until"]},
)
REGISTRY.upcast("HandedOver", 1, lambda body: {**body, "when_known": True})
REGISTRY.upcast("LabelBought", 1, lambda body: {**body, "charges": [], "tariff_id": "", "priced_on": None})
REGISTRY.upcast("InvoiceTaken", 1, lambda body: {**body, "lines": [_settling_nothing(each) for each in body["lines"]]})
REGISTRY.upcast("ClaimOpened", 1, lambda body: {**body, "order_id": "", "sscc": "", "says": ""})
for ended in ("ClaimSettled", "ClaimExpired"):
    REGISTRY.upcast(ended, 1, lambda body: {**body, "order_id": "", "cost_minor": 0, "currency": ""})
