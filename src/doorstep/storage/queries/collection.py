"""Carriers collect: what is agreed, what is still on no manifest, manifests, pickups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from doorstep.storage.definitions import definition
from doorstep.storage.queries.floor import OWN_VEHICLES
from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.collection import Collection

_ADAPTER = TypeAdapter(Collection)
# Queries without parameters, to be asked with other definitions.
AGREED: Query = definition("SELECT collection::text AS text FROM collection ORDER BY site_id, carrier_id")
OWN: Query = definition("SELECT DISTINCT s.carrier_id FROM vehicle v JOIN service s USING (service_id)")


def agreements(tx: Transaction) -> tuple[Collection, ...]:
    """How carriers collect, by site and carrier."""
    return tuple(_read(row.text) for row in tx.rows(*AGREED))


@lru_cache(maxsize=10_000)
def _read(text: str) -> Collection:
    return _ADAPTER.validate_json(text)


def lock_dock(tx: Transaction, site_id: str, carrier_id: str) -> None:
    """Nobody else lists or books for this carrier at this site until this step is over."""
    tx.rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"dock {site_id}/{carrier_id}")


# Of label `l`, parcel `p`, fulfilment order `f` and order `o`.
_ON_NO_LIST = (
    f"l.state = 'bought' AND NOT {OWN_VEHICLES} "
    "AND ((p.state = 'packed' AND f.departs < {until} AND o.state = 'open' AND NOT o.stopped) "
    "  OR (p.state = 'handed_over' AND p.handed_over_at >= {since})) "
    "AND NOT EXISTS (SELECT FROM manifest_label m WHERE m.label_id = l.label_id)"
)


def unlisted(tx: Transaction, site_id: str, carrier_id: str, until: datetime, since: datetime) -> list[Any]:
    """Parcels with a label of the carrier that are on no manifest: at the dock and to leave before `until`, or handed
    over since."""
    return tx.rows(
        "SELECT l.label_id, l.sscc, p.weight_g, p.state, p.handed_over_at FROM label l JOIN parcel p USING (sscc) "
        "JOIN fulfilment f ON f.fulfilment_id = p.fulfilment_id JOIN orders o ON o.order_id = p.order_id "
        f"WHERE l.carrier_id = %s AND p.site_id = %s AND {_ON_NO_LIST.format(until='%s', since='%s')} ORDER BY l.sscc",
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


@dataclass(frozen=True, slots=True)
class CarrierDay:
    """A carrier's day at a site: from midnight to midnight on its wall, and the services that leave on it."""

    site_id: str
    carrier_id: str
    day: date
    begins: datetime
    ends: datetime
    service_ids: tuple[str, ...]

    @property
    def carrier_at_site(self) -> tuple[str, str]:
        return self.site_id, self.carrier_id


# All in one: Today asks it of every carrier at every site.
_STANDING = """
WITH asked AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) WITH ORDINALITY
    a (site_id, carrier_id, ends, number)
), driving AS (
    SELECT * FROM unnest(%s::int[], %s::text[]) d (number, service_id)
)
SELECT (SELECT count(*)::int FROM fulfilment f JOIN orders o USING (order_id) WHERE f.site_id = a.site_id
        AND f.state IN ('planned', 'released', 'picked', 'packed', 'labelled') AND f.departs < a.ends
        AND f.service_id IN (SELECT service_id FROM driving d WHERE d.number = a.number)
        AND o.state = 'open' AND NOT o.stopped) AS to_ship,
    (SELECT count(*)::int FROM parcel p JOIN label l ON l.sscc = p.sscc AND l.state = 'bought'
        WHERE p.site_id = a.site_id AND p.state = 'packed' AND l.carrier_id = a.carrier_id) AS at_dock
FROM asked a ORDER BY a.number
"""
_LAST_PICKUPS = """
SELECT coalesce(k.pickup_id, '') AS pickup_id, coalesce(k.state, '') AS pickup_state,
    coalesce(k.says, '') AS pickup_says
FROM unnest(%s::text[], %s::text[], %s::date[]) WITH ORDINALITY a (site_id, carrier_id, day, number) LEFT JOIN LATERAL (
    SELECT pickup_id, state, says FROM pickup WHERE pickup.site_id = a.site_id AND pickup.carrier_id = a.carrier_id
    AND pickup.day = a.day ORDER BY wanted_at DESC, pickup_id DESC LIMIT 1
) k ON true ORDER BY a.number
"""
# Of an instant that it does not know the planner thinks that a third of all that ever left came after it, and reads all
# parcels; of two it thinks that little lies between them, as it does.
_LEFT_SINCE = "handed_over_at BETWEEN %s AND 'infinity'"
_TAKEN = f"""
WITH asked AS (SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) a (site_id, carrier_id, begins)),
gone AS MATERIALIZED (
    SELECT site_id, sscc, handed_over_at FROM parcel WHERE site_id IN (SELECT site_id FROM asked) AND {_LEFT_SINCE}
)
SELECT DISTINCT a.site_id, a.carrier_id FROM gone g JOIN label l USING (sscc)
JOIN asked a ON a.site_id = g.site_id AND a.carrier_id = l.carrier_id AND a.begins <= g.handed_over_at
"""


