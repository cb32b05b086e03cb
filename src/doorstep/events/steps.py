"""The steps of the process and the department that owns each. An event names its step by one of these."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """A step of the process, in the order in which an order comes to it."""

    DEFINE = "define"
    PROMISE = "promise"
    CHANGE = "change"
    PLAN = "plan"
    RECEIVE = "receive"
    COUNT = "count"
    RELEASE = "release"
    PICK = "pick"
    PACK = "pack"
    LABEL = "label"
    HAND_OVER = "hand_over"
    TRACK = "track"
    DELIVER = "deliver"
    SCORE = "score"
    IMPROVE = "improve"


DEPARTMENT = {
    Step.DEFINE: "master data",
    Step.PROMISE: "sales",
    Step.CHANGE: "sales",
    Step.PLAN: "planning",
    Step.RECEIVE: "receiving",
    Step.COUNT: "stock control",
    Step.RELEASE: "warehouse",
    Step.PICK: "warehouse",
    Step.PACK: "packing",
    Step.LABEL: "shipping",
    Step.HAND_OVER: "shipping",
    Step.TRACK: "carrier",
    Step.DELIVER: "carrier",
    Step.SCORE: "service",
    Step.IMPROVE: "planning",
}
