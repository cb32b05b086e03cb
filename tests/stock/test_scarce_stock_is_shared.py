"""Too little for all: each rule serves whom it says, no unit is given twice, none is left that somebody could use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stock.scarcity import Claim, kept_for_others, served_first, share_out
from doorstep.terms.goals import Reserve, Rule, Scarcity

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def claim(
    name: str, units: int, customer_class: str = "", hour: int = 0, earned: int = 0, whole: bool = False
) -> Claim:
    return Claim(name, units, customer_class, MONDAY + timedelta(hours=hour), earned, whole)


ADA = claim("ada", 4, "homeowner", hour=1, earned=4_000)
BEN = claim("ben", 6, "trade", hour=2, earned=30_000)
CLEO = claim("cleo", 2, "retail", hour=3, earned=8_000)
ALL = [CLEO, ADA, BEN]


def test_who_was_promised_first_is_served_first() -> None:
    assert share_out(ALL, 7, Scarcity()) == {"ada": 4, "ben": 3, "cleo": 0}


def test_classes_are_served_in_the_order_stated_and_others_after_them() -> None:
    assert share_out(ALL, 7, Scarcity(Rule.PRIORITY, ("retail", "trade"))) == {"cleo": 2, "ben": 5, "ada": 0}


def test_a_fair_share_is_in_proportion_to_what_is_wanted() -> None:
    assert share_out(ALL, 6, Scarcity(Rule.FAIR_SHARE)) == {"ada": 2, "ben": 3, "cleo": 1}
    assert share_out(ALL, 7, Scarcity(Rule.FAIR_SHARE)) == {"ada": 2, "ben": 4, "cleo": 1}


def test_by_margin_who_leaves_most_over_for_each_unit_is_served_first() -> None:
    assert [each.order_id for each in served_first(ALL, Scarcity(Rule.MARGIN))] == ["ben", "cleo", "ada"]
    assert share_out(ALL, 7, Scarcity(Rule.MARGIN)) == {"ben": 6, "cleo": 1, "ada": 0}


def test_what_is_reserved_for_a_class_is_its_own_and_the_rest_goes_by_the_rule() -> None:
    reserved = Scarcity(reserves=(Reserve("retail", ppm=500_000), Reserve("trade", units=1)))
    assert share_out(ALL, 4, reserved) == {"cleo": 2, "ben": 1, "ada": 1}
    other = Scarcity(reserves=(Reserve("retail", units=2, item_ids=("TEA",)),))
    assert share_out(ALL, 4, other, "MUG") == {"ada": 4, "ben": 0, "cleo": 0}
    assert share_out(ALL, 4, other, "TEA") == {"cleo": 2, "ada": 2, "ben": 0}


def test_an_order_that_is_sent_whole_gets_all_or_gives_way() -> None:
    whole = [claim("ada", 4, whole=True), claim("ben", 3, hour=1), claim("cleo", 3, hour=2, whole=True)]
    assert share_out(whole, 3, Scarcity()) == {"ada": 0, "ben": 3, "cleo": 0}
    assert share_out(whole, 6, Scarcity(Rule.FAIR_SHARE)) == {"ada": 0, "ben": 3, "cleo": 0}
    assert share_out(whole, 7, Scarcity(Rule.FAIR_SHARE)) == {"ada": 4, "ben": 3, "cleo": 0}


def test_what_others_have_reserved_is_not_promised_until_they_have_it() -> None:
    reserves = (Reserve("trade", ppm=300_000), Reserve("retail", units=5, item_ids=("TEA",)))
    assert kept_for_others(10, {}, "homeowner", reserves, "MUG") == 3
    assert kept_for_others(10, {"trade": 2}, "homeowner", reserves, "MUG") == 1
    assert kept_for_others(10, {"trade": 4}, "homeowner", reserves, "TEA") == 5
    assert kept_for_others(10, {}, "trade", reserves, "MUG") == 0


CLASSES = ("", "homeowner", "trade", "retail")
claims = st.lists(
    st.builds(
        claim,
        st.just("x"),
        st.integers(1, 30),
        st.sampled_from(CLASSES),
        st.integers(0, 5),
        st.integers(-500, 50_000),
        st.booleans(),
    ),
    max_size=9,
).map(lambda found: [Claim(f"ord{i}", *(getattr(c, n) for n in Claim.__slots__[1:])) for i, c in enumerate(found)])
policies = st.builds(
    Scarcity,
    st.sampled_from(Rule),
    st.permutations(CLASSES).map(tuple),
    st.lists(st.builds(Reserve, st.sampled_from(CLASSES), st.integers(0, 10**6), st.integers(0, 20)), max_size=3).map(
        tuple
    ),
)


@given(claims, st.integers(0, 120), policies)
def test_no_unit_is_given_twice_and_none_is_left_that_somebody_could_use(
    wanted: list[Claim], units: int, policy: Scarcity
) -> None:
    shares = share_out(wanted, units, policy)
    left = units - sum(shares.values())
    assert left >= 0
    for each in wanted:
        assert 0 <= shares[each.order_id] <= each.units
        if each.whole:
            assert shares[each.order_id] in (0, each.units)
            assert shares[each.order_id] == each.units or left < each.units or policy.rule is Rule.FAIR_SHARE
        else:
            assert shares[each.order_id] == each.units or not left
    assert shares == share_out(wanted[::-1], units, policy)


@given(claims, st.integers(0, 120))
def test_who_gives_way_to_a_part_is_never_before_who_was_served(wanted: list[Claim], units: int) -> None:
    """Without reserves a ranked rule serves a run of claims whole; only what is sent whole is passed over."""
    shares = share_out(wanted, units, Scarcity())
    parts = [claim for claim in served_first(wanted, Scarcity()) if not claim.whole]
    unserved = False
    for each in parts:
        assert not (unserved and shares[each.order_id])
        unserved = unserved or shares[each.order_id] < each.units


@pytest.mark.parametrize("rule", list(Rule))
def test_where_there_is_enough_everybody_gets_all(rule: Rule) -> None:
    assert share_out(ALL, 12, Scarcity(rule)) == {"ada": 4, "ben": 6, "cleo": 2}
