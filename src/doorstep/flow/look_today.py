"""The first page of the day: what will not ship today, then promises, stages, cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from doorstep.flow.look_figures import CostView, PromisesView
from doorstep.flow.look_risk import RiskView
from doorstep.flow.stages import Stage

MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class StageCount:
    """How much stands in a stage at a site, and since when the oldest does; `site_id` '' where no site has it yet.

    Orders as long as they are not divided among sites, fulfilment orders from then on.
    """

    stage: Stage
    site_id: str
    count: int
    oldest_seconds: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Orders today: placed, handed over to carriers (their first parcel), delivered whole."""

    placed: int
    handed_over: int
    delivered: int


@dataclass(frozen=True, slots=True)
class TodayView:
    """The state of the house at `now`, on the wall of `zone`; `site_id` '' is all sites.

    Risk and stages are the site's. Promises, cost and the day's flow are the company's: an order may come from several
    sites, but it is promised, and costs, as a whole.
    """

    now: datetime
    today: date
    zone: str
    site_id: str
    risk: RiskView
    promises: PromisesView
    stages: tuple[StageCount, ...]
    cost: CostView
    flow: Flow
