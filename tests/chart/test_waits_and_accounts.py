"""What every doing waited for, and where an order's time went: by hand, by a slow second reckoning, by law."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.chart.account import WAITING, WORKING, duration_seconds, spent_by, way_of
from doorstep.chart.columns import Doings
from doorstep.chart.design import NODE_OF_WHAT, NODES, WHATS
from doorstep.chart.groups import NONE
from doorstep.chart.node import EVERYTHING, OBJECT_TYPES, SETBACKS
from doorstep.chart.waits import ends, flow_of, right_first_time, went_back
from tests.chart.logs import WHOLE_WAY, Told, doings, steps, told


def waits(*facts: Told) -> dict[str, tuple[str, int]]:
    """By step: the step it waited for, and how long (of the last doing of each)."""
    made = doings(*facts)
    flow, names = flow_of(made), steps(made)
    return {
        name: (names[before] if before != NONE else "", int(wait))
        for name, before, wait in zip(names, flow.before, flow.wait, strict=True)
    }


def test_each_step_waits_from_what_it_waited_for_to_its_start() -> None:
    assert waits(*WHOLE_WAY) == {
        "promise": ("", 0),
        "clear": ("promise", 100),
        "plan": ("clear", 60),
        "release": ("plan", 840),
        "pick": ("release", 500),
        "pack": ("pick", 500),
        "ask_label": ("pack", 0),
        "buy_label": ("ask_label", 10),
        "hand_over": ("buy_label", 6_490),
        "first_scan": ("hand_over", 11_000),
        "transit": ("transit", 30_000),
        "deliver": ("transit", 10_000),
        "score": ("deliver", 60),
    }


def test_two_tasks_wait_for_the_release_not_for_one_another_and_packing_for_the_later() -> None:
    made = doings(*WHOLE_WAY)
    flow, names = flow_of(made), steps(made)
    picks = [row for row, name in enumerate(names) if name == "pick"]
    assert [int(flow.wait[row]) for row in picks] == [300, 500]
    pack = names.index("pack")
    assert flow.before[pack] == picks[1]
    assert flow.apart[pack] == 300  # the first task stood on the bench so long before the second


def test_what_another_shipment_of_the_order_does_delays_nobody() -> None:
    other = [told("WaveReleased", 1_100, "o1", "f2"), told("Picked", 2_100, "o1", "f2", "t3")]
    planned = [told("ShipmentPlanned", 160, "o1", "f1", "f2")]
    facts = sorted([*WHOLE_WAY[:2], *planned, *WHOLE_WAY[3:], *other], key=lambda fact: fact.at)
    assert waits(*facts)["pack"] == ("pick", 500)


def test_a_wave_of_two_orders_is_two_doings_that_wait_each_for_its_own_plan() -> None:
    made = doings(
        told("OrderPlaced", 0, "o1"),
        told("OrderPlaced", 0, "o2"),
        told("ShipmentPlanned", 10, "o1", "f1"),
        told("ShipmentPlanned", 40, "o2", "f2"),
        told("WaveReleased", 100, "o1", "o2", "f1", "f2"),
    )
    flow = flow_of(made)
    assert [(name, int(wait)) for name, wait in zip(steps(made), flow.wait, strict=True) if name == "release"] == [
        ("release", 90),
        ("release", 60),
    ]
    assert made.order.tolist() == sorted(made.order.tolist())
    assert steps(made) == ["promise", "plan", "release"] * 2


def test_a_short_pick_is_planned_again_from_when_it_was_found_short() -> None:
    facts = [
        *WHOLE_WAY[:5],
        told("PickedShort", 1_700, "o1", "f1", "t2", started=1_500),
        told("ParcelPacked", 2_500, "o1", "f1", "p1", started=2_200),
        told("ShipmentPlanned", 3_000, "o1", "f2"),
    ]
    assert waits(*facts)["plan"] == ("pick", 1_300)
    made = doings(*facts)
    right = right_first_time(made, flow_of(made))
    assert [name for name, ok in zip(steps(made), right, strict=True) if not ok] == ["pick"]


def test_a_plan_that_is_changed_though_it_stood_kept_nobody_waiting_and_the_floor_waits_from_the_first() -> None:
    changed = told("ShipmentPlanned:replacing", 500, "o1", "f2")
    facts = [*WHOLE_WAY[:3], changed, told("WaveReleased", 1_000, "o1", "f2"), told("Picked", 1_400, "o1", "f2", "t1")]
    found = waits(*facts)
    assert (found["plan"], found["replan"]) == (("clear", 60), ("plan", 0))
    assert found["release"] == ("plan", 840)
    made = doings(*facts)
    (end,) = ends(made)
    flow, names = flow_of(made), steps(made)
    assert "replan" not in [names[span.doing] for span in way_of(made, flow, int(end))]
    assert sum(span.seconds for span in way_of(made, flow, int(end))) == 1_400
    (end,) = ends(doings(*facts[:4]))
    assert names[int(end)] == "plan"  # what is planned waits for its release from then on


def test_a_plan_that_is_changed_because_the_order_was_waits_for_that_as_any_plan_does() -> None:
    changed = told("DateChanged", 400, "o1")
    again = told("ShipmentPlanned:replacing", 500, "o1", "f2", "f3")
    assert waits(*WHOLE_WAY[:3], changed, again)["plan"] == ("change", 100)
    assert "replan" not in waits(*WHOLE_WAY[:3], changed, again)


def test_a_score_given_before_the_parcel_came_keeps_no_parcel_waiting() -> None:
    late = [*WHOLE_WAY[:-3], told("PromiseBroken", 85_000, "o1"), *WHOLE_WAY[-2:]]
    assert waits(*late)["deliver"] == ("transit", 40_000)


def test_what_a_carrier_tells_again_counts_as_told_last_and_what_it_takes_back_not_at_all() -> None:
    again = [
        *WHOLE_WAY,
        told("MilestoneReached:accepted", 19_000, "o1", "f1", "p1"),
        told("MilestoneReached:out_for_delivery", 91_000, "o1", "f1", "p1", withdrawn=True),
    ]
    found = waits(*again)
    assert steps(doings(*again)).count("transit") == 1
    assert found["first_scan"] == ("hand_over", 10_000)
    assert found["deliver"] == ("transit", 40_000)


def test_facts_of_one_step_about_one_object_at_one_instant_are_one_doing() -> None:
    made = doings(*WHOLE_WAY, told("PromiseBroken", 90_060, "o1"))
    assert steps(made).count("score") == 1
    assert not made.right[steps(made).index("score")]


def test_work_that_goes_straight_back_is_told() -> None:
    facts = [
        told("OrderPlaced", 0, "o1", department="sales"),
        told("ShipmentPlanned", 10, "o1", "f1", department="planning"),
        told("WaveReleased", 20, "o1", "f1", department="warehouse"),
        told("PickedShort", 30, "o1", "f1", "t1", department="warehouse"),
        told("ShipmentPlanned", 50, "o1", "f2", department="planning"),
    ]
    made = doings(*facts)
    back = went_back(made, flow_of(made))
    assert [name for name, went in zip(steps(made), back, strict=True) if went] == ["release"]


def test_what_is_taken_back_next_was_not_right_first_time() -> None:
    facts = [
        *WHOLE_WAY[:7],
        told("ParcelUnpacked", 2_600, "o1", "f1", "p1"),
        told("ParcelPacked", 2_900, "o1", "f1", "p2"),
    ]
    made = doings(*facts)
    right = right_first_time(made, flow_of(made))
    packs = [bool(ok) for name, ok in zip(steps(made), right, strict=True) if name == "pack"]
    assert packs == [False, True]


def test_a_change_comes_before_what_it_took_back_in_the_same_instant() -> None:
    undone = told("TasksCancelled", 1_200, "o1", "f1", "t1", "t2")
    facts = [*WHOLE_WAY[:4], undone, told("OrderCancelled", 1_200, "o1")]
    assert waits(*facts)["take_back"] == ("change", 0)
    made = doings(*facts)
    assert right_first_time(made, flow_of(made)).all()  # nobody's work was bad, and so was no change


def test_an_order_s_time_is_told_stretch_by_stretch() -> None:
    made = doings(*WHOLE_WAY)
    (end,) = ends(made)
    spans = way_of(made, flow_of(made), int(end))
    names = steps(made)
    assert [(span.kind, names[span.doing], span.seconds) for span in spans][:8] == [
        (WAITING, "clear", 100),
        (WAITING, "plan", 60),
        (WAITING, "release", 840),
        (WAITING, "pick", 500),
        (WORKING, "pick", 200),
        (WAITING, "pack", 500),
        (WORKING, "pack", 300),
        (WAITING, "buy_label", 10),
    ]
    assert sum(span.seconds for span in spans) == 90_060


def test_a_label_voided_late_does_not_lengthen_the_order() -> None:
    made = doings(*WHOLE_WAY, told("LabelVoided", 200_000, "o1", "p1"))
    (end,) = ends(made)
    assert steps(made)[int(end)] == "score"


# -- by law: any journal, however odd --------------------------------------------------------------------------------


@st.composite
def journals(draw: st.DrawFn) -> list[Told]:
    """Facts of up to three orders with up to two fulfilments, tasks and parcels each, in any order at any time."""
    facts = [told("OrderPlaced", draw(st.integers(0, 5)), f"o{order}") for order in range(draw(st.integers(1, 3)))]
    for number in range(draw(st.integers(0, 25))):
        order = draw(st.integers(0, len(facts) - 1)) % 3
        if order >= sum(fact.what == "OrderPlaced" for fact in facts):
            order = 0
        what = draw(st.sampled_from([w for w, node in zip(WHATS, NODE_OF_WHAT, strict=True) if NODES[node].handles]))
        handled = NODES[NODE_OF_WHAT[WHATS.index(what)]].handles
        part, piece = f"f{order}{draw(st.integers(0, 1))}", draw(st.integers(0, 1))
        touched = {
            "order": (f"o{order}",),
            "fulfilment": (f"o{order}", part),
            "task": (f"o{order}", part, f"t{part}{piece}"),
            "parcel": (f"o{order}", part, f"p{part}{piece}"),
        }[handled]
        at = draw(st.integers(0, 60))
        facts.append(told(what, at, *touched, started=at - draw(st.integers(0, 12)) if number % 2 else None))
    return facts


def slowly(made: Doings) -> list[int]:
    """What each doing waited for, by looking at all that came before it, one by one."""
    found = []
    for row in range(len(made)):
        mine = NODES[made.node[row]]
        same_order = [one for one in range(row) if made.order[one] == made.order[row]]
        wanted = [one for one in same_order if _waited_for(made, row, one, mine.gathers)]
        before = max(wanted or same_order, default=NONE)
        if mine.amends or (before != NONE and NODES[made.node[before]].amends):
            until = row if mine.amends else before
            before = max(one for one in same_order if one < until and NODES[made.node[one]].node_id == "plan")
        found.append(before)
    return found


def _waited_for(made: Doings, row: int, one: int, gathers: str) -> bool:
    mine, theirs = NODES[made.node[row]], NODES[made.node[one]]
    if made.object[one] == made.object[row]:
        return True
    if gathers == EVERYTHING:
        return bool(made.node[one] != made.node[row])
    if gathers == SETBACKS and (not made.right[one] or theirs.undoes):
        return True
    level = OBJECT_TYPES[made.level[one]]
    if level not in mine.waits_for or not theirs.leads_on:
        return False
    return level == "order" or bool(made.fulfilment[one] == made.fulfilment[row] != NONE)


def _of_doing(facts: Sequence[Told]) -> Doings:
    return doings(*facts)


@given(journals())
@settings(max_examples=200)
def test_columns_find_what_a_slow_search_finds(facts: list[Told]) -> None:
    made = _of_doing(facts)
    assert flow_of(made).before.tolist() == slowly(made)


@given(journals())
@settings(max_examples=200)
def test_every_order_is_accounted_for_to_the_second(facts: list[Told]) -> None:
    made = _of_doing(facts)
    flow, last = flow_of(made), ends(made)
    assert len(last) == len(set(made.order.tolist()))
    total = 0
    for end in last.tolist():
        spans = way_of(made, flow, end)
        assert all(span.seconds > 0 for span in spans)
        assert all(one.begins + one.seconds == after.begins for one, after in pairwise(spans))
        assert sum(span.seconds for span in spans) == duration_seconds(made, end)
        total += duration_seconds(made, end)
    spent = spent_by(made, flow, last, len(NODES), 9)
    assert spent.total_seconds == total
    assert np.sum(spent.waiting_by_department + spent.working_by_department) == total
