"""One order, everything about it but the customer's personal data, and why it stands where it stands."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from doorstep.api.answers import Instant, MoneyOut, Out, Ppm, PromiseOut, money
from doorstep.api.packed_answers import ParcelWhyOut, SizeOut, packed_out
from doorstep.api.plan_answers import PlanOut, plan_of
from doorstep.flow import explain, look, look_orders, look_parcels
from doorstep.flow.freight_charges import FreightCharge
from doorstep.planning.change import State


class PartOut(Out):
    """The units of one item that a line is held and picked as."""

    item_id: str
    wanted: int
    waiting: int
    held: int
    picked: int
    shipped: int


class LineOut(Out):
    """An order line; a kit by its parts."""

    line_no: int
    item_id: str
    ordered: int
    cancelled: int
    parts: list[PartOut]


class PromisedOut(Out):
    """A promise as it was made."""

    revision: int
    windows: list[PromiseOut]
    basis: str
    cause: str
    caused_by: str
    promised_at: Instant


class FulfilmentOut(Out):
    """The part of an order one site ships."""

    fulfilment_id: str
    site_id: str
    service_id: str
    state: str
    ship_by: Instant
    cost: MoneyOut


class ParcelOut(Out):
    """A parcel with its three instants of shipping: packed and labelled, handed over, first scanned."""

    sscc: str
    fulfilment_id: str
    carton_id: str
    weight_g: int
    size: SizeOut
    state: str
    carrier_id: str
    service_id: str
    tracking_number: str
    label_state: str
    label_says: str
    milestone: str
    eta: date | None
    packed_at: Instant
    handed_over_at: Instant | None
    first_scanned_at: Instant | None
    delivered_at: Instant | None


def parcel_out(view: look.ParcelView) -> ParcelOut:
    named = {name: getattr(view, name) for name in ParcelOut.model_fields if name != "size"}
    length_mm, width_mm, height_mm = view.size_mm
    return ParcelOut(**named, size=SizeOut(length_mm=length_mm, width_mm=width_mm, height_mm=height_mm))


class ShipmentOut(Out):
    """A parcel and the order it is of."""

    order_id: str
    site_id: str
    parcel: ParcelOut

    @classmethod
    def of(cls, view: look_parcels.ShipmentView) -> ShipmentOut:
        return cls(order_id=view.order_id, site_id=view.site_id, parcel=parcel_out(view.parcel))


class ShipmentsOut(Out):
    """A page of parcels, newest first; `next` is null on the last page."""

    shipments: list[ShipmentOut]
    next: str | None

    @classmethod
    def of(cls, views: tuple[look_parcels.ShipmentView, ...], limit: int) -> ShipmentsOut:
        return cls(
            shipments=[ShipmentOut.of(view) for view in views],
            next=views[-1].parcel.sscc if len(views) == limit else None,
        )


class HandOffOut(Out):
    """Work passed on, with what was left of the promise's slack."""

    from_step: str
    to_step: str
    made_at: Instant
    slack_seconds: int


class CostOut(Out):
    """One cost entry and what it came from."""

    kind: str
    amount: MoneyOut
    source: str


class ScoreOut(Out):
    """How a promise ended."""

    against: str = Field(description="asked, first or agreed")
    kept: bool
    reason: str
    last_day: date
    delivered_on: date | None


class OrderOut(Out):
    """Everything about one order but the customer's personal data."""

    order_id: str
    customer_id: str
    reference: str
    state: State
    stopped: bool
    area: str
    currency: str
    placed_at: Instant
    cleared_at: Instant | None
    asked_from: date | None
    asked_by: date | None
    delivered_on: date | None
    lines: list[LineOut]
    promises: list[PromisedOut]
    fulfilments: list[FulfilmentOut]
    parcels: list[ParcelOut]
    hand_offs: list[HandOffOut]
    costs: list[CostOut]
    scores: list[ScoreOut]

    @classmethod
    def of(cls, view: look.OrderView) -> OrderOut:
        made = {
            "fulfilments": [
                FulfilmentOut(
                    fulfilment_id=part.fulfilment_id,
                    site_id=part.site_id,
                    service_id=part.service_id,
                    state=part.state,
                    ship_by=part.ship_by,
                    cost=money(part.cost_minor, view.currency),
                )
                for part in view.fulfilments
            ],
            "parcels": [parcel_out(parcel) for parcel in view.parcels],
            "costs": [
                CostOut(kind=cost.kind, amount=money(cost.amount_minor, cost.currency), source=cost.source)
                for cost in view.costs
            ],
        }
        return cls.model_validate({name: made.get(name, getattr(view, name)) for name in cls.model_fields})


