"""A count is an assertion: it books the difference, and lets promises down where too little is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.events.stock import Hold, Move
from doorstep.terms.places import FOUND, LOST


@dataclass(frozen=True, slots=True)
class CountOutcome:
    """The moves that book a count, and the holds that can no longer stand (whole holds)."""

    moves: tuple[Move, ...]
    voided: tuple[Hold, ...]


def count(
    place_id: str,
    item_id: str,
    lot: str,
    counted: int,
    believed: int,
    pool_on_hand: int,
    holds: Sequence[Hold],
    lost_serials: tuple[str, ...] = (),
    found_serials: tuple[str, ...] = (),
) -> CountOutcome:
    """What follows from counting `counted` units in a bin where the books said `believed`.

    `holds` are all active holds of that item and lot at the site, in the order in which they are let down; those with
    `place_id` of this bin are allocated to it. Afterwards neither the bin nor the site has more held than on hand.
    """
    difference = counted - believed
    if difference == 0:
        return CountOutcome((), ())
    if difference > 0:
        return CountOutcome((Move(item_id, difference, FOUND, place_id, lot, found_serials),), ())
    move = Move(item_id, -difference, place_id, LOST, lot, lost_serials)
    in_bin = [hold for hold in holds if hold.place_id == place_id]
    voided = _until_enough(in_bin, sum(hold.quantity for hold in in_bin) - counted)
    left = [hold for hold in holds if hold not in voided]
    excess = sum(hold.quantity for hold in left) - (pool_on_hand + difference)
    # Reservations are let down before allocations: nobody is walking to a bin for them yet.
    voided += _until_enough(sorted(left, key=lambda hold: bool(hold.place_id)), excess)
    return CountOutcome((move,), tuple(voided))


def _until_enough(holds: Sequence[Hold], excess: int) -> list[Hold]:
    chosen = []
    for hold in holds:
        if excess <= 0:
            break
        chosen.append(hold)
        excess -= hold.quantity
    return chosen
