"""Sites that others run: they are asked whether they take a fulfilment order, and say yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step


@dataclass(frozen=True, slots=True)
class NodeSays(Body):
    """A fact between us and a site about one fulfilment order."""

    fulfilment_id: str
    order_id: str
    site_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "for"),
            Touch("fulfilment", self.fulfilment_id, "about"),
            Touch("site", self.site_id, "asked"),
        )


@dataclass(frozen=True, slots=True)
class FulfilmentAsked(NodeSays):
    """With its release a site that others run is asked whether it takes the fulfilment order; it says so by a time."""

    STEP: ClassVar[Step] = Step.RELEASE
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class FulfilmentAccepted(NodeSays):
    """The site takes it. `reason` is how we know, where it did not say so itself: it began to pick."""

    STEP: ClassVar[Step] = Step.RELEASE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FulfilmentDeclined(NodeSays):
    """The site does not take it, or did not answer in time: it goes elsewhere; this order it is not asked for again."""

    STEP: ClassVar[Step] = Step.RELEASE
    reason: str
