"""An inbound arrives: the holds that waited for it move to the shelf, oldest promise first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from doorstep.events.stock import Hold


def put_holds_on_shelf(
    holds: Sequence[Hold], received: int, still_expected: int, lot: str, new_id: Callable[[], str]
) -> tuple[list[Hold], list[Hold], list[Hold]]:
    """(ended, made, voided) holds when `received` units of an inbound are put away and `still_expected` are to come.

    `holds` are the active holds of the inbound, oldest promise first. A hold served in part stays for what is still to
    come. What neither can serve waits again: `made` is then less than `ended`, or the whole hold is in `voided`.
    """
    ended: list[Hold] = []
    made: list[Hold] = []
    voided: list[Hold] = []
    for hold in holds:
        now = min(hold.quantity, received)
        later = min(hold.quantity - now, still_expected)
        received -= now
        still_expected -= later
        if later == hold.quantity:
            continue
        if now + later == 0:
            voided.append(hold)
            continue
        ended.append(hold)
        if now:
            made.append(replace(hold, hold_id=new_id(), quantity=now, inbound_id="", lot=lot))
        if later:
            made.append(replace(hold, hold_id=new_id(), quantity=later))
    return ended, made, voided
