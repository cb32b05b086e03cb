"""Papers behind the pages: a label, slip, list or manifest, to be looked at and printed by the browser."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.flow.papers import make_paper
from doorstep.papers.values import PaperKind
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import FloorSeen, OrdersSeen, Visit

router = APIRouter()


@router.get("/parcels/{sscc}/label.pdf")
def show_label(visit: OrdersSeen, sscc: str) -> Response:
    """The parcel's label, 4 by 6 inches."""
    return _paper(visit, PaperKind.LABEL, sscc)


@router.get("/parcels/{sscc}/packing-slip.pdf")
def show_slip(visit: OrdersSeen, sscc: str) -> Response:
    """What lies in the parcel."""
    return _paper(visit, PaperKind.PACKING_SLIP, sscc)


@router.get("/shipments/{fulfilment_id}/bill-of-lading.pdf")
def show_bill(visit: OrdersSeen, fulfilment_id: str) -> Response:
    """The bill of lading of a fulfilment order."""
    return _paper(visit, PaperKind.BILL_OF_LADING, fulfilment_id)


@router.get("/sites/{site_id}/pick-list.pdf")
def show_pick_list(visit: FloorSeen, site_id: str) -> Response:
    """What a site has to pick now."""
    return _paper(visit, PaperKind.PICK_LIST, site_id)


@router.get("/sites/{site_id}/manifests/{carrier_id}.pdf")
def show_manifest(visit: FloorSeen, site_id: str, carrier_id: str) -> Response:
    """What waits at a site's dock for a carrier."""
    return _paper(visit, PaperKind.MANIFEST, f"{site_id}/{carrier_id}")


def _paper(visit: Visit, kind: PaperKind, subject: str) -> Response:
    made = make_paper(visit.office, kind, subject)
    if isinstance(made, Refusal):
        raise RefusedError(made)
    return Response(made.content, media_type=made.media_type, headers={"Cache-Control": "no-store"})
