"""A wave gives every reserved unit its bin and loses none; a pick is booked only as it can have been."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.events.fulfilment import FulfilmentLine, PickTask
from doorstep.events.stock import Hold, Move
from doorstep.terms.item import Tracking
from doorstep.terms.refusals import Refusal, Why
from doorstep.warehouse.pick import confirm_pick
from doorstep.warehouse.wave import BinStock, ToRelease, Wave, plan_wave


def reserved(hold_id: str, quantity: int, item_id: str = "MUG", line_no: int = 1, lot: str = "") -> Hold:
    return Hold(hold_id, "order", line_no, item_id, quantity, "CS", lot)


def to_release(*holds: Hold, name: str = "f1", order_id: str = "order") -> ToRelease:
    lines: Counter[tuple[int, str]] = Counter()
    for hold in holds:
        lines[hold.line_no, hold.item_id] += hold.quantity
    wanted = tuple(FulfilmentLine(line_no, item_id, units) for (line_no, item_id), units in lines.items())
    return ToRelease(name, order_id, wanted, holds)


def bins(**units: int) -> list[BinStock]:
    return [BinStock(f"CS/{place}", "MUG", "", free) for place, free in units.items()]


def wave_of(fulfilments: list[ToRelease], stock: list[BinStock]) -> Wave:
    numbers = itertools.count(1)
    return plan_wave(fulfilments, stock, lambda prefix: f"{prefix}_{next(numbers):03d}")


def walks(wave: Wave) -> list[tuple[str, int]]:
    return [(task.place_id, task.quantity) for task in wave.tasks]


def test_the_emptiest_bin_that_has_it_all_is_taken() -> None:
    assert walks(wave_of([to_release(reserved("h", 3))], bins(A=9, B=4, C=2))) == [("CS/B", 3)]


def test_several_bins_make_up_what_none_has_alone() -> None:
    assert walks(wave_of([to_release(reserved("h", 8))], bins(A=5, B=4, C=2))) == [("CS/A", 5), ("CS/B", 3)]


def test_a_fulfilment_order_whose_bins_fall_short_is_left_out_whole() -> None:
    short = to_release(reserved("h1", 4), reserved("h2", 9, line_no=2), name="short")
    served = to_release(reserved("h3", 5), name="served", order_id="other")
    wave = wave_of([short, served], bins(A=10))
    assert (wave.released, wave.left_out) == (("served",), ("short",))
    assert walks(wave) == [("CS/A", 5)]
    assert [hold.hold_id for hold in wave.ended] == ["h3"]


def test_a_fulfilment_order_without_its_reservations_is_left_out() -> None:
    lines = (FulfilmentLine(1, "MUG", 3),)
    wave = wave_of([ToRelease("f1", "order", lines, (reserved("h", 2),))], bins(A=10))
    assert wave == Wave((), (), (), (), ("f1",))


def test_two_fulfilment_orders_of_one_order_share_its_reservation() -> None:
    whole = reserved("h", 5)
    first = ToRelease("f1", "order", (FulfilmentLine(1, "MUG", 2),), (whole,))
    second = ToRelease("f2", "order", (FulfilmentLine(1, "MUG", 3),), (whole,))
    wave = wave_of([first, second], bins(A=5))
    assert wave.released == ("f1", "f2")
    assert wave.ended == (whole,)
    assert sorted((hold.quantity, hold.place_id) for hold in wave.made) == [(2, "CS/A"), (3, "CS/A")]


def test_a_lot_is_picked_from_a_bin_of_that_lot() -> None:
    stock = [BinStock("CS/A", "TEA", "T1", 9), BinStock("CS/B", "TEA", "T2", 9)]
    wave = wave_of([to_release(reserved("h", 2, "TEA", lot="T2"))], stock)
    assert walks(wave) == [("CS/B", 2)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[ToRelease], list[BinStock]]:
    numbers = itertools.count(1)
    fulfilments = []
    for f in range(draw(st.integers(1, 4))):
        holds = tuple(
            Hold(f"h{next(numbers)}", f"o{f}", draw(st.integers(1, 2)), item_id, draw(st.integers(1, 6)), "CS", lot)
            for item_id, lot in draw(st.lists(st.sampled_from([("MUG", ""), ("TEA", "T1"), ("TEA", "T2")]), max_size=4))
        )
        fulfilments.append(to_release(*holds, name=f"f{f}", order_id=f"o{f}"))
    stock = [
        BinStock(f"CS/{place}", item_id, lot, draw(st.integers(0, 9)))
        for place in "AB"
        for item_id, lot in (("MUG", ""), ("TEA", "T1"), ("TEA", "T2"))
    ]
    return fulfilments, stock


@given(worlds())
def test_every_task_is_held_where_it_is_picked_and_no_unit_is_made_or_lost(
    world: tuple[list[ToRelease], list[BinStock]],
) -> None:
    fulfilments, stock = world
    wave = wave_of(fulfilments, stock)
    made = {hold.hold_id: hold for hold in wave.made}
    for task in wave.tasks:
        hold = made[task.hold_id]
        assert (hold.order_id, hold.line_no, hold.item_id) == (task.order_id, task.line_no, task.item_id)
        assert (hold.lot, hold.place_id, hold.quantity) == (task.lot, task.place_id, task.quantity)
    assert units_of(wave.ended) == units_of(wave.made)
    assert len(made) == len(wave.made)
    taken = Counter[tuple[str, str, str]]()
    for task in wave.tasks:
        taken[task.place_id, task.item_id, task.lot] += task.quantity
    assert all(taken[row.place_id, row.item_id, row.lot] <= row.free for row in stock)
    assert sorted([*wave.released, *wave.left_out]) == sorted(f.fulfilment_id for f in fulfilments)
    for fulfilment in fulfilments:
        wanted = sum(line.quantity for line in fulfilment.lines) if fulfilment.fulfilment_id in wave.released else 0
        assert sum(t.quantity for t in wave.tasks if t.fulfilment_id == fulfilment.fulfilment_id) == wanted


def units_of(holds: tuple[Hold, ...]) -> Counter[tuple[str, int, str, str]]:
    units = Counter[tuple[str, int, str, str]]()
    for hold in holds:
        units[hold.order_id, hold.line_no, hold.item_id, hold.lot] += hold.quantity
    return units


def task_for(quantity: int) -> PickTask:
    return PickTask("tsk", "f1", "order", 1, "LAMP", quantity, "CS/B", "", "h")


def picked(found: int, *serials: str, tracking: Tracking = Tracking.SERIAL) -> tuple[Move, ...] | Refusal:
    where = {"L-1": "CS/B", "L-2": "CS/B", "L-9": "CS/A"}
    return confirm_pick(task_for(2), found, serials, tracking, where, "CS/pack")


def test_a_pick_moves_what_was_found_with_its_serials_to_the_bench() -> None:
    assert picked(2, "L-1", "L-2") == (Move("LAMP", 2, "CS/B", "CS/pack", "", ("L-1", "L-2")),)


def test_nothing_found_moves_nothing() -> None:
    assert picked(0) == ()


@pytest.mark.parametrize(
    ("found", "serials", "tracking", "why", "says"),
    [
        (3, ("L-1", "L-2", "L-3"), Tracking.SERIAL, Why.BAD_QUANTITY, "The task is for 2; 3 cannot"),
        (-1, (), Tracking.NONE, Why.BAD_QUANTITY, "-1 cannot"),
        (1, ("L-9",), Tracking.SERIAL, Why.BAD_SERIAL, "Serial L-9 of LAMP is not in CS/B (CS/A)"),
        (1, ("L-7",), Tracking.SERIAL, Why.BAD_SERIAL, "is not in CS/B (unknown)"),
        (2, ("L-1", "L-1"), Tracking.SERIAL, Why.BAD_SERIAL, "name each of the 2 picked once"),
        (2, ("L-1",), Tracking.SERIAL, Why.BAD_SERIAL, "name each of the 2 picked once"),
        (2, ("L-1", "L-2"), Tracking.NONE, Why.BAD_SERIAL, "not tracked by serial"),
    ],
)
def test_what_cannot_have_been_picked_is_refused_and_says_why(
    found: int, serials: tuple[str, ...], tracking: Tracking, why: Why, says: str
) -> None:
    told = picked(found, *serials, tracking=tracking)
    assert isinstance(told, Refusal)
    assert told.why is why
    assert says in told.says
    assert told.concerns["task_id"] == "tsk"
