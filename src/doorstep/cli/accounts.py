"""Accounts: who may sign in on the pages, and as what. A password is never a word of the command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.access.roles import Role
from doorstep.cli.desk import opened, surroundings_of
from doorstep.cli.failures import NO_INPUT, MisusedError, StoppedError
from doorstep.cli.options import Acting, AsJson
from doorstep.cli.output import table
from doorstep.cli.words import moment

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.accounts import Account

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="What the person signs in with.", show_default=False)]
Roles = Annotated[
    list[Role], typer.Option("--role", help="What the person does here; once for each role.", show_default=False)
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="A file whose first line is the password.", show_default=False),
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, its first line.")
]


def add(
    context: typer.Context,
    login: Login,
    roles: Roles,
    name: Annotated[str, typer.Option("--name", help="The person's name.", show_default=False)] = "",
    password_file: PasswordFile = None,
    password_stdin: PasswordStdin = False,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in on the pages. The password is asked for twice, unless a file or standard input has it."""
    password = _password(password_file, password_stdin)
    from doorstep.flow.accounts import open_account

    with opened(context, acting=acting, as_json=as_json) as desk:
        made = desk.granted(open_account(desk.office, desk.who, login, name or login, roles, password))
        desk.show(made, lambda: f"{made.name} may sign in as {made.login} ({_roles(made)}).")


def list_accounts(context: typer.Context, as_json: AsJson = False) -> None:
    """Who may sign in, and as what."""
    from doorstep.flow.accounts import account_list

    with opened(context, as_json=as_json) as desk:
        found = account_list(desk.office)
        desk.show(found, lambda: _table(found, desk.zone()))


def roles(context: typer.Context, login: Login, given: Roles, acting: Acting = "", as_json: AsJson = False) -> None:
    """Give an account these roles and no others."""
    from doorstep.flow.accounts import change_roles

    with opened(context, acting=acting, as_json=as_json) as desk:
        changed = desk.granted(change_roles(desk.office, desk.who, login, given))
        desk.show(changed, lambda: f"{changed.login} is now {_roles(changed)}.")


def password(
    context: typer.Context,
    login: Login,
    password_file: PasswordFile = None,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Set another password. Whoever is signed in with the account has to sign in again."""
    given = _password(password_file, password_stdin)
    from doorstep.flow.accounts import set_password

    with opened(context, as_json=as_json) as desk:
        changed = desk.granted(set_password(desk.office, login, given))
        desk.show(changed, lambda: f"{changed.login} has another password.")


def close(context: typer.Context, login: Login, acting: Acting = "", as_json: AsJson = False) -> None:
    """Nobody can sign in with it any more; whoever is signed in is signed out."""
    from doorstep.flow.accounts import close_account

    with opened(context, acting=acting, as_json=as_json) as desk:
        closed = desk.granted(close_account(desk.office, desk.who, login))
        desk.show(closed, lambda: f"The account {closed.login} is closed.")


def link(context: typer.Context, login: Login, as_json: AsJson = False) -> None:
    """A link that signs somebody in without a password, once, within ten minutes."""
    from doorstep.flow.address import address_of
    from doorstep.flow.sign_in import one_time_link

    with opened(context, as_json=as_json) as desk:
        address = address_of(surroundings_of(context).environ) or "http://127.0.0.1:8000"
        url = f"{address}/sign-in/{desk.granted(one_time_link(desk.office, login))}"
        desk.show({"link": url}, lambda: url)


def _password(file: Path | None, stdin: bool) -> str:
    if file is not None and stdin:
        raise MisusedError("--password-file and --password-stdin do not go together.")
    if file is not None:
        try:
            return _first_line(file.read_text(encoding="utf-8"), str(file))
        except UnicodeDecodeError:
            raise StoppedError(f"{file} is not UTF-8 text.", NO_INPUT) from None
    if stdin:
        return _first_line(sys.stdin.read(4096), "standard input")
    if not sys.stdin.isatty():
        raise MisusedError("Nobody is there to be asked for a password: give --password-file or --password-stdin.")
    asked: str = typer.prompt("Password (at least 12 characters)", hide_input=True, confirmation_prompt="Once more")
    return asked


def _first_line(text: str, whence: str) -> str:
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise StoppedError(f"There is no password in {whence}: its first line is empty.", NO_INPUT)
    return line


def _roles(account: Account) -> str:
    return ", ".join(account.roles)


def _table(found: Sequence[Account], zone: str) -> Part:
    if not found:
        return "Nobody may sign in yet. The first account: doorstep account add LOGIN --role admin"
    rows = [
        (one.login, one.name, _roles(one), moment(one.opened_at, zone), moment(one.closed_at, zone)) for one in found
    ]
    return table("Accounts", "Login", "Name", "Roles", "Since", "Closed", rows=rows)
