"""Parcels: where each is, its label to print, and what carriers tell about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from doorstep.api import problems
from doorstep.api.answers import ScanOut, ScansOut, TrackingOut, TroublesOut
from doorstep.api.bodies import DrawingOf, ShipmentPage
from doorstep.api.given import CarrierId, Reading, Sscc, TrackingNumber
from doorstep.api.order_answers import ShipmentOut, ShipmentsOut
from doorstep.api.problems import REFUSALS, ProblemError, granted
from doorstep.api.rate_answers import RatesOut
from doorstep.api.statuses import or_problem
from doorstep.flow import look_parcels, rates, track, troubles
from doorstep.terms.refusals import Why

router = APIRouter(tags=["parcels"])
carriers_router = APIRouter(tags=["carriers"])

SVG = "image/svg+xml"
# The file's ending by media type; what is not listed is handed out as bytes that nobody will run.
_ENDINGS = {"application/zpl": "zpl", "application/pdf": "pdf", "image/png": "png"}


@router.get("/shipments")
def list_shipments(office: Reading, page: Annotated[ShipmentPage, Query()]) -> ShipmentsOut:
    """Parcels, newest first, a page at a time."""
    views = look_parcels.shipment_list(office, page.after, page.limit, page.order_id)
    return ShipmentsOut.of(views, page.limit)


@router.get("/shipments/{sscc}", responses=or_problem(404))
def show_shipment(office: Reading, sscc: Sscc) -> ShipmentOut:
    """One parcel by its SSCC."""
    return ShipmentOut.of(granted(look_parcels.shipment(office, sscc)))


@router.get(
    "/shipments/{sscc}/label",
    response_class=Response,
    responses={
        **or_problem(404, 409),
        200: {
            "description": "The label as the carrier made it.",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _ENDINGS},
        },
    },
)
def download_label(office: Reading, sscc: Sscc) -> Response:
    """The document of the parcel's label, as the carrier made it, to be printed."""
    document = granted(look_parcels.label_document(office, sscc))
    ending = _ENDINGS.get(document.media_type, "bin")
    return Response(
        document.content,
        media_type=document.media_type if document.media_type in _ENDINGS else "application/octet-stream",
        headers={
            # Made of digits alone: no carrier has a say in what the file is called.
            "Content-Disposition": f'attachment; filename="label-{sscc}.{ending}"',
            "ETag": f'"{document.digest}"',
        },
    )


@router.get("/parcels/{sscc}/rates", responses=or_problem(404, 409))
def ask_rates(office: Reading, sscc: Sscc) -> RatesOut:
    """What every carrier that is connected asks for the parcel now; nothing is bought."""
    return RatesOut.of(granted(rates.ask_rates(office, sscc)))


@router.get(
    "/parcels/{sscc}/drawing",
    response_class=Response,
    responses={
        **or_problem(404, 409),
        200: {"description": "The drawing.", "content": {SVG: {"schema": {"type": "string"}}}},
    },
)
def draw_parcel(office: Reading, sscc: Sscc, asked: Annotated[DrawingOf, Query()]) -> Response:
    """How the parcel was packed, as a drawing: its units numbered in the order in which they went in."""
    drawing = look_parcels.parcel_drawing(office, sscc, asked.upto, legend=asked.legend, flat=asked.flat)
    return Response(granted(drawing).svg, media_type=SVG)


@router.get("/tracking/{carrier_id}/{tracking_number}", responses=or_problem(404))
def show_tracking(office: Reading, carrier_id: CarrierId, tracking_number: TrackingNumber) -> TrackingOut:
    """Where the parcel with a carrier's number is."""
    return TrackingOut.of(granted(look_parcels.tracking(office, carrier_id, tracking_number)))


@router.get("/troubles")
def list_troubles(office: Reading) -> TroublesOut:
    """What is stuck and needs a person, with what to do about it."""
    return TroublesOut.of(troubles.troubles(office))


async def raw_body(request: Request) -> bytes:
    """The bytes as they came: the signature is over them."""
    return await request.body()


def signed_body(
    office: Reading, request: Request, carrier_id: CarrierId, raw: Annotated[bytes, Depends(raw_body)]
) -> bytes:
    """The body as it came, which the carrier has signed now."""
    secrets = request.app.state.secrets.get(carrier_id)
    if not secrets:
        says = f"No carrier {carrier_id} sends messages here."
        raise ProblemError(REFUSALS[Why.UNKNOWN_CARRIER], says, {"carrier_id": carrier_id})
    forged = track.authentic(office, carrier_id, secrets, request.headers, raw, office.store.clock.now())
    if forged:
        raise ProblemError(problems.NOT_AUTHENTIC, f"The message is not taken: {forged.why}.")
    return raw


Signed = Annotated[bytes, Depends(signed_body)]


@carriers_router.post(
    "/carriers/{carrier_id}/scans",
    status_code=202,
    responses=or_problem(403, 404),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
)
def take_scan(office: Reading, carrier_id: CarrierId, raw: Signed) -> ScanOut:
    """A carrier's signed message. It is stored before it is answered; what cannot be applied is parked, not lost.

    The carrier proves itself by the signature in its headers, not by an API key.
    """
    return ScanOut.model_validate(track.take_scan(office, carrier_id, raw))


@carriers_router.post(
    "/carriers/{carrier_id}/scans/batch",
    status_code=202,
    responses=or_problem(403, 404),
    openapi_extra={"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def take_scans(office: Reading, carrier_id: CarrierId, raw: Signed) -> ScansOut:
    """Many messages of a carrier, one a line, the whole signed as one message is. One answer for each, in their order.

    They are taken as if they had come one after the other: a bad one spoils no other.
    """
    messages = [line for line in raw.splitlines() if line.strip()]
    taken = track.take_scans(office, carrier_id, messages)
    return ScansOut(scans=[ScanOut.model_validate(one) for one in taken])
