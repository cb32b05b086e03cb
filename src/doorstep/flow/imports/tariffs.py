"""Tariffs: new prices for a carrier service that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from doorstep.events.envelope import Body, plain
from doorstep.events.master import ServiceDefined
from doorstep.flow.imports.definitions import Definitions, Known
from doorstep.flow.imports.values import Given, Work
from doorstep.flow.office import company_of
from doorstep.intake.values import TariffRow
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.service import CarrierService, Tariff

_SERVICE = TypeAdapter(CarrierService)


class Tariffs(Definitions):
    """All prices of a service at once; its zones, limits and transit stay as they are."""

    object_type = "service"
    chunk = 100

    def __init__(self) -> None:
        self._services: dict[str, CarrierService] = {}

    def name_of(self, value: TariffRow) -> str:
        return value.service_id

    def order_of_work(self, rows: Sequence[Given]) -> Sequence[Given]:
        return [replace(given, value=_sorted(given.value)) for given in rows]

    def known(self, tx: Transaction, values: Sequence[TariffRow]) -> dict[str, Known]:
        wanted = {value.service_id for value in values}
        self._services = {one.service_id: one for one in master.services(tx) if one.service_id in wanted}
        self._currency = company_of(tx).currency
        return {name: Known(_prices(one), plain(one)) for name, one in self._services.items()}

    def wrong(self, work: Work, value: TariffRow, mine: Known | None) -> str:
        if mine is None:
            return f"There is no carrier service {value.service_id}."
        if value.currency != self._currency:
            return f"The prices are in {value.currency}; the company's money is {self._currency}."
        service = self._services[value.service_id]
        if not isinstance(service.tariff, Tariff):
            return f"{value.service_id} has a tariff of its carrier's own form: bring it by doorstep tariff load."
        return wrong_steps(value, service.tariff, service)

    def define(self, work: Work, value: TariffRow, mine: Known | None) -> Known:
        service = self._services[value.service_id]
        assert isinstance(service.tariff, Tariff)  # `wrong` has sent the others back
        tariff = replace(service.tariff, tariff_id=value.tariff_id, currency=value.currency, steps=value.steps)
        self._services[value.service_id] = service = replace(service, tariff=tariff)
        work.record(ServiceDefined(service))
        return Known(_prices(service), plain(service))

    def restored(self, object_id: str, kept: Mapping[str, Any]) -> Body:
        return ServiceDefined(_SERVICE.validate_python(kept))


def wrong_steps(value: TariffRow, tariff: Tariff, service: CarrierService) -> str:
    """What is wrong with the steps of a price list, lightest first; '' where nothing is."""
    if not value.steps:
        return f"{value.service_id} has no prices."
    zones = {rule.zone for rule in tariff.zones} | set(service.transit_ppm)
    weights = [step.up_to_g for step in value.steps]
    if min(weights) <= 0 or len(set(weights)) < len(weights):
        return f"{value.service_id}: each weight is above zero and named once."
    before: set[str] = set()
    for step in value.steps:
        where = f"{value.service_id}, up to {step.up_to_g} g"
        if strange := sorted(set(step.price_minor) - zones):
            return f"{where}: there is no zone {strange[0]}; its zones are {', '.join(sorted(zones))}."
        if missing := sorted(before - set(step.price_minor)):
            return f"{where}: a price for zone {missing[0]} is missing, which lighter parcels have."
        if negative := sorted(zone for zone, minor in step.price_minor.items() if minor < 0):
            return f"{where}: the price for zone {negative[0]} is below zero."
        before |= set(step.price_minor)
    return ""


def _sorted(value: TariffRow) -> TariffRow:
    return replace(value, steps=tuple(sorted(value.steps, key=lambda step: step.up_to_g)))


def _prices(service: CarrierService) -> TariffRow:
    tariff = service.tariff
    steps = tuple(tariff.steps) if isinstance(tariff, Tariff) else ()
    return _sorted(TariffRow(service.service_id, tariff.tariff_id, tariff.currency, steps))
