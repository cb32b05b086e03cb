"""What the verbs do beyond the straight way: keys, changes, stock, the dock, upkeep; and the same for programs."""

from __future__ import annotations

import getpass
from datetime import timedelta
from typing import Any

import pytest

from tests.cli.terminal import EXAMPLES, Terminal
from tests.corner_shop import Shelf, scan_of


def order_ids(terminal: Terminal) -> list[str]:
    return [row["order_id"] for row in terminal.json("order", "list")]


def held(terminal: Terminal, item_id: str) -> int:
    return sum(row["held"] for row in terminal.json("stock", "--item", item_id)["stock"])


def picked_and_packed(terminal: Terminal) -> str:
    """Everything that is open goes to the dock; the fulfilment order that was packed last."""
    terminal("run-due")
    terminal("release", "CS")
    for task in terminal.json("tasks", "CS")["tasks"]:
        terminal("pick", task["task_id"], "--found", task["quantity"])
    fulfilment_id = ""
    for ready in terminal.json("tasks", "CS")["to_pack"]:
        fulfilment_id = ready["fulfilment_id"]
        terminal("pack", fulfilment_id)
    return fulfilment_id


# -- placing and its keys --------------------------------------------------------------------------------------------


def test_the_same_file_placed_twice_is_one_order_and_says_so(terminal: Terminal) -> None:
    first = terminal("order", "place", terminal.order())
    terminal.clock.advance(timedelta(minutes=5))
    second = terminal("order", "place", terminal.order())
    assert "is placed." in first.words
    assert "was placed before with exactly this content (--again places it once more)" in second.words
    assert len(order_ids(terminal)) == 1
    assert held(terminal, "MUG") == 2


def test_a_file_that_was_refused_is_placed_when_what_it_lacked_is_there(terminal: Terminal) -> None:
    wanted = terminal.order(lines=[{"item_id": "MUG", "quantity": 99}])
    assert "short of" in terminal("order", "place", wanted, code=75).err
    terminal("receive", "CS/A-01", "MUG", 100)
    assert "is placed." in terminal("order", "place", wanted).words
    assert len(order_ids(terminal)) == 1


def test_the_order_is_its_content_not_how_its_file_is_written(terminal: Terminal) -> None:
    placed = terminal.json("order", "place", terminal.order())
    spaced = terminal.order().read_text(encoding="utf-8").replace(",", " ,\n")
    assert terminal.json("order", "place", "-", stdin=spaced) == placed


def test_again_and_another_key_place_it_once_more(terminal: Terminal) -> None:
    first = terminal.json("order", "place", terminal.order())
    again = terminal.json("order", "place", terminal.order(), "--again")
    keyed = terminal.json("order", "place", terminal.order(), "--key", "web-7")
    assert len({first["order_id"], again["order_id"], keyed["order_id"]}) == 3
    terminal.clock.advance(timedelta(minutes=5))
    assert "was placed before under this key" in terminal("order", "place", terminal.order(), "--key", "web-7").words
    assert len(order_ids(terminal)) == 3


def test_a_quote_holds_and_records_nothing(terminal: Terminal) -> None:
    offers = terminal.json("quote", terminal.order())
    told = terminal("quote", terminal.order()).words
    assert [offer["cost_minor"] for offer in offers] == sorted(offer["cost_minor"] for offer in offers)
    assert "USD" in told
    assert "CS with" in told
    assert order_ids(terminal) == []
    assert held(terminal, "MUG") == 0


def test_who_acts_is_the_user_of_the_machine_or_who_is_named(terminal: Terminal) -> None:
    terminal("order", "place", terminal.order(), "--key", "a")
    terminal("order", "place", terminal.order(), "--key", "b", "--as", "olga")
    actors = {terminal.json("explain", order_id)["story"][0]["who"] for order_id in order_ids(terminal)}
    assert actors == {getpass.getuser(), "olga"}


def test_orders_are_listed_page_by_page_and_by_customer(terminal: Terminal) -> None:
    for number in range(3):
        terminal.place(customer_id="bistro" if number == 1 else "ada", reference=f"[red]no {number}[/red]")
        terminal.clock.advance(timedelta(minutes=1))
    newest, *older = order_ids(terminal)
    page = terminal("order", "list", "--at-most", "1").words
    assert f"--after {newest}" in page
    assert "[red]no 2[/red]" in page, "what people write is never taken for markup"
    assert [row["order_id"] for row in terminal.json("order", "list", "--after", newest)] == older
    assert len(terminal.json("order", "list", "--customer", "bistro")) == 1
    assert "Order " in terminal("order", "show", newest).words


