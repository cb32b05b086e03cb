"""What is told of the process chart: figures in whole seconds, parts per million and thousandths."""

from __future__ import annotations

from pydantic import Field

from doorstep.api.answers import Instant, Out, Ppm
from doorstep.chart.values import Colour
from doorstep.flow.look_chart import ChartView, Segment


class SpreadOut(Out):
    """How long `number` cases took: together, on average, half of them within, nine in ten within (nearest rank)."""

    number: int
    total_seconds: int
    mean_seconds: int
    p50_seconds: int
    p90_seconds: int


class OverOut(Out):
    """How many of `of` cases took longer than the target, waiting and work together, with Wilson's interval."""

    target_seconds: int | None
    of: int
    over: int
    share_ppm: Ppm | None
    low_ppm: Ppm
    high_ppm: Ppm
    colour: Colour


class StepAtSiteOut(Out):
    """A step at one site."""

    site_id: str
    volume: int
    wait: SpreadOut
    work: SpreadOut
    over: OverOut


class ChartStepOut(Out):
    """A step of the process. `apart`: how long the first of what it waited for stood ready before the last."""

    node_id: str = Field(examples=["pick"])
    title: str = Field(examples=["Pick"])
    department: str = Field(examples=["warehouse"])
    volume: int
    wait: SpreadOut
    work: SpreadOut
    apart: SpreadOut
    over: OverOut
    right_ppm: Ppm | None
    waiting_seconds: int
    working_seconds: int
    sites: list[StepAtSiteOut]


class WayOut(Out):
    """Work passing from one step to the next; `designed` says whether that is foreseen."""

    before: str
    after: str
    designed: bool
    count: int
    wait: SpreadOut


class QueueOut(Out):
    """How many cases waited at a time on average, in thousandths, and what Little's law makes of arrivals and waits."""

    waiting_thousandths: int
    little_thousandths: int


class HandOffOut(Out):
    """Work passing from one department to another; `back_ppm` of it went straight back."""

    before: str
    after: str
    number: int
    wait: SpreadOut
    back_ppm: Ppm
    right_ppm: Ppm
    queue: QueueOut


class DepartmentOut(Out):
    """A department: what it did, and its part of the orders' time."""

    department: str
    volume: int
    wait: SpreadOut
    work: SpreadOut
    right_ppm: Ppm | None
    queue: QueueOut
    waiting_seconds: int
    working_seconds: int


class AccountedOut(Out):
    """All orders' time together: every second is some department's waiting or working."""

    orders: int
    total_seconds: int
    waiting_seconds: int
    working_seconds: int


class ChartOut(Out):
    """How orders really went through the company, measured against the designed process."""

    begins: Instant | None
    ends: Instant | None
    site_id: str = Field(description="Empty: all sites.")
    nodes: list[ChartStepOut]
    edges: list[WayOut]
    hand_offs: list[HandOffOut]
    departments: list[DepartmentOut]
    accounted: AccountedOut

    @classmethod
    def of(cls, view: ChartView) -> ChartOut:
        return cls.model_validate(view)


class SegmentOut(Out):
    """A stretch of an order's time: waiting for a step, or the step at work."""

    kind: str = Field(examples=["waiting"])
    node_id: str
    title: str
    department: str
    begins: Instant
    seconds: int


class AccountOut(Out):
    """Where an order's time went; the segments follow one another and add up to `total_seconds`."""

    order_id: str
    total_seconds: int
    segments: list[SegmentOut]

    @classmethod
    def of(cls, order_id: str, segments: tuple[Segment, ...]) -> AccountOut:
        told = [SegmentOut.model_validate(segment) for segment in segments]
        return cls(order_id=order_id, total_seconds=sum(one.seconds for one in segments), segments=told)
