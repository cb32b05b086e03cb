"""Every page and form, for every role: a route that is not in this table, or a role that gets too far, fails."""

from __future__ import annotations

import pytest

from doorstep.access.roles import Permission, Role, may
from doorstep.web.app import make_pages
from tests.corner_shop import Shop
from tests.web.people import Browser

OPEN = "open to everybody"
SIGNED_IN = "open to everybody who is signed in"
P = Permission
WHO_MAY: dict[tuple[str, str], Permission | str] = {
    ("GET", "/static/{name}"): OPEN,
    ("GET", "/sign-in"): OPEN,
    ("POST", "/sign-in"): OPEN,
    ("GET", "/sign-in/{token}"): OPEN,
    ("POST", "/sign-in/{token}"): OPEN,
    ("POST", "/sign-out"): SIGNED_IN,
    ("POST", "/theme"): SIGNED_IN,
    ("GET", "/"): SIGNED_IN,
    ("GET", "/help"): SIGNED_IN,
    ("GET", "/account"): SIGNED_IN,
    ("POST", "/account/password"): SIGNED_IN,
    ("GET", "/today"): P.SEE_ORDERS,
    ("GET", "/orders"): P.SEE_ORDERS,
    ("GET", "/orders/{order_id}"): P.SEE_ORDERS,
    ("POST", "/orders/{order_id}/tracking-link"): P.MAKE_TRACKING_LINKS,
    ("POST", "/orders/{order_id}/tracking-link/revoke"): P.MAKE_TRACKING_LINKS,
    ("GET", "/parcels/{sscc}"): P.SEE_ORDERS,
    ("GET", "/parcels/{sscc}/rates"): P.SEE_COSTS,
    ("GET", "/parcels/{sscc}/label.pdf"): P.SEE_ORDERS,
    ("GET", "/parcels/{sscc}/packing-slip.pdf"): P.SEE_ORDERS,
    ("GET", "/shipments/{fulfilment_id}/bill-of-lading.pdf"): P.SEE_ORDERS,
    ("GET", "/t/{token}"): OPEN,
    ("GET", "/stock"): P.SEE_STOCK,
    ("GET", "/stock/inbound"): P.SEE_STOCK,
    ("GET", "/sites"): P.SEE_FLOOR,
    ("GET", "/sites/{site_id}"): P.SEE_FLOOR,
    ("GET", "/sites/{site_id}/pick-list.pdf"): P.SEE_FLOOR,
    ("GET", "/sites/{site_id}/manifests/{carrier_id}.pdf"): P.SEE_FLOOR,
    ("GET", "/routes"): P.SEE_ROUTES,
    ("POST", "/routes"): P.RUN_ROUTES,
    ("GET", "/routes/{route_id}"): P.SEE_ROUTES,
    ("GET", "/routes/{route_id}/sheet.pdf"): P.SEE_ROUTES,
    ("POST", "/routes/{route_id}/leave"): P.RUN_ROUTES,
    ("POST", "/routes/{route_id}/stops/{stop_id}"): P.RUN_ROUTES,
    ("POST", "/routes/{route_id}/anew"): P.RUN_ROUTES,
    ("POST", "/routes/{route_id}/end"): P.RUN_ROUTES,
    ("GET", "/chart"): P.SEE_CHART,
    ("GET", "/calibration"): P.SEE_CHART,
    ("GET", "/goals"): P.SEE_COSTS,
    ("GET", "/frontier"): P.SEE_COSTS,
    ("GET", "/levers"): P.SEE_ORDERS,
    ("GET", "/orders/{order_id}/frontier"): P.SEE_COSTS,
    ("GET", "/orders/{order_id}/charges"): P.SEE_COSTS,
    ("GET", "/accounts"): P.MANAGE_ACCOUNTS,
    ("POST", "/accounts"): P.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{login}/roles"): P.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{login}/password"): P.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{login}/close"): P.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{login}/link"): P.MANAGE_ACCOUNTS,
}
GUARDED = {route: needs for route, needs in WHO_MAY.items() if needs != OPEN}


def address(path: str) -> str:
    of = {"order_id": "ord_x", "fulfilment_id": "ful_x", "site_id": "CS", "carrier_id": "swift", "sscc": "0" * 18}
    of |= {"route_id": "rte_x", "stop_id": "ord_x"}
    return path.format(**of, login="nobody", token="x", name="doorstep.css")


def test_every_route_is_in_the_table(shop: Shop) -> None:
    paths = make_pages(shop.office).openapi()["paths"]
    assert {(verb.upper(), path) for path, verbs in paths.items() for verb in verbs} == set(WHO_MAY)


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_it_may_and_nothing_else(browser: Browser, role: Role) -> None:
    for (method, path), needs in GUARDED.items():
        browser.enter(role)
        asked = browser.get(address(path)) if method == "GET" else browser.send(address(path), "/help")
        status = asked.status_code
        allowed = needs == SIGNED_IN or may([role], Permission(needs))
        assert (status != 403) is allowed, f"{role}: {method} {path} gave {status}"
        assert status < 500, f"{role}: {method} {path} gave {status}"


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page_and_back(browser: Browser) -> None:
    for method, path in GUARDED:
        response = browser.get(address(path)) if method == "GET" else browser.post(address(path), {"csrf": "x"})
        assert response.status_code == 303, f"{method} {path}"
        assert response.headers["location"].startswith("/sign-in")
    found = browser.get("/orders?q=a%20b&late=broken")
    assert found.headers["location"] == "/sign-in?next=/orders%3Fq%3Da%2520b%26late%3Dbroken"
    part = browser.get("/orders", **{"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in")


def test_what_an_order_costs_is_shown_to_whoever_may_see_costs(browser: Browser, shop: Shop) -> None:
    order_id = shop.to_the_dock(("MUG", 2)).order_id
    for role in Role:
        words = browser.enter(role).words(f"/orders/{order_id}")
        assert ("What it cost" in words and "Avoidable cost" in words) is may([role], P.SEE_COSTS), role
        assert ("What an order costs" in browser.words("/today")) is may([role], P.SEE_COSTS), role


def test_other_roles_hold_from_the_next_page_on(browser: Browser, shop: Shop) -> None:
    from doorstep.flow.accounts import change_roles
    from doorstep.flow.office import Who

    browser.enter(Role.SALES)
    assert browser.get("/sites/CS").status_code == 403
    change_roles(shop.office, Who("owner"), "sales", [Role.WAREHOUSE])
    assert browser.get("/sites/CS").status_code == 200


def test_every_page_and_every_role_is_in_the_docs_as_it_is() -> None:
    from tests.house.test_documented import document, unnamed

    told = document("pages.md")
    assert not unnamed([path for _, path in WHO_MAY], told)
    for role in Role:
        seen = [
            P.SEE_ORDERS,
            P.SEE_COSTS,
            P.SEE_STOCK,
            P.SEE_FLOOR,
            P.SEE_CHART,
            P.SEE_ROUTES,
            P.RUN_ROUTES,
            P.MAKE_TRACKING_LINKS,
            P.MANAGE_ACCOUNTS,
        ]
        cells = "".join(" yes |" if may([role], permission) else " |" for permission in seen)
        assert f"| {role} |{cells}\n" in told, role
