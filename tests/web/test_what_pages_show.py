"""What the pages show, and that nothing in them runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from doorstep.access.roles import Role
from doorstep.api.app import make_app
from doorstep.api.serve import Beside
from doorstep.flow.change import hold_order
from doorstep.flow.goals import set_goals
from doorstep.flow.master import define_customer
from doorstep.flow.office import Office, Who
from doorstep.storage.store import Store
from doorstep.terms.goals import ClassGoals, Goals, SiteLimit
from doorstep.terms.order import Terms
from doorstep.web.app import make_pages
from tests.corner_shop import ADA, CLERK, Shop, granted
from tests.web.people import Browser

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7919*7907}}"


def handlers_in(page: str) -> Iterator[str]:
    """Attributes of the page that would run something."""
    found: list[str] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: found.extend(name for name, _ in attrs)  # type: ignore[method-assign]
    reader.feed(page)
    return (name for name in found if name.startswith("on"))


@pytest.fixture
def admin(browser: Browser) -> Browser:
    return browser.enter(Role.ADMIN)


def test_what_people_type_is_shown_and_never_run(admin: Browser, shop: Shop) -> None:
    granted(define_customer(shop.office, CLERK, "<b>ada</b>", ADA, Terms()))
    placed = shop.place(("MUG", 1), customer="<b>ada</b>", reference=PAYLOAD)
    granted(hold_order(shop.office, CLERK, placed.order_id, PAYLOAD, shop.key()))
    for path in (
        "/orders",
        f"/orders/{placed.order_id}",
        "/today",
        f"/orders?q={PAYLOAD.replace('{', '%7B')}",
        "/orders?customer=%3Cb%3Eada%3C/b%3E",
        f"/stock?q={PAYLOAD}",
    ):
        page = admin.page(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>ada" not in page
        assert "&lt;" in page, f"{path} does not show it"
        assert not list(handlers_in(page)), path
        assert "62615533" not in page
    admin.client.cookies.clear()
    shown = admin.send("/sign-in", "/sign-in", {"login": PAYLOAD, "password": "x", "next": PAYLOAD}).text
    assert "<script>alert" not in shown


def test_every_page_is_kept_by_nobody_framed_by_nobody_and_runs_only_what_is_ours(admin: Browser) -> None:
    for path in ("/today", "/orders", "/sign-in/x", "/nothing-here", "/accounts"):
        headers = admin.get(path).headers
        policy = headers["content-security-policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([\w-]{20,})'", policy)
        assert nonce
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        page = admin.get(path).text
        assert " style=" not in page
        assert "javascript:" not in page
        assert "<style" not in page
    first, second = (admin.get("/help").headers["content-security-policy"] for _ in range(2))
    assert first != second


def test_assets_are_ours_alone_and_kept_while_they_stay_the_same(admin: Browser) -> None:
    page = admin.page("/help")
    (style,) = re.findall(r'href="(/static/doorstep.css\?v=\w+)"', page)
    response = admin.get(style)
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert admin.get("/static/doorstep.css").headers["cache-control"] == "no-cache"
    for name in ("tokens.css", "..%2f__init__.py", "htmx.esm.js", "x"):
        assert admin.get(f"/static/{name}").status_code == 404
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", page).replace("https://", "") or "://" not in page


def test_the_page_of_an_order_tells_its_promise_plan_parcels_costs_and_story(admin: Browser, shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 2), ("LAMP", 1), reference="PO-4711")
    (sscc,) = shop.parcels(placed.order_id)
    shop.later(hours=2)
    shop.scan(sscc, "PU", shop.clock.now())
    words = admin.words(f"/orders/{placed.order_id}")
    for told in (
        "PO-4711",
        "Promise open",
        "Cleared",
        "On the road",
        "By Mon 9 Mar 2026",
        "97.9 % sure (95.0 % wanted)",
        "Why this plan?",
        "Chosen because no other way costs less",
        "CS by swift-express",
        sscc,
        "Label made",
        "First scan",
        "Where its time went",
        "Together",
        "Handed over to steady",
        "Times are Chicago time (CST)",
    ):
        assert told in words, told


def test_a_parcel_is_drawn_whole_and_unit_by_unit(admin: Browser, shop: Shop) -> None:
    placed = shop.to_the_dock(("MUG", 2), ("LAMP", 1))
    (sscc,) = shop.parcels(placed.order_id)
    for path, told in (
        (f"/orders/{placed.order_id}", "2 Mug, stoneware"),
        (f"/orders/{placed.order_id}", "Carton M: no other carton takes these goods."),
        (f"/parcels/{sscc}", "1 carton rejected"),
        (f"/parcels/{sscc}", "LAMP does not fit in"),
        (f"/parcels/{sscc}", "its near left corner at"),
        (f"/parcels/{sscc}", "3 units, seen from above"),
        (f"/parcels/{sscc}?step=1", "unit 1 of 3"),
        (f"/parcels/{sscc}?step=99", "unit 3 of 3"),
        (f"/parcels/{sscc}?step=-1", "3 units"),
    ):
        assert told in admin.words(path), path
        assert "<svg xmlns" in admin.page(path)


def test_calibration_tells_what_was_kept_and_what_new_promises_rest_on(admin: Browser, shop: Shop) -> None:
    words = admin.words("/calibration")
    assert "No promise has ended yet" in words
    assert "Prior only" in words
    placed = shop.on_its_way(("MUG", 1))
    shop.later(days=2)
    shop.scan(shop.parcels(placed.order_id)[0], "DL", shop.clock.now())
    admin.enter()  # two days on, the session is over
    words = admin.words("/calibration")
    for told in ("Promises that ended 1", "As often as said", "What others would have promised", "Ours"):
        assert told in words, told
    assert '<svg class="curve"' in admin.page("/calibration")


def test_the_process_is_drawn_and_told_step_by_step(admin: Browser, shop: Shop) -> None:
    assert "Nothing happened in these days" in admin.words("/chart")
    shop.on_its_way(("MUG", 1))
    words = admin.words("/chart?days=7")
    for told in ("Orders accounted for 1", "Hand over shipping 1", "Warehouse to packing 1"):
        assert told in words, told
    page = admin.get("/chart")
    nonce = re.search(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])
    assert nonce
    assert f'<style nonce="{nonce[1]}">' in page.text
    assert "Nothing happened" in admin.words("/chart?site=XX")


def test_a_customer_sees_the_order_by_a_link_that_can_be_taken_back(admin: Browser, shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 2), reference="PO-4711")
    path = f"/orders/{placed.order_id}"
    made = admin.send(f"{path}/tracking-link", path, {"key": "k1"})
    (link,) = re.findall(r"http://localhost(/t/\w+)", made.text)
    assert link not in admin.page(path), "it is shown once"
    assert "told once" in admin.send(f"{path}/tracking-link", path, {"key": "k1"}).text
    customer = Browser(admin.office)
    response = customer.get(link)
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-store"
    assert "noindex" in response.headers["x-robots-tag"]
    assert "set-cookie" not in response.headers
    assert "<script" not in response.text
    words = customer.words(link)
    assert "PO-4711" in words
    assert "2 × Mug, stoneware" in words
    for private in ("Ada", "Engine", "10001", "ada@", placed.order_id, *shop.parcels(placed.order_id)):
        assert private not in response.text
    wrong = customer.words("/t/wrong", 404)
    assert admin.send(f"{path}/tracking-link/revoke", path, {"key": "k2"}).headers["location"] == path
    assert customer.words(link, 404) == wrong


def test_an_order_is_found_by_what_a_person_has_in_hand(admin: Browser, shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1), reference="PO-4711")
    shop.place(("TEA", 1))
    (sscc,) = shop.parcels(placed.order_id)
    number = shop.one("SELECT tracking_number FROM label WHERE sscc = %s", sscc)
    for text in (placed.order_id, "PO-47", sscc, number):
        assert admin.get(f"/orders?q={text}&go=1").headers["location"] == f"/orders/{placed.order_id}"
    assert "2 orders" in admin.words("/orders?q=ada&go=1")
    assert "1 order " in admin.words("/orders?state=handed_over")
    assert "No order is like that" in admin.words("/orders?q=nowhere")
    assert "Show all" in admin.words("/orders?late=broken")


def test_orders_go_on_on_a_next_page(admin: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.web import orders

    monkeypatch.setattr(orders, "_MOST_ROWS", 2)
    ids = [shop.place(("TEA", 1)).order_id for _ in range(3)]
    first = admin.page("/orders")
    assert ids[0] not in first
    (following,) = re.findall(r'href="(/orders\?after=[^"]+)"', first)
    last = admin.words(following)
    assert ids[0] in last
    assert "That is all." in last
    assert admin.get("/orders?sort=urgent&after=rubbish").status_code == 409


def test_stock_shows_what_is_there_held_free_and_to_come(admin: Browser, shop: Shop) -> None:
    shop.place(("MUG", 4))
    shop.expect("LAMP", 12)
    words = admin.words("/stock")
    assert "MUG Mug, stoneware 10 4 6" in words
    assert "T1: 6, to Wed 15 Apr 2026" in words
    assert "TEA" not in admin.words("/stock?q=stone")
    assert "Nothing is like that" in admin.words("/stock?q=%25")
    assert "12 0 0" in admin.words("/stock/inbound")
    assert admin.get("/stock?after=x").status_code == 409


def test_the_floor_shows_what_to_pick_to_pack_and_to_hand_over(admin: Browser, shop: Shop) -> None:
    shop.to_the_dock(("MUG", 1))
    shop.to_the_bench(("TEA", 2))
    shop.place(("LAMP", 1))
    shop.settle()
    shop.release()
    assert admin.get("/sites").headers["location"] == "/sites/CS"
    words = admin.words("/sites/CS")
    for told in ("CS/B-01 LAMP 1", "To pack 1 2 units", "At the dock 1", "steady"):
        assert told in words, told


def test_an_account_is_opened_changed_and_closed_by_whoever_manages_them(admin: Browser) -> None:
    fields = {"login": "pat", "name": "Pat", "role": ["packing", "sales"], "password": "x" * 5, "again": "x" * 5}
    assert "has 5 characters" in admin.send("/accounts", "/accounts", fields).text
    fields |= {"password": "another four words", "again": "another four word"}
    assert "not alike" in admin.send("/accounts", "/accounts", fields).text
    fields |= {"again": "another four words"}
    assert admin.send("/accounts", "/accounts", fields).headers["location"] == "/accounts#pat"
    assert "Packing, sales" in admin.words("/accounts") or "Sales, packing" in admin.words("/accounts")
    made = admin.send("/accounts/pat/link", "/accounts").text
    (path,) = re.findall(r"http://localhost(/sign-in/[\w-]+)", made)
    pat = Browser(admin.office)
    assert pat.send(path, path).status_code == 303
    admin.send("/accounts/pat/roles", "/accounts", {"role": "warehouse"})
    assert pat.get("/sites/CS").status_code == 200
    new = {"password": "four other words", "again": "four other words"}
    assert "not alike" in admin.send("/accounts/pat/password", "/accounts", {**new, "again": "x"}).text
    admin.send("/accounts/pat/password", "/accounts", new)
    assert pat.get("/help").status_code == 303
    assert pat.sign_in("pat", "four other words").status_code == 303
    admin.send("/accounts/pat/close", "/accounts")
    assert pat.get("/help").status_code == 303
    assert "the last admin" in admin.send("/accounts/admin/close", "/accounts").text


def test_whoever_changes_a_password_gives_the_old_one_and_signs_in_anew(browser: Browser) -> None:
    browser.sign_in("sales")
    new = {"password": "another four words", "again": "another four words"}
    wrong = browser.send("/account/password", "/account", {**new, "old": "wrong"})
    assert "The old password is another one." in wrong.text
    done = browser.send("/account/password", "/account", {**new, "old": "four words in a row"})
    assert done.headers["location"] == "/sign-in"
    assert browser.get("/help").status_code == 303
    assert browser.sign_in("sales", "another four words").status_code == 303


def test_the_pages_are_as_bright_as_was_chosen(admin: Browser) -> None:
    assert "data-theme" not in admin.page("/help")
    assert admin.send("/theme", "/help", {"theme": "dark", "back": "/help?x=1"}).headers["location"] == "/help?x=1"
    assert '<html lang="en" data-theme="dark">' in admin.page("/help")
    admin.send("/theme", "/help", {"theme": "", "back": "//evil"})
    assert "data-theme" not in admin.page("/help")


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/orders/ord_nowhere", 404, "There is no order ord_nowhere."),
        ("/sites/XX", 404, "There is no site XX."),
        ("/nothing", 404, "There is no such page"),
        ("/sign-out", 405, "This cannot be done here"),
        ("/orders/%00", 400, "NUL"),
        ("/orders?q=%00", 400, "NUL"),
    ],
)
def test_what_is_not_there_is_told_with_what_to_do(admin: Browser, path: str, status: int, told: str) -> None:
    words = admin.words(path, status)
    assert told in words
    assert status == 400 or "First page" in words


def test_a_database_that_is_down_and_a_bug_are_told_on_a_page(
    admin: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from doorstep.storage.database_errors import DatabaseUnavailable
    from doorstep.web import stock, tracking

    def down(*_: object) -> object:
        raise DatabaseUnavailable("gone")

    def bug(*_: object) -> object:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(stock, "stock_page", down)
    response = admin.get("/stock")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "The database does not answer" in response.text
    monkeypatch.setattr(stock, "stock_page", bug)
    response = admin.get("/stock")
    assert response.status_code == 500
    assert response.headers["x-request-id"] in response.text
    assert "secret" not in response.text
    monkeypatch.setattr(tracking, "tracked", bug)
    assert admin.get("/t/a-link-of-somebody").status_code == 500
    assert "a-link-of-somebody" not in caplog.text
    assert "/t/..." in caplog.text
    assert response.headers["cache-control"] == "no-store"


def test_the_api_answers_at_its_own_addresses_and_the_pages_at_all_others(admin: Browser, shop: Shop) -> None:
    both = TestClient(Beside(make_app(shop.office), make_pages(shop.office)), base_url="http://localhost")
    assert both.get("/livez").json() == {"alive": True}
    assert both.get("/v1/orders").status_code == 200
    assert "Doorstep API" in both.get("/docs").text
    assert both.get("/problems/out-of-stock").status_code == 200
    assert both.get("/openapi.json").json()["info"]["title"] == "Doorstep"
    for path in ("/", "/today", "/v1x", "/docsx", "/orders"):
        response = both.get(path, follow_redirects=False)
        assert response.status_code in (303, 404), path
        assert "problem" not in response.headers.get("content-type", "")


def test_before_a_company_is_set_up_the_pages_say_how(store: Store) -> None:
    from doorstep.access.roles import Role
    from doorstep.flow.accounts import open_account
    from tests.web.people import PASSWORD

    office = Office(store)
    granted(open_account(office, CLERK, "admin", "First Admin", [Role.ADMIN], PASSWORD))
    browser = Browser(office).enter(Role.ADMIN)
    assert "./run doorstep load examples/corner_shop.toml" in browser.words("/today")
    for path in ("/orders", "/stock", "/sites", "/help", "/accounts"):
        assert browser.get(path).status_code == 200, path
    assert make_pages(office)


def test_an_orders_frontier_tells_what_a_day_sooner_costs_and_the_companys_is_drawn(admin: Browser, shop: Shop) -> None:
    assert "No order was placed by such customers yet." in admin.words("/frontier")
    order_id = shop.place(("MUG", 2)).order_id
    shop.settle()
    assert f"/orders/{order_id}/frontier" in admin.page(f"/orders/{order_id}")
    words = admin.words(f"/orders/{order_id}/frontier")
    assert "A day sooner, as surely, costs" in words
    assert "with swift-express" in words
    page = admin.page("/frontier?customer_class=homeowner")
    assert '<svg class="frontier"' in page
    assert "1 open, each by itself" in admin.words("/frontier")


def test_the_goals_page_tells_what_is_wanted_and_what_does_not_go_together(admin: Browser, shop: Shop) -> None:
    assert "Nothing is wanted for any class" in admin.words("/goals")
    granted(set_goals(shop.office, Who("owner"), Goals((ClassGoals("trade", target_ppm=999_000, ceiling_minor=0),))))
    words = admin.words("/goals")
    assert "classes.trade.ceiling_minor" in words
    assert "99.9 %" in words


def test_what_quiet_days_allow_is_a_page_that_the_page_today_takes_in(admin: Browser, shop: Shop) -> None:
    assert 'hx-get="/levers?brief=1"' in admin.page("/today")
    granted(set_goals(shop.office, Who("owner"), Goals(capacity=(SiteLimit("CS", 50),))))
    words = admin.words("/levers")
    assert "Monday is quiet: 0 shipments planned, 0 usual, 50 could leave (0 %)" in words
    assert ": nothing goes with them; every promise still holds" in words
