"""Papers in the terminal: into files, to printers, for customs."""

from __future__ import annotations

from tests.cli.terminal import EXAMPLES, Terminal
from tests.papers.paper import text_of


def test_papers_are_written_queued_and_printed_again(terminal: Terminal) -> None:
    order_id = terminal("order", "place", EXAMPLES / "orders" / "ada.toml", "--json").data["order_id"]
    terminal("run-due")
    terminal("release", "CS")
    out = terminal.folder / "paper.pdf"
    terminal("print", "make", "pick_list", "CS", "--out", out)
    assert "Pick list" in text_of(out.read_bytes())
    for task in terminal.json("tasks", "CS")["tasks"]:
        serials = ["--serial", "L-001"] if task["item_id"] == "LAMP" else []
        terminal("pick", task["task_id"], "--found", task["quantity"], *serials)
    (parcel,) = terminal.json("pack", terminal.json("tasks", "CS")["to_pack"][0]["fulfilment_id"])["parcels"]
    sscc = parcel["sscc"]
    assert "has no label yet" in terminal("print", "make", "label", sscc, "--out", out, code=69).err
    assert "There is no paper" in terminal("print", "make", "poem", sscc, "--out", out, code=65).err
    print_id = terminal.json("print", "queue", "packing_slip", sscc, "--printer", "bench")["print_id"]
    assert terminal.json("print", "take", "bench", "--out", out)["print_id"] == print_id
    assert sscc in text_of(out.read_bytes())
    assert "is printed" in terminal("print", "done", print_id).words
    again = terminal.json("print", "again", print_id, "--reason", "wet")["print_id"]
    terminal("print", "take", "bench", "--out", out)
    assert "failed" in terminal("print", "failed", again, "no paper").words
    assert "Nothing waits" in terminal("print", "take", "bench", "--out", out).words
    assert "no paper" in str(terminal.json("print", "list", "--of", sscc))
    tables = [
        word for name in ("goods", "duties", "taxes") for word in (f"--{name}", EXAMPLES / "customs" / f"{name}.csv")
    ]
    ask = ("print", "customs", order_id, *tables, "--out", out)
    assert "tax table" in terminal(*ask, code=65).err  # nothing is said of goods that come into the United States
