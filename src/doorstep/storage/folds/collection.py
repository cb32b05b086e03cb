"""Carriers collect: agreements, manifests, pickups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import collection
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def agreed(body: collection.CollectionAgreed, _: Entry, changes: Changes) -> None:
    told = body.collection
    changes.replace(tables.collection, site_id=told.site_id, carrier_id=told.carrier_id, collection=told)


def closed(body: collection.ManifestClosed, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.manifest,
        manifest_id=body.manifest_id,
        site_id=body.site_id,
        carrier_id=body.carrier_id,
        day=body.day,
        state="closed" if body.asks else "own",
        parcels=len(body.parcels),
        weight_g=body.weight_g,
        carrier_ref="",
        document="",
        says="",
        closed_at=entry.fact.occurred_at,
    )
    for parcel in body.parcels:
        changes.put(tables.manifest_label, label_id=parcel.label_id, manifest_id=body.manifest_id, sscc=parcel.sscc)


def opened(body: collection.ManifestOpened, _: Entry, changes: Changes) -> None:
    changes.set(tables.manifest, (body.manifest_id,), carrier_ref=body.carrier_ref)


def taken(body: collection.ManifestTaken, _: Entry, changes: Changes) -> None:
    changes.set(
        tables.manifest,
        (body.manifest_id,),
        state="taken",
        carrier_ref=body.carrier_ref,
        document=body.document,
    )


def refused(body: collection.ManifestRefused, _: Entry, changes: Changes) -> None:
    changes.set(tables.manifest, (body.manifest_id,), state="refused", says=f"{body.code}: {body.says}")


def wanted(body: collection.PickupRequested, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.pickup,
        pickup_id=body.pickup_id,
        site_id=body.site_id,
        carrier_id=body.carrier_id,
        day=body.day,
        state="wanted",
        ready_at=body.ready_at,
        closes_at=body.closes_at,
        carrier_ref="",
        confirmation="",
        cost_minor=0,
        currency="",
        says="",
        wanted_at=entry.fact.occurred_at,
    )


def pickup_opened(body: collection.PickupOpened, _: Entry, changes: Changes) -> None:
    changes.set(tables.pickup, (body.pickup_id,), carrier_ref=body.carrier_ref)


def booked(body: collection.PickupBooked, _: Entry, changes: Changes) -> None:
    changes.set(
        tables.pickup,
        (body.pickup_id,),
        state="booked",
        carrier_ref=body.carrier_ref,
        confirmation=body.confirmation,
        cost_minor=body.cost_minor,
        currency=body.currency,
    )


def failed(body: collection.PickupFailed, _: Entry, changes: Changes) -> None:
    changes.set(tables.pickup, (body.pickup_id,), state="failed", says=f"{body.code}: {body.says}")


def cancel_wanted(body: collection.PickupCancelWanted, _: Entry, changes: Changes) -> None:
    changes.set(tables.pickup, (body.pickup_id,), state="cancel_wanted")


def cancelled(body: collection.PickupCancelled, _: Entry, changes: Changes) -> None:
    changes.set(tables.pickup, (body.pickup_id,), state="booked" if body.says else "cancelled", says=body.says)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    collection.CollectionAgreed: agreed,
    collection.ManifestClosed: closed,
    collection.ManifestOpened: opened,
    collection.ManifestTaken: taken,
    collection.ManifestRefused: refused,
    collection.PickupRequested: wanted,
    collection.PickupOpened: pickup_opened,
    collection.PickupBooked: booked,
    collection.PickupFailed: failed,
    collection.PickupCancelWanted: cancel_wanted,
    collection.PickupCancelled: cancelled,
}
