"""A day of the own vans on its pages: planned, driven and told with the buttons there, by whoever may."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from doorstep.access.roles import Role
from doorstep.flow.fleet import define_vehicles
from tests.corner_shop import CLERK, Shop, granted
from tests.vans import MONDAY, VAN, at, to_the_dock, with_vans
from tests.web.people import Browser


@pytest.fixture
def vans(shop: Shop) -> Shop:
    """The shop with one van."""
    with_vans(shop)
    return shop


def planned(browser: Browser) -> str:
    """Plan Monday with the button, and the path of the one route."""
    sent = browser.send("/routes", "/routes", {"site": "CS", "day": MONDAY.isoformat(), "key": "1"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/routes?site=CS&day={MONDAY}")
    path: str
    (path,) = set(re.findall(r'href="(/routes/rte_[^"/#]+)"', browser.page("/routes")))
    return path


def tell(browser: Browser, path: str, what: str, **fields: str) -> int:
    """Send a form of the route's page; the status."""
    return browser.send(f"{path}/{what}", path, {"key": f"{what} {fields}", **fields}).status_code


def stops_of(shop: Shop) -> list[str]:
    rows = shop.rows("SELECT stop_id FROM route_stop JOIN route USING (route_id) ORDER BY route.leaves_at, visit_no")
    return [row.stop_id for row in rows]


def test_a_company_without_vehicles_is_told_how_it_gets_some(browser: Browser) -> None:
    words = browser.enter(Role.SHIPPING).words("/routes")
    assert "There are no own vehicles" in words
    assert "[[vehicles]]" in words


def test_a_day_is_planned_driven_and_ended_with_the_buttons_of_its_pages(vans: Shop, browser: Browser) -> None:
    to_the_dock(vans)
    browser.enter(Role.SHIPPING)
    assert "No routes are planned today" in browser.words("/routes")
    path = planned(browser)
    words = browser.words("/routes")
    assert "Stops in their order" not in words
    for told in ("van 1", "Planned", "PO-0", "Loop", "of 400 kg", "every stop is within what was told", "a stop"):
        assert told in words
    assert browser.get(f"{path}/sheet.pdf").content.startswith(b"%PDF")

    at(vans, 11)
    assert tell(browser, path, "leave") == 303
    first, second, third, fourth = stops_of(vans)
    assert "On the road" in browser.words(path)
    vans.later(minutes=10)
    assert tell(browser, path, f"stops/{first}", state="done", left_with="neighbour") == 303
    assert tell(browser, path, f"stops/{second}", state="failed", reason="nobody_home") == 303
    assert tell(browser, path, f"stops/{third}", state="failed", reason="closed", again="1") == 303
    words = browser.words(path)
    assert "1 delivered · 1 not · 2 to come" in words
    for told in ("With a neighbour", "Nobody at home", "It comes back, and goes with the next day’s routes", "Next"):
        assert told in words
    assert tell(browser, path, "anew") == 303
    for stop_id in (fourth, third):
        vans.later(hours=1)
        assert tell(browser, path, f"stops/{stop_id}", state="done", left_with="person") == 303
    assert "Every stop is told" in browser.words(path)
    assert tell(browser, path, "end", km="many") == 409
    assert tell(browser, path, "end", km="61") == 303
    assert vans.one("SELECT distance_m FROM route WHERE state = 'ended'") == 61_000
    words = browser.words("/routes")
    assert "Back" in words
    assert "3 delivered · 1 not · 0 to come" in words


def test_a_form_that_is_sent_twice_does_it_once_and_a_no_is_told_on_the_page(vans: Shop, browser: Browser) -> None:
    to_the_dock(vans)
    path = planned(browser.enter(Role.SHIPPING))
    at(vans, 11)
    assert [tell(browser, path, "leave") for _ in range(2)] == [303, 303]
    first = stops_of(vans)[0]
    before = vans.journal()
    refused = browser.send(f"{path}/stops/{first}", path, {"key": "2", "state": "failed", "reason": "bored"})
    assert refused.status_code == 409
    assert "reason is one of nobody_home" in refused.text
    assert "This cannot be done" not in refused.text
    assert browser.send(f"{path}/end", path, {"key": "3"}).status_code == 409
    assert vans.journal() == before


