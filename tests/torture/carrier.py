"""The carrier in a process of its own, which nobody kills: it remembers its labels whatever happens to us."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import uvicorn

from doorstep.twin.carrier import App, make_carrier
from doorstep.twin.carrier_desk import CarrierDesk
from doorstep.twin.faults import Fault, FaultPlan
from tests.torture.clock import SharedClock
from tests.torture.office import Spec, die_with_parent
from tests.torture.shop import shop_of

FAULTS: Mapping[Fault, int] = {
    Fault.BUSY: 30_000,
    Fault.BROKEN_BEFORE: 20_000,
    Fault.BROKEN_AFTER: 30_000,
    Fault.SILENT_BEFORE: 5_000,
    Fault.SILENT_AFTER: 15_000,
    Fault.CUT: 30_000,
}


@dataclass(frozen=True)
class Weather(FaultPlan):
    """A fault plan that counts what it did, and that can be told to stop."""

    over: ClassVar[threading.Event] = threading.Event()
    done: ClassVar[Counter[str]] = Counter()

    def at(self, request_no: int) -> Fault:
        fault = Fault.NONE if self.over.is_set() else FaultPlan.at(self, request_no)
        self.done[str(fault)] += 1
        return fault


def main(spec: Spec, listener: socket.socket) -> None:
    """Serve on a listening socket until the torturer ends."""
    die_with_parent()
    weather = Weather(spec.seed, ppm=FAULTS)
    desk = CarrierDesk(SharedClock(spec.clock), spec.seed, services=shop_of(spec.shop).services, faults=weather)
    app = _audited(make_carrier(desk, silence_seconds=1), desk)
    # A broken answer is on purpose, and no news.
    config = uvicorn.Config(app, log_level=60, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def _audited(inner: App, desk: CarrierDesk) -> App:
    """The carrier with two more pages: /audit shows every live label, /calm ends the faults."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] not in ("/audit", "/calm"):
            await inner(scope, receive, send)
            return
        if scope["path"] == "/calm":
            Weather.over.set()
        body = json.dumps({"live": desk.live_labels(), "faults": dict(Weather.done)}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app
