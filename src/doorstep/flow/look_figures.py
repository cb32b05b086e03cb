"""Figures of the day: how promises end and what orders cost, over windows of days that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Due:
    """Orders whose agreed promise ends within these days: delivered already, with the carrier, still in the house."""

    name: str  # today, tomorrow, this week (from today to Sunday)
    first_day: date
    last_day: date
    delivered: int
    on_road: int
    in_house: int

    @property
    def orders(self) -> int:
        return self.delivered + self.on_road + self.in_house


@dataclass(frozen=True, slots=True)
class KeptOver:
    """Promises whose last day lies within the last `days` days, today among them, by what they are measured against.

    `kept_ppm` is of those judged, None of none; `low_ppm` to `high_ppm` is how sure that is (Wilson, 95 %).
    """

    against: str  # asked, first, agreed
    days: int
    kept: int
    broken: int
    open: int
    kept_ppm: int | None
    low_ppm: int
    high_ppm: int


@dataclass(frozen=True, slots=True)
class LateParcel:
    """A parcel that is expected after the day that was promised last."""

    sscc: str
    order_id: str
    reference: str
    customer_id: str
    site_id: str
    milestone: str
    eta: date
    promised_by: date
    days_late: int


@dataclass(frozen=True, slots=True)
class PromisesView:
    """What falls due, how promises were kept, and which parcels on the road will break theirs (worst first)."""

    due: tuple[Due, ...]
    kept: tuple[KeptOver, ...]
    predicted_late: tuple[LateParcel, ...]
    predicted_late_total: int


@dataclass(frozen=True, slots=True)
class KindCost:
    """What one kind of cost came to, and its share of each order."""

    kind: str
    total_minor: int
    mean_minor: int


@dataclass(frozen=True, slots=True)
class CostOver:
    """Costs incurred within some whole days, the last of them yesterday or before; refunds count against them.

    `mean_minor` and `median_minor` are per order that incurred any, None of none.
    """

    name: str  # 7 days, 28 days, the 28 days before
    first_day: date
    last_day: date
    orders: int
    total_minor: int
    mean_minor: int | None
    median_minor: int | None
    kinds: tuple[KindCost, ...]


@dataclass(frozen=True, slots=True)
class CostView:
    """What orders cost: the last 7 days, the last 28, and the 28 before those to compare with."""

    currency: str
    over: tuple[CostOver, ...]
