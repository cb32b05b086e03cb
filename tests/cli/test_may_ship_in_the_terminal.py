"""`doorstep may-ship`: asking beforehand, lists that hold, a name reviewed, lines that cannot be read."""

from __future__ import annotations

from tests.cli.terminal import EXAMPLES, Terminal

DENIED = 'entry_id,name,aka,programme\n7,"BYRONE, Ada",Ada of Engine Row,SDN\n8,Charles Babbage,,SDN\n'


def test_a_list_of_denied_parties_holds_until_a_person_clears_the_customer(terminal: Terminal) -> None:
    denied = terminal.file("denied.csv", DENIED)
    told = terminal("may-ship", "load", denied, "--list", "csl", "--source", "an authority", "--dated", "2026-03-01")
    assert "csl holds: 0 bans, 2 denied parties." in told.words
    assert [each["parties"] for each in terminal.json("may-ship", "lists")] == [2]
    asked = ("may-ship", "check", "MUG", "--to", "US-100", "--customer", "ada")
    assert "denied-party" in terminal(*asked).words
    (match,) = terminal.json("may-ship", "screen", "Ada Byron")
    assert match["entry_id"] == "7"
    refused = terminal("may-ship", "clear", "ada", "csl/9", "--because", "x", code=65)
    assert "csl/9 is no entry LIST/ENTRY" in refused.err
    terminal("may-ship", "clear", "ada", "csl/7", "--because", "born in 1815, the listed one in 1961")
    assert {tuple(each["forbidden"]) for each in terminal.json(*asked)} == {()}
    assert "born in 1815" in terminal("may-ship", "reviews", "--customer", "ada").words
    terminal("may-ship", "threshold", "99")
    assert terminal.json("may-ship", "screen", "Ada Byron") == []
    terminal("may-ship", "drop", "csl")
    assert terminal.json("may-ship", "lists") == []


def test_the_lists_to_begin_with_are_read_and_their_bans_cited(terminal: Terminal) -> None:
    for name in ("embargo_us", "usps"):
        file = EXAMPLES / "may_ship" / f"{name}.csv"
        terminal("may-ship", "load", file, "--source", "as its README says", "--dated", "2026-11-27")
    told = terminal("may-ship", "check", "MUG", "--to", "CU-101")
    assert "ofac-cuba: as its README says" in told.words
    assert terminal("may-ship", "rules").words.count("hazard-by-air")


def test_lines_that_cannot_be_read_come_back_with_their_numbers_and_nothing_is_set(terminal: Terminal) -> None:
    bans = terminal.file("bans.csv", "rule,says,country,by,until\nx,,US,,\ny,no,USA,,\nz,no,US,sea,\nw,no,US,,soon\n")
    told = terminal("may-ship", "load", bans, "--source", "ours", "--dated", "2026-03-01", code=65)
    for line in (
        "Line 2 a ban has a rule",
        "Line 3 'USA' is not a country's two letters",
        "Line 4 by is 'sea'; it is air or road",
        "Line 5 'soon' is no day",
        "4 lines of",
    ):
        assert line in told.err
    assert terminal.json("may-ship", "lists") == []
    told = terminal("may-ship", "check", "NOTHING", "--to", "US-100", code=65)
    assert "There is no item NOTHING" in told.err
