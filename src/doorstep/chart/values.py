"""What the chart says, in whole numbers: seconds, counts, parts per million, thousandths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

# A share `part` of `of` in parts per million, and the interval in which the true one lies: handed in by whoever asks.
Interval = Callable[[int, int], tuple[int, int]]


class Colour(StrEnum):
    """How a step does against its target; grey where too few cases tell."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class Spread:
    """How seconds of `number` cases are spread: together, on average, half of them within, nine in ten within."""

    number: int = 0
    total_seconds: int = 0
    mean_seconds: int = 0
    p50_seconds: int = 0
    p90_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Over:
    """How many cases took longer than the target, with Wilson's interval of their share, and what that means.

    `share_ppm` is None where there is no case or no target.
    """

    target_seconds: int | None = None
    of: int = 0
    over: int = 0
    share_ppm: int | None = None
    low_ppm: int = 0
    high_ppm: int = 1_000_000
    colour: Colour = Colour.GREY


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """A step: how often it was done, how long work waited for it, how long it took; by site where there are several.

    `apart` is how long the first of what it waited for stood ready before the last. `right_ppm` is the share done right
    first time. `waiting_seconds` and `working_seconds` are its part of the orders' accounts.
    """

    node_id: str
    title: str
    department: str
    volume: int
    wait: Spread
    work: Spread
    apart: Spread
    over: Over
    right_ppm: int | None
    waiting_seconds: int
    working_seconds: int
    sites: tuple[SiteFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """A step at one site."""

    site_id: str
    volume: int
    wait: Spread
    work: Spread
    over: Over


@dataclass(frozen=True, slots=True)
class EdgeFigures:
    """Work passing from one step to the next: how often, and how long it then waited. `designed`: foreseen."""

    before: str
    after: str
    designed: bool
    count: int
    wait: Spread


@dataclass(frozen=True, slots=True)
class Queue:
    """How much waits on average, in thousandths of a case, and what Little's law makes of arrivals and waits.

    The two agree where the queue neither grew nor shrank over the time that was looked at.
    """

    waiting_thousandths: int = 0
    little_thousandths: int = 0


@dataclass(frozen=True, slots=True)
class HandOff:
    """Work passing from one department to another; `back_ppm` of it went straight back (ping-pong)."""

    before: str
    after: str
    number: int
    wait: Spread
    back_ppm: int
    right_ppm: int
    queue: Queue


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """A department: what it did, how long work waited for it, and its part of the orders' accounts."""

    department: str
    volume: int
    wait: Spread
    work: Spread
    right_ppm: int | None
    queue: Queue
    waiting_seconds: int
    working_seconds: int


@dataclass(frozen=True, slots=True)
class Accounted:
    """All orders' time together: every second of their durations is some department's waiting or working."""

    orders: int = 0
    total_seconds: int = 0
    waiting_seconds: int = 0
    working_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """The process as it was from `begins` to `ends` (seconds since 1970; None where nothing happened)."""

    begins: int | None
    ends: int | None
    nodes: tuple[NodeFigures, ...]
    edges: tuple[EdgeFigures, ...]
    hand_offs: tuple[HandOff, ...]
    departments: tuple[DepartmentFigures, ...]
    accounted: Accounted = field(default_factory=Accounted)
