"""Accounts: who may sign in, as what, and how often a wrong password may be tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from doorstep.access.roles import Role
from doorstep.flow import accounts, sign_in
from doorstep.flow.accounts import Account, change_roles, close_account, open_account, set_password
from doorstep.flow.office import Office, Who
from doorstep.flow.sign_in import SignedIn, link_for, one_time_link, session_of, sign_in_by_link, sign_out
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.refusals import Why
from tests.corner_shop import all_is_well, granted, in_threads, refused

OWNER = Who("owner")
GOOD = "four words in a row"
HERE = "198.51.100.7"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.fixture
def olga(office: Office) -> Account:
    """The first account, an admin's."""
    return granted(open_account(office, OWNER, "olga", "Olga Boss", [Role.ADMIN], GOOD))


def let_in(office: Office, login: str = "olga", password: str = GOOD, address: str = HERE) -> SignedIn:
    return granted(sign_in.sign_in(office, login, password, address))


def test_an_account_is_a_fact_and_its_name_and_password_lie_beside_the_journal(office: Office, olga: Account) -> None:
    granted(open_account(office, olga.who, "pat", "Pat Packer", [Role.SHIPPING, Role.PACKING], GOOD))
    granted(change_roles(office, olga.who, "pat", [Role.PACKING]))
    granted(close_account(office, olga.who, "pat"))
    with office.store.reading() as tx:
        written = tx.rows("SELECT kind, actor, body FROM journal ORDER BY event_id")
        kept = tx.one("SELECT password_hash FROM credential WHERE login = 'olga'")
    assert [(row.kind, row.actor) for row in written] == [
        ("AccountOpened", "owner"),
        ("AccountOpened", "olga"),
        ("AccountChanged", "olga"),
        ("AccountClosed", "olga"),
    ]
    assert written[1].body == {"login": "pat", "roles": ["packing", "shipping"]}
    assert kept.password_hash.startswith("$argon2id$")
    assert [(one.login, one.roles, one.closed_at is None) for one in accounts.account_list(office)] == [
        ("olga", (Role.ADMIN,), True),
        ("pat", (Role.PACKING,), False),
    ]
    all_is_well(office.store)


def test_roles_that_somebody_gave_himself_in_the_table_are_found_by_the_check(office: Office, olga: Account) -> None:
    from doorstep.storage import schema

    with office.store.connection() as raw:
        raw.execute('UPDATE account SET roles = \'["sales", "admin"]\'')
        raw.commit()
    assert any(line.startswith("account, only live") for line in schema.differences(office.store))


@pytest.mark.parametrize(
    ("login", "name", "roles", "password", "says"),
    [
        ("Pat Packer", "Pat", [Role.PACKING], GOOD, "A login is up to 64 small letters"),
        ("pat", "", [Role.PACKING], GOOD, "Give the name of the person"),
        ("pat", "Pat\nAdmin", [Role.PACKING], GOOD, "Give the name of the person"),
        ("pat", "Pat", [], GOOD, "at least one role of sales, planning"),
        ("pat", "Pat", [Role.PACKING], "eleven char", "It has 11 characters; a password has at least 12"),
        ("pat", "Pat", [Role.PACKING], "abababababab", "repeats the same few characters"),
        ("pat.packer", "Pat", [Role.PACKING], "Pat.Packer123", "It is the login with little added"),
        ("pat", "Pat", [Role.PACKING], "x1" * 200, "at most 256"),
    ],
)
def test_an_account_that_will_not_do_is_refused(
    office: Office, login: str, name: str, roles: list[Role], password: str, says: str
) -> None:
    told = refused(open_account(office, OWNER, login, name, roles, password), Why.MALFORMED, says)
    assert password not in told.says
    assert not accounts.any_account(office)


def test_a_login_is_given_once_even_when_its_account_is_closed(office: Office, olga: Account) -> None:
    granted(open_account(office, OWNER, "pat", "Pat", [Role.PACKING], GOOD))
    granted(close_account(office, OWNER, "pat"))
    refused(open_account(office, OWNER, "pat", "Another Pat", [Role.ADMIN], GOOD), Why.ALREADY_THERE, "given once")
    refused(change_roles(office, OWNER, "pat", [Role.ADMIN]), Why.UNKNOWN_ACCOUNT)
    refused(set_password(office, "pat", GOOD), Why.UNKNOWN_ACCOUNT)
    refused(close_account(office, OWNER, "nobody"), Why.UNKNOWN_ACCOUNT)


def test_the_last_admin_stays_whoever_is_faster(office: Office, olga: Account) -> None:
    refused(close_account(office, OWNER, "olga"), Why.WRONG_STATE, "the last admin")
    refused(change_roles(office, OWNER, "olga", [Role.SALES]), Why.WRONG_STATE)
    granted(open_account(office, OWNER, "omar", "Omar", [Role.ADMIN], GOOD))
    told = in_threads(
        [
            lambda: close_account(office, OWNER, "olga"),
            lambda: change_roles(office, OWNER, "omar", [Role.SALES]),
        ]
    )
    assert sorted(type(one).__name__ for one in told) == ["Account", "Refusal"]


