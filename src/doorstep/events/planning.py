"""What a planning run came to for all its orders together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step


@dataclass(frozen=True, slots=True)
class ScarcePrice:
    """What a unit of an item at a site is worth now (of an inbound, or on hand), or a site's room for one shipment on a
    day: then it has a `day` and no item. 0: nothing any more.
    """

    site_id: str
    item_id: str
    inbound_id: str
    day: date | None
    minor: int


@dataclass(frozen=True, slots=True)
class PlanMade(Body):
    """Orders were planned together: how many, how many of them wait, and how many plans that stood were changed.

    `cost_minor` is their avoidable cost, `full_minor` the full cost, with handling that is paid in any case. No plan of
    these orders costs less than `bound_minor`; planned one after the other they would cost `apart_minor`. `prices` are
    those that are new. `inputs` are what it rests on, each with its version: (goals, 4f1c...).
    """

    STEP: ClassVar[Step] = Step.PLAN
    plan_id: str
    orders: int
    waiting: int
    moved: int
    cost_minor: int
    full_minor: int
    bound_minor: int
    apart_minor: int
    prices: tuple[ScarcePrice, ...]
    inputs: tuple[tuple[str, str], ...]

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("plan", self.plan_id, "made"),)
