"""The process chart: how work really went, by department, against the designed process."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from doorstep.chart.draw import as_rows
from doorstep.flow.look_chart import chart_at_hand
from doorstep.web.given import ChartSeen
from doorstep.web.wire import nonce_of

router = APIRouter()
OVER = {"7": "the last 7 days", "28": "the last 28 days", "": "all days"}


@router.get("/chart")
def show_chart(visit: ChartSeen, days: str = "28", site: str = "") -> Response:
    """What was completed in the last days, at one site or all."""
    chosen = days if days in OVER else ""
    since = _midnight(visit.company.now, visit.company.zone_of(site), int(chosen)) if chosen else None
    at_hand = chart_at_hand(visit.office, since, site)
    view = at_hand.view
    return visit.page(
        "chart.html",
        view=view,
        at_hand=at_hand,
        svg=_svg(view.svg, nonce_of(visit.request.scope)),
        rows=as_rows(view.nodes),
        over=OVER,
        days=chosen,
        site=site,
        zone=visit.company.zone_of(site),
    )


def _midnight(now: datetime, zone: str, days_ago: int) -> datetime:
    """When the day so many days ago began on the wall of the zone."""
    on = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=days_ago)
    return datetime.combine(on, time(0), ZoneInfo(zone))


def _svg(svg: str, nonce: str) -> Markup:
    """The drawing to be put into a page that runs no style without its nonce. `chart.draw` escapes the names in it."""
    return Markup(svg.replace("<style>", f'<style nonce="{nonce}">', 1))
