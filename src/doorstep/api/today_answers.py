"""The first page of the day, as the API tells it."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from doorstep.api.answers import Instant, MoneyOut, Out, Ppm, money
from doorstep.flow.look_figures import CostOver
from doorstep.flow.look_risk import Cause, Risk
from doorstep.flow.look_today import TodayView
from doorstep.flow.stages import Stage
from doorstep.goals.score import Against


class AtRiskOut(Out):
    """An order, or the part of it that one site ships, that waits for somebody: why, who, until when."""

    order_id: str
    fulfilment_id: str
    reference: str
    customer_id: str
    site_id: str
    stage: Stage
    risk: Risk
    cause: Cause
    reason: str
    department: str
    action: str
    until: Instant
    slack_seconds: int


class RiskOut(Out):
    """What will not ship today by itself, the least time left first, with the counts of all of it."""

    rows: list[AtRiskOut]
    total: int
    by_risk: dict[Risk, int]
    by_cause: dict[Cause, int]


class DueOut(Out):
    """Orders whose promise ends within these days."""

    name: str
    first_day: date
    last_day: date
    orders: int
    delivered: int
    on_road: int
    in_house: int


class KeptOut(Out):
    """How promises ended whose last day lies within the last so many days."""

    against: Against
    days: int
    kept: int
    broken: int
    open: int
    kept_ppm: Ppm | None
    low_ppm: Ppm
    high_ppm: Ppm


class LateParcelOut(Out):
    """A parcel that is expected after the day promised last."""

    sscc: str
    order_id: str
    reference: str
    customer_id: str
    site_id: str
    milestone: str
    eta: date
    promised_by: date
    days_late: int


class PromisesOut(Out):
    """What falls due, how promises ended, which parcels will be late."""

    due: list[DueOut]
    kept: list[KeptOut]
    predicted_late: list[LateParcelOut]
    predicted_late_total: int


class SiteCountOut(Out):
    """How much stands in a stage at a site, and how long the oldest has."""

    site_id: str
    count: int
    oldest_seconds: int


class StageOut(Out):
    """A stage of the way and what stands in it."""

    stage: Stage
    words: str
    department: str
    count: int
    oldest_seconds: int
    sites: list[SiteCountOut]


class KindCostOut(Out):
    """What one kind of cost came to."""

    kind: str
    total: MoneyOut
    mean: MoneyOut


class CostOverOut(Out):
    """Costs of some whole days; mean and median are per order that incurred any, null of none."""

    name: str
    first_day: date
    last_day: date
    orders: int
    total: MoneyOut
    mean: MoneyOut | None
    median: MoneyOut | None
    kinds: list[KindCostOut]


def _cost(over: CostOver, currency: str) -> CostOverOut:
    def of(minor: int | None) -> MoneyOut | None:
        return None if minor is None else money(minor, currency)

    return CostOverOut(
        name=over.name,
        first_day=over.first_day,
        last_day=over.last_day,
        orders=over.orders,
        total=money(over.total_minor, currency),
        mean=of(over.mean_minor),
        median=of(over.median_minor),
        kinds=[
            KindCostOut(kind=k.kind, total=money(k.total_minor, currency), mean=money(k.mean_minor, currency))
            for k in over.kinds
        ],
    )


class FlowOut(Out):
    """Orders today."""

    placed: int
    handed_over: int
    delivered: int


class MissingPickupOut(Out):
    """A driver who should be booked and is not, and until when one still helps."""

    site_id: str
    carrier_id: str
    parcels: int
    until: Instant
    says: str


class TodayOut(Out):
    """The state of the house now: what is at risk, then promises, stages, cost."""

    now: Instant
    today: date
    zone: str
    site_id: str
    risk: RiskOut
    promises: PromisesOut
    stages: list[StageOut]
    cost: list[CostOverOut] = Field(description="Of the last 7 days, the last 28, and the 28 before those.")
    counted_at: Instant = Field(
        description="When promises kept and costs were counted; up to five minutes ago where orders are very many."
    )
    flow: FlowOut
    pickups: list[MissingPickupOut]

    @classmethod
    def of(cls, view: TodayView) -> TodayOut:
        cost = [_cost(over, view.cost.currency) for over in view.cost.over]
        named = {name: getattr(view, name) for name in cls.model_fields if name != "cost"}
        return cls.model_validate({**named, "cost": cost})
