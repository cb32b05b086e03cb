"""Sites and the places in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from doorstep.events.envelope import Body, plain
from doorstep.events.master import PlaceDefined, SiteDefined
from doorstep.flow.imports.definitions import Definitions, Known
from doorstep.flow.imports.people import person_of, wrong_address
from doorstep.flow.imports.values import Work
from doorstep.intake.values import PlaceRow, SiteRow
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.places import NodeTerms, PlaceKind, SiteKind, site_of

_CALENDAR = TypeAdapter(Calendar)
_TERMS = TypeAdapter(NodeTerms)
_PLACES_IN = (
    "SELECT site_id AS object_id, place_id AS user FROM place WHERE site_id = ANY(%s) AND kind = 'bin' "
    "UNION ALL SELECT site_id, fulfilment_id FROM fulfilment WHERE site_id = ANY(%s) "
    "UNION ALL SELECT site_id, service_id FROM service, jsonb_object_keys(service->'cut_offs') AS c (site_id) "
    "WHERE c.site_id = ANY(%s)"
)


class Sites(Definitions):
    """Sites, each with its pack bench and dock; their bins come as places."""

    object_type = "site"

    def name_of(self, value: SiteRow) -> str:
        return value.site_id

    def known(self, tx: Transaction, values: Sequence[SiteRow]) -> dict[str, Known]:
        wanted = {value.site_id for value in values}
        sites = [site for site in master.sites(tx).values() if site.site_id in wanted]
        where = master.addresses(tx, [site.person_ref for site in sites])
        found = {}
        for site in sites:
            address: Any = where.get(site.person_ref)
            value = SiteRow(site.site_id, site.name, address, site.calendar, site.daily_orders, site.kind, site.terms)
            found[site.site_id] = Known(value, _kept(value, site.area, site.person_ref))
        return found

    def wrong(self, work: Work, value: SiteRow, mine: Known | None) -> str:
        if "/" in value.site_id or not value.site_id or value.site_id == "carrier":
            return f"{value.site_id or 'An empty text'} cannot name a site."
        if value.daily_orders < 0:
            return f"{value.daily_orders} orders cannot leave on a day."
        return wrong_address(value.address)

    def define(self, work: Work, value: SiteRow, mine: Known | None) -> Known:
        person_ref, area = person_of(work, value.address, mine), value.address.area
        made = (value.site_id, value.name, area, value.calendar, person_ref, value.daily_orders, value.kind)
        work.record(SiteDefined(*made, value.terms))
        return Known(value, _kept(value, area, person_ref))

    def restored(self, object_id: str, kept: Mapping[str, Any]) -> Body:
        calendar = _CALENDAR.validate_python(kept["calendar"])
        known = (kept["name"], kept["area"], calendar, kept["person_ref"], kept["daily_orders"])
        terms = _TERMS.validate_python(kept.get("terms", {}))  # what was kept before sites had terms has none
        return SiteDefined(object_id, *known, SiteKind(kept["kind"]), terms)

    def used(self, tx: Transaction, created: Collection[str], with_them: Collection[str]) -> dict[str, str]:
        rows = tx.rows(_PLACES_IN, *[list(created)] * 3)
        return {row.object_id: f"Site {row.object_id} is in use: {row.user}." for row in rows}

    def persons(self, tx: Transaction, names: Collection[str]) -> dict[str, str]:
        return {name: site.person_ref for name, site in master.sites(tx).items() if name in names}


def _kept(value: SiteRow, area: str, person_ref: str) -> dict[str, Any]:
    return {
        "name": value.name,
        "area": area,
        "calendar": plain(value.calendar),
        "person_ref": person_ref,
        "daily_orders": value.daily_orders,
        "kind": str(value.kind),
        "terms": plain(value.terms),
    }


class Places(Definitions):
    """Bins of sites that there are."""

    object_type = "place"

    def name_of(self, value: PlaceRow) -> str:
        return value.place_id

    def known(self, tx: Transaction, values: Sequence[PlaceRow]) -> dict[str, Known]:
        rows = tx.rows("SELECT place_id FROM place WHERE place_id = ANY(%s)", [value.place_id for value in values])
        self._sites = master.sites(tx)
        return {row.place_id: Known(PlaceRow(row.place_id), {}) for row in rows}

    def wrong(self, work: Work, value: PlaceRow, mine: Known | None) -> str:
        site_id, slash, name = value.place_id.partition("/")
        if not (site_id and slash and name.strip()):
            return f"{value.place_id} cannot name a bin: a bin is named with its site, such as CS/A-01."
        return "" if site_id in self._sites else f"There is no site {site_id}."

    def define(self, work: Work, value: PlaceRow, mine: Known | None) -> Known:
        work.record(_bin(value.place_id))
        return Known(value, {})

    def restored(self, object_id: str, kept: Mapping[str, Any]) -> Body:
        return _bin(object_id)

    def used(self, tx: Transaction, created: Collection[str], with_them: Collection[str]) -> dict[str, str]:
        rows = tx.rows("SELECT DISTINCT place_id, item_id FROM balance WHERE place_id = ANY(%s)", list(created))
        return {row.place_id: f"{row.item_id} stood in {row.place_id}: the books name it." for row in rows}


def _bin(place_id: str) -> PlaceDefined:
    return PlaceDefined(place_id, PlaceKind.BIN, site_of(place_id))
