"""Orders: found by what a person has in hand; and one order, with everything that is known of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from doorstep.access.roles import Permission
from doorstep.flow.explain import Explanation, explain
from doorstep.flow.look import OrderView
from doorstep.flow.look_chart import order_account
from doorstep.flow.look_orders import Late, OrderQuery, Sort, order_page, order_timeline
from doorstep.flow.look_parcels import labels_made, parcel_drawing
from doorstep.packing.draw import Drawing
from doorstep.planning.change import State
from doorstep.terms.refusals import Refusal
from doorstep.web import why
from doorstep.web.failures import RefusedError
from doorstep.web.given import OrdersSeen, Visit, go_to
from doorstep.web.links import links_of
from doorstep.web.parcels import svg_of

router = APIRouter()
_MOST_ROWS = 50
_MOST_DRAWN = 3
Word = TypeVar("Word", bound=StrEnum)


@router.get("/orders")
def list_orders(
    visit: OrdersSeen,
    q: str = "",
    state: str = "",
    late: str = "",
    site: str = "",
    customer: str = "",
    sort: str = "",
    after: str = "",
    go: str = "",
) -> Response:
    """A page of orders. With `go`, a search that finds one order alone leads to it."""
    chosen: dict[str, str] = {"q": q.strip(), "state": state, "late": late, "site": site, "customer": customer}
    query = OrderQuery(
        text=chosen["q"],
        state=_one_of(State, state),
        late=_one_of(Late, late),
        site_id=site,
        customer_id=customer,
        sort=_one_of(Sort, sort) or Sort.NEWEST,
    )
    found = order_page(visit.office, query, after, _MOST_ROWS)
    if isinstance(found, Refusal):
        raise RefusedError(found)
    if go and query.text and found.total == 1 and found.rows:
        return go_to(f"/orders/{found.rows[0].order_id}")
    return visit.page(
        "orders.html",
        found=found,
        query=query,
        chosen=chosen,
        states=list(State),
        lates=list(Late),
        link=links_of("/orders", {**chosen, "sort": sort}),
        after=after,
    )


def _one_of(kind: type[Word], word: str) -> Word | None:
    """The member that a word of the address names, None where there is none: an old link still opens a page."""
    return kind(word) if word in list(kind) else None


@router.get("/orders/{order_id}")
def show_order(visit: OrdersSeen, order_id: str) -> Response:
    """One order."""
    return order_shown(visit, order_id)


def order_shown(visit: Visit, order_id: str, made_link: str = "") -> Response:
    """The page of an order, with the customer's link where one was just made."""
    with visit.office.store.one_look():
        return _order_shown(visit, order_id, made_link)


def _order_shown(visit: Visit, order_id: str, made_link: str) -> Response:
    told = explain(visit.office, order_id)
    if isinstance(told, Refusal):
        raise RefusedError(told)
    story = order_timeline(visit.office, order_id)
    if isinstance(story, Refusal):
        raise RefusedError(story)
    account = order_account(visit.office, order_id)
    if isinstance(account, Refusal):
        raise RefusedError(account)
    zone = _zone_of(visit, told)
    row = order_page(visit.office, OrderQuery(text=order_id), at_most=1)
    return visit.page(
        "order.html",
        order=told.order,
        told=told,
        late=None if isinstance(row, Refusal) or not row.rows else row.rows[0].late,
        zone=zone,
        today=visit.company.now.astimezone(ZoneInfo(zone)).date(),
        plan=why.plan(told),
        newest=why.newest_promise(told),
        milestones=why.three_promises(told),
        time=why.time_told(account),
        days=why.by_day(story, zone),
        labels=labels_made(visit.office, order_id),
        costs_seen=visit.may(Permission.SEE_COSTS),
        made_link=made_link,
        key=visit.office.ids.new("web"),
        drawings=_drawings(visit, told.order),
        whys={why.sscc: why for why in told.parcels},
    )


def _drawings(visit: Visit, order: OrderView) -> dict[str, tuple[Drawing, Markup]]:
    """How the order's parcels were packed, by SSCC, where they are few; each has a page of its own too."""
    if len(order.parcels) > _MOST_DRAWN:
        return {}
    drawn = {parcel.sscc: parcel_drawing(visit.office, parcel.sscc) for parcel in order.parcels}
    return {sscc: (one, svg_of(one, sscc)) for sscc, one in drawn.items() if not isinstance(one, Refusal)}


def _zone_of(visit: Visit, told: Explanation) -> str:
    """The zone an order's times are told in: that of the site that ships it first."""
    return visit.company.zone_of(told.order.fulfilments[0].site_id if told.order.fulfilments else "")
