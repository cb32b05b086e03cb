"""Accounts: who may sign in, and as what; and one's own account."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.access.roles import GRANTED, Permission, Role
from doorstep.flow import accounts
from doorstep.flow.sign_in import one_time_link, sign_in
from doorstep.terms.refusals import Refusal, Why
from doorstep.web.given import AccountsManaged, Anybody, FormSent, Visit, address_of_caller, go_to, reached_of

router = APIRouter()


@router.get("/accounts")
def list_accounts(visit: AccountsManaged) -> Response:
    """Everybody who may sign in."""
    return _page(visit)


@router.post("/accounts")
def open_account(visit: AccountsManaged, form: FormSent) -> Response:
    """Let somebody sign in."""
    login, name, roles = form.one("login").strip().lower(), form.one("name"), form.several("role")
    given = {"login": login, "name": name, "roles": roles}
    password = form.one("password")
    if password != form.one("again"):
        return _page(visit, wrong=_UNALIKE, given=given)
    told = accounts.open_account(visit.office, visit.who, login, name or login, _roles(roles), password)
    return _page(visit, wrong=told, given=given) if isinstance(told, Refusal) else go_to(f"/accounts#{told.login}")


@router.post("/accounts/{login}/roles")
def change_roles(visit: AccountsManaged, form: FormSent, login: str) -> Response:
    """Give somebody these roles and no others."""
    told = accounts.change_roles(visit.office, visit.who, login, _roles(form.several("role")))
    return _page(visit, wrong=told) if isinstance(told, Refusal) else go_to(f"/accounts#{login}")


@router.post("/accounts/{login}/password")
def set_password(visit: AccountsManaged, form: FormSent, login: str) -> Response:
    """Another password for somebody who lost theirs; whoever is signed in with the account has to sign in again."""
    if form.one("password") != form.one("again"):
        return _page(visit, wrong=_UNALIKE)
    told = accounts.set_password(visit.office, login, form.one("password"))
    return _page(visit, wrong=told) if isinstance(told, Refusal) else go_to(f"/accounts#{login}")


@router.post("/accounts/{login}/close")
def close_account(visit: AccountsManaged, form: FormSent, login: str) -> Response:
    """Nobody signs in with it any more."""
    told = accounts.close_account(visit.office, visit.who, login)
    return _page(visit, wrong=told) if isinstance(told, Refusal) else go_to(f"/accounts#{login}")


@router.post("/accounts/{login}/link")
def make_link(visit: AccountsManaged, form: FormSent, login: str) -> Response:
    """A way in that works once, to be handed to its person: shown here and never again."""
    told = one_time_link(visit.office, login)
    if isinstance(told, Refusal):
        return _page(visit, wrong=told)
    address = reached_of(visit.request).address or str(visit.request.base_url).rstrip("/")
    return _page(visit, link=f"{address}/sign-in/{told}", link_for=login)


@router.get("/account")
def show_own(visit: Anybody) -> Response:
    """One's own account: roles, and what they may see."""
    return visit.page("account.html", granted=GRANTED, wrong=None)


@router.post("/account/password")
def change_password(visit: Anybody, form: FormSent) -> Response:
    """Another password for oneself, given with the old one; then one signs in anew."""
    login = visit.session.account.login
    if form.one("password") != form.one("again"):
        return _own(visit, _UNALIKE)
    known = sign_in(visit.office, login, form.one("old"), address_of_caller(visit.request))
    if isinstance(known, Refusal):
        says = known.says if known.why is Why.TOO_MANY_TRIES else "The old password is another one."
        return _own(visit, Refusal(known.why, says))
    told = accounts.set_password(visit.office, login, form.one("password"))
    return _own(visit, told) if isinstance(told, Refusal) else go_to("/sign-in")


_UNALIKE = Refusal(Why.MALFORMED, "The two passwords are not alike.")


def _own(visit: Visit, wrong: Refusal) -> Response:
    return visit.page("account.html", status=422, granted=GRANTED, wrong=wrong)


def _page(
    visit: Visit, *, wrong: Refusal | None = None, link: str = "", link_for: str = "", given: Any = None
) -> Response:
    return visit.page(
        "accounts.html",
        status=422 if wrong else 200,
        accounts=accounts.account_list(visit.office),
        roles=list(Role),
        granted=GRANTED,
        permissions=list(Permission),
        wrong=wrong,
        link=link,
        link_for=link_for,
        given=given or {"login": "", "name": "", "roles": []},
    )


def _roles(words: list[str]) -> list[Role]:
    return [Role(word) for word in words if word in list(Role)]
