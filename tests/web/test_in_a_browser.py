"""Every page in a real browser: light and dark, at a desk and on a phone, for people who see, hear and type."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import time as wall_time
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from doorstep.access.roles import Role
from doorstep.flow.fleet import define_vehicles
from doorstep.flow.route_anew import plan_rest
from doorstep.flow.route_out import leave, stop_done, stop_failed
from doorstep.flow.routes import plan_routes
from doorstep.flow.sign_in import one_time_link
from doorstep.flow.tracking_link import make_link
from doorstep.terms.clock import FalseClock
from doorstep.web.app import make_pages
from tests.conftest import MONDAY as MORNING
from tests.corner_shop import CLERK, Shelf, Shop, granted, open_shop
from tests.vans import CHICAGO, MONDAY, VAN, home, with_vans
from tests.web.people import PASSWORD, login_of

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

CHROMIUM = Path(os.environ.get("DOORSTEP_CHROMIUM", "/usr/bin/chromium"))
pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}"),
]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LOOKS = [("light", DESK), ("dark", DESK), ("light", PHONE), ("dark", PHONE)]
SMALL_VAN = replace(VAN, vehicle_id="van 2", capacity_g=500)
PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@dataclass
class Served:
    """The shop's pages at an address, and what in the shop they can be opened for."""

    url: str
    shop: Shop
    order_id: str
    sscc: str
    token: str
    route_id: str

    def pages(self) -> list[str]:
        return [
            *("/today", "/orders", "/orders?q=nowhere", "/orders?state=delivered", f"/orders/{self.order_id}"),
            *(f"/parcels/{self.sscc}", f"/parcels/{self.sscc}?step=1", "/stock", "/stock?q=zzz", "/stock/inbound"),
            *("/sites/CS", "/chart?days=all", "/accounts", "/account", "/help", "/nothing-here", f"/t/{self.token}"),
            *("/routes", f"/routes?day={MONDAY}", f"/routes/{self.route_id}"),
        ]


