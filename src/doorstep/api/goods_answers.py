"""What is told about stock: what there is, what comes, what was counted."""

from __future__ import annotations

from datetime import date

from doorstep.api.answers import Instant, Out
from doorstep.flow import count, look, redate


class StockRowOut(Out):
    """What a site has of an item and lot."""

    site_id: str
    item_id: str
    lot: str
    expires_on: date | None
    on_hand: int
    held: int
    free: int


class InboundOut(Out):
    """What a supplier is to bring."""

    inbound_id: str
    site_id: str
    item_id: str
    expected: int
    received: int
    held: int
    due_at: Instant


class StockOut(Out):
    """Stock by site, item and lot, and what is on its way."""

    stock: list[StockRowOut]
    inbound: list[InboundOut]

    @classmethod
    def of(cls, view: look.StockView) -> StockOut:
        return cls.model_validate(view)


class InboundIdOut(Out):
    """The inbound that is expected now."""

    inbound_id: str


class RedatedOut(Out):
    """The inbound, and the orders that are promised anew because of it."""

    inbound_id: str
    order_ids: list[str]

    @classmethod
    def of(cls, redated: redate.Redated) -> RedatedOut:
        return cls.model_validate(redated)


class ReceiptIdOut(Out):
    """The receipt that was booked."""

    receipt_id: str


class CountedOut(Out):
    """The difference a count booked, and the orders whose stock it took away."""

    count_id: str
    difference: int
    orders_to_replan: list[str]

    @classmethod
    def of(cls, counted: count.Counted) -> CountedOut:
        return cls.model_validate(counted)