def standing(tx: Transaction, days: Sequence[CarrierDay]) -> list[Any]:
    """A row of each day, in their order.

    `to_ship`: fulfilment orders that are to leave by its services before it ends, and have not; `at_dock`: parcels
    with a label of the carrier at the dock.
    """
    if not days:
        return []
    columns = zip(*((one.site_id, one.carrier_id, one.ends) for one in days), strict=True)
    driving = [(number, service_id) for number, one in enumerate(days, 1) for service_id in one.service_ids]
    return tx.rows(_STANDING, *map(list, columns), [number for number, _ in driving], [name for _, name in driving])


def last_pickups(tx: Transaction, days: Sequence[CarrierDay]) -> list[Any]:
    """Rows (pickup_id, pickup_state, pickup_says) of each day's last pickup, in their order; '' where there is none."""
    if not days:
        return []
    columns = zip(*((one.site_id, one.carrier_id, one.day) for one in days), strict=True)
    return tx.rows(_LAST_PICKUPS, *map(list, columns))


def taken(tx: Transaction, days: Sequence[CarrierDay]) -> set[tuple[str, str]]:
    """(site, carrier) of those that took anything since their day began."""
    if not days:
        return set()
    columns = zip(*((one.site_id, one.carrier_id, one.begins) for one in days), strict=True)
    begun = min(one.begins for one in days)
    return {(row.site_id, row.carrier_id) for row in tx.rows(_TAKEN, *map(list, columns), begun)}


# In one pass, however many carriers a site has: what is on no list is rare, and all that stands at the dock or left
# lately is looked at. What is packed is asked by itself: of a parcel whose delivery was taken back the fulfilment order
# has left, though another parcel of it may not have.
_TO_LIST = f"""
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) a (site_id, carrier_id, ends)
), going AS MATERIALIZED (
    SELECT sscc FROM parcel WHERE site_id IN (SELECT site_id FROM asked) AND state = 'packed'
    UNION ALL SELECT sscc FROM parcel
    WHERE site_id IN (SELECT site_id FROM asked) AND {_LEFT_SINCE} AND state = 'handed_over'
)
SELECT DISTINCT a.site_id, a.carrier_id FROM going JOIN parcel p USING (sscc)
JOIN fulfilment f USING (fulfilment_id) JOIN label l ON l.sscc = p.sscc
JOIN asked a ON a.site_id = f.site_id AND a.carrier_id = l.carrier_id JOIN orders o ON o.order_id = f.order_id
WHERE {_ON_NO_LIST.format(until="a.ends", since="%s")}
"""


def to_list(tx: Transaction, days: Sequence[CarrierDay], since: datetime) -> set[tuple[str, str]]:
    """(site, carrier) of those for which there is anything `unlisted`, of their day or handed over since."""
    if not days:
        return set()
    columns = zip(*((one.site_id, one.carrier_id, one.ends) for one in days), strict=True)
    return {(row.site_id, row.carrier_id) for row in tx.rows(_TO_LIST, *map(list, columns), since, since)}


def own_carriers(tx: Transaction) -> set[str]:
    """Carriers that are our own vehicles: nobody is to be told or booked."""
    return {row.carrier_id for row in tx.rows(*OWN)}
