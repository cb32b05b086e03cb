"""Carriers collect: what is agreed, what is still on no manifest, manifests, pickups."""

from __future__ import annotations

from collections.abc import Collection as Ids
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from doorstep.storage.queries.floor import OWN_VEHICLES
from doorstep.storage.transaction import Transaction
from doorstep.terms.collection import Collection

_AGREED = TypeAdapter(Collection)


def agreements(tx: Transaction) -> tuple[Collection, ...]:
    """How carriers collect, by site and carrier."""
    rows = tx.rows("SELECT collection::text AS text FROM collection ORDER BY site_id, carrier_id")
    return tuple(_AGREED.validate_json(row.text) for row in rows)


def lock_dock(tx: Transaction, site_id: str, carrier_id: str) -> None:
    """Nobody else lists or books for this carrier at this site until this step is over."""
    tx.rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"dock {site_id}/{carrier_id}")


def unlisted(tx: Transaction, site_id: str, carrier_id: str, until: datetime, since: datetime) -> list[Any]:
    """Parcels with a label of the carrier that are on no manifest: at the dock and to leave before `until`, or handed
    over since."""
    return tx.rows(
        "SELECT l.label_id, l.sscc, p.weight_g, p.state, p.handed_over_at FROM label l JOIN parcel p USING (sscc) "
        "JOIN fulfilment f ON f.fulfilment_id = p.fulfilment_id JOIN orders o ON o.order_id = p.order_id "
        f"WHERE l.state = 'bought' AND l.carrier_id = %s AND p.site_id = %s AND NOT {OWN_VEHICLES} "
        "AND ((p.state = 'packed' AND f.departs < %s AND o.state = 'open' AND NOT o.stopped) "
        "  OR (p.state = 'handed_over' AND p.handed_over_at >= %s)) "
        "AND NOT EXISTS (SELECT FROM manifest_label m WHERE m.label_id = l.label_id) ORDER BY l.sscc",
        carrier_id,
        site_id,
        until,
        since,
    )


def manifest(tx: Transaction, manifest_id: str, *, lock: bool = False) -> Any:
    return tx.one(f"SELECT * FROM manifest WHERE manifest_id = %s{' FOR UPDATE' if lock else ''}", manifest_id)


def labels_of(tx: Transaction, manifest_id: str) -> list[Any]:
    """Rows (sscc, tracking_number, carrier_ref, state) of the labels on a manifest."""
    return tx.rows(
        "SELECT l.sscc, l.tracking_number, l.carrier_ref, l.state FROM manifest_label m JOIN label l USING (label_id) "
        "WHERE m.manifest_id = %s ORDER BY l.sscc",
        manifest_id,
    )


def manifests(tx: Transaction, site_id: str, at_most: int) -> list[Any]:
    """The newest manifests of a site, or of all."""
    return tx.rows(
        "SELECT * FROM manifest WHERE %s = '' OR site_id = %s ORDER BY closed_at DESC, manifest_id DESC LIMIT %s",
        site_id,
        site_id,
        at_most,
    )


def refused_lately(tx: Transaction) -> list[Any]:
    """Lists that carriers would not take, of the last two days."""
    return tx.rows(
        "SELECT manifest_id, says FROM manifest WHERE state = 'refused' AND day >= %s::date - 2 ORDER BY manifest_id",
        tx.now,
    )


def pickup(tx: Transaction, pickup_id: str, *, lock: bool = False) -> Any:
    return tx.one(f"SELECT * FROM pickup WHERE pickup_id = %s{' FOR UPDATE' if lock else ''}", pickup_id)


def pickups(tx: Transaction, site_id: str, at_most: int) -> list[Any]:
    """The newest pickups of a site, or of all."""
    return tx.rows(
        "SELECT * FROM pickup WHERE %s = '' OR site_id = %s ORDER BY wanted_at DESC, pickup_id DESC LIMIT %s",
        site_id,
        site_id,
        at_most,
    )


def pickups_of_day(tx: Transaction, site_id: str, carrier_id: str, day: date) -> list[Any]:
    """What became of a carrier's pickups at a site on a day, the last one last."""
    return tx.rows(
        "SELECT * FROM pickup WHERE site_id = %s AND carrier_id = %s AND day = %s ORDER BY wanted_at, pickup_id",
        site_id,
        carrier_id,
        day,
    )


def for_driver(tx: Transaction, pickup_id: str) -> list[Any]:
    """Rows (tracking_number, carrier_ref, weight_g) of labels that stand at the dock for the carrier of a pickup."""
    return tx.rows(
        "SELECT l.tracking_number, l.carrier_ref, p.weight_g FROM pickup k JOIN label l ON l.carrier_id = k.carrier_id "
        "AND l.state = 'bought' JOIN parcel p ON p.sscc = l.sscc AND p.site_id = k.site_id AND p.state = 'packed' "
        "WHERE k.pickup_id = %s ORDER BY l.sscc",
        pickup_id,
    )


def to_ship(tx: Transaction, site_id: str, service_ids: Ids[str], until: datetime) -> int:
    """How many fulfilment orders are to leave a site before `until` by these services, and have not."""
    row = tx.one(
        "SELECT count(*)::int AS many FROM fulfilment f JOIN orders o USING (order_id) WHERE f.site_id = %s "
        "AND f.service_id = ANY(%s) AND f.state IN ('planned', 'released', 'picked', 'packed', 'labelled') "
        "AND f.departs < %s AND o.state = 'open' AND NOT o.stopped",
        site_id,
        list(service_ids),
        until,
    )
    return int(row.many)


def at_dock(tx: Transaction, site_id: str, carrier_id: str) -> int:
    """How many parcels with a label of the carrier stand at the dock."""
    row = tx.one(
        "SELECT count(*)::int AS many FROM parcel p JOIN label l ON l.sscc = p.sscc AND l.state = 'bought' "
        "WHERE p.site_id = %s AND p.state = 'packed' AND l.carrier_id = %s",
        site_id,
        carrier_id,
    )
    return int(row.many)


def handed_over_since(tx: Transaction, site_id: str, carrier_id: str, since: datetime) -> bool:
    """Whether the carrier took anything at the site since."""
    return bool(
        tx.rows(
            "SELECT FROM parcel p JOIN label l ON l.sscc = p.sscc AND l.carrier_id = %s "
            "WHERE p.site_id = %s AND p.handed_over_at >= %s LIMIT 1",
            carrier_id,
            site_id,
            since,
        )
    )


def own_carriers(tx: Transaction) -> set[str]:
    """Carriers that are our own vehicles: nobody is to be told or booked."""
    rows = tx.rows("SELECT DISTINCT s.carrier_id FROM vehicle v JOIN service s USING (service_id)")
    return {row.carrier_id for row in rows}
