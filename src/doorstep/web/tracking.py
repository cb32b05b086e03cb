"""The customer's page: no account, no script, a link that nobody can guess; and how such a link is made."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from doorstep.flow.tracking_link import make_link, revoke_links, tracked
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import FormSent, LinksMade, go_to, office_of, reached_of
from doorstep.web.orders import order_shown
from doorstep.web.templating import render

router = APIRouter()


@router.get("/t/{token}")
def show_tracking(request: Request, token: str) -> Response:
    """Where an order is, for whoever has its link. Wrong, ended and revoked links look alike."""
    office = office_of(request)
    found = tracked(office, token)
    if isinstance(found, Refusal):
        return render(request, "tracking_over.html", status=404, says=found.says)
    return render(request, "tracking.html", order=found, now=office.store.clock.now())


@router.post("/orders/{order_id}/tracking-link")
def make_tracking_link(visit: LinksMade, form: FormSent, order_id: str) -> Response:
    """A new link for the customer: shown here and never again."""
    told = make_link(visit.office, visit.who, order_id, f"web/{visit.who.actor}/{form.one('key')[:64]}")
    if isinstance(told, Refusal):
        raise RefusedError(told)
    address = reached_of(visit.request).address or str(visit.request.base_url).rstrip("/")
    return order_shown(visit, order_id, made_link=f"{address}/t/{told.token}")


@router.post("/orders/{order_id}/tracking-link/revoke")
def revoke_tracking_links(visit: LinksMade, form: FormSent, order_id: str) -> Response:
    """Every link to the order leads nowhere from now on."""
    told = revoke_links(visit.office, visit.who, order_id, f"web/{visit.who.actor}/{form.one('key')[:64]}")
    if isinstance(told, Refusal):
        raise RefusedError(told)
    return go_to(f"/orders/{order_id}")
