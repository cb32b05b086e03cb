"""What is told about stock: what there is, what comes, what was counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from doorstep.api.answers import Instant, MoneyOut, Out
from doorstep.flow import count, look, redate, scarcity
from doorstep.terms.goals import Rule


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


class ShareOut(Out):
    """How one order fares; `waits` where no day can be named for what it has not got and its promise stands in vain."""

    order_id: str
    customer_id: str
    customer_class: str
    wanted: int
    before: int
    after: int
    promised_before: date
    promised: date
    waits: bool
    late: MoneyOut


class SharedOut(Out):
    """What a rule comes to: `units` on hand for orders that want `wanted`, in the order in which they are served."""

    item_id: str
    rule: Rule
    units: int
    wanted: int
    enough: bool
    waiting: int
    late: MoneyOut
    approver: str
    shares: list[ShareOut]

    @classmethod
    def of(cls, told: scarcity.Shared) -> SharedOut:
        def money(minor: int) -> MoneyOut:
            return MoneyOut(minor=minor, currency=told.currency)

        names = [name for name in ShareOut.model_fields if name != "late"]
        shares = [
            ShareOut(**{name: getattr(share, name) for name in names}, late=money(share.late_minor))
            for share in told.shares
        ]
        names = [name for name in cls.model_fields if name not in ("late", "shares")]
        return cls(**{name: getattr(told, name) for name in names}, late=money(told.late_minor), shares=shares)


class SharingsOut(Out):
    """Each rule beside the others."""

    rules: list[SharedOut]

    @classmethod
    def of(cls, told: Sequence[scarcity.Shared]) -> SharingsOut:
        return cls(rules=[SharedOut.of(each) for each in told])


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
