"""What people see of a site: its name and time zone, and the work that waits on its floor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.flow.marks import marks_of_item
from doorstep.flow.office import Office
from doorstep.storage.queries import floor, master
from doorstep.storage.queries.master import Site
from doorstep.terms.places import SiteKind
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site, the time zone its clocks show, and whose it is."""

    site_id: str
    name: str
    zone: str
    kind: SiteKind = SiteKind.OWN


@dataclass(frozen=True, slots=True)
class TaskView:
    """Units to take from a bin, for which fulfilment order, until when it must leave, and the marks it will need."""

    task_id: str
    place_id: str
    item_id: str
    lot: str
    quantity: int
    fulfilment_id: str
    order_id: str
    ship_by: datetime
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToPackView:
    """A fulfilment order whose goods all lie on the pack bench."""

    fulfilment_id: str
    order_id: str
    units: int
    ship_by: datetime
    on_hold: bool


@dataclass(frozen=True, slots=True)
class AtDockView:
    """A packed parcel: with its label (state 'bought') it waits for its carrier, without one for the label."""

    sscc: str
    fulfilment_id: str
    order_id: str
    carrier_id: str
    tracking_number: str
    label_state: str
    ship_by: datetime
    on_hold: bool


@dataclass(frozen=True, slots=True)
class FloorView:
    """The work of a site: how many fulfilment orders are planned for it, what to pick, to pack and to hand over."""

    site: SiteView
    planned: int
    tasks: tuple[TaskView, ...]
    to_pack: tuple[ToPackView, ...]
    at_dock: tuple[AtDockView, ...]


def site_view(site: Site) -> SiteView:
    return SiteView(site.site_id, site.name, site.calendar.zone, site.kind)


def sites(office: Office) -> tuple[SiteView, ...]:
    """Every site of the company."""
    with office.store.reading(wide=True) as tx:
        return tuple(map(site_view, master.sites(tx).values()))


def work(office: Office, site_id: str) -> FloorView | Refusal:
    """What waits at a site, bins in their order, then what must leave first."""
    with office.store.reading(wide=True) as tx:
        site = master.sites(tx).get(site_id)
        if site is None:
            return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
        planned = tx.one(
            "SELECT count(*)::int AS planned FROM fulfilment WHERE site_id = %s AND state = 'planned'", site_id
        )
        to_pack = tx.rows(
            "SELECT f.fulfilment_id, f.order_id, (SELECT coalesce(sum(quantity), 0)::int FROM bench b "
            "WHERE b.fulfilment_id = f.fulfilment_id) AS units, f.ship_by, o.stopped FROM fulfilment f "
            "JOIN orders o USING (order_id) WHERE f.site_id = %s AND f.state = 'picked' "
            "ORDER BY f.ship_by, f.fulfilment_id",
            site_id,
        )
        at_dock = tx.rows(
            "SELECT p.sscc, p.fulfilment_id, p.order_id, coalesce(l.carrier_id, '') AS carrier_id, "
            "coalesce(l.tracking_number, '') AS tracking_number, coalesce(l.state, '') AS label_state, f.ship_by, "
            "o.stopped FROM parcel p JOIN fulfilment f USING (fulfilment_id) "
            "JOIN orders o ON o.order_id = p.order_id LEFT JOIN LATERAL (SELECT * FROM label "
            "WHERE label.sscc = p.sscc ORDER BY label_id DESC LIMIT 1) l ON true "
            "WHERE p.site_id = %s AND p.state = 'packed' ORDER BY f.ship_by, p.sscc",
            site_id,
        )
        tasks = floor.open_tasks(tx, site_id)
        items = master.items(tx, {task.item_id for task in tasks})
        services = {service.service_id: service for service in master.services(tx)}
    return FloorView(
        site=site_view(site),
        planned=planned.planned,
        tasks=tuple(
            TaskView(
                *(t.task_id, t.place_id, t.item_id, t.lot, t.quantity, t.fulfilment_id, t.order_id, t.ship_by),
                marks=marks_of_item(items.get(t.item_id), services.get(t.service_id)),
            )
            for t in tasks
        ),
        to_pack=tuple(ToPackView(*row) for row in to_pack),
        at_dock=tuple(AtDockView(*row) for row in at_dock),
    )
