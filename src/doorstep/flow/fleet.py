"""The own fleet as master data: its vehicles, each at a site and for a service that is priced by the route."""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.events.fleet import VehicleDefined
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.storage.queries import fleet, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.fleet import FleetVehicle, rests_apart, wrong_with
from doorstep.terms.freight import VanTariff
from doorstep.terms.refusals import Refusal, Why


def define_vehicles(office: Office, who: Who, vehicles: Sequence[FleetVehicle]) -> str | Refusal:
    """Own vehicles; again at any time. Each drives for a service with a tariff of kind van that leaves its site."""

    def step(tx: Transaction) -> str | Refusal:
        known = {vehicle.vehicle_id: vehicle for vehicle in fleet.vehicles(tx)}
        known |= {vehicle.vehicle_id: vehicle for vehicle in vehicles}
        for vehicle in vehicles:
            beside = [each for each in known.values() if each.site_id == vehicle.site_id]
            if refusal := _wrong(tx, vehicle, beside):
                return refusal
        scribe = Scribe(who, tx.now)
        tx.record(*(scribe(VehicleDefined(vehicle), site=vehicle.site_id) for vehicle in vehicles))
        return f"{len(vehicles)} vehicles"

    return office.store.run(step)


def _wrong(tx: Transaction, vehicle: FleetVehicle, beside: Sequence[FleetVehicle]) -> Refusal | None:
    about: dict[str, str | int] = {"vehicle_id": vehicle.vehicle_id}
    if says := wrong_with(vehicle):
        return Refusal(Why.MALFORMED, f"Vehicle {vehicle.vehicle_id} {says}.", about)
    if vehicle.site_id not in master.sites(tx):
        return Refusal(Why.UNKNOWN_SITE, f"There is no site {vehicle.site_id}.", about)
    service = master.service(tx, vehicle.service_id)
    if service is None or not isinstance(service.tariff, VanTariff) or vehicle.site_id not in service.cut_offs:
        says = (
            f"Vehicle {vehicle.vehicle_id} drives for {vehicle.service_id}, which is no service of own vans "
            f"(a tariff of kind van) that leaves {vehicle.site_id}."
        )
        return Refusal(Why.NO_SERVICE, says, {**about, "service_id": vehicle.service_id})
    if service.tariff.currency != company_of(tx).currency:
        says = f"Own vehicles cost the company's money; {service.tariff.tariff_id} is in {service.tariff.currency}."
        return Refusal(Why.UNKNOWN_CURRENCY, says, {**about, "service_id": vehicle.service_id})
    if rests_apart(beside):
        says = f"The vehicles of {vehicle.site_id} rest at one time: a day's plan cuts it out of their clock."
        return Refusal(Why.MALFORMED, says, about)
    return None