@dataclass
class Tab:
    """A page in the browser, and what went wrong on it."""

    page: Any
    served: Served
    wrong: list[str] = field(default_factory=list)

    def heard(self, said: Any) -> None:
        """Errors in the console are wrong, but for the browser's own word that a page is not there."""
        if said.type == "error" and "the server responded with a status of 4" not in said.text:
            self.wrong.append(said.text)

    def asked(self, dialog: Any) -> None:
        self.wrong.append(f"asked {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> Any:
        self.page.goto(self.served.url + path)
        return self.page

    def enter(self, role: Role = Role.ADMIN) -> None:
        """Sign in by a link, with the button it leads to."""
        token = granted(one_time_link(self.served.shop.office, login_of(role)))
        self.open(f"/sign-in/{token}")
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/today")


@contextmanager
def serving(shop: Shop) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(make_pages(shop.office), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def served(web_shelf: Shelf) -> Iterator[Served]:
    """A shop with orders in many states, one of them with words that want to run."""
    web_shelf.put_back()
    with open_shop(web_shelf.url, FalseClock(MORNING)) as shop:
        route_id = drive(shop)
        came = shop.on_its_way(("MUG", 2), ("LAMP", 1), reference="PO-4711").order_id
        (sscc,) = shop.parcels(came)
        for code, hours in (("PU", 2), ("AR", 20), ("OD", 26), ("DL", 4)):
            shop.later(hours=hours)
            shop.scan(sscc, code, shop.clock.now())
        shop.on_its_way(("TEA", 3), customer="bistro", reference=PAYLOAD)
        shop.to_the_dock(("MUG", 1), ("TEA", 2))
        shop.to_the_bench(("TEA-FOR-TWO", 1))
        shop.expect("LAMP", 12)
        shop.place(("LAMP", 5))
        shop.place(("MUG", 2))
        shop.settle()
        shop.release()
        token = granted(make_link(shop.office, CLERK, came, shop.key())).token
        with serving(shop) as url:
            yield Served(url, shop, came, sscc, token, route_id)


def drive(shop: Shop) -> str:
    """Two vans on Monday, too small for all: one is under way, told of three of its stops; its route's number."""
    with_vans(shop)
    granted(define_vehicles(shop.office, CLERK, [replace(VAN, capacity_g=2_300), SMALL_VAN]))
    shop.receive("MUG", 11)
    for number in range(5):
        shop.place(("MUG", 1), ship_to=home(number))
    shop.place(("MUG", 6), ship_to=replace(home(0), name="Flat 9", lines=("Far",)))
    shop.settle()
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    shop.clock.move_to(CHICAGO.at(MONDAY, wall_time(10, 30)))
    made = granted(plan_routes(shop.office, CLERK, "CS", MONDAY))
    route = max(made.routes, key=lambda one: len(one.visits))
    assert len(made.routes) == 2
    assert made.unplaced
    shop.later(minutes=30)
    granted(leave(shop.office, CLERK, route.route_id, shop.key()))
    first, second, third, *_ = (visit.stop_id for visit in route.visits)
    granted(stop_done(shop.office, CLERK, route.route_id, first, shop.key()))
    granted(stop_failed(shop.office, CLERK, route.route_id, second, "refused", shop.key()))
    granted(stop_failed(shop.office, CLERK, route.route_id, third, "nobody_home", shop.key(), again=True))
    granted(plan_rest(shop.office, CLERK, route.route_id))
    return route.route_id


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@contextmanager
def tab(chromium: Any, served: Served, **more: Any) -> Iterator[Tab]:
    """A tab of a browser that has never been here; nothing may go wrong in it."""
    context = chromium.new_context(**more)
    opened = Tab(context.new_page(), served)
    opened.page.on("console", opened.heard)
    opened.page.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.page.on("dialog", opened.asked)
    yield opened
    context.close()
    assert not opened.wrong, "\n".join(opened.wrong)


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS)
def test_every_page_can_be_used_by_everybody(
    chromium: Any, served: Served, scheme: str, viewport: dict[str, int]
) -> None:
    phone = viewport is PHONE
    with tab(chromium, served, viewport=viewport, color_scheme=scheme, is_mobile=phone, has_touch=phone) as opened:
        opened.wrong += faults(opened, "/sign-in", viewport["width"])
        opened.enter()
        for path in served.pages():
            opened.wrong += faults(opened, path, viewport["width"])


def faults(opened: Tab, path: str, width: int) -> Iterator[str]:
    """What axe finds on a page with everything unfolded, and whether it is wider than its window."""
    page = opened.open(path)
    for fold in page.locator("details:not([data-menu])").all():
        fold.evaluate("one => one.open = true")
    found = axe.Axe().run(page)
    if found.violations_count:
        yield f"{path}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        yield f"{path} is {wide} wide"


def test_the_customers_page_needs_no_script_and_loads_none(chromium: Any, served: Served) -> None:
    asked: list[str] = []
    with tab(chromium, served, java_script_enabled=False, viewport=PHONE) as opened:
        opened.page.on("request", lambda request: asked.append(request.resource_type))
        page = opened.open(f"/t/{served.token}")
        words = page.inner_text("body")
        for told in ("Delivered on Wednesday 4 March", "Corner Shop", "Desk lamp", "Out for delivery"):
            assert told in words
        assert "Collected by the carrier" not in words
        page.get_by_text("Show more").click()
        assert "Collected by the carrier" in page.inner_text("body")
    assert set(asked) <= {"document", "stylesheet", "image", "other"}, "the last is the icon"
    for private in ("Ada", "Engine Row", "10001", "ada", served.order_id, served.sscc, "@"):
        assert private not in words


def test_without_scripts_people_sign_in_search_filter_and_sign_out(chromium: Any, served: Served) -> None:
    with tab(chromium, served, java_script_enabled=False, viewport=DESK) as opened:
        page = opened.open("/orders?state=delivered")
        page.get_by_label("Login").fill("sales")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        assert page.url.endswith("/orders?state=delivered")
        assert "2 orders" in page.inner_text("#results")
        page.get_by_label("How far it is").select_option("")
        page.locator("#q").fill("PO-47")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="PO-4711").click()
        assert "Why this plan?" in page.inner_text("main")
        page.locator(".menu summary").click()
        page.get_by_role("button", name="Dark").click()
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.locator(".menu summary").click()
        page.get_by_role("button", name="Sign out").click()
        assert page.url.endswith("/sign-in")


