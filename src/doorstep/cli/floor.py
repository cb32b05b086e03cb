"""The floor: planning, releasing, picking, packing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstep.cli.desk import opened
from doorstep.cli.options import Acting, AsJson, Key, Serials
from doorstep.cli.output import table
from doorstep.cli.words import many, moment, money

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_site import FloorView
    from doorstep.flow.pack import PackDone
    from doorstep.flow.pick import PickDone
    from doorstep.flow.plan import Planned
    from doorstep.flow.release import Released

_MOST_SHOWN = 40
Site = Annotated[str, typer.Argument(metavar="SITE", help="The site's id, such as CS.")]
Fulfilment = Annotated[str, typer.Argument(metavar="FULFILMENT", help="The fulfilment order's id, such as ful_01k...")]


def plan(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, and change nothing.")] = False,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Plan all open orders together, now. (`run-due` and the worker do it by themselves.)"""
    from doorstep.flow.plan import plan_open_orders
    from doorstep.flow.plan_all import plan_all_open

    with opened(context, acting=acting, as_json=as_json) as desk:
        if dry_run:
            told = plan_open_orders(desk.office, desk.who, dry_run=True)
        else:
            told = plan_all_open(desk.office, desk.who)
        desk.show(told, lambda: _planned(told, desk.currency(), dry_run))


