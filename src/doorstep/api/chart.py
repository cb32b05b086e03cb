"""The process chart, and where one order's time went."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from doorstep.api.bodies import ChartOf
from doorstep.api.chart_answers import AccountOut, ChartOut
from doorstep.api.given import OrderId, Reading
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow import look_chart

router = APIRouter(tags=["chart"])


@router.get("/chart")
def show_chart(office: Reading, asked: Annotated[ChartOf, Query()]) -> ChartOut:
    """How orders really went through the company: each step with its waits, each hand-off, each department."""
    return ChartOut.of(granted(look_chart.chart_asked(office, asked.since, asked.until, asked.site_id)))


@router.get("/orders/{order_id}/account", responses=or_problem(404))
def show_account(office: Reading, order_id: OrderId) -> AccountOut:
    """Where an order's time went, to the second."""
    return AccountOut.of(order_id, granted(look_chart.order_account(office, order_id)))
