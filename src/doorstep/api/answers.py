"""What is told back, apart from problems: the shapes of answers, money with its currency, instants in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from doorstep.flow import change, health, look_parcels, look_site, pack, place, release
from doorstep.flow.hand_over import HandOverDone
from doorstep.flow.look_orders import Late, OrdersView
from doorstep.flow.pick import PickDone
from doorstep.flow.troubles import Trouble
from doorstep.planning.change import State
from doorstep.terms.clock import stamp
from doorstep.terms.money import Money
from doorstep.terms.refusals import Refusal

Instant = Annotated[
    datetime,
    PlainSerializer(stamp, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-02T09:00:00.000000Z"]}),
]
Ppm = Annotated[int, Field(description="A probability in parts per million.", examples=[950_000])]


class Out(BaseModel):
    """An answer; it is made from what flow tells, field by field."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class MoneyOut(Out):
    """An amount in minor units (cents, pence; whole yen)."""

    minor: int = Field(examples=[890])
    currency: str = Field(examples=["USD"])


def money(minor: int, currency: str) -> MoneyOut:
    return MoneyOut.model_validate(Money(minor, currency))


class PromiseOut(Out):
    """A window of dates for a line (0: the whole order) and how surely it holds."""

    line_no: int = Field(examples=[0])
    first_day: date | None = Field(description="Null: any day up to the last.", examples=[None])
    last_day: date = Field(examples=["2026-03-06"])
    ppm: Ppm


class PlacedOut(Out):
    """The order's number and what is promised for it."""

    order_id: str = Field(examples=["ord_1s0xk5qj9e0q2m7c"])
    promise: PromiseOut
    lines: list[PromiseOut]
    cleared: bool

    @classmethod
    def of(cls, placed: place.Placed) -> PlacedOut:
        return cls.model_validate(placed)


class OfferOut(Out):
    """One point of a quote: what would be promised, how surely, at which cost to the company.

    `would_be_promised` marks what placing the order now would promise. `above_ceiling` is by how much it costs more
    than goals let an order of this value cost.
    """

    promise: PromiseOut
    lines: list[PromiseOut]
    sites: list[str]
    services: list[str]
    cost: MoneyOut
    would_be_promised: bool
    above_ceiling: MoneyOut


class QuoteOut(Out):
    """What could be promised now, cheapest first, each dearer offer sooner. Nothing is held."""

    offers: list[OfferOut]

    @classmethod
    def of(cls, offers: tuple[place.Offered, ...]) -> QuoteOut:
        return cls(
            offers=[
                OfferOut(
                    promise=PromiseOut.model_validate(offer.promise),
                    lines=[PromiseOut.model_validate(line) for line in offer.lines],
                    sites=list(offer.sites),
                    services=list(offer.services),
                    cost=money(offer.cost_minor, offer.currency),
                    would_be_promised=offer.would_be_promised,
                    above_ceiling=money(offer.above_ceiling_minor, offer.currency),
                )
                for offer in offers
            ]
        )


class OrderIdOut(Out):
    """The order that was meant."""

    order_id: str


class ChangedOut(Out):
    """How far the order was, what was done for the change, and the new promise where there is one."""

    order_id: str
    before: State
    done: list[str] = Field(examples=[["release the holds on stock", "promise anew"]])
    promise: PromiseOut | None

    @classmethod
    def of(cls, changed: change.Changed) -> ChangedOut:
        return cls.model_validate(changed)


class OrderRowOut(Out):
    """An order in a list."""

    order_id: str
    customer_id: str
    reference: str
    state: State
    stopped: bool
    cleared: bool
    placed_at: Instant
    last_day: date | None
    delivered_on: date | None
    ship_by: Instant | None = Field(description="When its next part must leave at the latest; null: nothing has to.")
    late: Late | None = Field(description="broken, or predicted to be.")
    sites: list[str]
    lines: int
    units: int


class OrdersOut(Out):
    """A page of orders; `next` is null on the last page. `total` counts to a thousand; `more`: there are more."""

    orders: list[OrderRowOut]
    next: str | None
    total: int
    more: bool

    @classmethod
    def of(cls, view: OrdersView) -> OrdersOut:
        rows = [OrderRowOut.model_validate(row) for row in view.rows]
        return cls(orders=rows, next=view.after or None, total=view.total, more=view.more)


class WaveOut(Out):
    """The wave (null where there was nothing to release), and those whose bins did not suffice."""

    wave_id: str | None
    fulfilment_ids: list[str]
    task_ids: list[str]
    left_out: list[str]

    @classmethod
    def of(cls, released: release.Released) -> WaveOut:
        return cls(
            wave_id=released.wave_id or None,
            fulfilment_ids=list(released.fulfilment_ids),
            task_ids=list(released.task_ids),
            left_out=list(released.left_out),
        )


