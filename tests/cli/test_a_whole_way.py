"""An order's whole way in the terminal: from the file to the door, with labels of a carrier on loopback."""

from __future__ import annotations

from datetime import timedelta

from tests.cli.terminal import EXAMPLES, Terminal
from tests.corner_shop import scan_of


def test_an_order_goes_from_its_file_to_the_door(terminal: Terminal, carriers: dict[str, str]) -> None:
    terminal.environ |= carriers
    placed = terminal("order", "place", EXAMPLES / "orders" / "ada.toml", "--as", "olga")
    assert "is placed" in placed.words
    assert "with a probability of 9" in placed.words
    (row,) = terminal.json("order", "list")
    order_id = row["order_id"]
    assert row["state"] == "promised"

    assert "done" in terminal("run-due").words
    assert "1 fulfilment order planned" in terminal("tasks", "CS").words
    assert "2 pick tasks" in terminal("release", "CS").words
    work = terminal.json("tasks", "CS")
    serials = {"LAMP": ["--serial", "L-002"]}
    for task in work["tasks"]:
        words = serials.get(task["item_id"], [])
        told = terminal("pick", task["task_id"], "--found", task["quantity"], *words, "--as", "pia")
    assert "Next: doorstep pack" in told.words

    packed = terminal("pack", work["tasks"][0]["fulfilment_id"], "--weight", "3150").words
    assert "3150 g 1 LAMP, 2 MUG" in packed
    fulfilment_id = work["tasks"][0]["fulfilment_id"]
    _carriers_are_asked_and_one_is_missing(terminal, next(word for word in packed.split() if len(word) == 18))
    assert "1 label asked for" in terminal("label", fulfilment_id).words
    assert "Every parcel of it has its label, or one is on its way." in terminal("label", fulfilment_id).words
    assert "done" in terminal("run-due").words
    (docked,) = terminal.json("tasks", "CS")["at_dock"]
    assert docked["label_state"] == "bought"
    taken = terminal("hand-over", docked["carrier_id"], docked["sscc"], "--as", "dan")
    assert f"1 parcel handed over to {docked['carrier_id']}" in taken.words
    assert "There is nothing to do here." in terminal("tasks", "CS").words

    number, carrier_id = docked["tracking_number"], docked["carrier_id"]
    for days, code in ((1, "PU"), (2, "OD"), (3, "DL")):
        terminal.clock.advance(timedelta(days=1))
        message = scan_of(number, code, terminal.clock.now(), f"m{days}")
        assert "applied" in terminal("scan", carrier_id, "-", stdin=message).words
    tracked = terminal("track", "--ask", carrier_id, number).words
    assert "Delivered. Parcel" in tracked
    assert "Out for delivery" in tracked

    _the_story_is_told(terminal, order_id)
    assert "All 17 hold." in terminal("check").words
    assert "Every view is what the journal makes of it." in terminal("rebuild", "--compare").words
    assert terminal.json("seal") == {"sealed": 0}, "check has sealed already"


def _the_story_is_told(terminal: Terminal, order_id: str) -> None:
    shown = terminal("order", "show", order_id).words
    for words in ("(kitchen): delivered", "America/Chicago", "the first promise kept", "Freight", "Together"):
        assert words in shown, shown
    why = terminal("explain", order_id).words
    for words in (
        "it comes to the same days",
        "no other way costs less",
        "it costs more",
        "Nothing: what it needs has left",
        "of its inside is filled; it weighs",
        "In this order",
        "Track to deliver",
        "Measured by the first promise",
        "Order placed olga sales",
        "Picked pia warehouse",
        "Handed over dan shipping",
    ):
        assert words in why, why


def _carriers_are_asked_and_one_is_missing(terminal: Terminal, sscc: str) -> None:
    whole = terminal("rates", sscc).words
    assert "cheapest first" in whole
    assert "Missing" not in whole
    connected = terminal.environ["DOORSTEP_CARRIERS"]
    terminal.environ["DOORSTEP_CARRIERS"] = f"{connected.split()[0]} swift=http://127.0.0.1:1"
    partial = terminal("rates", sscc).words
    assert "PARTIAL" in partial
    assert "Missing: swift: ConnectError" in partial
    assert "what it said last is shown" in partial
    assert "said Mon" in partial
    terminal.environ["DOORSTEP_CARRIERS"] = connected
