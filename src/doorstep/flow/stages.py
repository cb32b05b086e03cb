"""The stages that work stands in between promise and doorstep, each with the department that owns it."""

from __future__ import annotations

from enum import StrEnum

from doorstep.events.steps import DEPARTMENT, Step


class Stage(StrEnum):
    """Where an order, or the part of it that one site ships, stands; in the order of its way."""

    TO_CLEAR = "to_clear"
    TO_PLAN = "to_plan"
    PLANNED = "planned"
    PICKING = "picking"
    TO_PACK = "to_pack"
    TO_LABEL = "to_label"
    AT_DOCK = "at_dock"
    ON_ROAD = "on_road"
    DELIVERED_TODAY = "delivered_today"

    @property
    def words(self) -> str:
        """How people call it."""
        return _WORDS[self]

    @property
    def step(self) -> Step:
        """The step that has to be done next."""
        return _STEP[self]

    @property
    def department(self) -> str:
        """Who does it."""
        return DEPARTMENT[self.step]


_WORDS = {
    Stage.TO_CLEAR: "to clear",
    Stage.TO_PLAN: "to plan",
    Stage.PLANNED: "planned",
    Stage.PICKING: "to pick",
    Stage.TO_PACK: "to pack",
    Stage.TO_LABEL: "to label",
    Stage.AT_DOCK: "at the dock",
    Stage.ON_ROAD: "on the road",
    Stage.DELIVERED_TODAY: "delivered today",
}
_STEP = {
    Stage.TO_CLEAR: Step.PROMISE,
    Stage.TO_PLAN: Step.PLAN,
    Stage.PLANNED: Step.RELEASE,
    Stage.PICKING: Step.PICK,
    Stage.TO_PACK: Step.PACK,
    Stage.TO_LABEL: Step.LABEL,
    Stage.AT_DOCK: Step.HAND_OVER,
    Stage.ON_ROAD: Step.TRACK,
    Stage.DELIVERED_TODAY: Step.DELIVER,
}

# What a fulfilment order's own state means here.
OF_FULFILMENT = {
    "planned": Stage.PLANNED,
    "released": Stage.PICKING,
    "picked": Stage.TO_PACK,
    "packed": Stage.TO_LABEL,
    "labelled": Stage.AT_DOCK,
    "handed_over": Stage.ON_ROAD,
    "delivered": Stage.DELIVERED_TODAY,
}
