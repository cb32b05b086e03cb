"""Goals that cannot all hold: found, told in a sentence, each with what could give way and what that would cost."""

from __future__ import annotations

import tomllib

import pytest

from doorstep.goals.conflicts import Conflict, conflicts
from doorstep.goals.filled import ItemWanted, days_for, fill_ppm, of_supply
from doorstep.goals.measured import ClassKnown, OrderKnown, SiteKnown, of_capacity, of_class, of_reserves
from doorstep.intake.goals import GoalsIn, read_goals
from doorstep.terms.goals import ClassGoals, Goals, SupplyGoals
from doorstep.terms.order import Preference, Terms
from tests.corner_shop import granted


def goals(text: str) -> Goals:
    return granted(read_goals(tomllib.loads(text)))


def money(minor: int) -> str:
    return f"{minor} cents"


CHEAP, FAST = (900_000, 500), (990_000, 800)


def known(wants: ClassGoals, *ceilings: int | None, judged: int = 0, kept: int = 0) -> ClassKnown:
    """Orders that go for 500 with 90 % or for 800 with 99 %, one for each ceiling."""
    orders = tuple(OrderKnown((CHEAP, FAST), 500, ceiling, 995_000, (950_000, 993_000)) for ceiling in ceilings)
    return ClassKnown(wants, 950_000, orders, judged, kept)


def told(found: Conflict) -> list[tuple[str, int | None]]:
    return [(relax.place, relax.minor) for relax in found.relax]


def test_a_target_that_the_ceiling_does_not_leave_says_what_the_ceiling_must_rise_by_or_the_target_fall_to() -> None:
    (found,) = of_class(known(ClassGoals("trade", target_ppm=980_000, ceiling_minor=600), *[600] * 30), money)
    assert "at most 90 per cent can be there on time, and 98 is wanted" in found.says
    assert told(found) == [("classes.trade.ceiling_minor", 270), ("classes.trade.target_percent", None)]
    assert "higher by 200 cents an order keeps 98 per cent; an order then costs 270 cents more" in found.relax[0].says
    assert found.relax[1].says.startswith("90:")
    assert "30 orders; no promise to this class has ended yet" in found.rests_on


def test_an_order_with_no_way_below_its_ceiling_is_counted() -> None:
    (found,) = of_class(known(ClassGoals("trade", target_ppm=900_000, ceiling_minor=450), 450, 900), money)
    assert found.says == "1 of 2 orders cannot be sent below it at all, by no way there is"
    assert told(found) == [("classes.trade.ceiling_minor", 50)]
    assert "too few to be sure" in found.rests_on


def test_a_target_beyond_the_surest_way_says_how_many_days_later_it_could_be_promised() -> None:
    (found,) = of_class(known(ClassGoals("trade", target_ppm=992_000), None, judged=40, kept=36), money)
    assert "out of reach whatever is spent" in found.says
    assert "2 days later reaches 99.2" in found.relax[1].says
    assert "of 40 promises that ended 90 per cent were kept" in found.rests_on


def test_a_probability_that_no_way_ever_has_is_impossible() -> None:
    wants = ClassGoals("trade", wanted_ppm=999_999)
    found = next(of_class(ClassKnown(wants, 999_999, known(wants, None).orders, 0, 0), money))
    assert "1 of 1 orders cannot be promised as surely as 99.9999 per cent by any day" in found.says
    assert found.relax[0].says.startswith("99.5 at most")


def test_the_fastest_above_the_ceiling_says_what_the_cheapest_would_save() -> None:
    wants = ClassGoals("home", wanted_ppm=900_000, ceiling_minor=600, preference=Preference.FASTEST)
    dear = ClassKnown(wants, 900_000, (OrderKnown((CHEAP, FAST), 800, 600, 995_000),) * 2, 0, 0)
    (found,) = of_class(dear, money)
    assert "above the ceiling for 2 of 2 orders" in found.says
    assert told(found) == [("classes.home.preference", -300), ("classes.home.ceiling_minor", 200)]


def test_targets_that_the_sites_cannot_send_say_how_many_shipments_are_missing() -> None:
    wanted = goals('[classes.trade]\ntarget_percent = "95"\n[capacity]\nCS = 40\nWHO = 3\n')
    unknown, found = of_capacity(wanted, [SiteKnown("CS", 40, by_goals=True)], shipments=1_000, days=10)
    assert (unknown.place, found.place) == ("capacity.WHO", "capacity.CS")
    assert "100 shipments a day are wanted and 40 may leave: at most 40 per cent" in found.says
    assert "60 shipments a day more" in found.relax[0].says
    assert not list(of_capacity(goals(""), [SiteKnown("CS", 40, by_goals=False)], 1_000, 10))


def test_units_reserved_that_are_not_there_are_told_item_by_item() -> None:
    wanted = goals('[scarcity.reserved.trade]\nunits = 50\nitems = ["MUG"]\n')
    (found,) = of_reserves(wanted.scarcity.reserves, {"MUG": 10})
    assert "50 of MUG are reserved and 10 are there" in found.says
    assert not list(of_reserves(wanted.scarcity.reserves, {"MUG": 50}))


def test_days_of_supply_that_do_not_reach_the_fill_rate_say_how_many_do() -> None:
    items = [ItemWanted("MUG", (2, 0, 4, 0, 6, 0, 4, 0) * 10, lead_days=8)]
    assert fill_ppm(items, 4) == 500_000
    assert fill_ppm(items, days_for(items, 900_000)) >= 900_000 > fill_ppm(items, days_for(items, 900_000) - 1)
    (found,) = of_supply(SupplyGoals(980_000, 4), items, leads_seen=3)
    assert "with 4 days of supply 50 per cent" in found.says
    assert [relax.says for relax in found.relax] == ["8: 4 days of stock more", "50 at most"]
    assert not list(of_supply(SupplyGoals(980_000, 8), items, 3))
    (unknown,) = of_supply(SupplyGoals(980_000, 8), [], 0)
    assert unknown.rests_on == "too little history"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[weights]\nbroken_minor = 0", "weights.broken_minor"),
        ("[weights]\nwaits_minor = 5000", "weights.waits_minor"),
        ("[weights]\nsplit_minor = 0\nhandling_order_minor = 0", "weights.split_minor"),
        ('[weights]\nlate_day_minor = 0\n[classes.t]\ntarget_percent = "90"', "weights.late_day_minor"),
        ("[classes.t]\nceiling_minor = 100", "classes.t.ceiling_minor"),
        ('[classes.t]\ntarget_percent = "97"', "classes.t.target_percent"),
        ('[classes.t]\npreference = "fastest"\nceiling_minor = 900', "classes.t.preference"),
        ('[scarcity]\npriority = ["t", "t"]\nrule = "priority"', "scarcity.priority"),
        (
            '[scarcity.reserved.a]\npercent = "60"\n[scarcity.reserved.b]\npercent = "60"\nitems = ["X"]',
            "scarcity.reserved",
        ),
        ('[scarcity.reserved.a]\npercent = "100"\n[classes.b]\nwanted_percent = "90"', "scarcity.reserved"),
    ],
)
def test_what_can_be_seen_in_the_file_is_told_with_what_could_give_way(text: str, place: str) -> None:
    (found,) = conflicts(goals(text), Terms(wanted_ppm=950_000))
    assert found.place == place
    assert found.relax
    assert granted(read_goals(GoalsIn.of(goals(text)).model_dump(mode="json"))) == goals(text)