class TaskOut(Out):
    """Units to take from a bin."""

    task_id: str
    place_id: str
    item_id: str
    lot: str
    quantity: int
    fulfilment_id: str
    order_id: str
    ship_by: Instant
    marks: list[str]


class TasksOut(Out):
    """What is to be picked, in the order of the bins."""

    tasks: list[TaskOut]

    @classmethod
    def of(cls, tasks: tuple[look_site.TaskView, ...]) -> TasksOut:
        return cls(tasks=[TaskOut.model_validate(task) for task in tasks])


class PickOut(Out):
    """What was picked and what is short. `to_pack`: the whole fulfilment order is on the bench now."""

    task_id: str
    found: int
    short: int
    fulfilment_id: str
    to_pack: bool


class NotPickedOut(Out):
    """A pick that was not booked, and why."""

    task_id: str
    code: str
    says: str


class TourOut(Out):
    """The picks that were booked, and those that were not."""

    picks: list[PickOut]
    refused: list[NotPickedOut]

    @classmethod
    def of(cls, task_ids: Sequence[str], told: Sequence[PickDone | Refusal]) -> TourOut:
        return cls(
            picks=[PickOut.model_validate(done) for done in told if isinstance(done, PickDone)],
            refused=[
                NotPickedOut(task_id=task_id, code=no.code, says=no.says)
                for task_id, no in zip(task_ids, told, strict=True)
                if isinstance(no, Refusal)
            ],
        )


class ContentOut(Out):
    """Units of an item in a parcel."""

    line_no: int
    item_id: str
    quantity: int
    lot: str
    serials: list[str]


class PackedOut(Out):
    """A parcel at the dock."""

    sscc: str
    carton_id: str
    weight_g: int
    contents: list[ContentOut]


class PackingOut(Out):
    """A fulfilment order in its parcels, with what the cartons cost."""

    fulfilment_id: str
    parcels: list[PackedOut]
    cost: MoneyOut

    @classmethod
    def of(cls, done: pack.PackDone, currency: str) -> PackingOut:
        return cls(
            fulfilment_id=done.fulfilment_id,
            parcels=[PackedOut.model_validate(parcel) for parcel in done.parcels],
            cost=money(done.cost_minor, currency),
        )


class LabelsOut(Out):
    """The labels that were asked for; the carrier is asked next."""

    fulfilment_id: str
    label_ids: list[str]


class KeptOut(Out):
    """A parcel that stays, and why."""

    sscc: str
    code: str
    says: str


class HandOverOut(Out):
    """The parcels the carrier took, and those that stay."""

    handed_over: list[str]
    kept: list[KeptOut]

    @classmethod
    def of(cls, done: HandOverDone) -> HandOverOut:
        return cls(
            handed_over=list(done.handed_over),
            kept=[KeptOut(sscc=no.sscc, code=no.refusal.code, says=no.refusal.says) for no in done.kept],
        )


class CheckpointOut(Out):
    """A scan as the customer sees it."""

    milestone: str
    scanned_at: Instant
    place: str


class TrackingOut(Out):
    """Where a parcel is, without a word about whose it is."""

    tracking_number: str
    carrier_id: str
    milestone: str
    eta: date | None
    delivered_at: Instant | None
    checkpoints: list[CheckpointOut]

    @classmethod
    def of(cls, view: look_parcels.TrackingView) -> TrackingOut:
        return cls.model_validate(view)


class ScanOut(Out):
    """What became of a carrier's message: `applied`, `duplicate`, or `parked` with the reason."""

    outcome: str
    sscc: str
    reason: str


class ScansOut(Out):
    """What became of each message of a batch, in their order."""

    scans: list[ScanOut]


class TroubleOut(Out):
    """One thing that is stuck: which, what is wrong, what to do."""

    kind: str
    object_id: str
    says: str
    mend: str


class TroublesOut(Out):
    """Everything that is stuck now."""

    troubles: list[TroubleOut]

    @classmethod
    def of(cls, found: tuple[Trouble, ...]) -> TroublesOut:
        return cls(troubles=[TroubleOut.model_validate(trouble) for trouble in found])


class AliveOut(Out):
    """The process answers."""

    alive: bool


class ReadyOut(Out):
    """The process can take an order."""

    ready: bool
    set_up: bool = Field(description="False: no company is loaded yet.")
    oldest_due_seconds: int = Field(description="How long the oldest later run has waited beyond its time.")

    @classmethod
    def of(cls, found: health.Health) -> ReadyOut:
        return cls(ready=True, set_up=found.set_up, oldest_due_seconds=found.oldest_due_seconds)
