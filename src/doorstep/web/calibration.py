"""Whether promises were kept as often as they said: the curve, the groups, and what others would have promised."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.flow.look_calibration import CalibrationView, calibration
from doorstep.web.given import ChartSeen

router = APIRouter()
MOST_GROUPS = 40
_SIDE = 1_000  # of the drawing, for all of probability


@router.get("/calibration")
def show_calibration(visit: ChartSeen) -> Response:
    """The promises that ended last."""
    view = calibration(visit.office, visit.company.zone)
    return visit.page("calibration.html", view=view, points=_points(view), groups=view.groups[:MOST_GROUPS])


def _points(view: CalibrationView) -> list[tuple[int, int, int, int]]:
    """Each level as (said, kept, low, high) in the drawing, kept upwards."""
    return [
        (_at(share.said_ppm), _SIDE - _at(share.kept_ppm), _SIDE - _at(share.high_ppm), _SIDE - _at(share.low_ppm))
        for _, share in view.curve
    ]


def _at(ppm: int) -> int:
    return ppm * _SIDE // 1_000_000
