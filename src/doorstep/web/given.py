"""What a page is given: who is signed in and may see it, the form that was sent and is ours, the company around it."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from doorstep.access.roles import Permission, permissions_of
from doorstep.flow.look_company import CompanyView, company
from doorstep.flow.office import Office, Who
from doorstep.flow.sign_in import Session, session_of
from doorstep.web.settings import Reached, is_loopback, whence
from doorstep.web.templating import render

MOST_FORM_BYTES = 64 * 1024
_MOST_FIELDS = 200
_FORM = "application/x-www-form-urlencoded"


class SignInFirstError(Exception):
    """Nobody is signed in, and the page is not for everybody."""


class NotAllowedError(Exception):
    """Whoever is signed in may not do this; `permission` is what they would need."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission)
        self.permission = permission


class NotOursError(Exception):
    """The form was not sent from a page of ours, or from one that is too old."""


class TooLargeError(Exception):
    """The form is larger than any of ours."""


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def reached_of(request: Request) -> Reached:
    reached: Reached = request.app.state.reached
    return reached


def address_of_caller(request: Request) -> str:
    """Where the request came from, for counting tries."""
    peer = request.client.host if request.client else ""
    return whence(peer, ",".join(request.headers.getlist("x-forwarded-for")), reached_of(request).proxies)


def session_cookie(reached: Reached) -> str:
    """The name of the cookie that holds the session's token: with https one that no other host or path can set."""
    return "__Host-doorstep" if reached.secure else "doorstep"


def token_of(request: Request) -> str:
    return request.cookies.get(session_cookie(reached_of(request)), "")


def signed_in(request: Request) -> Session:
    """Who is signed in. SignInFirstError where nobody is."""
    session = session_of(office_of(request), token_of(request))
    if session is None:
        raise SignInFirstError
    return session


class Form:
    """The fields of a form that was sent."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def one(self, name: str) -> str:
        """A field's text, '' where it was not sent."""
        return next((value for key, value in self._pairs if key == name), "")

    def several(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]


async def form_sent(request: Request) -> Form:
    """The form, from a page of this very server. NotOursError where the browser says it comes from another."""
    if not _from_here(request):
        raise NotOursError
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise NotOursError
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM_BYTES:
            raise TooLargeError
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise NotOursError from None
    if any("\0" in part for pair in pairs for part in pair):
        raise NotOursError
    return Form(pairs)


def _from_here(request: Request) -> bool:
    """Whether Origin names this server. A browser sends it with every form; what sends none is not a browser."""
    reached, host = reached_of(request), request.headers.get("host", "")
    ours = {reached.address} if reached.address else set()
    if is_loopback(host):
        ours |= {f"http://{host}", f"https://{host}"}
    return request.headers.get("origin", "").lower() in {address.lower() for address in ours}


def form_of_session(form: Annotated[Form, Depends(form_sent)], session: Annotated[Session, Depends(signed_in)]) -> Form:
    """The form, from a page that this session was shown."""
    if not hmac.compare_digest(form.one("csrf").encode(), session.csrf.encode()):
        raise NotOursError
    return form


FormSent = Annotated[Form, Depends(form_of_session)]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in and may make it."""

    request: Request
    office: Office
    session: Session
    company: CompanyView

    @property
    def who(self) -> Who:
        return self.session.account.who

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.session.account.roles)

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """A page with the frame around it."""
        return render(self.request, template, status=status, session=self.session, company=self.company, **context)


def visiting(permission: Permission | None) -> Callable[..., Visit]:
    """The dependency of a page that needs a permission; None: that everybody who is signed in may see."""

    def visit(request: Request, session: Annotated[Session, Depends(signed_in)]) -> Visit:
        if permission is not None and permission not in permissions_of(session.account.roles):
            raise NotAllowedError(permission)
        office = office_of(request)
        found = Visit(request, office, session, company(office))
        request.state.visit = found
        return found

    return visit


Anybody = Annotated[Visit, Depends(visiting(None))]
OrdersSeen = Annotated[Visit, Depends(visiting(Permission.SEE_ORDERS))]
CostsSeen = Annotated[Visit, Depends(visiting(Permission.SEE_COSTS))]
StockSeen = Annotated[Visit, Depends(visiting(Permission.SEE_STOCK))]
FloorSeen = Annotated[Visit, Depends(visiting(Permission.SEE_FLOOR))]
ChartSeen = Annotated[Visit, Depends(visiting(Permission.SEE_CHART))]
RoutesSeen = Annotated[Visit, Depends(visiting(Permission.SEE_ROUTES))]
RoutesRun = Annotated[Visit, Depends(visiting(Permission.RUN_ROUTES))]
LinksMade = Annotated[Visit, Depends(visiting(Permission.MAKE_TRACKING_LINKS))]
AccountsManaged = Annotated[Visit, Depends(visiting(Permission.MANAGE_ACCOUNTS))]


def go_to(path: str) -> Response:
    """On to another page with a GET."""
    return RedirectResponse(path, 303)


def sign_in_path(path: str) -> str:
    """The sign-in page that leads back to `path`."""
    return "/sign-in" if path in ("", "/") else f"/sign-in?next={quote(path, safe='/')}"


def local(path: str) -> str:
    """`path` where it is one of this server, else the first page: nobody is sent elsewhere by a link to us."""
    plain = path.isprintable() and path.isascii() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