def test_what_is_late_says_why_and_what_to_do(vans: Shop, browser: Browser) -> None:
    to_the_dock(vans)
    path = planned(browser.enter(Role.SHIPPING))
    at(vans, 10, 45)
    assert "behind" not in browser.words("/routes")
    at(vans, 12, 50)
    words = browser.words("/routes")
    assert "The vehicle was to leave at 10:40 and has not. Say that it leaves, or plan the routes anew." in words
    assert re.search(r"\d+ late On|\d late", words)
    assert "min late" in words
    tell(browser, path, "leave")
    first, *_ = stops_of(vans)
    vans.later(minutes=50)
    tell(browser, path, f"stops/{first}", state="failed", reason="nobody_home", again="1")
    words = browser.words(path)
    assert "nobody was at home; it is tried again. Tell the consignee" in words


def test_a_vehicle_that_leaves_late_is_expected_later_at_its_first_stop_too(vans: Shop, browser: Browser) -> None:
    to_the_dock(vans)
    path = planned(browser.enter(Role.SHIPPING))
    before = vans.one("SELECT arrives_at, leaves_at FROM route_stop WHERE visit_no = 1")
    leaves_at = vans.one("SELECT leaves_at FROM route")
    vans.clock.move_to(leaves_at + timedelta(minutes=45))
    tell(browser, path, "leave")
    first, second = vans.rows("SELECT arrives_at, leaves_at FROM route_stop ORDER BY visit_no LIMIT 2")
    assert first.arrives_at == before.arrives_at + timedelta(minutes=45)
    assert second.arrives_at > first.leaves_at


def test_what_is_in_no_route_says_what_would_let_it_in(vans: Shop, browser: Browser) -> None:
    to_the_dock(vans)
    granted(define_vehicles(vans.office, CLERK, [replace(VAN, capacity_g=1_000)]))
    planned(browser.enter(Role.SHIPPING))
    words = browser.words("/routes")
    assert "In no route" in words
    assert re.search(r"Capacity Needs \d+ kg more, with van 1\.", words)


def test_whoever_may_only_look_sees_no_buttons_and_no_cost(vans: Shop, browser: Browser) -> None:
    to_the_dock(vans)
    path = planned(browser.enter(Role.SHIPPING))
    assert "Cost" in browser.words(path)
    browser.enter(Role.WAREHOUSE)
    for page in ("/routes", path):
        words = browser.words(page)
        assert "PO-1" in words
        assert "Cost" not in words
        assert "USD" not in words
        assert "Plan the" not in words
        assert "It leaves now" not in words
    browser.enter(Role.SALES)
    assert browser.get("/routes").status_code == 403


def test_another_day_or_site_and_what_is_neither(vans: Shop, browser: Browser) -> None:
    browser.enter(Role.PLANNING)
    tomorrow = MONDAY + timedelta(days=1)
    assert "No routes are planned tomorrow" in browser.words(f"/routes?day={tomorrow}")
    assert "No vehicle drove on" in browser.words("/routes?day=2026-01-05")
    assert "Plan the" not in browser.words("/routes?day=2026-01-05")
    assert "No routes are planned today" in browser.words("/routes?day=yesterday")
    assert "There is no site" in browser.words("/routes?site=nowhere", 404)
    assert "There is no route" in browser.words("/routes/rte_x", 404)
    nothing = browser.send("/routes", "/routes", {"site": "CS", "day": tomorrow.isoformat(), "key": "1"})
    assert nothing.status_code == 409
    assert "Nothing is to leave CS" in nothing.text
