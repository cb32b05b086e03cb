"""The world around the example company: what is drawn, when it happens, and that it happens the same way twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doorstep.terms.clock import FalseClock
from doorstep.terms.refusals import Refusal
from doorstep.twin.agenda import Agenda
from doorstep.twin.market import Market
from doorstep.twin.setting import Setting, read_setting

EXAMPLE = Path(__file__).parents[2] / "examples" / "heating_parts"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def setting() -> Setting:
    found = read_setting(EXAMPLE)
    assert not isinstance(found, Refusal), found.says
    return found


def test_what_is_due_at_one_instant_is_done_in_the_order_in_which_it_was_put_down() -> None:
    clock, done = FalseClock(MONDAY), []
    agenda = Agenda(clock)
    agenda.at(MONDAY + timedelta(hours=2), lambda: done.append("late"))
    agenda.at(MONDAY + timedelta(hours=1), lambda: agenda.at(clock.now(), lambda: done.append("then")))
    agenda.at(MONDAY + timedelta(hours=1), lambda: done.append("first"))
    assert agenda.run(MONDAY + timedelta(hours=2)) == 3
    assert done == ["first", "then"]
    assert clock.now() == MONDAY + timedelta(hours=2)


def test_two_weeks_bring_about_fifteen_hundred_orders_of_three_kinds(setting: Setting) -> None:
    wanted = Market(setting.world, setting.company, seed=1).orders(setting.begins_at.date(), 14)
    kinds = Counter(each.kind for each in wanted)
    assert 1_400 < len(wanted) < 1_600
    assert min(kinds["contractor"], kinds["homeowner"]) > 500
    assert 5 <= kinds["retailer"] <= 25
    references = [each.body["reference"] for each in wanted]
    assert len(set(references)) == len(references)


def test_the_same_seed_draws_the_same_orders_and_another_one_others(setting: Setting) -> None:
    first, again, other = (
        Market(setting.world, setting.company, seed).orders(setting.begins_at.date(), 2) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_what_one_kind_of_buyer_draws_leaves_the_others_as_they_were(setting: Setting) -> None:
    alone = setting.world.model_copy(update={"buyers": setting.world.buyers[1:]})
    together = Market(setting.world, setting.company, 1).orders(setting.begins_at.date(), 2)
    without = Market(alone, setting.company, 1).orders(setting.begins_at.date(), 2)
    gone = setting.world.buyers[0].kind
    assert [each for each in together if each.kind != gone] == without


def test_every_item_sold_in_packages_is_ordered_in_whole_ones(setting: Setting) -> None:
    sold_by = {item.item_id: item.sold_by for item in setting.company.items}
    for wanted in Market(setting.world, setting.company, 1).orders(setting.begins_at.date(), 3):
        assert all(line["quantity"] % sold_by[line["item_id"]] == 0 for line in wanted.body["lines"])
