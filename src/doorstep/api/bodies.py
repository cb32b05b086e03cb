"""What callers may send beside orders: read strictly, unknown fields refused. Flow judges what it can mean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from doorstep.flow.look_orders import Late, OrderQuery, Sort
from doorstep.intake.orders import Id, Strict
from doorstep.planning.change import State
from doorstep.terms.goals import Rule

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_MOST_NAMED = 10_000


def _written(value: object) -> object:
    """Days and instants are written out: a bare number could be days, seconds or a misplaced quantity."""
    if not isinstance(value, str):
        raise ValueError("must be a text such as 2026-03-02")
    return value


Day = Annotated[date, BeforeValidator(_written), Field(ge=_EARLIEST.date(), lt=_LATEST.date())]
Instant = Annotated[AwareDatetime, BeforeValidator(_written), Field(ge=_EARLIEST, lt=_LATEST)]
# Zero and less are for flow to refuse, with the sentence that fits; what no table holds is refused here.
Units = Annotated[int, Field(strict=True, ge=-1_000_000_000, le=1_000_000_000)]
Weights = Annotated[list[Annotated[int, Field(strict=True, ge=1, le=100_000_000)]], Field(max_length=_MOST_NAMED)]
Serials = Annotated[list[Id], Field(max_length=_MOST_NAMED)]


class QuantityIn(Strict):
    """How many units a line is to be for."""

    quantity: Units


class DateIn(Strict):
    """The wanted window, dates at the destination; without either, as soon as can be at the least cost."""

    asked_from: Day | None = None
    asked_by: Day | None = None


class HoldIn(Strict):
    """Why an order is stopped."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class InboundIn(Strict):
    """What a supplier will bring, and when."""

    supplier_id: Id
    site_id: Id
    item_id: Id
    quantity: Units
    due_at: Instant


class DueIn(Strict):
    """When an inbound will come, as the supplier says now."""

    due_at: Instant


class ShareIn(Strict):
    """By which rule scarce stock is shared out (none: the goals' own), and who said yes where somebody must."""

    rule: Rule | None = None
    approved_by: Annotated[str, Field(max_length=100)] = ""


class ReceiptIn(Strict):
    """Goods that came in: into which bin; lot, serials and inbound as far as they have any."""

    place_id: Id
    item_id: Id
    quantity: Units
    lot: Annotated[str, Field(max_length=64)] = ""
    expires_on: Day | None = None
    serials: Serials = Field(default=[])
    inbound_id: Annotated[str, Field(max_length=64)] = ""


class CountIn(Strict):
    """What was counted of an item (and lot) in a bin; of items told apart by serial, every serial that is there."""

    place_id: Id
    item_id: Id
    counted: Units
    lot: Annotated[str, Field(max_length=64)] = ""
    serials: Serials = Field(default=[])


class WaveIn(Strict):
    """Where to release work to the floor, and how many fulfilment orders at most."""

    site_id: Id
    at_most: Annotated[int, Field(strict=True, ge=1, le=1000)] = 100


class OfSite(Strict):
    """Of one site, or of all."""

    site: Annotated[str, Field(max_length=100)] = ""


class AnswerIn(Strict):
    """Whether the site takes it; where it does not, why."""

    takes: bool
    reason: Annotated[str, Field(max_length=500)] = ""


class PickIn(Strict):
    """What was found for a pick task: fewer than wanted is a short pick. Without `completed_at` it was just done."""

    task_id: Id
    found: Units
    serials: Serials = Field(default=[])
    started_at: Instant | None = None
    completed_at: Instant | None = None


class TourIn(Strict):
    """What a picker found on a tour."""

    picks: Annotated[list[PickIn], Field(min_length=1, max_length=1000)]


class PackingIn(Strict):
    """A fulfilment order to be packed; `weights_g` are the scale's, parcel by parcel, where there is one."""

    fulfilment_id: Id
    weights_g: Weights = Field(default=[])
    started_at: Instant | None = None


class LabelsIn(Strict):
    """A packed fulfilment order whose parcels need labels, after what was wrong has been mended."""

    fulfilment_id: Id


class HandOverIn(Strict):
    """The parcels that a carrier's driver takes."""

    carrier_id: Id
    ssccs: Annotated[list[Id], Field(min_length=1, max_length=_MOST_NAMED)]
    occurred_at: Instant | None = None


class Page(Strict):
    """A page of a list: `after` is the `next` of the page before."""

    after: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:@-]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class OrderPage(Page):
    """Which orders to list. `text`: the beginning of an order id or reference; a customer, tracking number or SSCC."""

    text: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    state: State | None = None
    late: Late | None = None
    site: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] = ""
    customer_id: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:@-]*$")] = ""
    sort: Sort = Sort.NEWEST

    def query(self) -> OrderQuery:
        return OrderQuery(self.text, self.state, self.late, self.site, self.customer_id, self.sort)


class ShipmentPage(Page):
    """Which parcels to list."""

    order_id: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:@-]*$")] = ""


class TodayOf(Strict):
    """Whose day: a site's, or the company's; and how many orders at risk to tell at most."""

    site: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class DrawingOf(Strict):
    """How to draw a parcel: only its first `upto` units, with the legend, with plain colours instead of variables."""

    upto: Annotated[int | None, Field(ge=0, le=100_000)] = None
    legend: bool = True
    flat: bool = False


class StockOf(Strict):
    """Whose stock to show; all items and sites where none is named."""

    item_id: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] = ""
    site_id: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] = ""


class ChartOf(Strict):
    """What to chart: completed from `since` and before `until`, at one site or all."""

    since: Instant | None = None
    until: Instant | None = None
    site_id: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] = ""


class AtSite(Strict):
    """Whose work to show."""

    site: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
