"""The page of one order, as `doorstep order show` prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from doorstep.cli.output import table
from doorstep.cli.words import chance, moment, money, plainly, short_day, short_window

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look import OrderView
    from doorstep.flow.look_site import SiteView

AGAINST = {"asked": "what was asked", "first": "the first promise", "agreed": "what was agreed last"}


def zone_of(view: OrderView, sites: Mapping[str, SiteView]) -> str:
    """The zone an order's times are told in: that of the site that ships it first, else of the company's first site."""
    shipping = [sites[made.site_id].zone for made in view.fulfilments if made.site_id in sites]
    return next(iter([*shipping, *(site.zone for site in sites.values())]), "UTC")


def heading(view: OrderView, zone: str) -> str:
    """One line: which order, whose, how far, since when."""
    words = [f"Order {view.order_id}", f"of {view.customer_id}"]
    if view.reference:
        words.append(f"({view.reference})")
    state = plainly(view.state).lower() + (", on hold" if view.stopped else "")
    placed = f"placed {moment(view.placed_at, zone)}"
    cleared = "" if view.cleared_at else ", waits for payment"
    return f"{' '.join(words)}: {state}{cleared}, {placed} ({zone})"


def order_page(view: OrderView, sites: Mapping[str, SiteView]) -> Iterator[Part]:
    """Everything about an order, its times on the clock of the site that ships it."""
    zone = zone_of(view, sites)
    yield heading(view, zone)
    if view.asked_from or view.asked_by:
        asked = f"from {short_day(view.asked_from)} " if view.asked_from else ""
        yield f"Asked for: {asked}{f'by {short_day(view.asked_by)}' if view.asked_by else ''}".rstrip()
    yield ""
    yield _lines(view)
    yield _promises(view, zone)
    if view.fulfilments:
        rows = [
            (
                made.fulfilment_id,
                made.site_id,
                made.service_id,
                plainly(made.state),
                moment(made.ship_by, zone),
                money(made.cost_minor, view.currency),
            )
            for made in view.fulfilments
        ]
        columns = ("Fulfilment order", "Site", "Service", "State", "Must leave by", "#Cost")
        yield table("Fulfilment orders", *columns, rows=rows)
    if view.parcels:
        yield from _parcels(view, zone)
    if view.costs:
        yield _costs(view)
    if view.scores:
        yield _scores(view)


def _lines(view: OrderView) -> Part:
    rows = []
    for line in view.lines:
        for number, part in enumerate(line.parts):
            first = (
                (line.line_no, line.item_id, line.ordered, line.cancelled or "") if number == 0 else ("", "", "", "")
            )
            name = "" if part.item_id == line.item_id else part.item_id
            rows.append((*first, name, part.waiting or "", part.held or "", part.picked or "", part.shipped or ""))
    columns = ("#Line", "Item", "#Ordered", "#Cancelled", "Part", "#Waiting", "#Held", "#Picked", "#Shipped")
    used = [number for number in range(len(columns)) if any(row[number] for row in rows)]
    kept = [[row[number] for number in used] for row in rows]
    return table("Lines", *(columns[number] for number in used), rows=kept)


def _promises(view: OrderView, zone: str) -> Part:
    rows = []
    for made in view.promises:
        whole = next((one for one in made.windows if not one.line_no), None)
        why = made.cause + (f" (by {made.caused_by})" if made.caused_by else "")
        for one in made.windows:
            if one is not whole and whole and (one.first_day, one.last_day) == (whole.first_day, whole.last_day):
                continue  # the whole order's promise says it already
            what = f"line {one.line_no}" if one.line_no else "the whole order"
            told = short_window(one.first_day, one.last_day)
            rows.append((made.revision, what, told, chance(one.ppm), moment(made.promised_at, zone), why or "-"))
    return table("Promises", "#No", "For", "Delivered", "#Probability", "Promised", "Why", rows=rows)


def _parcels(view: OrderView, zone: str) -> Iterator[Part]:
    rows, journeys = [], []
    for parcel in view.parcels:
        label = parcel.tracking_number or (f"label {parcel.label_state}" if parcel.label_state else "no label yet")
        now = plainly(parcel.milestone or parcel.state)
        carton = f"{parcel.carton_id or 'its own'}, {parcel.weight_g} g"
        what = (parcel.sscc, carton, parcel.carrier_id or "-", label)
        rows.append((*what, now, short_day(parcel.eta)))
        instants = (parcel.packed_at, parcel.handed_over_at, parcel.first_scanned_at, parcel.delivered_at)
        journeys.append((parcel.sscc, *(moment(at, zone) for at in instants)))
    yield table("Parcels", "SSCC", "Carton", "Carrier", "Tracking number", "State", "Expected", rows=rows)
    for parcel in view.parcels:
        if parcel.label_state == "failed":
            yield f"  The carrier refused the label of {parcel.sscc}: {parcel.label_says}"
    yield table("Their way", "SSCC", "Packed", "Handed over", "First scan", "Delivered", rows=journeys)


def _costs(view: OrderView) -> Part:
    rows = [(plainly(cost.kind), money(cost.amount_minor, cost.currency), cost.source) for cost in view.costs]
    if len({cost.currency for cost in view.costs}) == 1:
        rows.append(("Together", money(sum(cost.amount_minor for cost in view.costs), view.costs[0].currency), ""))
    return table("Costs", "What", "#Amount", "From", rows=rows)


def _scores(view: OrderView) -> Part:
    rows = [
        (
            AGAINST.get(score.against, score.against),
            "kept" if score.kept else f"broken: {plainly(score.reason).lower()}",
            short_day(score.last_day),
            short_day(score.delivered_on),
        )
        for score in view.scores
    ]
    return table("How the promises ended", "Measured by", "Ended", "Promised by", "Delivered", rows=rows)
