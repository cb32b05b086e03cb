"""Accounts in the terminal: a password is asked for or read, and is never a word of the command."""

from __future__ import annotations

from tests.cli.terminal import Terminal

GOOD = "four words in a row"


def test_people_are_let_in_given_roles_and_shut_out(terminal: Terminal) -> None:
    assert "Nobody may sign in yet." in terminal("account", "list").out
    told = terminal("account", "add", "olga", "--role", "admin", "--password-stdin", stdin=f"{GOOD}\n")
    assert told.out == "olga may sign in as olga (admin).\n"
    secret = terminal.file("pat.txt", f"{GOOD}\r\n")
    add = ("account", "add", "pat", "--name", "Pat Packer", "--role", "packing", "--role", "stock control")
    made = terminal.json(*add, "--password-file", secret)
    assert (made["name"], made["roles"]) == ("Pat Packer", ["packing", "stock control"])
    assert terminal("account", "roles", "pat", "--role", "sales").out == "pat is now sales.\n"
    terminal("account", "password", "pat", "--password-stdin", stdin="another four words")
    link = terminal.json("account", "link", "pat")["link"]
    assert link.startswith("http://127.0.0.1:8000/sign-in/")
    terminal("account", "close", "pat")
    assert [(one["login"], bool(one["closed_at"])) for one in terminal.json("account", "list")] == [
        ("olga", False),
        ("pat", True),
    ]
    assert "the last admin" in terminal("account", "close", "olga", code=69).err
    assert "no open account" in terminal("account", "link", "pat", code=66).err


def test_a_password_that_is_short_missing_or_nowhere_is_told(terminal: Terminal) -> None:
    add = ("account", "add", "olga", "--role", "admin")
    assert "at least 12" in terminal(*add, "--password-stdin", stdin="short", code=65).err
    assert "its first line is empty" in terminal(*add, "--password-stdin", stdin="\n", code=66).err
    assert "Nobody is there to be asked" in terminal(*add, code=64).err
    assert "do not go together" in terminal(*add, "--password-stdin", "--password-file", "x", code=64).err
    assert "No such option" in terminal(*add, "--password", GOOD, code=64).err
    assert "Invalid value for '--role'" in terminal("account", "add", "olga", "--role", "boss", code=64).err


def test_a_link_begins_with_the_address_of_the_pages(terminal: Terminal) -> None:
    terminal("account", "add", "olga", "--role", "admin", "--password-stdin", stdin=GOOD)
    terminal.environ["DOORSTEP_ADDRESS"] = "https://orders.example.com/"
    assert terminal("account", "link", "olga").out.startswith("https://orders.example.com/sign-in/")
    for wrong in ("orders.example.com", "https://", "ftp://x", "https://x/path", "https://me@x", "https://x:a"):
        terminal.environ["DOORSTEP_ADDRESS"] = wrong
        assert "DOORSTEP_ADDRESS: " in terminal("account", "link", "olga", code=78).err
