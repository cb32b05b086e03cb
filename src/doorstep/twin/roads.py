"""What carriers do with parcels: they come, they scan, they tell us, sometimes twice, late or wrongly."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from doorstep.flow import track
from doorstep.links.sender import End, Sender
from doorstep.terms.calendar import Calendar
from doorstep.twin.carrier import CarrierTransport
from doorstep.twin.carrier_desk import API_KEY, CarrierDesk
from doorstep.twin.world import World


def sender_to(desk: CarrierDesk, carrier_ids: Collection[str]) -> Sender:
    """A false wire on which every one of the carriers is the one at the desk."""
    authorised = {"Authorization": f"Bearer {API_KEY}"}
    ends = {carrier_id: End(carrier_id, "http://carrier.invalid", authorised) for carrier_id in sorted(carrier_ids)}
    return Sender(ends, transport=CarrierTransport(desk))


class Roads:
    """The carriers' messages. Each carrier sends what has fallen due by then, a few times an hour."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[str, list[tuple[datetime, int, bytes]]] = defaultdict(list)
        self._put_down = 0
        self.messages = 0

    def collect(self, carrier_id: str, parcels: Mapping[str, Calendar | None]) -> None:
        """The driver has these parcels, by tracking number with when their consignees take goods in: everything that
        will be told about them is put down.
        """
        for number, receives in parcels.items():
            for message in self._world.desk.collect(number, self._world.now(), receives):
                heapq.heappush(self._waiting[carrier_id], (message.due_at, self._put_down, message.raw))
                self._put_down += 1

    def send(self) -> None:
        """Every carrier sends what is due."""
        for carrier_id, waiting in self._waiting.items():
            raws = []
            while waiting and waiting[0][0] <= self._world.now():
                raws.append(heapq.heappop(waiting)[2])
            if not raws:
                continue
            self.messages += len(raws)
            for taken in track.take_scans(self._world.office, carrier_id, raws):
                if taken.outcome == "parked":
                    self._world.noes["carrier", taken.reason] += 1