class SpreadOut(Out):
    """What half of the time suffices, and nine times in ten."""

    half: str
    nine_in_ten: str


class DaysOut(Out):
    """Working days that suffice half of the time, and nine times in ten; null: it may never arrive."""

    half: int | None
    nine_in_ten: int | None


class LegOut(Out):
    """One shipment a promise rests on: when work could begin, how long it would take, how long the way."""

    release_at: Instant
    handling_hours: SpreadOut
    cut_off: str
    transit_days: DaysOut
    goods_there_ppm: Ppm


class PromiseWhyOut(Out):
    """One promise with what it was computed from; `computed_again`: the kept inputs give the same promise."""

    revision: int
    last_day: date
    ppm: Ppm
    wanted_ppm: Ppm
    basis: str
    cause: str
    legs: list[LegOut]
    computed_again: bool


class HeldOut(Out):
    """Units kept for the order, and where."""

    line_no: int
    item_id: str
    quantity: int
    where: str
    reason: str
    expires_at: Instant | None


class HappenedOut(Out):
    """One fact of the order's story."""

    at: Instant
    what: str
    who: str
    department: str
    cause: str


class TrackingLinkOut(Out):
    """A link to an order's page: the token is told here, and never again."""

    token: str = Field(examples=["7k2m9qv4x0c8n5t1w6z3b7d2f9h4j8p0"])
    order_id: str
    expires_at: Instant = Field(description="At the latest; 60 days after delivery, where that is sooner.")


class RevokedOut(Out):
    """How many links led to the order's page until now."""

    order_id: str
    revoked: int


class TimelineEntryOut(Out):
    """One fact of the order's story as a sentence: what, who, when, where, and why where that was recorded."""

    event_id: int
    kind: str = Field(examples=["Picked"])
    says: str = Field(examples=["Picked: 2 MUG in CS/A-01."])
    at: Instant
    recorded_at: Instant
    who: str
    department: str
    site_id: str
    place: str
    cause: str


class TimelineOut(Out):
    """The order's story, oldest first."""

    entries: list[TimelineEntryOut]

    @classmethod
    def of(cls, told: tuple[look_orders.TimelineEntry, ...]) -> TimelineOut:
        return cls(entries=[TimelineEntryOut.model_validate(entry) for entry in told])


class FreightChargeOut(Out):
    """One charge of a fulfilment order's freight: as its labels were charged, else as it is planned by its tariff."""

    fulfilment_id: str
    service_id: str
    source: str = Field(examples=["label", "tariff"])
    kind: str = Field(examples=["base", "residential", "fuel"])
    name: str
    basis: str
    amount: MoneyOut


class ExplanationOut(Out):
    """Why an order stands where it stands."""

    order: OrderOut
    promises: list[PromiseWhyOut]
    plan: PlanOut | None
    holds: list[HeldOut]
    parcels: list[ParcelWhyOut]
    story: list[HappenedOut]
    freight: list[FreightChargeOut]

    @classmethod
    def of(cls, told: explain.Explanation) -> ExplanationOut:
        return cls(
            order=OrderOut.of(told.order),
            promises=[_promise(promise) for promise in told.promises],
            plan=plan_of(told.plan, told.order.currency) if told.plan else None,
            holds=[HeldOut.model_validate(hold) for hold in told.holds],
            parcels=[packed_out(parcel, told.order.currency) for parcel in told.parcels],
            story=[HappenedOut.model_validate(fact) for fact in told.story],
            freight=[_charge(each) for each in told.freight],
        )


def _charge(told: FreightCharge) -> FreightChargeOut:
    return FreightChargeOut(
        fulfilment_id=told.fulfilment_id,
        service_id=told.service_id,
        source=told.source,
        kind=told.kind,
        name=told.name,
        basis=told.basis,
        amount=money(told.minor, told.currency),
    )


def _promise(why: explain.PromiseWhy) -> PromiseWhyOut:
    legs = [
        LegOut(
            release_at=leg.release_at,
            handling_hours=SpreadOut(half=leg.handling_hours[0], nine_in_ten=leg.handling_hours[1]),
            cut_off=leg.cut_off,
            transit_days=DaysOut(half=leg.transit_days[0], nine_in_ten=leg.transit_days[1]),
            goods_there_ppm=leg.goods_there_ppm,
        )
        for leg in why.legs
    ]
    named = {name: getattr(why, name) for name in PromiseWhyOut.model_fields if name != "legs"}
    return PromiseWhyOut(**named, legs=legs)
