"""Master data: the last definition stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import master
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes
from doorstep.terms.goals import Goals
from doorstep.terms.places import PlaceKind, dock_place, pack_place


def company_defined(body: master.CompanyDefined, _: Entry, changes: Changes) -> None:
    changes.replace(tables.company, name="company", company=body.company)
    if body.weights is not None:
        changes.replace(tables.goals, name="goals", goals=Goals(weights=body.weights))


def goals_set(body: master.GoalsSet, _: Entry, changes: Changes) -> None:
    changes.replace(tables.goals, name="goals", goals=body.goals)


def site_defined(body: master.SiteDefined, _: Entry, changes: Changes) -> None:
    changes.replace(
        tables.site,
        site_id=body.site_id,
        name=body.name,
        area=body.area,
        person_ref=body.person_ref,
        calendar=body.calendar,
        daily_orders=body.daily_orders,
        kind=str(body.kind),
        terms=body.terms,
    )
    for place_id, kind in ((pack_place(body.site_id), PlaceKind.PACK), (dock_place(body.site_id), PlaceKind.DOCK)):
        changes.replace(tables.place, place_id=place_id, kind=str(kind), site_id=body.site_id)


def place_defined(body: master.PlaceDefined, _: Entry, changes: Changes) -> None:
    changes.replace(tables.place, place_id=body.place_id, kind=str(body.kind), site_id=body.site_id)


def item_defined(body: master.ItemDefined, _: Entry, changes: Changes) -> None:
    item = body.item
    changes.replace(tables.item, item_id=item.item_id, tracking=str(item.tracking), item=item)


def customer_defined(body: master.CustomerDefined, _: Entry, changes: Changes) -> None:
    changes.replace(tables.customer, customer_id=body.customer_id, person_ref=body.person_ref, terms=body.terms)


def service_defined(body: master.ServiceDefined, _: Entry, changes: Changes) -> None:
    service = body.service
    changes.replace(tables.service, service_id=service.service_id, carrier_id=service.carrier_id, service=service)


def carton_defined(body: master.CartonDefined, _: Entry, changes: Changes) -> None:
    changes.replace(tables.carton, carton_id=body.carton.carton_id, carton=body.carton)


def supplier_defined(body: master.SupplierDefined, _: Entry, changes: Changes) -> None:
    changes.replace(
        tables.supplier,
        supplier_id=body.supplier_id,
        name=body.name,
        person_ref=body.person_ref,
        lead_days=body.lead_days,
    )


def master_withdrawn(body: master.MasterWithdrawn, _: Entry, changes: Changes) -> None:
    changes.remove(_WITHDRAWABLE[body.kind], (body.object_id,))
    if body.kind == "site":
        for place_id in (pack_place(body.object_id), dock_place(body.object_id)):
            changes.remove(tables.place, (place_id,))


_WITHDRAWABLE = {
    "item": tables.item,
    "customer": tables.customer,
    "supplier": tables.supplier,
    "site": tables.site,
    "place": tables.place,
}

FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    master.CompanyDefined: company_defined,
    master.GoalsSet: goals_set,
    master.SiteDefined: site_defined,
    master.PlaceDefined: place_defined,
    master.ItemDefined: item_defined,
    master.CustomerDefined: customer_defined,
    master.ServiceDefined: service_defined,
    master.CartonDefined: carton_defined,
    master.SupplierDefined: supplier_defined,
    master.MasterWithdrawn: master_withdrawn,
}
