"""A count lets down no more than it must, and never too little; an arriving inbound serves whom it was promised to."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from doorstep.events.stock import Hold, Move
from doorstep.stock.count import count
from doorstep.stock.receive import put_holds_on_shelf


def hold(hold_id: str, quantity: int, place_id: str = "", inbound_id: str = "") -> Hold:
    return Hold(hold_id, f"order-of-{hold_id}", 1, "MUG", quantity, "CS", place_id=place_id, inbound_id=inbound_id)


def test_a_count_that_agrees_moves_nothing() -> None:
    outcome = count("CS/A", "MUG", "", 4, 4, 4, [hold("h", 4)])
    assert (outcome.moves, outcome.voided) == ((), ())


def test_what_is_found_comes_from_found_and_lets_nobody_down() -> None:
    outcome = count("CS/A", "MUG", "", 6, 4, 4, [hold("h", 4)])
    assert outcome.moves == (Move("MUG", 2, "found", "CS/A"),)
    assert outcome.voided == ()


def test_what_is_missing_goes_to_lost_and_lets_the_newest_down_first() -> None:
    newest, older = hold("2", 2), hold("1", 2)
    outcome = count("CS/A", "MUG", "", 3, 4, 4, [newest, older])
    assert outcome.moves == (Move("MUG", 1, "CS/A", "lost"),)
    assert outcome.voided == (newest,)


def test_who_is_to_pick_from_the_bin_is_let_down_when_the_bin_is_empty() -> None:
    here, elsewhere = hold("1", 2, "CS/A"), hold("2", 2, "CS/B")
    outcome = count("CS/A", "MUG", "", 0, 4, 8, [elsewhere, here])
    assert outcome.voided == (here,)


def test_a_reservation_is_let_down_before_a_pick_that_somebody_walks_for() -> None:
    walking, reserved = hold("2", 2, "CS/B"), hold("1", 2)
    outcome = count("CS/A", "MUG", "", 0, 2, 4, [walking, reserved])
    assert outcome.voided == (reserved,)


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, dict[str, int], list[Hold]]:
    """(counted in bin A, on hand by bin, holds that fit on what is on hand): what the books can say."""
    on_hand = {"CS/A": draw(st.integers(0, 12)), "CS/B": draw(st.integers(0, 12))}
    free = dict(on_hand)
    pool = sum(on_hand.values())
    holds = []
    for number in range(draw(st.integers(0, 6))):
        place_id = draw(st.sampled_from(["", "CS/A", "CS/B"]))
        room = min(pool, free[place_id] if place_id else pool)
        if not room:
            continue
        quantity = draw(st.integers(1, room))
        pool -= quantity
        if place_id:
            free[place_id] -= quantity
        holds.append(hold(f"{9 - number}", quantity, place_id))
    return draw(st.integers(0, 15)), on_hand, holds


@given(counts())
def test_after_a_count_nowhere_is_more_held_than_there_is(world: tuple[int, dict[str, int], list[Hold]]) -> None:
    counted, on_hand, holds = world
    pool = sum(on_hand.values())
    outcome = count("CS/A", "MUG", "", counted, on_hand["CS/A"], pool, holds)
    left = [kept for kept in holds if kept not in outcome.voided]
    in_bin = sum(kept.quantity for kept in left if kept.place_id == "CS/A")
    assert in_bin <= counted
    assert sum(kept.quantity for kept in left) <= pool - on_hand["CS/A"] + counted
    moved = sum(move.quantity if move.to_place == "CS/A" else -move.quantity for move in outcome.moves)
    assert on_hand["CS/A"] + moved == counted
    assert len(set(outcome.voided)) == len(outcome.voided)
    assert set(outcome.voided) <= set(holds)


@given(counts())
def test_a_count_lets_nobody_down_in_vain(world: tuple[int, dict[str, int], list[Hold]]) -> None:
    """Without the last hold that was let down, something would still be held that is not there."""
    counted, on_hand, holds = world
    pool = sum(on_hand.values())
    outcome = count("CS/A", "MUG", "", counted, on_hand["CS/A"], pool, holds)
    if outcome.voided:
        left = [kept for kept in holds if kept not in outcome.voided[:-1]]
        in_bin = sum(kept.quantity for kept in left if kept.place_id == "CS/A")
        held = sum(kept.quantity for kept in left)
        assert in_bin > counted or held > pool - on_hand["CS/A"] + counted


def ids() -> itertools.count[int]:
    return itertools.count(1)


def test_an_arriving_inbound_serves_the_oldest_promise_first_and_in_full() -> None:
    older, newer = hold("1", 3, inbound_id="inb"), hold("2", 3, inbound_id="inb")
    numbers = ids()
    ended, made, voided = put_holds_on_shelf([older, newer], 4, 2, "", lambda: f"new-{next(numbers)}")
    assert ended == [older, newer]
    assert [(one.order_id, one.quantity, one.inbound_id) for one in made] == [
        ("order-of-1", 3, ""),
        ("order-of-2", 1, ""),
        ("order-of-2", 2, "inb"),
    ]
    assert voided == []


def test_an_inbound_that_brings_less_and_no_more_lets_the_newest_promise_down() -> None:
    older, newer = hold("1", 3, inbound_id="inb"), hold("2", 3, inbound_id="inb")
    ended, made, voided = put_holds_on_shelf([older, newer], 3, 0, "L7", lambda: "new")
    assert (ended, voided) == ([older], [newer])
    assert [(one.quantity, one.lot) for one in made] == [(3, "L7")]


@given(st.lists(st.integers(1, 9), max_size=6), st.integers(0, 30), st.integers(0, 30))
def test_putting_holds_on_the_shelf_makes_and_loses_no_unit(wanted: list[int], received: int, still: int) -> None:
    holds = [hold(str(number), quantity, inbound_id="inb") for number, quantity in enumerate(wanted)]
    numbers = ids()
    ended, made, voided = put_holds_on_shelf(holds, received, still, "", lambda: f"new-{next(numbers)}")
    untouched = [kept for kept in holds if kept not in ended and kept not in voided]
    on_shelf = sum(one.quantity for one in made if not one.inbound_id)
    coming = sum(one.quantity for one in (*made, *untouched) if one.inbound_id)
    assert on_shelf == min(received, sum(wanted))
    assert coming == min(still, sum(wanted) - on_shelf)
    before, after = Counter[str](), Counter[str]()
    for one in ended:
        before[one.order_id] += one.quantity
    for one in made:
        after[one.order_id] += one.quantity
    assert all(after[order_id] <= before[order_id] for order_id in after)
    assert len({one.hold_id for one in (*made, *untouched)}) == len(made) + len(untouched)
