"""What freight costs, charge by charge: of the order's own page, or a page of its own without scripts."""

from __future__ import annotations

from itertools import groupby

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.flow.freight_charges import LABEL, charges_of
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import CostsSeen

router = APIRouter()


@router.get("/orders/{order_id}/charges")
def show_charges(visit: CostsSeen, order_id: str) -> Response:
    """Base price, fuel, surcharges and discounts of each shipment, and what they rest on."""
    told = charges_of(visit.office, order_id)
    if isinstance(told, Refusal):
        raise RefusedError(told)
    shipments = [list(charges) for _, charges in groupby(told, key=lambda charge: charge.fulfilment_id)]
    return visit.page("charges.html", order_id=order_id, shipments=shipments, label=LABEL)
