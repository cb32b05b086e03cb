"""Signing in and out on the pages, and forms that are not ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from doorstep.access.roles import Role
from doorstep.flow.office import Office
from doorstep.flow.sign_in import MOST_TRIES, one_time_link
from doorstep.storage.store import Store
from doorstep.web.settings import Reached
from tests.corner_shop import Shop, granted
from tests.web.people import Browser


def test_login_and_password_open_the_page_that_was_asked_for(browser: Browser) -> None:
    response = browser.sign_in("sales", following="/orders?q=x")
    assert (response.status_code, response.headers["location"]) == (303, "/orders?q=x")
    cookie = response.headers["set-cookie"]
    assert "doorstep=" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    words = browser.words("/help")
    assert "Sales Person" in words
    assert "Corner Shop" in words
    assert "Chicago time (CST)" in words
    assert browser.get("/sign-in").headers["location"] == "/"


@pytest.mark.parametrize("following", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\nb", "orders"])
def test_nobody_is_sent_elsewhere_after_signing_in(browser: Browser, following: str) -> None:
    fields = {"login": "sales", "password": "four words in a row", "next": following}
    assert browser.send("/sign-in", "/sign-in", fields).headers["location"] == "/"


def test_each_sign_in_is_a_session_of_its_own_and_signing_out_ends_it_everywhere(browser: Browser, shop: Shop) -> None:
    browser.client.cookies.set("doorstep", "chosen-by-somebody-else", domain="localhost.local")
    browser.sign_in("sales")
    token = browser.client.cookies["doorstep"]
    assert token != "chosen-by-somebody-else"
    thief = Browser(shop.office)
    thief.client.cookies.set("doorstep", token, domain="localhost.local")
    assert thief.get("/help").status_code == 200
    left = browser.send("/sign-out", "/help")
    assert left.headers["location"] == "/sign-in"
    assert "doorstep" not in browser.client.cookies
    assert thief.get("/help").status_code == 303


def test_signing_in_anew_ends_the_session_that_was_there(browser: Browser, shop: Shop) -> None:
    browser.sign_in("sales")
    thief = Browser(shop.office)
    thief.client.cookies.set("doorstep", browser.client.cookies["doorstep"], domain="localhost.local")
    token = granted(one_time_link(shop.office, "sales"))
    browser.send(f"/sign-in/{token}", f"/sign-in/{token}")
    assert browser.get("/help").status_code == 200
    assert thief.get("/help").status_code == 303


def test_wrong_passwords_are_told_alike_counted_and_then_told_when_to_try_again(browser: Browser, shop: Shop) -> None:
    for login in ("sales", "nobody"):
        for _ in range(MOST_TRIES):
            wrong = browser.sign_in(login, "wrong")
            assert wrong.status_code == 403
            assert "Login and password do not go together." in wrong.text
    late = browser.sign_in("sales")
    assert (late.status_code, late.headers["retry-after"]) == (429, "900")
    assert "Try again in 15 min." in late.text
    shop.later(minutes=15)
    assert browser.sign_in("sales").status_code == 303


def test_tries_are_counted_by_whom_a_trusted_proxy_names(shop: Shop) -> None:
    browser = Browser(shop.office, Reached(proxies=frozenset({"testclient"})))
    for number in range(MOST_TRIES + 1):
        fields = {"login": "sales", "password": "wrong", "next": "/"}
        told = browser.send("/sign-in", "/sign-in", fields, **{"X-Forwarded-For": f"6.6.6.6, 198.51.100.{number}"})
        assert told.status_code == 403, "each came from another address"
    believing_nobody = Browser(shop.office)
    for number in range(MOST_TRIES + 1):
        told = believing_nobody.send("/sign-in", "/sign-in", fields, **{"X-Forwarded-For": f"198.51.100.{number}"})
    assert told.status_code == 429


def test_a_link_signs_in_once_and_is_not_used_up_by_being_looked_at(browser: Browser, shop: Shop) -> None:
    token = granted(one_time_link(shop.office, "sales"))
    path = f"/sign-in/{token}"
    assert "Welcome, Sales Person" in browser.words(path)
    assert "Welcome, Sales Person" in browser.words(path)
    assert browser.send(path, path).headers["location"] == "/"
    browser.client.cookies.clear()
    assert "used already, or is too old" in browser.words(path, 403)


def test_without_any_account_the_sign_in_page_names_the_command_that_makes_the_first(store: Store) -> None:
    words = Browser(Office(store)).words("/sign-in")
    assert "./run doorstep account add YOUR-LOGIN --role admin" in words
    assert "Password" not in words


FORGED: list[dict[str, Any]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": ""},
]


@pytest.mark.parametrize("headers", FORGED)
def test_a_form_from_another_site_is_refused_even_with_the_right_token(
    browser: Browser, headers: dict[str, Any]
) -> None:
    browser.enter(Role.ADMIN)
    response = browser.send("/sign-out", "/help", **headers)
    assert response.status_code == 403
    assert "Nothing was changed" in response.text
    assert browser.get("/help").status_code == 200
    browser.client.cookies.clear()
    assert browser.send("/sign-in", "/sign-in", {"login": "sales"}, **headers).status_code == 403


def test_a_form_without_the_token_of_this_very_session_is_refused(browser: Browser, shop: Shop) -> None:
    other = Browser(shop.office).enter(Role.ADMIN)
    browser.enter(Role.ADMIN)
    for token in ("", "x", other.page("/help").split('name="csrf" value="')[1].split('"')[0]):
        assert browser.post("/sign-out", {"csrf": token}).status_code == 403
    assert browser.post("/sign-out", {}).status_code == 403
    assert browser.client.post("/sign-out", json={"csrf": "x"}, headers={"Origin": browser.home}).status_code == 403
    assert browser.get("/help").status_code == 200


def test_a_sign_in_form_fits_the_browser_it_was_shown_to(browser: Browser, shop: Shop) -> None:
    shown = Browser(shop.office).page("/sign-in").split('name="csrf" value="')[1].split('"')[0]
    browser.get("/sign-in")
    fields = {"csrf": shown, "login": "sales", "password": "four words in a row"}
    assert browser.post("/sign-in", fields).status_code == 403


def test_a_form_that_is_too_long_is_refused(browser: Browser) -> None:
    browser.enter(Role.ADMIN)
    assert browser.send("/theme", "/help", {"back": "x" * 70_000}).status_code == 413


def test_over_https_cookies_go_no_other_way_and_the_address_is_the_only_one(shop: Shop) -> None:
    home = "https://orders.example.com"
    browser = Browser(shop.office, Reached(home), home)
    cookies = browser.sign_in("sales").headers["set-cookie"]
    assert "__Host-doorstep=" in cookies
    assert "Secure" in cookies
    assert "Path=/" in cookies
    assert "Domain" not in cookies
    elsewhere = Browser(shop.office, Reached(home), "https://orders.example.net")
    assert elsewhere.get("/sign-in").status_code == 421
    assert Browser(shop.office, home=home).get("/sign-in").status_code == 421
    assert Browser(shop.office, Reached(home), "http://127.0.0.1:8000").get("/sign-in").status_code == 200


def test_nobody_there_for_four_hours_signs_in_anew(browser: Browser, shop: Shop) -> None:
    browser.enter(Role.SALES)
    shop.clock.advance(timedelta(hours=3, minutes=59))
    assert browser.get("/help").status_code == 200
    shop.clock.advance(timedelta(hours=4))
    assert browser.get("/help").status_code == 303
