"""What the catalogue says of how goods may be packed is obeyed from the plan to the bench."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorstep.flow.master import define_company, define_items
from doorstep.terms.parcel import Side
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, company_file, granted, refused

Said = dict[str, dict[str, Any]]
ITEMS = {item.item_id: item for item in company_file().items}


def parcels_of(shop: Shop, said: Said, *wanted: tuple[str, int]) -> list[dict[str, int]]:
    """What lies in each parcel of an order when the catalogue says so of its items."""
    granted(define_items(shop.office, CLERK, [replace(ITEMS[name], **rules) for name, rules in said.items()]))
    shop.to_the_bench(*wanted)
    told = [
        {each.item_id: each.quantity for each in parcel.contents} for done in shop.pack_all() for parcel in done.parcels
    ]
    return sorted(told, key=sorted)


def test_goods_of_two_groups_share_no_parcel(shop: Shop) -> None:
    apart: Said = {"MUG": {"keep_apart": "kitchen"}, "TEA": {"keep_apart": "food"}}
    assert parcels_of(shop, apart, ("MUG", 1), ("TEA", 1)) == [{"MUG": 1}, {"TEA": 1}]


def test_classes_that_the_company_separates_share_no_parcel(shop: Shop) -> None:
    granted(define_company(shop.office, CLERK, replace(company_file().company, separated=(("liquid", "paper"),))))
    said: Said = {"MUG": {"classes": ("liquid",)}, "TEA": {"classes": ("paper", "dry")}}
    assert parcels_of(shop, said, ("MUG", 1), ("TEA", 1)) == [{"MUG": 1}, {"TEA": 1}]


def test_a_class_cannot_be_separated_from_itself(shop: Shop) -> None:
    wrong = replace(company_file().company, separated=(("liquid", "liquid"),))
    refused(define_company(shop.office, CLERK, wrong), Why.MALFORMED, "keep_apart")


def test_what_bears_little_stands_on_top(shop: Shop) -> None:
    """Two teas weigh 360 g, a mug bears 300: the mug is never beneath both."""
    said: Said = {"MUG": {"fragile": False, "most_on_top_g": 300}, "TEA": {}}
    assert parcels_of(shop, said, ("MUG", 2), ("TEA", 3)) == [{"MUG": 2, "TEA": 3}]


@pytest.mark.parametrize(
    ("item_id", "rules", "says"),
    [
        ("MUG", {"most_on_top_g": 500}, "fragile says that nothing may stand on it"),
        ("MUG", {"fragile": False, "most_on_top_g": -1}, "say 0 where nothing may stand on it"),
        ("LAMP", {"up": (Side.WIDTH,)}, "upright says that its height points up"),
        ("TEA", {"own_container": True, "keep_together": "set"}, "cannot be kept together"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(shop: Shop, item_id: str, rules: Any, says: str) -> None:
    refused(define_items(shop.office, CLERK, [replace(ITEMS[item_id], **rules)]), Why.MALFORMED, says)
