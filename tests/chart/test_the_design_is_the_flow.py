"""The chart and the flow are one: every function that records a step has its place, every fact completes one step."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

import pytest

from doorstep.chart.design import BESIDE, NODES, SWIMLANES
from doorstep.chart.node import OBJECT_TYPES, Node
from doorstep.chart.ways import WAYS, WAYS_BACK
from doorstep.events.registry import REGISTRY
from doorstep.events.steps import DEPARTMENT, Step
from doorstep.terms.parcel import Milestone
from tests.chart.recorders import flow_files, recorders
from tests.house.source import listed, planted

PART = "is a part of a step that is on the chart"
MANY = "runs steps that are on the chart"
PAST = "books what happened before, or elsewhere, by the facts of the steps that are on the chart"
# Functions that record facts of steps and are no step themselves, and why.
NO_STEP: dict[str, str] = {
    "flow.change.cancel_within": PART,
    "flow.count.count_within": PART,
    "flow.count.let_down": PART,
    "flow.hand_over.handed_over_fact": PART,
    "flow.label_answers.keep": PART,
    "flow.levers.levers_now": "asks what consolidation would come to, and rolls it back",
    "flow.pick.picked_fact": PART,
    "flow.pick.settle": PART,
    "flow.place.place_within": PART,
    "flow.plan_facts.record_plan": PART,
    "flow.release.released_facts": PART,
    "flow.route_out.fail": PART,
    "flow.route_out.tell": PART,
    "flow.score.completed": PART,
    "flow.score.record_score": PART,
    "flow.score.score_if_complete": PART,
    "flow.score.scored_facts": PART,
    "flow.track.take_within": PART,
    "flow.redate.promise_again": "promises anew what stays where it is: the words of a promise complete no step",
    "flow.claims.find_claims": MANY,
    "flow.later.run_due": MANY,
    "flow.later.run_one": MANY,
    "flow.later.run_together": MANY,
    "flow.later.run_until_quiet": MANY,
    "flow.imports.counts.count_to": PAST,
    "flow.imports.run.run_import": PAST,
    "flow.imports.undo.undo_import": PAST,
    "flow.load.load_company": PAST,
    "flow.replay.opening.open_books": PAST,
    "flow.replay.run.play": PAST,
}

Recorders = Mapping[str, Collection[str]]


def unplaced(found: Recorders, nodes: Iterable[Node], no_step: Collection[str]) -> Iterator[str]:
    """Functions of flow that record what completes a step and are neither on the chart nor excused."""
    nodes = list(nodes)
    completing = {kind_of(what) for node in nodes for what in node.completed_by}
    placed = {function for node in nodes for function in node.done_by}
    for function, kinds in found.items():
        told = completing.intersection(kinds)
        if told and function not in placed and function not in no_step:
            yield f"{function} records {', '.join(sorted(told))}: name it in done_by of a step of chart/design.py"
    for function in no_step:
        if function in placed or not completing.intersection(found.get(function, ())):
            yield f"{function} needs no excuse (any more)"


def untrue(found: Recorders, nodes: Iterable[Node]) -> Iterator[str]:
    """What steps say of the flow that is not so."""
    for node in nodes:
        for function in node.done_by:
            if not {kind_of(what) for what in node.completed_by}.intersection(found.get(function, ())):
                yield f"{node.node_id}: {function} is not there, or records nothing that completes the step"
        for what in node.completed_by:
            if not any(kind_of(what) in found.get(function, ()) for function in node.done_by):
                yield f"{node.node_id}: no function of it records {what}"


def unaccounted(nodes: Iterable[Node], beside: Collection[str], steps: Mapping[str, Step]) -> Iterator[str]:
    """Kinds of event of the process that complete no step or several, and words that are no kind."""
    nodes = list(nodes)
    wanted = {what for kind, step in steps.items() if step is not Step.DEFINE for what in whats_of(kind)}
    times = Counter([what for node in nodes for what in node.completed_by] + list(beside))
    yield from (f"{what} completes no step: give it to one, or say in BESIDE why not" for what in wanted - times.keys())
    yield from (f"{what} is no fact of the process" for what in times.keys() - wanted)
    yield from (f"{what} is told {count} times" for what, count in times.items() if count > 1)
    for node in nodes:
        others = {what for what in node.completed_by if steps.get(kind_of(what)) not in (None, node.step)}
        yield from (f"{node.node_id}: {what} is a fact of another step" for what in others)


def whats_of(kind: str) -> list[str]:
    if kind == "ShipmentPlanned":
        return [kind, f"{kind}:replacing"]
    return [f"{kind}:{milestone}" for milestone in Milestone] if kind == "MilestoneReached" else [kind]


def kind_of(what: str) -> str:
    return what.partition(":")[0]


@pytest.fixture(scope="module")
def found() -> Recorders:
    return recorders(flow_files())


@pytest.fixture(scope="module")
def steps() -> Mapping[str, Step]:
    return {kind.__name__: kind.STEP for kind in REGISTRY.kinds()}


def test_every_function_that_records_a_step_has_its_place_on_the_chart(found: Recorders) -> None:
    offences = list(unplaced(found, NODES, NO_STEP))
    assert not offences, listed(offences)


def test_every_step_of_the_chart_is_done_by_functions_that_are_there_and_record_it(found: Recorders) -> None:
    offences = list(untrue(found, NODES))
    assert not offences, listed(offences)
    for function in {function for node in NODES for function in node.done_by}:
        module, _, name = f"doorstep.{function}".rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))


def test_every_fact_of_the_process_completes_exactly_one_step_or_says_why_none(steps: Mapping[str, Step]) -> None:
    offences = list(unaccounted(NODES, BESIDE, steps))
    assert not offences, listed(offences)
    assert all(BESIDE.values())


def test_the_design_is_of_one_piece() -> None:
    ids = {node.node_id for node in NODES}
    assert len(ids) == len(NODES)
    assert {node.department for node in NODES} == set(SWIMLANES) <= set(DEPARTMENT.values())
    assert {step for way in (*WAYS, *WAYS_BACK) for step in way} <= ids
    for node in NODES:
        assert node.handles in ("", *OBJECT_TYPES)
        assert set(node.completed_by) >= node.misses
        assert node.noun or node.handles


def test_a_function_that_records_a_step_beside_the_chart_is_caught(found: Recorders) -> None:
    sneaks = planted(
        "from doorstep.events.fulfilment import Picked\n"
        "def _book(tx): tx.record(Picked())\n"
        "def sneak(office):\n"
        "    def step(tx): _book(tx)\n"
        "    office.store.run(step)\n"
        "def ask(body): return isinstance(body, Picked)\n",
        "flow/sneaking.py",
    )
    more = {**found, **recorders([sneaks])}
    (told,) = set(unplaced(more, NODES, NO_STEP)) - set(unplaced(found, NODES, NO_STEP))
    assert told.startswith("flow.sneaking.sneak records Picked")


def test_an_excuse_that_is_no_longer_needed_is_caught(found: Recorders) -> None:
    told = unplaced(found, NODES, {**NO_STEP, "flow.look.order": PART})
    assert "flow.look.order needs no excuse (any more)" in list(told)


def test_a_step_that_names_what_is_not_there_is_caught(found: Recorders) -> None:
    pick = next(node for node in NODES if node.node_id == "pick")
    wrong = replace(pick, done_by=("flow.pick.confirm_pick", "flow.pick.gone"), completed_by=("Picked", "StockCounted"))
    assert [told.partition(": ")[2] for told in untrue(found, [wrong])] == [
        "flow.pick.gone is not there, or records nothing that completes the step",
        "no function of it records StockCounted",
    ]


def test_a_fact_without_a_step_or_with_two_is_caught(steps: Mapping[str, Step]) -> None:
    pick = next(node for node in NODES if node.node_id == "pick")
    twice = [*NODES, replace(pick, node_id="again", completed_by=("Picked",))]
    assert list(unaccounted(twice, BESIDE, steps)) == ["Picked is told 2 times"]
    assert list(unaccounted(NODES, BESIDE, {**steps, "Shelved": Step.PICK})) == [
        "Shelved completes no step: give it to one, or say in BESIDE why not"
    ]
    assert list(unaccounted(NODES, [*BESIDE, "Shelved"], steps)) == ["Shelved is no fact of the process"]
    assert list(unaccounted(NODES, BESIDE, {**steps, "Picked": Step.PACK})) == [
        "pick: Picked is a fact of another step"
    ]
