"""A road server (OSRM) asked for its table of distances, through the one sender: deadlines, breaker, no surprises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import httpx

from doorstep.carriers.port import Reply, Request
from doorstep.links.sender import End, Sender
from doorstep.routing.distances import Distances, Point, osrm_path, read_osrm

ROADS = "the road server"


def asked_for_roads(
    url: str, points: Sequence[Point], now: datetime, transport: httpx.BaseTransport | None = None
) -> Distances | str:
    """The distances among the points; or why there are none, as a sentence. ValueError for a URL that is not http."""
    sender = Sender({ROADS: End(ROADS, url, most_reply_bytes=64 * 1024 * 1024)}, transport)
    try:
        answer = sender.send(ROADS, Request("GET", osrm_path(points), {}, b""), now)
    finally:
        sender.close()
    if not isinstance(answer, Reply):
        return f"{ROADS} did not answer: {answer.why}"
    if answer.status != 200:
        return f"{ROADS} answered with status {answer.status}"
    return read_osrm(answer.body, len(points))
