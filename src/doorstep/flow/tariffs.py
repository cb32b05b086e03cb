"""A carrier's new prices: the services they belong to go by them from now on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from doorstep.events.master import ServiceDefined
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.storage.queries import master, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import AnyTariff, CarrierService


@dataclass(frozen=True, slots=True)
class TariffsSet:
    """The tariff of each service by its name; those whose tariff says what it said before; zones without transit."""

    changed: Mapping[str, str]
    same: tuple[str, ...]
    without_transit: Mapping[str, str]


def set_tariffs(office: Office, who: Who, tariffs: Mapping[str, AnyTariff]) -> TariffsSet | Refusal:
    """Services go by these tariffs from now on, all or none; orders that are not released yet are planned again.

    Zones, prices and rules are those of the new tariff; transit, cut-offs and calendar stay. Refused where a service
    is not known, or the prices are not in the company's money.
    """

    def step(tx: Transaction) -> TariffsSet | Refusal:
        currency, changed, same, lost = company_of(tx).currency, {}, [], {}
        scribe = Scribe(who, tx.now)
        for service_id, tariff in tariffs.items():
            service = master.service(tx, service_id)
            if service is None:
                known = ", ".join(each.service_id for each in master.services(tx))
                says = f"there is no carrier service {service_id!r}; there are {known}."
                return Refusal(Why.MALFORMED, says, {"service": service_id})
            if tariff.currency != currency:
                says = f"{tariff.tariff_id} is in {tariff.currency}; the company's money is {currency}."
                return Refusal(Why.MALFORMED, says, {"service": service_id})
            if zones := _without_transit(service, tariff):
                lost[service_id] = ", ".join(zones)
            if service.tariff == tariff:
                same.append(service_id)
                continue
            tx.record(scribe(ServiceDefined(replace(service, tariff=tariff))))
            changed[service_id] = tariff.tariff_id
        if changed:
            orders.ask_for_all(tx, PLAN_ORDERS)
        return TariffsSet(changed, tuple(same), lost)

    return office.store.run(step)


def _without_transit(service: CarrierService, tariff: AnyTariff) -> list[str]:
    """Zones of which nothing is known but the price: nothing can be promised there."""
    zones = {rule.zone for rule in getattr(tariff, "zones", ())}
    return [] if "" in service.transit_ppm else sorted(zones - set(service.transit_ppm))
