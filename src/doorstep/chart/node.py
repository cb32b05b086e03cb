"""What a step of the process is: what one doing of it is about, what ends it, what it waits for, who does it."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.events.steps import DEPARTMENT, Step

# What an order is divided into, from the whole to the parts: a doing is about one object of one of these types.
ORDER, FULFILMENT, TASK, PARCEL = "order", "fulfilment", "task", "parcel"
OBJECT_TYPES = (ORDER, FULFILMENT, TASK, PARCEL)
LET_GO = "replaced"  # an object that an event touched as this was let go by it, not worked on

# What a step can gather in the whole order: all that was done, or what went wrong and was taken back.
EVERYTHING, SETBACKS = "everything", "setbacks"
ABOVE = frozenset({ORDER, FULFILMENT})


@dataclass(frozen=True, slots=True)
class Node:
    """A step of the process.

    `completed_by` are kinds of event, `Kind:milestone` where only one milestone of it is meant; those in `misses` end
    the step without its success. `done_by` are the functions of `flow` that perform it. `handles` is the type of
    object one doing of it is about, '' where no order is concerned: then it is only counted. Beside its own object and
    the order, a doing waits for what happened to objects of the types in `waits_for` inside its fulfilment order, and
    for what it `gathers` in the whole order. `target_seconds` is for waiting and working together, in the site's
    opening hours where `open_hours`.
    """

    node_id: str
    title: str
    step: Step
    handles: str
    completed_by: tuple[str, ...]
    done_by: tuple[str, ...]
    noun: str = ""  # what its doings are counted as; that of its object where it has one
    waits_for: frozenset[str] = ABOVE
    gathers: str = ""
    misses: frozenset[str] = frozenset()
    target_seconds: int | None = None
    open_hours: bool = False
    told: bool = False  # told by others, perhaps again with another time: the newest word counts
    undoes: bool = False  # takes back work that was done
    amends: str = ""  # the step whose work it changes though that was good: nobody waited for it
    aside: bool = False  # tidies up beside the order's way: never the end of it
    leads_on: bool = True  # what follows on the parts of its object waits for it
    usual: bool = True  # False: drawn only where it happened

    @property
    def department(self) -> str:
        return DEPARTMENT[self.step]
