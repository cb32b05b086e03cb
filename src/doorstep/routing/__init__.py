"""Which vehicle goes where, in which order, at what time: the room that routes the own fleet.

`route` plans a day, `replan` mends a plan while it is driven, `check` tells independently of both whether a plan can be
driven, `sheet` prints what a driver needs. All are pure functions over `values`: whole metres, seconds, grams and minor
units, no clock, no chance but the seed in `Params`.

To read on: `solve` (the way of a day), `model` (the day as PyVRP has it), `search`, `timing` (what a day looks like),
`whys` (what stands in a stop's way), `replan`, `check`. `distances` makes the tables all of them read.
"""

from doorstep.routing.check import check
from doorstep.routing.distances import Distances, Point, great_circle
from doorstep.routing.replan import driven_by, replan
from doorstep.routing.sheet import sheet
from doorstep.routing.solve import route
from doorstep.routing.values import Fetch, Load, Params, Pause, Plan, Stop, Vehicle

__all__ = [
    "Distances",
    "Fetch",
    "Load",
    "Params",
    "Pause",
    "Plan",
    "Point",
    "Stop",
    "Vehicle",
    "check",
    "driven_by",
    "great_circle",
    "replan",
    "route",
    "sheet",
]
