"""Goals: read exactly, resolved layer by layer, their contradictions told, targets judged by enough orders only."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from doorstep.goals.ceiling import above, value_of
from doorstep.goals.conflicts import conflicts
from doorstep.goals.targets import Reached, reached
from doorstep.intake.goals import GoalsIn, read_goals
from doorstep.terms.company import Company
from doorstep.terms.goals import ClassGoals, Goals, Weights
from doorstep.terms.item import Item
from doorstep.terms.order import Preference, Terms
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import granted, refused

COMPANY = Company("Corner Shop", "USD", "0614141").terms
TRADE = ClassGoals("trade", wanted_ppm=975_000, late_day_minor=2_000, preference=Preference.FASTEST)


def goals(text: str) -> Goals:
    return granted(read_goals(tomllib.loads(text)))


def problems(text: str) -> dict[str, Any]:
    told = read_goals(tomllib.loads(text))
    assert isinstance(told, Refusal)
    return dict(told.concerns)


def warned(text: str) -> list[str]:
    return [found.place for found in conflicts(goals(text), COMPANY)]


def test_shares_are_read_exactly_as_they_are_written() -> None:
    read = goals('[classes.trade]\nwanted_percent = "97.0001"\nceiling_percent = 30\ntarget_percent = "90"').of("trade")
    assert (read.wanted_ppm, read.ceiling_ppm, read.target_ppm) == (970_001, 300_000, 900_000)


def test_goals_are_written_as_they_were_read() -> None:
    whole = Goals((ClassGoals("home", ceiling_minor=900, ceiling_ppm=333_333), TRADE), Weights(split_minor=7))
    assert granted(read_goals(GoalsIn.of(whole).model_dump(mode="json"))) == whole
    assert GoalsIn.of(whole).model_dump(mode="json")["classes"]["home"]["ceiling_percent"] == "33.3333"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("97.5", 'in quotes: "97.5"'),
        ('"97,5"', 'such as "97.5"'),
        ('"100"', "50 to 99.9999"),
        ('"0.975"', "50 to 99.9999"),
        ('"97.00001"', 'such as "97.5"'),
        ("true", 'such as "97.5"'),
    ],
)
def test_a_share_that_cannot_be_meant_says_how_to_write_it(written: str, says: str) -> None:
    (told,) = problems(f"[classes.trade]\nwanted_percent = {written}").values()
    assert says in told


def test_every_unknown_name_is_told_with_its_place_and_the_nearest_one() -> None:
    told = problems('[wieghts]\nsplit_minor = 1\n[weights]\nspilt_minor = 1\n[classes.trade]\nwanted = "99"')
    assert "did you mean weights?" in told["wieghts"]
    assert "did you mean split_minor?" in told["weights.spilt_minor"]
    assert "did you mean wanted_percent?" in told["classes.trade.wanted"]
    refused(read_goals({"weights": {"split_minor": -1}}), Why.MALFORMED, "1. weights.split_minor")


def test_an_order_then_its_customer_then_its_class_then_the_company_say_how_surely_it_is_wanted() -> None:
    wanted = Goals((TRADE,))
    trade = Terms(customer_class="trade")
    assert wanted.resolved(Terms(), COMPANY).wanted_ppm == 950_000
    assert wanted.resolved(trade, COMPANY).wanted_ppm == 975_000
    assert wanted.resolved(Terms(wanted_ppm=800_000).over(trade), COMPANY).wanted_ppm == 800_000
    assert Goals((ClassGoals("standard", wanted_ppm=990_000),)).resolved(Terms(), COMPANY).wanted_ppm == 990_000


def test_a_class_without_goals_of_its_own_has_those_of_all() -> None:
    wanted = Goals((TRADE,), Weights(late_day_minor=300))
    assert [wanted.late_day_minor(name) for name in ("trade", "home", None)] == [2_000, 300, 300]
    assert wanted.of("home").preference is Preference.CHEAPEST


def test_an_order_may_cost_the_lower_of_both_ceilings() -> None:
    both = ClassGoals("trade", ceiling_minor=2_000, ceiling_ppm=500_000)
    assert [both.ceiling_of(value) for value in (3_000, 10_000, 0)] == [1_500, 2_000, 2_000]
    assert ClassGoals("trade").ceiling_of(3_000) is None
    assert [above(1_501, 1_500), above(1_500, 1_500), above(1_501, None)] == [1, 0, 0]


def test_the_value_of_an_order_is_not_known_where_a_price_is_missing() -> None:
    items = {"MUG": Item("MUG", "Mug", price_minor=1_200), "GIFT": Item("GIFT", "Gift")}
    assert value_of([("MUG", 2)], items) == 2_400
    assert value_of([("MUG", 2), ("GIFT", 1)], items) == 0


def test_goals_that_cannot_be_reached_together_are_told() -> None:
    assert warned('[classes.trade]\nwanted_percent = "99.9"\nceiling_minor = 0') == ["classes.trade.ceiling_minor"]
    assert warned('[classes.trade]\ntarget_percent = "96"') == ["classes.trade.target_percent"]
    assert warned('[classes.trade]\nwanted_percent = "97"\ntarget_percent = "96"') == []
    assert warned("[weights]\nbroken_minor = 0") == ["weights.broken_minor"]
    assert warned("[weights]\nbroken_minor = 5\nwaits_minor = 5") == ["weights.waits_minor"]


def test_a_target_is_met_or_missed_only_where_enough_orders_say_so() -> None:
    assert reached(0, 0, 900_000) is Reached.TOO_FEW
    assert reached(10, 10, 900_000) is Reached.TOO_FEW
    assert reached(100, 100, 900_000) is Reached.MET
    assert reached(93, 100, 950_000) is Reached.TOO_FEW
    assert reached(70, 100, 900_000) is Reached.MISSED
