"""Orders to look through: search, filter, sort, page by page; and one order's story in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from doorstep.planning.change import State

COUNTED_TO = 1_000


class Sort(StrEnum):
    """Newest or oldest placed first, or open ones only, by the instant at which their promise is in danger."""

    NEWEST = "newest"
    OLDEST = "oldest"
    URGENT = "urgent"


class Late(StrEnum):
    """Promise agreed last broken, or in danger: past its day, or a parcel expected after it."""

    BROKEN = "broken"
    PREDICTED = "predicted"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders. `text` is the beginning of an order id or reference, or a customer, tracking number or SSCC."""

    text: str = ""
    state: State | None = None
    late: Late | None = None
    site_id: str = ""
    customer_id: str = ""
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list. `agreed_by` is the last day promised, `until` when its next part must leave (else None)."""

    order_id: str
    customer_id: str
    reference: str
    state: State
    stopped: bool
    placed_at: datetime
    agreed_by: date | None
    delivered_on: date | None
    until: datetime | None
    late: Late | None
    sites: tuple[str, ...]
    lines: int
    units: int


@dataclass(frozen=True, slots=True)
class OrdersView:
    """A page of orders. `after` goes into the next call, '' on the last page; `total` counts no further than
    COUNTED_TO, and `more` says that there are more than that.
    """

    rows: tuple[OrderRow, ...]
    after: str
    total: int
    more: bool


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One fact of an order's story as a sentence; `kind` and `event_id` find it in the journal."""

    event_id: int
    kind: str
    says: str
    at: datetime
    recorded_at: datetime
    who: str
    department: str
    site_id: str
    place: str
    cause: str
