"""Price lists in the terminal: checked, quoted by, put to work."""

from __future__ import annotations

from tests.cli.terminal import EXAMPLES, Terminal

PARCEL = EXAMPLES / "tariffs" / "parcel.toml"
BROKEN = """
tariff_id = "own"
service = "steady-ground"
currency = "USD"
zones = [{ zone = "near", destination = "US-6" }, { zone = "far" }]
prices = [{ file = "p.csv", unit = "lb", columns = { up_to = "lb" } }]
"""


def test_a_parcel_is_quoted_charge_by_charge(terminal: Terminal) -> None:
    asked = ("tariff", "quote", PARCEL, "--weight", "12.5 lb", "--size", "50 x 12 x 10 in", "--from", "US-60623")
    told = terminal.json(*asked, "--to", "US-53202", "--on", "2026-03-02", "--residential", "--account", "HEARTH")
    assert [(each["name"], each["minor"]) for each in told["charges"]] == [
        ("base price", 2_170 + 24 * 58),  # 6,000 in3 / 139 = 43.2: 44 lb, 24 beyond the last step
        ("discount", -1_425),  # 40 % above 20 lb
        ("residential delivery", 595),
        ("discount on residential delivery", -149),
        ("additional handling, over 48 in", 2_800),
        ("fuel", 458),  # 17.75 % of 21.37 + 4.46
    ]
    assert told["total_minor"] == 5_841
    assert "additional handling, over 48 in" in terminal(*asked, "--to", "US-53202").out


def test_what_cannot_be_quoted_says_what_to_do(terminal: Terminal) -> None:
    asked = ("tariff", "quote", PARCEL, "--size", "9 x 9 x 9 in", "--from", "US-60623")
    assert "has no unit; say one of g, kg" in terminal(*asked, "--to", "US-53202", "--weight", "12", code=65).err
    assert "no price from US-60623 to US-100" in terminal(*asked, "--to", "US-100", "--weight", "1 lb", code=69).err
    assert "at most, this parcel has 151 lb" in terminal(*asked, "--to", "US-53202", "--weight", "151 lb", code=69).err
    assert "There is no file none.toml" in terminal("tariff", "check", "none.toml", code=66).err


def test_good_rows_of_a_list_are_put_to_work_and_bad_ones_told(terminal: Terminal) -> None:
    terminal.file("p.csv", "lb,near,far\n5,7.10,9.10\nten,8.10,10.10\n70,20.10,31.10\n")
    file = terminal.file("own.toml", BROKEN)
    checked = terminal("tariff", "check", file, code=65)
    assert "1 p.csv 3 lb ten 'ten' is not a measure such as 12.5 lb" in checked.words
    loaded = terminal("tariff", "load", file, code=65)
    assert "steady-ground goes by own from now on." in loaded.out
    assert "steady-ground had these prices already." in terminal("tariff", "load", file, code=65).out
    told = terminal("quote", EXAMPLES / "orders" / "ada.toml").words
    assert "Steady Ground" in told or "steady-ground" in told


def test_a_service_nobody_knows_and_money_that_is_not_ours_are_refused(terminal: Terminal) -> None:
    said = terminal("tariff", "load", PARCEL, code=65)
    assert "there is no carrier service 'NL-GROUND'; there are" in said.err
    said = terminal("tariff", "load", EXAMPLES / "tariffs" / "pallets.toml", code=65)
    assert "name one with --service" in said.err
    said = terminal("tariff", "load", EXAMPLES / "tariffs" / "pallets.toml", "--service", "steady-ground", code=65)
    assert "is in EUR; the company's money is USD" in said.err


def test_exchange_rates_are_loaded_shown_and_reckoned_with(terminal: Terminal) -> None:
    rates = terminal.file("rates.csv", "base,quote,from,rate\nEUR,USD,2026-03-02,1.0837\n")
    assert "1 rates hold" in terminal("exchange", "load", rates, "--source", "a bank").words
    assert "1.0837 USD" in terminal("exchange", "rates").words
    assert "12.50 EUR is 13.55 USD." in terminal("exchange", "convert", "12.50", "EUR", "USD").words
    assert "at most 2 decimals" in terminal("exchange", "convert", "12.505", "EUR", "USD", code=65).err
    told = terminal("exchange", "convert", "1", "EUR", "GBP", code=65).err
    assert "doorstep exchange load" in told
    wrong = terminal.file("wrong.csv", "base,quote,from,rate\nEUR,USD,2026-03-02,high\n")
    told = terminal("exchange", "load", wrong, code=65).err
    assert "Line 2 has 'high' for a rate" in told
