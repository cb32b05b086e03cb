"""What another solver found is reckoned as our own plans are, from the question alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import planning_highs
from doorstep.planning.joint.check_sourced import check_sourced
from doorstep.planning.joint.sourcing import Sourced, Sourcing


def question() -> Sourcing:
    """Two orders, of two lines and of one, at two sites by two services."""
    return Sourcing(
        order_ptr=np.array([0, 2, 3], np.int64),
        line_item=np.array([0, 1, 1], np.int64),
        line_quantity=np.array([2, 1, 3], np.int64),
        item_mg=np.array([123_459, 700_003], np.int64),
        stock=np.array([[2, 0], [1, 3]], np.int64),
        room=np.array([9, 9], np.int64),
        fixed_minor=np.array([[[100, 150], [90, 160]], [[80, 40], [70, 60]]], np.int64),
        per_kg_minor=np.array([[31, 77], [11, 13]], np.int64),
        zone=np.array([[0, 1], [1, 0]], np.int64),
        unit_minor=np.array([3, 2], np.int64),
        backorder_minor=500,
    )


@pytest.mark.parametrize(
    ("sites", "services"),
    [((0, 0, 1), ((0, -1), (-1, 1))), ((0, 1, -1), ((1, 0), (-1, -1))), ((-1, -1, -1), ((-1, -1), (-1, -1)))],
)
def test_what_a_plan_costs_is_what_the_checker_reckons(
    sites: tuple[int, ...], services: tuple[tuple[int, ...], ...]
) -> None:
    line_site, service = np.array(sites, np.int64), np.array(services, np.int64)
    mills = planning_highs.cost_mills(question(), line_site, service)
    plan = Sourced(line_site, service, mills, 0)
    assert check_sourced(question(), plan) == []
    assert check_sourced(question(), replace(plan, cost_mills=mills + 1)) != []


def test_without_a_python_that_has_it_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(planning_highs.PEERS, raising=False)
    assert planning_highs.solved(question(), 1) is None
