"""Carriers collect, in the terminal: lists of what a driver takes, drivers booked and sent away, what is agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.options import MINUTE, Acting, AsJson, Key
from doorstep.cli.output import table
from doorstep.cli.words import many, moment, money

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.manifests import ManifestView
    from doorstep.flow.pickups import PickupView

Site = Annotated[str, typer.Argument(metavar="SITE", help="The site that the carrier collects at.", show_default=False)]
Carrier = Annotated[str, typer.Argument(metavar="CARRIER", help="The carrier.", show_default=False)]
OfSite = Annotated[str, typer.Option("--site", metavar="SITE", help="Of this site only.", show_default=False)]
_CLOCK = ["%H:%M"]


def close(
    context: typer.Context, site: Site, carrier: Carrier, key: Key = "", acting: Acting = "", as_json: AsJson = False
) -> None:
    """Close the list of what a carrier takes: every parcel with its label that is on none yet; the carrier is told."""
    from doorstep.flow.manifests import close_manifest

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(close_manifest(desk.office, desk.who, site, carrier, desk.key))
        weight = f"{told.weight_g // 1000}.{told.weight_g % 1000:03d} kg"
        paper = f"Print it: doorstep print make manifest {told.manifest_id} --out list.pdf"
        desk.show(told, lambda: f"{told.manifest_id}: {many(told.parcels, 'parcel')}, {weight}. {paper}")


def list_manifests(context: typer.Context, site: OfSite = "", as_json: AsJson = False) -> None:
    """The newest lists, and what the carriers made of them."""
    from doorstep.flow.manifests import manifest_list

    with opened(context, as_json=as_json) as desk:
        told = manifest_list(desk.office, site)
        desk.show(told, lambda: _manifests(told, desk.zone(site)))


def book(
    context: typer.Context,
    site: Site,
    carrier: Carrier,
    ready: Annotated[
        datetime | None,
        typer.Option(formats=MINUTE, help="From when parcels stand there; now.", show_default=False),
    ] = None,
    closes: Annotated[
        datetime | None, typer.Option(formats=MINUTE, help="Until when somebody is there.", show_default=False)
    ] = None,
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Have a carrier's driver come to a site today."""
    from doorstep.flow.pickups import want_pickup

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        zone = desk.zone(site)
        told = desk.granted(
            want_pickup(
                *(desk.office, desk.who, site, carrier, desk.key),
                ready_at=_on_the_wall(ready, zone),
                closes_at=_on_the_wall(closes, zone),
            )
        )
        hours = f"{moment(told.ready_at, zone)} to {moment(told.closes_at, zone)}"
        desk.show(told, lambda: f"{told.pickup_id}: {carrier} is asked for a driver, {hours}.")


def cancel(
    context: typer.Context,
    pickup_id: Annotated[str, typer.Argument(metavar="PICKUP", help="The pickup's id.", show_default=False)],
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Have a driver who is booked not come after all."""
    from doorstep.flow.pickups import cancel_pickup

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(cancel_pickup(desk.office, desk.who, pickup_id, desk.key))
        desk.show(told, lambda: f"{told}: the carrier is told that nobody need come.")


def list_pickups(context: typer.Context, site: OfSite = "", as_json: AsJson = False) -> None:
    """The newest pickups, and what became of them."""
    from doorstep.flow.pickups import pickup_list

    with opened(context, as_json=as_json) as desk:
        told = pickup_list(desk.office, site)
        desk.show(told, lambda: _pickups(told, desk.zone(site)))


def agree(
    context: typer.Context,
    site: Site,
    carrier: Carrier,
    manifest: Annotated[
        bool, typer.Option("--manifest/--no-manifest", help="Close a list at the last cut-off.")
    ] = True,
    pickup: Annotated[bool, typer.Option("--pickup", help="Book a driver each day on which something ships.")] = False,
    ready: Annotated[
        datetime | None, typer.Option(formats=_CLOCK, help="From when parcels stand there.", show_default=False)
    ] = None,
    closes: Annotated[
        datetime | None, typer.Option(formats=_CLOCK, help="Until when somebody is there.", show_default=False)
    ] = None,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """What is agreed with a carrier at a site: the clock then closes lists, and books and cancels its driver."""
    from doorstep.flow.collect import agree_collections
    from doorstep.terms.collection import Collection

    with opened(context, acting=acting, as_json=as_json) as desk:
        hours = (each.time() if each else None for each in (ready, closes))
        agreed = Collection(site, carrier, manifest, pickup, *hours)
        desk.granted(agree_collections(desk.office, desk.who, [agreed]))
        told = "a list at its last cut-off" if manifest else "no list"
        driver = "a driver is booked by the clock" if pickup else "its driver comes by himself"
        desk.show(agreed, lambda: f"{carrier} at {site}: {told}, {driver}.")


def _on_the_wall(at: datetime | None, zone: str) -> datetime | None:
    from zoneinfo import ZoneInfo

    return at.replace(tzinfo=ZoneInfo(zone)) if at is not None and at.tzinfo is None else at


def _manifests(told: Sequence[ManifestView], zone: str) -> Iterator[Part]:
    if not told:
        yield "No list was closed yet. To close one: doorstep manifest close SITE CARRIER"
        return
    rows = [
        (
            each.manifest_id,
            each.site_id,
            each.carrier_id,
            moment(each.closed_at, zone),
            each.parcels,
            f"{each.state} {each.carrier_ref or each.says}".strip(),
        )
        for each in told
    ]
    yield table("Manifests", "Manifest", "Site", "Carrier", "Closed", "#Parcels", "State", rows=rows)


def _pickups(told: Sequence[PickupView], zone: str) -> Iterator[Part]:
    if not told:
        yield "No driver was asked for yet. To book one: doorstep pickup book SITE CARRIER"
        return
    rows = [
        (
            each.pickup_id,
            each.site_id,
            each.carrier_id,
            moment(each.ready_at, zone),
            moment(each.closes_at, zone),
            f"{each.state.replace('_', ' ')} {each.confirmation or each.says}".strip(),
            money(each.cost_minor, each.currency) if each.currency else "",
        )
        for each in told
    ]
    yield table("Pickups", "Pickup", "Site", "Carrier", "From", "Until", "State", "#Costs", rows=rows)