def test_without_scripts_a_dispatcher_tells_what_became_of_a_stop(chromium: Any, served: Served) -> None:
    with tab(chromium, served, java_script_enabled=False, viewport=PHONE) as opened:
        opened.enter(Role.SHIPPING)
        page = opened.page
        page.locator(".bar summary").click()
        page.locator(".bar").get_by_role("link", name="Routes").click()
        page.get_by_role("link", name="The day before").click()
        page = opened.open(f"/routes/{served.route_id}")
        before = page.get_by_role("button", name="Not delivered").count()
        page.get_by_label("Why stop").first.select_option("closed")
        page.get_by_role("button", name="Not delivered").first.click()
        page.wait_for_url("**/routes/rte_*#next")
        assert page.locator("tr:not(.tell-row) .badge.bad").get_by_text("Closed").count() == 1
        assert page.get_by_role("button", name="Not delivered").count() < before or before == 1
        drawing = page.get_by_role("img", name="from CS and back, in this order")
        assert "(not delivered)" in drawing.get_attribute("aria-label")


def test_keys_find_move_and_open_and_the_list_follows_what_is_typed(chromium: Any, served: Served) -> None:
    with tab(chromium, served, viewport=DESK) as opened:
        opened.enter()
        page = opened.page
        page.keyboard.press("g")
        page.keyboard.press("o")
        page.wait_for_url("**/orders")
        page.keyboard.press("/")
        page.keyboard.type("PO-47")
        page.wait_for_url("**/orders?q=PO-47*")
        assert page.locator("#results tbody tr").count() == 1
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/orders/{served.order_id}")
        page.keyboard.press("?")
        page.wait_for_url("**/help")
        page.go_back()
        page.wait_for_url(f"**/orders/{served.order_id}")


def test_a_button_that_is_pressed_twice_sends_once_and_what_is_told_once_is_seen(chromium: Any, served: Served) -> None:
    with tab(chromium, served, viewport=DESK) as opened:
        opened.enter()
        page = opened.open(f"/orders/{served.order_id}")
        before = len(served.shop.rows("SELECT 1 FROM tracking_link"))
        sent: list[Any] = []

        def hold(route: Any) -> None:
            sent.append(route)  # the answer keeps them waiting

        page.route("**/tracking-link", hold)
        page.get_by_role("button", name="Make a link").evaluate(
            "button => { button.click(); setTimeout(() => button.click(), 100) }"
        )
        page.wait_for_timeout(400)
        assert len(sent) == 1
        sent[0].continue_()
        link = page.locator("code[data-copy]").get_by_text("/t/").inner_text()
        assert len(served.shop.rows("SELECT 1 FROM tracking_link")) == before + 1
        page.goto(link)
        assert "Delivered on" in page.inner_text("body")


def test_words_that_want_to_run_are_only_shown(chromium: Any, served: Served) -> None:
    with tab(chromium, served, viewport=DESK) as opened:
        opened.enter()
        page = opened.open("/orders")
        page.get_by_text(PAYLOAD).click()
        assert page.locator("h1").inner_text() == PAYLOAD
        page.locator("[data-find]").fill(PAYLOAD + "!")
        page.keyboard.press("Enter")
        page.get_by_text("No order is like that").wait_for()
        page.locator("#q").fill(PAYLOAD)
        page.get_by_role("link", name=PAYLOAD).last.wait_for()
