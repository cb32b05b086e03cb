"""Accounts: opened once, with the roles given last, until closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import access
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def account_opened(body: access.AccountOpened, entry: Entry, changes: Changes) -> None:
    changes.put(tables.account, login=body.login, roles=body.roles, opened_at=entry.fact.occurred_at, closed_at=None)


def account_changed(body: access.AccountChanged, _: Entry, changes: Changes) -> None:
    changes.set(tables.account, (body.login,), roles=body.roles)


def account_closed(body: access.AccountClosed, entry: Entry, changes: Changes) -> None:
    changes.set(tables.account, (body.login,), closed_at=entry.fact.occurred_at)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    access.AccountOpened: account_opened,
    access.AccountChanged: account_changed,
    access.AccountClosed: account_closed,
}
