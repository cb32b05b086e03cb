"""Whoever works on an order or a floor finds its papers there; nobody else gets them."""

from __future__ import annotations

import re

from doorstep.access.roles import Role
from tests.corner_shop import Shop
from tests.papers.paper import text_of
from tests.web.people import Browser


def test_the_papers_of_an_order_and_a_floor_are_one_click_away(browser: Browser, shop: Shop) -> None:
    placed = shop.to_the_dock(("MUG", 1))
    shop.place(("TEA", 1))
    shop.settle()
    shop.release()
    browser.enter(Role.SHIPPING)
    (sscc,) = shop.parcels(placed.order_id)
    found: dict[str, str] = {}
    for page in (f"/orders/{placed.order_id}", f"/parcels/{sscc}", "/sites/CS"):
        for path in re.findall(r'href="([^"]+\.pdf)"', browser.page(page)):
            paper = browser.client.get(path)
            assert paper.headers["content-type"] == "application/pdf", path
            found[path.rpartition("/")[2]] = text_of(paper.content)
    assert sscc in found["label.pdf"]
    assert sscc in found["bill-of-lading.pdf"]
    assert "Mug, stoneware" in found["packing-slip.pdf"]
    assert "TEA" in found["pick-list.pdf"]
    assert any("Carrier manifest" in said for said in found.values())
    assert "There is no parcel 1." in browser.client.get("/parcels/1/label.pdf").text
    browser.client.cookies.clear()
    assert browser.client.get(f"/parcels/{sscc}/label.pdf").headers["content-type"] != "application/pdf"
