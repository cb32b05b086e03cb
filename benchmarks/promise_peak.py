"""Shipments with a peak that the past has not shown: promised a quarter of a day at a time, told as life tells.

From generators/peak_shipments.py beside the folder that DOORSTEP_DATA names. An outcome is known once the parcel has
arrived, to the hour; until then only that it has not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from doorstep.promising.columns import Codes, Departures, Reals
from doorstep.promising.drift import Moves
from doorstep.promising.learner import Habits, Learner, Scale, Together

PER_DAY = 4
AGES: Reals = np.arange(0.0, 16.0, 0.05)
CARRIERS = Habits(
    Scale.LINEAR, leans=(20.0, 20.0, 20.0, 20.0, 20.0, 20.0), standard=4.0, spread=1.0, settled=8.0, ahead=1.0,
    shape_half_life=20.0, late_together=Together.LEAVING, gives_up=25.0, grain=1 / 24,
    moves=Moves(
        wander=0.05, cluster_wander=0.05, stretch_wander=0.02, returns=0.99, cluster_returns=0.99,
        jumps=0.08, cluster_jumps=0.01, trust=1.0, cluster_trust=1.0,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Shipments:
    """By instant of hand-over, days from the first; `came` is the instant of the arrival."""

    left: Reals
    came: Reals
    parcels: Departures


def read(generated: Any) -> Shipments:
    left = generated.day + generated.hour / 24
    by_time = np.argsort(left, kind="stable")
    x = {name: getattr(generated, name)[by_time] for name in ("carrier", "zone", "site", "weekday", "hour")}
    load, mass = generated.site_load[by_time], generated.mass_grams[by_time]
    levels = np.stack([x["carrier"], x["zone"], x["carrier"] * 8 + x["zone"], x["weekday"], x["hour"], x["site"]])
    numbers = np.column_stack([load, np.maximum(load, 0), np.log(mass)])
    left = left[by_time]
    return Shipments(
        left, left + generated.door_days[by_time], Departures(left, numbers, levels.astype(np.int64), x["carrier"])
    )


def promised(shipments: Shipments, first: float) -> Iterator[tuple[float, Codes, Reals]]:
    """(instant, the shipments that leave until the next, P(arrived after AGES)) from the day `first` on."""
    learner = Learner(CARRIERS, lambda at: at, shipments.parcels.numbers.shape[1], -1 / PER_DAY)
    by_arrival = np.argsort(shipments.came, kind="stable")
    came = shipments.came[by_arrival]
    told = arrived = 0
    for step in range(round((shipments.left.max() + 1) * PER_DAY)):
        now = step / PER_DAY
        until = int(np.searchsorted(shipments.left, now))
        here = int(np.searchsorted(came, now, side="right"))
        learner.take(now, shipments.parcels.take(np.arange(told, until)), by_arrival[arrived:here], came[arrived:here])
        told, arrived = until, here
        which = np.arange(until, int(np.searchsorted(shipments.left, now + 1 / PER_DAY)))
        if now >= first and len(which):
            yield now, which, learner.gone(shipments.parcels.take(which), AGES)


def quantiles(shipments: Shipments, first: float, levels: tuple[float, ...]) -> tuple[Codes, Reals]:
    """The shipments from the day `first` on, (n,), and the days at which each of `levels` is reached, (n, levels)."""
    told: list[tuple[Codes, Reals]] = []
    for _, which, gone in promised(shipments, first):
        row = np.arange(len(which))
        said = []
        for level in levels:
            at = np.minimum((gone < level).sum(axis=1), len(AGES) - 1)
            below, here = gone[row, np.maximum(at - 1, 0)], gone[row, at]
            part = np.clip((here - level) / np.maximum(here - below, 1e-9), 0, 1)
            said.append(AGES[at] - part * (AGES[1] - AGES[0]))
        told.append((which, np.stack(said, axis=1)))
    return np.concatenate([which for which, _ in told]), np.concatenate([said for _, said in told])
