"""Stock: what each site has, holds for orders and can promise, and what is to come."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.flow.look_stock import inbound_page, stock_page
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import StockSeen
from doorstep.web.links import links_of

router = APIRouter()


@router.get("/stock")
def list_stock(visit: StockSeen, q: str = "", site: str = "", wanting: str = "", after: str = "") -> Response:
    """Items at sites."""
    found = stock_page(visit.office, q, site, bool(wanting), after)
    if isinstance(found, Refusal):
        raise RefusedError(found)
    chosen = {"q": q.strip(), "site": site, "wanting": "1" if wanting else ""}
    return visit.page("stock.html", found=found, chosen=chosen, link=links_of("/stock", chosen), after=after)


@router.get("/stock/inbound")
def list_inbound(visit: StockSeen, q: str = "", site: str = "", after: str = "") -> Response:
    """What suppliers are to bring, the next due first."""
    found = inbound_page(visit.office, q, site, after)
    if isinstance(found, Refusal):
        raise RefusedError(found)
    chosen = {"q": q.strip(), "site": site}
    return visit.page("inbound.html", found=found, chosen=chosen, link=links_of("/stock/inbound", chosen), after=after)
