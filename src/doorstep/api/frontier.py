"""The frontier: the least cost for each date and each surety, with today's point on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from doorstep.api.answers import MoneyOut, Out, Ppm, money
from doorstep.api.given import OrderId, Reading
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow import frontier_told, look_frontier
from doorstep.flow.look_frontier import FrontierView
from doorstep.planning.frontier import Point

router = APIRouter(tags=["frontier"])


class PointOut(Out):
    """So much service for so much: promised `days` later than now (sooner where negative), kept with `ppm`.

    `cost` is of all the orders together. `how` is the way of a single order, empty of several.
    """

    days: int
    by: str = Field(description="The last day of one order; beside the promise, of several.", examples=["Fri 6 Mar"])
    ppm: Ppm
    cost: MoneyOut
    how: str

    @classmethod
    def of(cls, view: FrontierView, point: Point | None) -> PointOut | None:
        if point is None:
            return None
        return cls(
            days=point.days,
            by=frontier_told.when(view, point.days),
            ppm=point.ppm,
            cost=money(point.cost_minor, view.currency),
            how=frontier_told.how(point),
        )


class MeasuredOut(Out):
    """How the promises first made to these customers ended, with Wilson's interval of the share kept."""

    judged: int
    kept: int
    kept_ppm: Ppm | None
    low_ppm: Ppm
    high_ppm: Ppm


class SaidOut(Out):
    """The same in sentences; `beaten` is empty where nothing beats today's point."""

    today: str
    sooner: str
    surer: str
    beaten: str
    basis: str


class FrontierOut(Out):
    """The points that no other beats on day, surety and cost at once, with today's.

    Of `as_promised` open orders as they are planned, and `as_if_now` others as if ordered again now. `sooner` is the
    cheapest that is a day sooner and as sure, `surer` one point more on time by the same day, `beaten_by` the cheapest
    that betters today's; null where there is none. Without orders that can be sent `today` is null and `says` tells.
    """

    order_id: str
    customer_class: str | None
    as_promised: int
    as_if_now: int
    left_out: int
    today: PointOut | None
    points: list[PointOut]
    sooner: PointOut | None
    surer: PointOut | None
    beaten_by: PointOut | None
    measured: MeasuredOut
    told: SaidOut | None
    says: str

    @classmethod
    def of(cls, view: FrontierView) -> FrontierOut:
        line = view.frontier
        points = [PointOut.of(view, point) for point in line.points] if line else []
        said = frontier_told.told(view)
        return cls(
            order_id=view.order_id,
            customer_class=view.customer_class,
            as_promised=view.as_promised,
            as_if_now=view.as_if_now,
            left_out=view.left_out,
            today=PointOut.of(view, line.today) if line else None,
            points=[point for point in points if point is not None],
            sooner=PointOut.of(view, line.sooner.point) if line else None,
            surer=PointOut.of(view, line.surer.point) if line else None,
            beaten_by=PointOut.of(view, line.beaten_by) if line else None,
            measured=MeasuredOut.model_validate(view.measured),
            told=SaidOut.model_validate(said) if said else None,
            says=view.says,
        )


@router.get("/frontier")
def show_frontier(
    office: Reading,
    customer_class: Annotated[
        str | None, Query(max_length=64, description="One class of customers; left out: the company.")
    ] = None,
) -> FrontierOut:
    """The least cost for each date and each surety, of the company or of a class of customers."""
    return FrontierOut.of(look_frontier.frontier_of(office, customer_class))


@router.get("/orders/{order_id}/frontier", responses=or_problem(404))
def show_frontier_of_order(office: Reading, order_id: OrderId) -> FrontierOut:
    """The same of one order: as it is planned where it is open, else as if it were ordered again now."""
    return FrontierOut.of(granted(look_frontier.frontier_of_order(office, order_id)))
