"""What carriers ask, on a page and through the API: that it is partial, and what is only a last word, is told there."""

from __future__ import annotations

from doorstep.access.roles import Role
from tests.api.door import client_of
from tests.corner_shop import Shop
from tests.flow.test_rates import connected, packed_parcel
from tests.web.people import Browser


def test_a_partial_answer_says_so_and_a_last_rate_is_marked(shop: Shop) -> None:
    wire = connected(shop)
    sscc = packed_parcel(shop)
    browser, api = Browser(shop.office).enter(Role.SHIPPING), client_of(shop.office)
    path = f"/parcels/{sscc}/rates"
    assert "What carriers ask" in browser.words(f"/parcels/{sscc}")
    whole = browser.words(path)
    assert "Partial" not in whole
    assert "Last rate" not in whole
    assert "Steady Ground" in whole
    assert api.get(f"/v1{path}").json()["partial"] is False
    wire.down = {"swift"}
    shop.later(hours=2)
    partial = browser.words(path)
    assert "Partial" in partial
    assert "swift: ReadTimeout: nobody is there; what it said last is shown." in partial
    assert "Last rate said Mon" in partial
    told = api.get(f"/v1{path}").json()
    assert told["partial"] is True
    assert [one["carrier_id"] for one in told["missing"]] == ["swift"]
    assert {rate["last"] for rate in told["rates"] if rate["carrier_id"] == "swift"} == {True}
    assert {rate["last"] for rate in told["rates"] if rate["carrier_id"] == "steady"} == {False}
    assert Browser(shop.office).enter(Role.PACKING).get(path).status_code == 403
    wire.down = set()
    shop.settle()


def test_freight_is_told_charge_by_charge_by_its_tariff_and_then_as_it_was_bought(shop: Shop) -> None:
    admin = Browser(shop.office).enter(Role.ADMIN)
    order_id = shop.place(("MUG", 2)).order_id
    path = f"/orders/{order_id}/charges"
    assert path not in admin.page(f"/orders/{order_id}")
    assert "Charges are known as soon as the order is planned." in admin.words(path)
    shop.settle()
    assert path in admin.page(f"/orders/{order_id}")
    assert "by its tariff, not bought yet" in admin.words(path)
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    words, label = admin.words(path), shop.one("SELECT cost_minor FROM label")
    assert "bought Base price" in words
    assert f"Together {label / 100:.2f} USD" in words
    assert admin.get("/orders/ord_none/charges").status_code == 404
