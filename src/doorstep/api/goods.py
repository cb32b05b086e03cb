"""Stock: what is there, what is coming, what came in, what was counted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from doorstep.api.bodies import CountIn, DueIn, InboundIn, ReceiptIn, ShareIn, StockOf
from doorstep.api.given import Changing, Reading
from doorstep.api.goods_answers import (
    CountedOut,
    InboundIdOut,
    ReceiptIdOut,
    RedatedOut,
    SharedOut,
    SharingsOut,
    StockOut,
)
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow import look, receive, redate, scarcity
from doorstep.flow.count import count_bin

router = APIRouter(tags=["stock"])


@router.get("/stock")
def show_stock(office: Reading, of: Annotated[StockOf, Query()]) -> StockOut:
    """What each site has of each item and lot, and what suppliers are to bring."""
    return StockOut.of(look.stock(office, of.item_id, of.site_id))


@router.post("/inbounds", status_code=201)
def expect_inbound(asked: Changing, body: InboundIn) -> InboundIdOut:
    """A supplier will bring goods: promises may stand on them from now on."""
    told = receive.expect_inbound(
        asked.under_key(body),
        asked.who,
        body.supplier_id,
        body.site_id,
        body.item_id,
        body.quantity,
        body.due_at,
        asked.key,
    )
    return InboundIdOut(inbound_id=granted(told))


@router.post("/inbounds/{inbound_id:path}/date", responses=or_problem(404, 409))
def redate_inbound(asked: Changing, inbound_id: str, body: DueIn) -> RedatedOut:
    """The supplier will bring it at another time. Orders that stand on it are promised anew, caused by the supplier."""
    told = redate.redate_inbound(asked.under_key(body), asked.who, inbound_id, body.due_at, asked.key)
    return RedatedOut.of(granted(told))


@router.post("/receipts", status_code=201)
def receive_goods(asked: Changing, body: ReceiptIn) -> ReceiptIdOut:
    """Book goods into a bin. Orders that were promised from their inbound are served first, oldest first."""
    receipt = receive.Receipt(
        place_id=body.place_id,
        item_id=body.item_id,
        quantity=body.quantity,
        lot=body.lot,
        expires_on=body.expires_on,
        serials=tuple(body.serials),
        inbound_id=body.inbound_id,
    )
    return ReceiptIdOut(receipt_id=granted(receive.receive(asked.under_key(body), asked.who, receipt, asked.key)))


@router.post("/counts", status_code=201)
def count_goods(asked: Changing, body: CountIn) -> CountedOut:
    """Book what was counted in a bin. Where less is left than is held, the orders concerned are planned again."""
    told = count_bin(
        asked.under_key(body),
        asked.who,
        body.place_id,
        body.item_id,
        body.counted,
        asked.key,
        body.lot,
        tuple(body.serials),
    )
    return CountedOut.of(granted(told))


@router.get("/stock/{item_id:path}/shares", responses=or_problem(404))
def compare_shares(office: Reading, item_id: str) -> SharingsOut:
    """Who would get what of an item by each rule for scarce stock, the goals' own first. Nothing is done."""
    return SharingsOut.of(granted(scarcity.compare_rules(office, item_id)))


@router.post("/stock/{item_id:path}/shares", responses=or_problem(404, 409))
def share_stock(asked: Changing, item_id: str, body: ShareIn) -> SharedOut:
    """Share what is on hand of an item out by a rule. Who loses units is promised anew where that must be."""
    told = scarcity.share_scarce_stock(
        asked.under_key(body), asked.who, item_id, asked.key, body.rule, body.approved_by
    )
    return SharedOut.of(granted(told))
