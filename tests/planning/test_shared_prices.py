"""Prices of what all orders share are settled before anyone chooses: as many want it as there is room for."""

from __future__ import annotations

import numpy as np
import pytest

from doorstep.planning.joint.columns import Columns, Ints, columns
from doorstep.planning.joint.leaning import balanced
from doorstep.planning.joint.ranking import sorted_by

pytestmark = pytest.mark.timeout(900)  # the first of them may compile
LOSSES = (20, 40, 60, 80)  # what each order loses that goes elsewhere


def ints(*values: int) -> Ints:
    return np.array(values, np.int64)


def shared(room: int) -> Columns:
    """Orders that each take one unit of the one room at a cost of 10, or go without it and lose."""
    count = len(LOSSES)
    cost = np.array([(10, 10 + loss) for loss in LOSSES], np.int64).ravel()
    use_ptr = np.repeat(np.arange(count + 1), 2)[1:].astype(np.int64)
    each = np.arange(count, dtype=np.int64)
    claims = (each, np.zeros(count, np.int64), np.ones(count, np.int64))
    return columns(2 * np.arange(count + 1, dtype=np.int64), cost, (use_ptr, each), claims, ints(room), by_unit_from=0)


def settled(room: int, unit_price: int) -> int:
    price = np.full(len(LOSSES), unit_price, np.int64)
    given, _, ranked = sorted_by(shared(room), price)
    turns = np.arange(len(LOSSES), dtype=np.int64)
    return unit_price + int(balanced(given, ranked, price, ints(unit_price), turns, 8)[0])


def test_a_room_that_is_asked_too_much_of_gets_dearer_until_those_who_lose_least_go_elsewhere() -> None:
    assert LOSSES[1] <= settled(room=2, unit_price=0) <= LOSSES[2]


def test_a_room_that_is_left_empty_for_its_price_gets_cheaper() -> None:
    assert LOSSES[1] <= settled(room=2, unit_price=75) <= LOSSES[2]


def test_a_price_that_leaves_just_what_there_is_stays() -> None:
    assert settled(room=2, unit_price=50) == 50
