"""How a parcel was packed: whole, and unit by unit for whoever packs."""

from __future__ import annotations

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from doorstep.access.roles import Permission
from doorstep.flow.look_packed import parcel_why
from doorstep.flow.look_parcels import labels_made, parcel_drawing, shipment
from doorstep.flow.rates import ask_rates
from doorstep.packing.draw import Drawing
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import CostsSeen, OrdersSeen

router = APIRouter()


@router.get("/parcels/{sscc}")
def show_parcel(visit: OrdersSeen, sscc: str, step: str = "") -> Response:
    """One parcel; with `step` its drawing after so many units, the last of them marked."""
    found = shipment(visit.office, sscc)
    if isinstance(found, Refusal):
        raise RefusedError(found)
    upto = int(step) if step.isdecimal() and 0 < int(step[:6]) < 100_000 else None
    drawing = parcel_drawing(visit.office, sscc, upto)
    why, currency = parcel_why(visit.office, found.order_id, sscc)
    return visit.page(
        "parcel.html",
        parcel=found.parcel,
        order_id=found.order_id,
        zone=visit.company.zone_of(found.site_id),
        labels=labels_made(visit.office, found.order_id),
        why=why,
        currency=currency,
        costs_seen=visit.may(Permission.SEE_COSTS),
        drawing=None if isinstance(drawing, Refusal) else drawing,
        svg=None if isinstance(drawing, Refusal) else svg_of(drawing, sscc),
        undrawn=drawing.says if isinstance(drawing, Refusal) else "",
        step=None if isinstance(drawing, Refusal) or upto is None else drawing.shown,
    )


@router.get("/parcels/{sscc}/rates")
def ask_what_it_costs(visit: CostsSeen, sscc: str) -> Response:
    """What carriers ask for one parcel now; they are asked when the page is opened."""
    told = ask_rates(visit.office, sscc)
    if isinstance(told, Refusal):
        raise RefusedError(told)
    return visit.page("rates.html", told=told)


def svg_of(drawing: Drawing, sscc: str) -> Markup:
    """The drawing to be put into a page, where its marks must not be another drawing's.

    It is safe as it is: `packing.draw` escapes the names in it.
    """
    return Markup(drawing.svg.replace('id="dp', f'id="p{sscc}-').replace("url(#dp", f"url(#p{sscc}-"))
