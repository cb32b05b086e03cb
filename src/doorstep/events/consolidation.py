"""Orders that travel as one shipment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step


@dataclass(frozen=True, slots=True)
class Joined:
    """One order's part of a joint shipment: its share of the freight, and what its fulfilment order costs alone.

    Of a multi-stop truckload: the number of its stop in the order of driving (0: all goes to one consignee), and by how
    many seconds later it is there than by the way straight to it.
    """

    order_id: str
    fulfilment_id: str
    freight_minor: int
    alone_minor: int
    stop_no: int = 0
    later_seconds: int = 0


@dataclass(frozen=True, slots=True)
class ShipmentsConsolidated(Body):
    """Planned fulfilment orders to one consignee, or to several of one area by a truck that stops at each, go as one
    shipment: `travels_as` pallets, cartons or a truck.

    `freight_minor` is shared among them whole. `cost_minor` and `alone_minor` are what they cost so and apart, with
    cartons, handling and expected lateness; `rejected` are other ways to send them together, and why not.
    """

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.PLAN
    consolidation_id: str
    site_id: str
    service_id: str
    tariff_id: str
    travels_as: str
    departs: datetime
    members: tuple[Joined, ...]
    freight_minor: int
    cost_minor: int
    alone_minor: int
    rejected: tuple[str, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("consolidation", self.consolidation_id, "made"),
            *(Touch("order", member.order_id, "joined") for member in self.members),
            *(Touch("fulfilment", member.fulfilment_id, "joined") for member in self.members),
        )


@dataclass(frozen=True, slots=True)
class ConsolidationEnded(Body):
    """Orders no longer travel as one shipment, because one of them is planned otherwise; the rest is planned anew."""

    STEP: ClassVar[Step] = Step.PLAN
    consolidation_id: str
    order_ids: tuple[str, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("consolidation", self.consolidation_id, "ended"),
            *(Touch("order", order_id, "apart") for order_id in self.order_ids),
        )