def test_whoever_signs_in_is_known_by_a_token_of_which_only_the_digest_is_kept(office: Office, olga: Account) -> None:
    session = let_in(office, " OLGA ")
    again = let_in(office)
    assert session.token != again.token
    found = session_of(office, session.token)
    assert found is not None
    assert (found.account, found.csrf) == (olga, session.session.csrf)
    with office.store.reading() as tx:
        kept = [bytes(row.token_hash) for row in tx.rows("SELECT token_hash FROM web_session")]
    assert len(kept) == 2
    assert not any(session.token.encode() in row for row in kept)
    sign_out(office, session.token)
    assert session_of(office, session.token) is None
    assert session_of(office, again.token) is not None
    assert session_of(office, "") is None
    assert session_of(office, "\udcff") is None


def test_a_session_ends_after_a_shift_and_when_nobody_is_there(
    office: Office, olga: Account, clock: FalseClock
) -> None:
    idle, busy = let_in(office).token, let_in(office).token
    for _ in range(7):
        clock.advance(sign_in.IDLE_LASTS / 2)
        there = session_of(office, busy)
        if there is None:
            break
    assert clock.now() - olga.opened_at == sign_in.SESSION_LASTS
    assert session_of(office, idle) is None
    let_in(office)
    with office.store.reading() as tx:
        assert tx.one("SELECT count(*) FROM web_session").count == 1, "sessions that are over are thrown away"


def test_other_roles_hold_at_once_another_password_signs_out(office: Office, olga: Account) -> None:
    granted(open_account(office, OWNER, "pat", "Pat", [Role.PACKING], GOOD))
    token = let_in(office, "pat").token
    granted(change_roles(office, OWNER, "pat", [Role.SALES]))
    found = session_of(office, token)
    assert found is not None
    assert found.account.roles == (Role.SALES,)
    granted(set_password(office, "pat", "another four words"))
    assert session_of(office, token) is None
    refused(sign_in.sign_in(office, "pat", GOOD, HERE), Why.WRONG_PASSWORD)
    token = let_in(office, "pat", "another four words").token
    granted(close_account(office, OWNER, "pat"))
    assert session_of(office, token) is None
    refused(sign_in.sign_in(office, "pat", "another four words", HERE), Why.WRONG_PASSWORD)


def test_after_five_wrong_passwords_the_right_one_has_to_wait(office: Office, olga: Account, clock: FalseClock) -> None:
    for login in ("olga", "nobody"):
        for _ in range(sign_in.MOST_TRIES):
            told = refused(sign_in.sign_in(office, login, "wrong", HERE), Why.WRONG_PASSWORD)
            assert told.says == "Login and password do not go together."
            clock.advance(timedelta(minutes=1))
        told = refused(sign_in.sign_in(office, login, GOOD, HERE), Why.TOO_MANY_TRIES, "Try again in 10 min")
        assert told.concerns["retry_seconds"] == 600
    let_in(office, address="198.51.100.8")
    clock.advance(timedelta(minutes=10))
    let_in(office)
    with office.store.reading() as tx:
        assert tx.one("SELECT 1 FROM sign_in_try WHERE login = 'olga' AND address = %s", HERE) is None


def test_tries_at_the_same_time_are_all_counted(office: Office, olga: Account) -> None:
    told = in_threads([lambda: sign_in.sign_in(office, "olga", "wrong", HERE)] * 8)
    reasons = sorted(getattr(one, "code", "let in") for one in told)
    assert reasons == ["too_many_tries"] * 3 + ["wrong_password"] * 5


def test_one_address_cannot_go_through_all_logins(
    office: Office, olga: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "MOST_TRIES_OF_ALL", 6)
    for number in range(sign_in.MOST_TRIES_OF_ALL):
        refused(sign_in.sign_in(office, f"login-{number}", "wrong", HERE), Why.WRONG_PASSWORD)
    refused(sign_in.sign_in(office, "olga", GOOD, HERE), Why.TOO_MANY_TRIES)


def test_a_link_signs_in_once_within_ten_minutes(office: Office, olga: Account, clock: FalseClock) -> None:
    refused(one_time_link(office, "nobody"), Why.UNKNOWN_ACCOUNT)
    token = granted(one_time_link(office, "olga"))
    assert granted(link_for(office, token)).name == "Olga Boss"
    session = granted(sign_in_by_link(office, token))
    assert session_of(office, session.token) is not None
    refused(sign_in_by_link(office, token), Why.WRONG_PASSWORD, "used already, or is too old")
    late = granted(one_time_link(office, "olga"))
    clock.advance(sign_in.LINK_LASTS)
    refused(sign_in_by_link(office, late), Why.WRONG_PASSWORD)
    refused(link_for(office, late), Why.WRONG_PASSWORD)
