"""What carriers do with parcels: they come, they scan, they tell us, sometimes twice, late or wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from doorstep.flow import track
from doorstep.twin.world import World


class Roads:
    """Messages of the carriers, each sent when it falls due."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.messages = 0

    def collect(self, carrier_id: str, tracking_numbers: Sequence[str]) -> None:
        """The driver has these parcels: everything that will be told about them is put down."""
        for number in tracking_numbers:
            for message in self._world.desk.collect(number, self._world.now()):
                self._world.agenda.at(message.due_at, partial(self._tell, carrier_id, message.raw))

    def _tell(self, carrier_id: str, raw: bytes) -> None:
        taken = track.take_scan(self._world.office, carrier_id, raw)
        self.messages += 1
        if taken.outcome == "parked":
            self._world.noes["scan", taken.reason] += 1
