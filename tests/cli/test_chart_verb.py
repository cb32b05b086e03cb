"""`doorstep chart` and `doorstep order account`: tables for people, figures for programs, a picture for both."""

from __future__ import annotations

from datetime import timedelta

from tests.cli.terminal import Terminal


def a_picked_order(terminal: Terminal) -> str:
    order_id = terminal.place(("MUG", 2))
    terminal.clock.advance(timedelta(minutes=12))
    terminal("run-due")
    terminal.clock.advance(timedelta(hours=6))
    terminal("release", "CS")
    terminal.clock.advance(timedelta(minutes=40))
    for task in terminal.json("tasks", "CS")["tasks"]:
        terminal("pick", task["task_id"], "--found", task["quantity"])
    return order_id


def test_the_chart_tells_where_orders_wait_and_draws_it(terminal: Terminal) -> None:
    a_picked_order(terminal)
    file = terminal.folder / "chart.svg"
    said = terminal("chart", "--site", "CS", "--svg", file).words
    assert "Plan shipment planning 1 12 min 12 min - 15 min 0 %" in said
    assert "1 order took 6 h 52 min together: 6 h 52 min waiting, 0 s being worked on." in said
    assert f"Drawn: {file}" in said
    assert file.read_text(encoding="utf-8").startswith("<svg ")
    told = terminal.json("chart")
    assert "svg" not in told
    assert {node["node_id"]: node["volume"] for node in told["nodes"]}["pick"] == 1


def test_a_time_without_orders_and_a_site_nobody_knows_are_told(terminal: Terminal) -> None:
    a_picked_order(terminal)
    assert "Nothing was done in that time" in terminal("chart", "--since", "2027-01-01").words
    assert "There is no site LOST" in terminal("chart", "--site", "LOST", code=66).err
    asked = ("chart", "--since", "2026-03-02", "--until", "2026-03-01")
    assert "the second has to be later" in terminal(*asked, code=65).err


def test_an_order_s_time_is_told_stretch_by_stretch(terminal: Terminal) -> None:
    order_id = a_picked_order(terminal)
    said = terminal("order", "account", order_id).words
    assert "waiting Plan shipment planning 12 min" in said
    assert "Together 6 h 52 min, to the second." in said
    segments = terminal.json("order", "account", order_id)
    assert sum(segment["seconds"] for segment in segments) == 6 * 3_600 + 52 * 60
    assert "There is no order ord_lost" in terminal("order", "account", "ord_lost", code=66).err


def test_calibration_tells_that_nothing_ended_yet_and_what_promises_rest_on(terminal: Terminal) -> None:
    said = terminal("calibration").words
    assert "No promise has ended yet" in said
    assert "prior only" in said
    assert terminal.json("calibration")["measured"]["promises"] == 0