def release(
    context: typer.Context,
    site_id: Site,
    at_most: Annotated[int, typer.Option(min=1, max=1000, help="How many fulfilment orders.")] = 100,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Send planned work to the floor of a site: what must leave first comes first, and every unit gets its bin."""
    from doorstep.flow.release import release_wave

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(release_wave(desk.office, desk.who, site_id, at_most))
        desk.show(told, lambda: _released(told, site_id))


def tasks(context: typer.Context, site_id: Site, as_json: AsJson = False) -> None:
    """What is to be done at a site: units to pick in the order of the bins, goods to pack, parcels at the dock."""
    from doorstep.flow import look_site

    with opened(context, as_json=as_json) as desk:
        view = desk.granted(look_site.work(desk.office, site_id))
        desk.show(view, lambda: _floor(view))


def pick(
    context: typer.Context,
    task_id: Annotated[str, typer.Argument(metavar="TASK", help="The pick task's id, such as tsk_01k...")],
    found: Annotated[int, typer.Option(min=0, help="How many units were taken; fewer than wanted is a short pick.")],
    serials: Serials = [],  # noqa: B006  (Typer makes a new one for each call)
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Units were taken from a bin. What was not found is planned again from elsewhere."""
    from doorstep.flow.pick import confirm_pick

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(confirm_pick(desk.office, desk.who, task_id, found, desk.key, serials))
        desk.show(told, lambda: _picked(told))


def pack(
    context: typer.Context,
    fulfilment_id: Fulfilment,
    weights_g: Annotated[
        list[int], typer.Option("--weight", min=1, help="The scale's grams, once for each parcel.", show_default=False)
    ] = [],  # noqa: B006
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Put picked goods into the cartons that cost least; each packing is checked before it is closed."""
    from doorstep.flow.pack import pack as packing

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(packing(desk.office, desk.who, fulfilment_id, desk.key, weights_g))
        desk.show(told, lambda: _packed(told, desk.currency()))


def _planned(told: Planned, currency: str, dry_run: bool) -> Iterator[Part]:
    shown = told.changed[:_MOST_SHOWN]
    if shown:
        rows = [(each.order_id, each.before or "-", each.after or "waits") for each in shown]
        title = "Plans that would change" if dry_run else "Plans that changed"
        yield table(title, "Order", "Before", "After", rows=rows)
    if len(told.changed) > len(shown):
        yield f"... and {len(told.changed) - len(shown)} more."
    if not told.orders and not told.waiting:
        yield "There was nothing to plan anew."
        return
    moved = sum(each.moved for each in told.changed)
    stood = f"of the plans that could stand, {moved} changed"
    yield f"{many(len(told.orders), 'order')} planned together; {stood}."
    if told.waiting:
        yield f"{many(len(told.waiting), 'order')} must wait for stock or room: {', '.join(told.waiting)}."
    least = f"no plan costs less than {money(told.bound_minor, currency)}"
    apart = f"one after the other they would cost {money(told.apart_minor, currency)}"
    yield f"Their avoidable cost is {money(told.cost_minor, currency)}; {least}, {apart}."
    if told.full_minor != told.cost_minor:
        full = money(told.full_minor, currency)
        yield f"Their full cost is {full}, with handling by shifts that are paid in any case."
    if dry_run:
        yield "Nothing was changed."


def _released(told: Released, site_id: str) -> str:
    if not told.wave_id:
        said = f"There is nothing to release at {site_id}. What waits for a later day goes a working day before it."
    else:
        work, tasks = many(len(told.fulfilment_ids), "fulfilment order"), many(len(told.task_ids), "pick task")
        said = f"Wave {told.wave_id}: {work}, {tasks}. See them: doorstep tasks {site_id}"
    if told.left_out:
        said += f"\nLeft out, their bins do not have enough: {', '.join(told.left_out)}"
    return said


def _floor(view: FloorView) -> Iterator[Part]:
    site, zone = view.site, view.site.zone
    whose = {"own": "", "store": ", a store", "3pl": ", a third party", "vendor": ", a vendor"}[site.kind]
    yield f"{site.name} ({site.site_id}{whose}). Times are those of {zone}."
    if view.planned:
        yield f"{many(view.planned, 'fulfilment order')} planned. Send to the floor: doorstep release {site.site_id}"
    if view.tasks:
        rows = [
            (
                t.place_id,
                t.item_id,
                t.quantity,
                t.task_id,
                t.fulfilment_id,
                moment(t.ship_by, zone),
                "; ".join(filter(None, (t.lot, *t.marks))),
            )
            for t in view.tasks
        ]
        columns = ("Bin", "Item", "#Units", "Task", "Fulfilment order", "Must leave by", "Lot, marks")
        yield _table("To pick", *columns, rows=rows)
    if view.to_pack:
        packs = [
            (p.fulfilment_id, p.order_id, p.units, moment(p.ship_by, zone), "on hold: set aside" if p.on_hold else "")
            for p in view.to_pack
        ]
        yield _table("To pack", "Fulfilment order", "Order", "#Units", "Must leave by", "", rows=packs)
    if view.at_dock:
        docked = [
            (
                *(p.sscc, p.carrier_id or "-", p.tracking_number or f"label {p.label_state or 'missing'}"),
                *(moment(p.ship_by, zone), p.order_id, "on hold: set aside" if p.on_hold else ""),
            )
            for p in view.at_dock
        ]
        yield _table("At the dock", "SSCC", "Carrier", "Tracking number", "Must leave by", "Order", "", rows=docked)
    if not (view.planned or view.tasks or view.to_pack or view.at_dock):
        yield "There is nothing to do here."


def _table(title: str, *columns: str, rows: Sequence[Sequence[Any]]) -> Part:
    """A table without its last column where that would be empty."""
    if any(row[-1] for row in rows):
        return table(title, *columns, rows=rows)
    return table(title, *columns[:-1], rows=[row[:-1] for row in rows])


def _picked(told: PickDone) -> str:
    said = f"Picked {told.found}." + (f" {told.short} were short and are planned again." if told.short else "")
    if told.to_pack:
        return f"{said} All of it is on the bench. Next: doorstep pack {told.fulfilment_id}"
    return said


def _packed(told: PackDone, currency: str) -> tuple[Part, ...]:
    rows = [
        (
            parcel.sscc,
            parcel.carton_id,
            f"{parcel.weight_g} g",
            ", ".join(f"{inside.quantity} {inside.item_id}" for inside in parcel.contents),
        )
        for parcel in told.parcels
    ]
    caption = (
        f"The cartons cost {money(told.cost_minor, currency)}.\nLabels come with the worker, or now: doorstep run-due"
    )
    return table("At the dock", "SSCC", "Carton", "#Weight", "Inside", rows=rows), caption
