"""Accounts of the people who work here: opened, given roles and passwords, closed. The last admin always stays."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.access.roles import Role, department_of
from doorstep.events.access import AccountChanged, AccountClosed, AccountOpened
from doorstep.flow import passwords
from doorstep.flow.office import Office, Scribe, Who
from doorstep.storage.queries import accounts
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who works here. `closed_at` None: may sign in."""

    login: str
    name: str
    roles: tuple[Role, ...]
    opened_at: datetime
    closed_at: datetime | None

    @property
    def who(self) -> Who:
        """How facts name whoever acts with this account."""
        return Who(self.login, department_of(self.roles))


def account_of(row: Any) -> Account:
    """The account that a row of `queries.accounts` tells of."""
    return Account(row.login, row.name, _in_order(row.roles), row.opened_at, row.closed_at)


def _in_order(roles: Collection[str]) -> tuple[Role, ...]:
    return tuple(role for role in Role if role in roles)


def account_list(office: Office) -> tuple[Account, ...]:
    """Everybody, open accounts first."""
    with office.store.reading() as tx:
        return tuple(account_of(row) for row in accounts.accounts(tx))


def any_account(office: Office) -> bool:
    """Whether anybody could sign in."""
    with office.store.reading() as tx:
        return accounts.any_account(tx)


def account(office: Office, login: str) -> Account | Refusal:
    """One account, a closed one too."""
    with office.store.reading() as tx:
        row = accounts.account(tx, login)
    return account_of(row) if row else _unknown(login)


def open_account(
    office: Office, who: Who, login: str, name: str, roles: Collection[Role], password: str
) -> Account | Refusal:
    """A new account. MALFORMED where login, roles or password will not do, ALREADY_THERE where the login was given."""
    wrong = wrong_login(login) or wrong_name(login, name) or _no_role(login, roles) or _weak(password, login)
    if wrong:
        return wrong
    password_hash, given = passwords.hash_of(password), _in_order(roles)

    def step(tx: Transaction) -> Account | Refusal:
        if not accounts.keep_credential(tx, login, name.strip(), password_hash):
            says = f"There is an account {login} already, or there was: a login is given once."
            return Refusal(Why.ALREADY_THERE, says, {"login": login})
        tx.record(Scribe(who, tx.now)(AccountOpened(login, tuple(map(str, given)))))
        return Account(login, name.strip(), given, tx.now, None)

    return office.store.run(step)


def change_roles(office: Office, who: Who, login: str, roles: Collection[Role]) -> Account | Refusal:
    """Give an account these roles and no others; whoever is signed in with it has them at once."""
    wrong = _no_role(login, roles)
    if wrong:
        return wrong
    given = _in_order(roles)

    def step(tx: Transaction) -> Account | Refusal:
        admins = accounts.holders(tx, Role.ADMIN)
        row = accounts.account(tx, login, lock=True)
        if row is None or row.closed_at:
            return _unknown(login)
        if Role.ADMIN not in given and admins == {login}:
            return _last_admin(login)
        if _in_order(row.roles) != given:
            tx.record(Scribe(who, tx.now)(AccountChanged(login, tuple(map(str, given)))))
        return Account(login, row.name, given, row.opened_at, None)

    return office.store.run(step)


def set_password(office: Office, login: str, password: str) -> Account | Refusal:
    """Another password; whoever is signed in with the account has to sign in again."""
    wrong = _weak(password, login)
    if wrong:
        return wrong
    password_hash = passwords.hash_of(password)

    def step(tx: Transaction) -> Account | Refusal:
        row = accounts.account(tx, login, lock=True)
        if row is None or row.closed_at:
            return _unknown(login)
        accounts.set_password_hash(tx, login, password_hash)
        accounts.end_sessions(tx, login)
        return account_of(row)

    return office.store.run(step)


def close_account(office: Office, who: Who, login: str) -> Account | Refusal:
    """Nobody can sign in with it any more; whoever is signed in is signed out. Closing it again changes nothing."""

    def step(tx: Transaction) -> Account | Refusal:
        admins = accounts.holders(tx, Role.ADMIN)
        row = accounts.account(tx, login, lock=True)
        if row is None:
            return _unknown(login)
        if admins == {login}:
            return _last_admin(login)
        if row.closed_at is None:
            tx.record(Scribe(who, tx.now)(AccountClosed(login)))
            accounts.set_password_hash(tx, login, "")
            accounts.end_sessions(tx, login)
        return Account(login, row.name, _in_order(row.roles), row.opened_at, row.closed_at or tx.now)

    return office.store.run(step)


def wrong_login(login: str) -> Refusal | None:
    """What is wrong with a login that is to be given to somebody."""
    if _LOGIN.fullmatch(login):
        return None
    says = "A login is up to 64 small letters, digits and . _ - + @, and begins with a letter or digit."
    return Refusal(Why.MALFORMED, says, {"login": login[:64]})


def wrong_name(login: str, name: str) -> Refusal | None:
    """What is wrong with the name of a person."""
    if name.strip() and len(name.strip()) <= _LONGEST_NAME and name.isprintable():
        return None
    return Refusal(Why.MALFORMED, f"Give the name of the person, in at most {_LONGEST_NAME} letters.", {"login": login})


def _no_role(login: str, roles: Collection[Role]) -> Refusal | None:
    if roles:
        return None
    return Refusal(Why.MALFORMED, f"Give at least one role of {', '.join(Role)}.", {"login": login})


def _weak(password: str, login: str) -> Refusal | None:
    wrong = passwords.wrong_with(password, login)
    return Refusal(Why.MALFORMED, f"This password will not do. {wrong}", {"login": login}) if wrong else None


def _unknown(login: str) -> Refusal:
    return Refusal(Why.UNKNOWN_ACCOUNT, f"There is no open account {login}.", {"login": login})


def _last_admin(login: str) -> Refusal:
    says = f"{login} is the last admin: nobody could manage accounts any more. Make another admin first."
    return Refusal(Why.WRONG_STATE, says, {"login": login})
