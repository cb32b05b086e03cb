"""The first page of the day: what will not ship today, then promises, stages, cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from doorstep.events.steps import Step
from doorstep.flow.at_hand import AtHand, Counts
from doorstep.flow.collect import MissingPickup, missing_pickups
from doorstep.flow.look_figures import (
    CostView,
    PromisesView,
    Weeks,
    promise_queries,
    promises,
    week_queries,
    weeks,
)
from doorstep.flow.look_risk import RiskView, risk_view
from doorstep.flow.office import Office, company_of
from doorstep.flow.slack import work_ahead_seconds
from doorstep.flow.stages import OF_FULFILMENT, Stage
from doorstep.storage.queries import master
from doorstep.storage.queries import today as queries
from doorstep.storage.queries.master import Site
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.refusals import Refusal, Why

MOST_ROWS = 50
PATIENCE = timedelta(milliseconds=100)  # what is told of weeks is counted beside where that takes longer
TROUBLE_DAYS = 14  # trouble on the road is today's work until so many days after the promise; later it is a search


@dataclass(frozen=True, slots=True)
class SiteCount:
    """How much stands in a stage at a site, and how long the oldest has; `site_id` '' where no site has it yet."""

    site_id: str
    count: int
    oldest_seconds: int


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage, its owner and what stands in it: orders until they are divided among sites, then fulfilment orders."""

    stage: Stage
    words: str
    department: str
    count: int
    oldest_seconds: int
    sites: tuple[SiteCount, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """Orders today: placed; handed over to carriers, at least in part; delivered whole."""

    placed: int
    handed_over: int
    delivered: int


@dataclass(frozen=True, slots=True)
class TodayView:
    """The state of the house at `now`, on the wall of `zone`; `site_id` '' is all sites.

    Risk, the stages from planned on and what is handed over and delivered are the site's. Promises, cost, what is to
    clear and to plan and what is placed are the company's: an order may come from several sites, but it is promised,
    and costs, as a whole. What is told of weeks (promises kept, costs) is as of `counted_at`, some minutes ago at most
    where orders are very many.
    """

    now: datetime
    today: date
    zone: str
    site_id: str
    risk: RiskView
    promises: PromisesView
    stages: tuple[StageView, ...]
    cost: CostView
    counted_at: datetime
    flow: Flow
    pickups: tuple[MissingPickup, ...]  # drivers who should be booked and are not


_OLDEST = timedelta(minutes=5)  # who looks after a longer while waits for them
_WEEKS: Counts[tuple[date, str, str], Weeks] = Counts("doorstep-weeks", PATIENCE, _OLDEST)


def today(
    office: Office, site_id: str = "", at_most: int = MOST_ROWS, patience: timedelta = PATIENCE
) -> TodayView | Refusal:
    """Today at a site, or at all of them, with up to `at_most` rows at risk."""
    with office.store.reading(wide=True) as tx:
        tx.ahead(master.COMPANY, master.SITES)
        company, sites = company_of(tx), master.sites(tx)
        if site_id and site_id not in sites:
            return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
        chosen = [sites[site_id]] if site_id else list(sites.values())
        wall = chosen[0].calendar if chosen else Calendar()
        day, days = wall.day_of(tx.now), _days(chosen, tx.now)
        pack_s = work_ahead_seconds(company, Step.PACK)
        pick_s, everywhere = work_ahead_seconds(company, Step.PICK) - pack_s, len(chosen) == len(sites)
        risk = queries.risk_query(days, tx.now, pick_s, pack_s, wall.zone, TROUBLE_DAYS, everywhere, at_most)
        stages, flow = queries.stages_query(days), queries.flow_query(days)
        tx.ahead(risk, stages, flow, *promise_queries(day))
        counted = _weeks_at_hand(office, tx, day, wall, company.currency, patience)
        return TodayView(
            now=tx.now,
            today=day,
            zone=wall.zone,
            site_id=site_id,
            risk=risk_view(tx, tx.rows(*risk), wall.zone),
            promises=promises(lambda query: tx.rows(*query), day, counted.view.kept),
            stages=_stages(tx.rows(*stages), tx.now),
            cost=counted.view.cost,
            counted_at=min(counted.counted_at, tx.now),
            flow=Flow(*tx.one(*flow)),
            pickups=tuple(each for each in missing_pickups(tx) if site_id in ("", each.site_id)),
        )


def _weeks_at_hand(
    office: Office, tx: Transaction, day: date, wall: Calendar, currency: str, patience: timedelta
) -> AtHand[Weeks]:
    """Promises kept and costs, over weeks: of what was so long, some minutes change next to nothing."""

    def count(tx: Transaction) -> Weeks:
        tx.ahead(*week_queries(day, wall, currency))
        return weeks(lambda query: tx.rows(*query), day, wall, currency)

    def beside() -> Weeks:
        with office.store.reading(wide=True) as tx:
            return count(tx)

    return _WEEKS.at_hand(office.store, (day, wall.zone, currency), partial(count, tx), beside, patience)


def _days(sites: Sequence[Site], now: datetime) -> queries.Days:
    """Today at each site: from midnight to midnight on its own wall."""
    begun = [site.calendar.day_of(now) for site in sites]
    starts = [site.calendar.at(day, time(0)) for site, day in zip(sites, begun, strict=True)]
    return queries.Days(
        site_ids=[site.site_id for site in sites],
        starts=starts,
        ends=[site.calendar.at(day + timedelta(days=1), time(0)) for site, day in zip(sites, begun, strict=True)],
        first=min(starts, default=now),
    )


def _stages(rows: Sequence[Any], now: datetime) -> tuple[StageView, ...]:
    """Every stage in the order of the way, empty ones too."""
    found: dict[Stage, list[SiteCount]] = {stage: [] for stage in Stage}
    for row in rows:
        stage = OF_FULFILMENT.get(row.stage) or Stage(row.stage)
        if row.number:
            found[stage].append(SiteCount(row.site_id, row.number, _age(row.since, now)))
    return tuple(
        StageView(
            stage=stage,
            words=stage.words,
            department=stage.department,
            count=sum(at.count for at in sites),
            oldest_seconds=max((at.oldest_seconds for at in sites), default=0),
            sites=tuple(sorted(sites, key=lambda at: at.site_id)),
        )
        for stage, sites in found.items()
    )


def _age(since: datetime | None, now: datetime) -> int:
    return max((now - since) // timedelta(seconds=1), 0) if since else 0
