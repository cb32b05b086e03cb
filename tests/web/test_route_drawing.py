"""A route drawn: no mark covers another, every stop is told in words, and a route that lies nowhere is not drawn."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import combinations
from math import hypot

from doorstep.flow.look_dispatch import Load, RouteSeen, StopSeen
from doorstep.flow.look_routes import RouteStopView, RouteView
from doorstep.terms.places import Position
from doorstep.web.route_drawing import HIGHEST, LOWEST, WIDE, drawn

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME = Position(41_885_600, -87_618_100)


def stop(number: int, position: Position | None, state: str = "planned", doing: str = "stop") -> StopSeen:
    order_id = f"ord_{number}"
    view = RouteStopView(
        *(number, doing, order_id, (order_id,), (), f"Number {number}", "", "", 1, 500),
        *(NOON, NOON, NOON, NOON, state, None, ""),
    )
    return StopSeen(number, view, NOON, NOON, NOON, None, False, Load(), position)


def route(*stops: StopSeen, state: str = "out", starts: Position | None = HOME) -> RouteSeen:
    view = RouteView(
        *("rte_1", "CS", date(2026, 3, 2), "UTC", "van 1", "own-van", state, NOON, NOON, NOON, NOON, None),
        *(1_000, 3_600, 100, "USD", tuple(each.stop for each in stops)),
    )
    return RouteSeen(view, None, starts, stops, Load(), 1, None, NOON)


def test_stops_in_one_place_are_drawn_side_by_side_inside_the_drawing() -> None:
    at = Position(41_921_000, -87_650_000)
    drawing = drawn(route(*(stop(number, at) for number in range(1, 9))))
    assert drawing is not None
    marks = [(dot.x, dot.y) for dot in drawing.dots]
    assert drawing.starts is not None
    for one, two in combinations([*marks, drawing.starts], 2):
        assert hypot(one[0] - two[0], one[1] - two[1]) >= 2 * drawing.radius
    assert LOWEST <= drawing.high <= HIGHEST
    assert all(0 < x < WIDE and 0 < y < drawing.high for x, y in marks)
    assert all(dot.moved for dot in drawing.dots if (dot.x, dot.y) != (dot.true_x, dot.true_y) and dot.number > 6)


def test_north_is_up_and_east_is_right_and_the_scale_is_true() -> None:
    # A kilometre is 8,993 millionths of a degree to the north.
    drawing = drawn(route(stop(1, Position(HOME.north_udeg + 8_993, HOME.east_udeg)), stop(2, HOME)))
    assert drawing is not None
    first, second = drawing.dots
    assert drawing.starts is not None
    assert first.true_y < second.true_y
    width, words = drawing.bar
    metres = int(words.removesuffix(" km")) * 1_000 if words.endswith("km") else int(words.removesuffix(" m"))
    assert abs(width - (second.true_y - first.true_y) * metres / 1_000) <= 2


def test_every_stop_is_told_in_words_with_what_became_of_it() -> None:
    here = Position(41_900_000, -87_640_000)
    drawing = drawn(route(stop(1, here, "done"), stop(2, here, "failed"), stop(3, here, "missing"), stop(4, None)))
    assert drawing is not None
    for words in ("1 Number 1 (delivered)", "2 Number 2 (not delivered)", "3 Number 3 (passed by)", "The table says"):
        assert words in drawing.says
    assert drawing.unknown == 1


def test_the_way_goes_by_the_depot_where_it_reloads_and_passes_by_what_was_not_aboard() -> None:
    there = Position(41_900_000, -87_700_000)
    stops = (stop(1, there, "done"), stop(2, None, doing="reload"), stop(3, there, "missing"), stop(4, there))
    drawing = drawn(route(*stops))
    assert drawing is not None
    assert drawing.starts is not None
    assert (drawing.gone.count("M"), drawing.ahead.count("M")) == (1, 3)
    assert drawing.ahead.count(f"{drawing.starts[0]} {drawing.starts[1]}") == 3


def test_a_route_that_lies_nobody_knows_where_is_not_drawn() -> None:
    assert drawn(route(stop(1, None))) is None
    alone = drawn(route(stop(1, HOME), starts=None))
    assert alone is not None
    assert alone.starts is None
