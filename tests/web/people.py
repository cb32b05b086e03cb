"""People who open pages: an account for each role, and a browser without scripts that keeps cookies and sends forms."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
from fastapi.testclient import TestClient

from doorstep.access.roles import Role
from doorstep.flow.accounts import open_account
from doorstep.flow.office import Office, Who
from doorstep.flow.sign_in import one_time_link, sign_in_by_link
from doorstep.web.app import make_pages
from doorstep.web.settings import Reached
from tests.corner_shop import Shop, granted, load

HOME = "http://localhost"
PASSWORD = "four words in a row"
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def login_of(role: Role) -> str:
    """The login of whoever has this role alone: `stock.control`."""
    return role.replace(" ", ".")


def prepared(shop: Shop) -> None:
    """The shop loaded, with an account for every role."""
    load(shop)
    for role in Role:
        name = f"{role.title()} Person"
        granted(open_account(shop.office, Who("owner"), login_of(role), name, [role], PASSWORD))


class Browser:
    """Opens pages and sends the forms on them, as a person does."""

    def __init__(self, office: Office, reached: Reached | None = None, home: str = HOME) -> None:
        self.office = office
        self.home = home
        self.client: httpx.Client = TestClient(
            make_pages(office, reached), base_url=home, raise_server_exceptions=False, follow_redirects=False
        )

    def enter(self, role: Role = Role.ADMIN) -> Browser:
        """Sign the person with this role in, by a link: it takes no time to reckon."""
        link = granted(one_time_link(self.office, login_of(role)))
        session = granted(sign_in_by_link(self.office, link))
        self.client.cookies.clear()
        self.client.cookies.set("doorstep", session.token, domain="localhost.local")
        return self

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def page(self, path: str, status: int = 200) -> str:
        """The text of a page."""
        response = self.get(path)
        assert response.status_code == status, response.text
        return response.text

    def words(self, path: str, status: int = 200) -> str:
        """What a person reads on a page: its text without tags."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.page(path, status))).split())

    def send(self, path: str, shown_on: str, fields: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """A form of the page `shown_on`, with its token."""
        found = _TOKEN.search(self.page(shown_on))
        assert found, f"{shown_on} shows no form"
        return self.post(path, {"csrf": found[1], **(fields or {})}, **headers)

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> httpx.Response:
        return self.client.post(path, data=fields, headers={"Origin": self.home, **headers})

    def sign_in(self, login: str, password: str = PASSWORD, following: str = "/") -> httpx.Response:
        """Sign in as people do."""
        return self.send(
            "/sign-in", f"/sign-in?next={following}", {"login": login, "password": password, "next": following}
        )
