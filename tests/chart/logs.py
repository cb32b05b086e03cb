"""A journal in a few words, for tests of the chart: facts with what they touched, as the database would code them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from doorstep.chart.columns import Doings, Events, Touched, doings_of
from doorstep.chart.design import NODE_OF_WHAT, NODES, SWIMLANES, WHATS
from doorstep.chart.measure import Names
from doorstep.chart.node import OBJECT_TYPES

NAMES = Names(sites=("", "CS", "DC"), departments=SWIMLANES)


@dataclass(frozen=True)
class Told:
    """A fact: what, when (seconds), and the objects it touched, `o` orders, `f` fulfilments, `t` tasks, `p` parcels."""

    what: str
    at: int
    touched: tuple[str, ...] = ()
    started: int | None = None
    withdrawn: bool = False
    department: str = ""
    site: str = ""


def told(what: str, at: int, *touched: str, **more: Any) -> Told:
    return Told(what, at, touched, **more)


def columns_of(facts: Sequence[Told], sites: dict[str, str] | None = None) -> tuple[Events, Touched]:
    """The facts as columns, in the order of their writing. `sites` says where fulfilments lie."""
    names = {name: code for code, name in enumerate(sorted({name for fact in facts for name in fact.touched}))}
    events, touched = [], []
    for number, fact in enumerate(facts):
        what = WHATS.index(fact.what)
        department = fact.department or NODES[NODE_OF_WHAT[what]].department
        events.append(
            (
                100 + number,
                what,
                fact.at if fact.started is None else fact.started,
                fact.at,
                fact.withdrawn,
                NAMES.sites.index(fact.site),
                SWIMLANES.index(department),
            )
        )
        for name in fact.touched:
            level = "oftp".index(name[0])
            at = NAMES.sites.index((sites or {}).get(name, "")) if level == 1 else 0
            touched.append((100 + number, level, names[name], at))
    event, what_, started, completed, withdrawn, site, department_ = _columns(events, 7)
    return (
        Events(event, what_, started, completed, withdrawn.astype(np.bool_), site, department_),
        Touched(*_columns(touched, 4)),
    )


def doings(*facts: Told, sites: dict[str, str] | None = None) -> Doings:
    return doings_of(*columns_of(facts, sites))


def steps(made: Doings) -> list[str]:
    """The ids of the steps done, in the order of the rows."""
    return [NODES[node].node_id for node in made.node]


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[Any]:
    return list(np.array(rows, dtype=np.int64).reshape(-1, width).T)


assert OBJECT_TYPES == ("order", "fulfilment", "task", "parcel")

# An order on its whole way, in one fulfilment order with two pick tasks and one parcel.
WHOLE_WAY = (
    told("OrderPlaced", 0, "o1"),
    told("OrderCleared", 100, "o1"),
    told("ShipmentPlanned", 160, "o1", "f1"),
    told("WaveReleased", 1_000, "o1", "f1"),
    told("Picked", 1_400, "o1", "f1", "t1", started=1_300),
    told("Picked", 1_700, "o1", "f1", "t2", started=1_500),
    told("ParcelPacked", 2_500, "o1", "f1", "p1", started=2_200),
    told("LabelRequested", 2_500, "o1", "p1"),
    told("LabelBought", 2_510, "o1", "p1"),
    told("HandedOver", 9_000, "o1", "f1", "p1"),
    told("MilestoneReached:accepted", 20_000, "o1", "f1", "p1"),
    told("MilestoneReached:in_transit", 50_000, "o1", "f1", "p1"),
    told("MilestoneReached:out_for_delivery", 80_000, "o1", "f1", "p1"),
    told("Delivered", 90_000, "o1", "f1", "p1"),
    told("PromiseKept", 90_060, "o1"),
)
