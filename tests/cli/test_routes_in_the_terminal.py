"""`doorstep routes`: a van's day as the shipping desk types it, and the sheet that the driver takes along."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.cli.terminal import Terminal
from tests.corner_shop import open_shop
from tests.vans import home, with_vans


def test_a_day_is_planned_driven_and_ended_from_the_terminal(terminal: Terminal, tmp_path: Path) -> None:
    with open_shop(terminal.environ["DOORSTEP_DATABASE_URL"], terminal.clock) as shop:
        with_vans(shop)
        orders = [shop.to_the_dock(("MUG", 1), ship_to=home(number)).order_id for number in range(2)]
    assert "van 1" in terminal("routes", "vehicles", "--site", "CS").words
    told = terminal("routes", "plan", "CS").words
    assert all(order_id in told for order_id in orders)
    assert "distances by great circles" in told
    (route,) = terminal.json("routes", "show", "CS", "2026-03-02")["routes"]
    sheet = tmp_path / "sheet.pdf"
    terminal("print", "make", "route_sheet", route["route_id"], "--out", sheet)
    assert sheet.read_bytes().startswith(b"%PDF")
    assert "2 parcels on the road" in terminal("routes", "leave", route["route_id"]).words
    terminal.clock.advance(timedelta(minutes=20))
    first, second = (stop["stop_id"] for stop in route["stops"])
    told = terminal("routes", "stop", route["route_id"], first, "--failed", "nobody_home", "--again").words
    assert "planned anew" in told
    for stop_id in (second, first):
        terminal("routes", "stop", route["route_id"], stop_id, "--done", "--left-with", "neighbour")
    assert "its labels had reckoned" in terminal("routes", "end", route["route_id"], "--km", "31").words
    assert "Say --done, or --failed" in terminal("routes", "stop", route["route_id"], first, code=64).err
