"""Distances, from the globe, from a table, and from a road server; and a day's two tables."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from doorstep.intake.routes import Day, read_day
from doorstep.links.roads import asked_for_roads
from doorstep.routing.distances import Distances, Point, from_rows, great_circle
from doorstep.routing.values import UNREACHABLE

POINTS = (Point(50.0, 8.0), Point(51.0, 8.0))
NOW = datetime(2026, 3, 2, tzinfo=UTC)
STOPS = "stop_id,latitude,longitude,deliver_g,opens,skills,fetch_from\n"


def test_a_degree_of_latitude_is_111_km_by_air_and_a_third_more_by_road() -> None:
    told = great_circle(POINTS, road_percent=133, speed_kmh=60)
    assert 147_000 < told.metres[0, 1] < 149_000
    assert told.seconds[0, 1] == -(-int(told.metres[0, 1]) * 36 // 600)


def test_a_table_without_a_pair_has_no_way_there_and_a_bad_cell_is_told_by_its_line() -> None:
    told = from_rows(["from,to,metres,seconds\n", "a,b,10,2\n"], ["a", "b"])
    assert isinstance(told, Distances)
    assert (told.metres[0, 1], told.metres[1, 0]) == (10, UNREACHABLE)
    assert from_rows(["from,to,metres,seconds\n", "a,b,far,2\n"], ["a", "b"]) == [
        "line 2: metres and seconds are whole numbers, not far, 2"
    ]


def test_a_road_server_is_asked_once_and_its_troubles_are_sentences() -> None:
    good = {"code": "Ok", "distances": [[0, 9.2], [None, 0]], "durations": [[0, 3.1], [None, 0]]}
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=good)

    told = asked_for_roads("http://roads", POINTS, NOW, httpx.MockTransport(answer))
    assert isinstance(told, Distances)
    assert (told.metres[0, 1], told.seconds[0, 1], told.seconds[1, 0]) == (10, 4, UNREACHABLE)
    assert asked == ["/table/v1/driving/8.000000,50.000000;8.000000,51.000000"]
    busy = httpx.MockTransport(lambda _: httpx.Response(503))
    assert asked_for_roads("http://roads", POINTS, NOW, busy) == "the road server answered with status 503"
    odd = httpx.MockTransport(lambda _: httpx.Response(200, text="hello"))
    assert asked_for_roads("http://roads", POINTS, NOW, odd) == "the road server's reply is not JSON"


def test_a_day_is_read_from_two_tables_or_every_problem_is_told() -> None:
    fleet = ["vehicle_id,latitude,longitude,capacity_g\n", "van,50,8,900000\n"]
    day = read_day([STOPS, "a,50.1,8,100,08:30,lift,\n", "b,50.2,8,100,,,a\n"], fleet)
    assert isinstance(day, Day)
    assert (day.stops[0].opens_seconds, day.stops[1].fetch is not None, day.place_names) == (
        30_600,
        True,
        ("depot 1", "a", "b"),
    )
    assert read_day([STOPS, "a,50.1,8,many,8.30,,nowhere\n"], fleet) == [
        "stops, line 2: deliver_g is a whole number, not 'many'",
        "stops, line 2: opens is hours and minutes such as 08:30, not '8.30'",
        "stops, line 2: fetch_from names a stop, not 'nowhere'",
    ]
