"""Carriers collect: lists of what a driver takes, drivers booked and sent away."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from doorstep.api.answers import Instant, MoneyOut, Out, money
from doorstep.api.bodies import Instant as InstantIn
from doorstep.api.bodies import OfSite
from doorstep.api.given import Changing, Reading
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow import manifests, pickups
from doorstep.intake.orders import Id, Strict

router = APIRouter(tags=["collection"])

PickupId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]*$", examples=["pck_1s0xk5qj9e0q2m7c"])]


class ManifestIn(Strict):
    """Which carrier collects, and where."""

    site_id: Id
    carrier_id: Id


class PickupIn(Strict):
    """Which carrier's driver is to come, where, and between when; now and until the site closes, if left out."""

    site_id: Id
    carrier_id: Id
    ready_at: InstantIn | None = None
    closes_at: InstantIn | None = None


class ManifestMadeOut(Out):
    """A list that was closed."""

    manifest_id: str = Field(examples=["man_1s0xk5qj9e0q2m7c"])
    site_id: str
    carrier_id: str
    day: date
    parcels: int
    weight_g: int


class ManifestOut(ManifestMadeOut):
    """A list and what became of it: state is closed, taken, refused or own; `says` is the carrier's no."""

    state: str
    carrier_ref: str
    has_document: bool
    says: str
    closed_at: Instant


class ManifestsOut(Out):
    """The newest lists first."""

    manifests: list[ManifestOut]


class PickupOut(Out):
    """A pickup and what became of it: state is wanted, booked, failed, cancel_wanted or cancelled."""

    pickup_id: str = Field(examples=["pck_1s0xk5qj9e0q2m7c"])
    site_id: str
    carrier_id: str
    day: date
    state: str
    ready_at: Instant
    closes_at: Instant
    confirmation: str
    cost: MoneyOut | None
    says: str

    @classmethod
    def of(cls, view: pickups.PickupView) -> PickupOut:
        told = {name: getattr(view, name) for name in cls.model_fields if name != "cost"}
        return cls(**told, cost=money(view.cost_minor, view.currency) if view.currency else None)


class PickupsOut(Out):
    """The newest pickups first."""

    pickups: list[PickupOut]


class PickupIdOut(Out):
    """Which pickup it was."""

    pickup_id: str


@router.post("/manifests", responses=or_problem(404, 409))
def close_manifest(asked: Changing, body: ManifestIn) -> ManifestMadeOut:
    """Close the list of what a carrier takes at a site: parcels with its label that are on none yet. It is told."""
    told = manifests.close_manifest(asked.under_key(body), asked.who, body.site_id, body.carrier_id, asked.key)
    return ManifestMadeOut.model_validate(granted(told))


@router.get("/manifests")
def list_manifests(office: Reading, of: Annotated[OfSite, Query()]) -> ManifestsOut:
    """The newest lists, and what the carriers made of them."""
    told = manifests.manifest_list(office, of.site)
    return ManifestsOut(manifests=[ManifestOut.model_validate(each) for each in told])


@router.post("/pickups", responses=or_problem(404, 409))
def book_pickup(asked: Changing, body: PickupIn) -> PickupOut:
    """Have a carrier's driver come to a site today; the carrier is asked afterwards."""
    told = pickups.want_pickup(
        *(asked.under_key(body), asked.who, body.site_id, body.carrier_id, asked.key),
        ready_at=body.ready_at,
        closes_at=body.closes_at,
    )
    return PickupOut.of(granted(told))


@router.get("/pickups")
def list_pickups(office: Reading, of: Annotated[OfSite, Query()]) -> PickupsOut:
    """The newest pickups, and what became of them."""
    return PickupsOut(pickups=[PickupOut.of(each) for each in pickups.pickup_list(office, of.site)])


@router.post("/pickups/{pickup_id}/cancel", responses=or_problem(404, 409))
def cancel_pickup(asked: Changing, pickup_id: PickupId) -> PickupIdOut:
    """A driver who is booked is not to come after all; the carrier is told afterwards."""
    told = pickups.cancel_pickup(asked.under_key(), asked.who, pickup_id, asked.key)
    return PickupIdOut(pickup_id=granted(told))
