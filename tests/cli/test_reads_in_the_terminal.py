"""What pages show is in the terminal too: the day, an order's story, a parcel's drawing, the customer's link."""

from __future__ import annotations

from tests.cli.terminal import EXAMPLES, Terminal


def test_the_day_the_story_the_drawing_and_the_link(terminal: Terminal) -> None:
    assert "Nothing is at risk today." in terminal("today").words
    placed = terminal("order", "place", EXAMPLES / "orders" / "ada.toml", "--json").data
    order_id = placed["order_id"]
    terminal("run-due")
    terminal("release", "CS")
    told = terminal("today", "CS").words
    assert "released, and nothing of it is picked" in told
    assert "warehouse pick it" in told
    assert "Ordered: " in terminal("order", "timeline", order_id).words
    for task in terminal.json("tasks", "CS")["tasks"]:
        serials = ["--serial", "L-001"] if task["item_id"] == "LAMP" else []
        terminal("pick", task["task_id"], "--found", task["quantity"], *serials)
    (parcel,) = terminal.json("pack", terminal.json("tasks", "CS")["to_pack"][0]["fulfilment_id"])["parcels"]
    drawn = terminal.folder / "parcel.svg"
    said = terminal("draw", parcel["sscc"], "--svg", drawn).words
    assert "of the carton is filled. Centre of gravity:" in said
    assert drawn.read_text(encoding="utf-8").startswith("<svg")
    assert terminal("draw", parcel["sscc"], "--svg", "-", "--upto", "1").out.count("<circle") >= 1
    assert "cannot be written" in terminal("draw", parcel["sscc"], "--svg", drawn / "in", code=73).err
    link = terminal.json("tracking-link", order_id)
    assert len(link["token"]) == 32
    assert "1 link to" in terminal("tracking-link", order_id, "--revoke").words


def test_orders_are_found_in_the_terminal(terminal: Terminal) -> None:
    terminal("order", "place", EXAMPLES / "orders" / "ada.toml")
    (row,) = terminal.json("order", "list")
    assert terminal.json("order", "list", row["order_id"][:12])[0]["order_id"] == row["order_id"]
    assert "No order is like that." in terminal("order", "list", "--state", "packed").words
    assert "is one of broken, predicted, either, not 'very'" in terminal("order", "list", "--late", "very", code=64).err
