"""Papers and the print queue on the API."""

from __future__ import annotations

import base64

from tests.api.door import Door, problem
from tests.papers.paper import barcodes, text_of


def test_a_printer_takes_a_label_and_says_how_it_went(door: Door) -> None:
    placed = door.shop.to_the_dock(("MUG", 1))
    (sscc,) = door.shop.parcels(placed.order_id)
    ask = {"paper": "label", "of": sscc, "printer": "dock-1"}
    print_id = door.told(door.post("/v1/prints", ask, key="p-1"), 201)["print_id"]
    assert door.told(door.post("/v1/prints", ask, key="p-1"), 201)["print_id"] == print_id
    taken = door.told(door.post("/v1/printers/dock-1/take"))
    assert (taken["print"]["print_id"], taken["unprintable"]) == (print_id, [])
    assert f"00{sscc}" in barcodes(base64.b64decode(taken["data"]), 203)
    door.told(door.post(f"/v1/prints/{print_id}/printed"))
    problem(door.post("/v1/prints", ask, key="p-2"), 409, "wrong_state", "say why")
    again = door.told(door.post(f"/v1/prints/{print_id}/again", {"reason": "smudged"}), 201)["print_id"]
    assert door.told(door.get(f"/v1/prints/{again}"))["reason"] == "smudged"
    door.told(door.post("/v1/printers/dock-1/take"))
    door.told(door.post(f"/v1/prints/{again}/failed", {"says": "out of paper"}))
    assert [job["state"] for job in door.told(door.get("/v1/prints", of=sscc))["prints"]] == ["failed", "printed"]
    assert door.told(door.post("/v1/printers/dock-1/take"))["print"] is None


def test_papers_are_shown_as_they_are_now(door: Door) -> None:
    placed = door.shop.to_the_dock(("MUG", 1))
    (sscc,) = door.shop.parcels(placed.order_id)
    slip = door.get("/v1/papers", paper="packing_slip", of=sscc)
    assert slip.headers["content-type"] == "application/pdf"
    assert slip.headers["doorstep-unprintable"] == "0"
    assert "Mug, stoneware" in text_of(slip.content)
    assert door.get("/v1/papers", paper="label", of=sscc, form="zpl").text.startswith("^XA")
    problem(door.get("/v1/papers", paper="pick_list", of="XX"), 422, "unknown_site", "XX")
    problem(door.get("/v1/papers", paper="label", of=sscc, dpi=72), 422, "malformed", "203 or 300")
    problem(door.post("/v1/prints/prt_none/printed"), 404, "unknown_task")
