"""What was learned last stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import learning
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def transit_learned(body: learning.TransitLearned, _: Entry, changes: Changes) -> None:
    changes.replace(
        tables.transit,
        service_id=body.service_id,
        origin=body.origin,
        destination=body.destination,
        days=body.days,
        expected=body.expected,
        waiting=body.waiting,
        parcels=sum(body.days.values()),
        never=body.never,
        expected_apart_ppm=body.expected_apart_ppm,
        apart_ppm=body.apart_ppm,
        until=body.until,
    )


def handling_learned(body: learning.HandlingLearned, _: Entry, changes: Changes) -> None:
    changes.replace(
        tables.handling,
        site_id=body.site_id,
        taken=body.taken,
        waiting=body.waiting,
        shipments=body.shipments,
        until=body.until,
    )


def lateness_learned(body: learning.LatenessLearned, _: Entry, changes: Changes) -> None:
    changes.replace(
        tables.lateness,
        supplier_id=body.supplier_id,
        days=body.days,
        waiting=body.waiting,
        never=body.never,
        until=body.until,
    )


def accuracy_learned(body: learning.AccuracyLearned, _: Entry, changes: Changes) -> None:
    changes.replace(
        tables.accuracy,
        site_id=body.site_id,
        looks=body.looks,
        expected_ppm=body.expected_ppm,
        short_ppm=body.short_ppm,
        until=body.until,
    )


def billing_learned(body: learning.BillingLearned, _: Entry, changes: Changes) -> None:
    changes.replace(tables.billing, service_id=body.service_id, steps=body.steps, until=body.until)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    learning.TransitLearned: transit_learned,
    learning.HandlingLearned: handling_learned,
    learning.LatenessLearned: lateness_learned,
    learning.AccuracyLearned: accuracy_learned,
    learning.BillingLearned: billing_learned,
}