def test_in_eighty_columns_no_line_is_longer_and_every_id_is_whole(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    order_id = terminal.place(("MUG", 2))
    terminal("run-due")
    terminal("release", "CS")
    (task,) = terminal.json("tasks", "CS")["tasks"]
    shown = {"list": terminal("order", "list").out, "tasks": terminal("tasks", "CS").out}
    assert order_id in shown["list"]
    assert task["task_id"] in shown["tasks"]
    assert task["fulfilment_id"] in shown["tasks"]
    terminal("pick", task["task_id"], "--found", 2)
    terminal("pack", task["fulfilment_id"])
    (docked,) = terminal.json("tasks", "CS")["at_dock"]
    shown["dock"] = terminal("tasks", "CS").out
    assert docked["sscc"] in shown["dock"]
    assert order_id in shown["dock"]
    for page in shown.values():
        assert max(map(len, page.splitlines())) <= 80, page


# -- changes ---------------------------------------------------------------------------------------------------------


def test_an_order_waits_for_payment_until_it_is_cleared(terminal: Terminal) -> None:
    placed = terminal("order", "place", EXAMPLES / "orders" / "bistro.json").words
    (order_id,) = order_ids(terminal)
    assert f"doorstep order clear {order_id}" in placed
    assert "waits for payment" in terminal("order", "show", order_id).words
    assert f"Order {order_id} is cleared." in terminal("order", "clear", order_id).words
    assert terminal.json("order", "show", order_id)["state"] == "promised"


def test_an_order_is_changed_stopped_let_go_on_and_cancelled(terminal: Terminal) -> None:
    order_id = terminal.place(("MUG", 2), ("LAMP", 1))
    assert f"Line 1 of {order_id} is for 3 now." in terminal("order", "change", "quantity", order_id, 1, 3).words
    assert held(terminal, "MUG") == 3
    moved = terminal("order", "change", "address", order_id, EXAMPLES / "orders" / "new_address.toml").words
    assert "goes to Ada Byron, Boston now. (It was promised.)" in moved
    assert "It is there" in terminal("order", "change", "address", order_id, terminal.order()).words
    assert "has other days now" in terminal("order", "change", "date", order_id, "--by", "2026-03-20").words
    assert "is on hold." in terminal("order", "hold", order_id, "--reason", "call first").words
    assert "on hold" in terminal("order", "list").words
    assert "goes on." in terminal("order", "resume", order_id).words
    assert "is cancelled." in terminal("order", "cancel", order_id, "--line", 2).words
    assert (held(terminal, "LAMP"), held(terminal, "MUG")) == (0, 3)
    assert terminal.json("order", "cancel", order_id)["done"]
    assert "it is cancelled: place a new order" in terminal("order", "cancel", order_id, code=69).err
    why = terminal("explain", order_id).words
    assert "There is nothing left to plan." in why
    assert "call first" in why


def test_what_the_carrier_has_is_not_called_back(terminal: Terminal, carriers: dict[str, str]) -> None:
    terminal.environ |= carriers
    order_id = terminal.place()
    picked_and_packed(terminal)
    terminal("run-due")
    (docked,) = terminal.json("tasks", "CS")["at_dock"]
    terminal("hand-over", docked["carrier_id"], docked["sscc"])
    assert "send it back for a refund" in terminal("order", "cancel", order_id, code=69).err


# -- stock -----------------------------------------------------------------------------------------------------------


def test_stock_is_received_once_under_its_key_counted_and_expected(terminal: Terminal) -> None:
    for _ in range(2):
        told = terminal("receive", "CS/A-01", "MUG", 4, "--key", "note-17").words
    assert "4 MUG stand in CS/A-01" in told
    assert terminal.json("stock", "--item", "MUG")["stock"][0]["on_hand"] == 14
    terminal("receive", "CS/A-02", "TEA", 2, "--lot", "T3", "--expires", "2027-01-31")
    assert "Sun 31 Jan 2027" in terminal("stock", "--item", "TEA", "--site", "CS").words
    terminal("receive", "CS/B-01", "LAMP", 2, "--serial", "L-004", "--serial", "L-005")
    assert "2 units fewer than believed." in terminal("count", "CS/A-01", "MUG", 12).words
    assert "as it was believed." in terminal("count", "CS/A-01", "MUG", 12).words
    assert "1 unit more than believed." in terminal("count", "CS/A-01", "MUG", 13).words
    expected = terminal("expect", "potter", "CS", "MUG", 6, "--due", "2026-03-09").words
    assert "6 MUG are expected in CS by Mon 9 Mar 2026, 00:00 America/Chicago" in expected
    (inbound,) = terminal.json("stock")["inbound"]
    assert inbound["due_at"] == "2026-03-09T05:00:00.000000Z"
    terminal("receive", "CS/A-01", "MUG", 6, "--inbound", inbound["inbound_id"])
    assert "Nothing is expected." in terminal("stock").words


def test_a_count_below_what_was_promised_names_the_orders_it_lets_down(terminal: Terminal) -> None:
    order_id = terminal.place(("MUG", 8))
    told = terminal("count", "CS/A-01", "MUG", 3).words
    assert f"Let down and planned again: {order_id}" in told
    assert "must wait for stock or room" in terminal("plan").words
    assert order_id in terminal("troubles").words


# -- the floor and the dock ------------------------------------------------------------------------------------------


def test_a_short_pick_is_told_and_planned_again(terminal: Terminal) -> None:
    terminal.place(("MUG", 4))
    assert "no plan costs less than" in terminal("plan").words
    terminal("release", "CS")
    assert "There is nothing to release at CS." in terminal("release", "CS").words
    (task,) = terminal.json("tasks", "CS")["tasks"]
    assert "Picked 1. 3 were short and are planned again." in terminal("pick", task["task_id"], "--found", 1).words
    assert "is short already" in terminal("pick", task["task_id"], "--found", 1, code=69).err


def test_without_a_carrier_labels_are_put_off_and_said_to_be_stuck(terminal: Terminal) -> None:
    terminal.place()
    picked_and_packed(terminal)
    assert "Why: doorstep troubles" in terminal("run-due").words
    assert "no carrier is connected" in terminal("troubles").words
    assert terminal.json("troubles")[0]["kind"] == "run"


def test_good_parcels_go_and_bad_ones_stay_with_their_reason(terminal: Terminal, carriers: dict[str, str]) -> None:
    terminal.environ |= carriers
    terminal.place()
    picked_and_packed(terminal)
    terminal("run-due")
    (docked,) = terminal.json("tasks", "CS")["at_dock"]
    said = terminal("hand-over", docked["carrier_id"], docked["sscc"], "00614141", code=66)
    assert "1 parcel handed over" in said.words
    assert "There is no parcel 00614141." in said.err
    assert "0 parcels handed over" in terminal("hand-over", "swift", docked["sscc"], code=69).words


def test_messages_are_taken_line_by_line_and_what_is_not_understood_is_parked(terminal: Terminal) -> None:
    line = scan_of("NO-1", "PU", terminal.clock.now(), "m1")
    file = terminal.file("scans.jsonl", f"{line.decode()}\n{line.decode()}\nnot JSON\n")
    taken: list[dict[str, Any]] = terminal.json("scan", "swift", file)
    assert [one["outcome"] for one in taken] == ["parked", "duplicate", "parked"]
    assert "no parcel of ours has the number NO-1" in terminal("troubles").words
    pretty = terminal.file("scan.json", line.decode().replace(",", ",\n").replace("m1", "m2"))
    assert len(terminal.json("scan", "swift", pretty)) == 1


# -- upkeep ----------------------------------------------------------------------------------------------------------


def test_a_violation_is_found_named_and_ends_with_exit_code_1(cli_shelf: Shelf, terminal: Terminal) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(cli_shelf.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE doorstep.pool SET on_hand = on_hand + 1 WHERE item_id = 'MUG'"))
    found = terminal("check", code=1)
    assert "violation" in found.words
    assert any(terminal.json("check", code=1)["violations"].values())
    assert "pool, only live" in terminal("rebuild", "--compare", code=1).out
    with engine.begin() as connection:
        connection.execute(text("UPDATE doorstep.pool SET on_hand = on_hand - 1 WHERE item_id = 'MUG'"))
    engine.dispose()
    assert terminal.json("rebuild", "--compare") == {"differences": []}


def test_a_company_is_loaded_again_without_booking_its_stock_twice(terminal: Terminal) -> None:
    before = terminal.json("stock")
    loaded = terminal.json("load", EXAMPLES / "corner_shop.toml")
    assert loaded["company"] == "Corner Shop"
    assert "Corner Shop is loaded" in terminal("load", EXAMPLES / "corner_shop.toml").words
    assert terminal.json("stock") == before


def test_sealing_tells_how_many_events_it_sealed(terminal: Terminal) -> None:
    terminal("seal")
    terminal.place()
    assert terminal.json("seal")["sealed"] > 3
    assert "0 events sealed." in terminal("seal").words


def test_every_reading_verb_says_the_same_to_programs_twice(terminal: Terminal) -> None:
    order_id = terminal.place()
    terminal("run-due")
    readings: tuple[tuple[object, ...], ...] = (
        ("quote", terminal.order()),
        ("order", "list"),
        ("order", "show", order_id),
        ("explain", order_id),
        ("stock",),
        ("tasks", "CS"),
        ("troubles",),
        ("check",),
        ("rebuild", "--compare"),
    )
    for words in readings:
        assert terminal.json(*words) == terminal.json(*words), words
