"""Denied parties: names in other spellings are found, strangers are left alone, and every match says why."""

from __future__ import annotations

import random
import time

import pytest

from doorstep.carriers.denied import Parties, alike_ppm, matches, words_of
from doorstep.carriers.may_ship import Rule
from doorstep.terms.item import Item
from doorstep.terms.rulebook import DeniedParty, Rulebook, RuleList, Screening
from doorstep.terms.sending import Consignee
from tests.carriers.asking import DATED, may_it_ship, rulebook
from tests.carriers.test_keeping import ROAD

LISTED = (
    DeniedParty("17", ("Viktor Anatolyevich BOUT", "Viktor BUTT"), ("RU",), "TEST"),
    DeniedParty("18", ("GOLDEN CRESCENT TRADING LLC",)),
    DeniedParty("19", ("Юрий Петрович Соколов",)),
    DeniedParty("20", ("HEZBOLLAH",)),
    DeniedParty("21", ("ALI",)),
)
BOOK = rulebook(parties=LISTED)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("Viktor Bout", "17"),
        ("BOUT, Viktor", "17"),
        ("Victor Boutt", "17"),
        ("Mr Víktor Anatolievich Bout", "17"),
        ("Golden Crescent Trading Co. Ltd", "18"),
        ("Goldn Cresent Trading", "18"),
        ("Yuri Sokolov", "19"),
        ("Jurij Petrovic Sokolov", "19"),
        ("Hizbollah Relief Office", "20"),
        ("Ali", "21"),
    ],
)
def test_a_name_is_found_in_another_spelling_order_or_script(name: str, entry: str) -> None:
    assert [match.entry_id for match in matches([name], BOOK)] == [entry]


@pytest.mark.parametrize(
    "name",
    ["Ada Byron", "Bistro Bleu", "Viktor Novak", "Golden Bakery", "Crescent Street Books", "Ali Baba", "Alice", ""],
)
def test_strangers_who_share_a_word_are_left_alone(name: str) -> None:
    assert matches([name], BOOK) == ()


def test_a_match_stops_the_parcel_says_why_and_can_be_cleared() -> None:
    def asked(**more: frozenset[str]) -> object:
        consignee = Consignee(("Ada Byron", "Victor Boutt"), **more)  # type: ignore[arg-type]
        return may_it_ship([Item("MUG", "Mug")], ROAD, "US", parties=LISTED, consignee=consignee)

    no = asked()
    assert no is not None
    assert no.rule == Rule.DENIED_PARTY  # type: ignore[attr-defined]
    says = no.says  # type: ignore[attr-defined]
    assert "entry 17 of own" in says
    assert "boutt for" in says
    assert "Victor" not in says  # whose name it is stays out of what is written down for ever
    assert str(DATED) in no.source  # type: ignore[attr-defined]
    assert asked(cleared=frozenset({"own/17"})) is None


def test_the_threshold_is_the_companys_own() -> None:
    strict = Rulebook(BOOK.lists, Screening(1_000_000))
    assert matches(["Viktor Bout"], strict)
    assert not matches(["Victor Boutt"], strict)
    with pytest.raises(ValueError, match="500,000"):
        Screening(400_000)


def test_likeness_is_the_published_one() -> None:
    # Winkler 1990, table of examples: MARTHA and MARHTA .961, DWAYNE and DUANE .840, DIXON and DICKSONX .813.
    assert [
        alike_ppm(*pair) // 1000 for pair in (("martha", "marhta"), ("dwayne", "duane"), ("dixon", "dicksonx"))
    ] == [
        961,
        840,
        813,
    ]
    assert words_of("Société Générale S.A.") == ("societe", "generale", "s", "a")


def test_fifty_thousand_names_are_screened_in_milliseconds() -> None:
    chance = random.Random(1)
    syllables = (
        "ba ko mi ra tu sen var dol pek ash nur tel gor lin qua el ist man ov in berg ha che zi ul dra fay os wen ky "
        "th or am id jo pra shi ne gu ver bo ska ri ym ot ec ja be du ev il hou fro mc ing ad son".split()
    )

    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(30_000)]

    def name() -> str:
        return " ".join(chance.choices(words, k=3))

    names = [name() for _ in range(50_000)]
    parties = Parties(
        Rulebook(
            (
                RuleList(
                    "big", "made up", DATED, (), tuple(DeniedParty(str(n), (each,)) for n, each in enumerate(names))
                ),
            )
        )
    )
    asked = [name() for _ in range(20)] + chance.sample(names, 20)
    began = time.process_time()
    found = [parties.screen(each) for each in asked]
    assert all(found[20:])
    each_s = (time.process_time() - began) / len(asked)
    assert each_s < 0.1
