"""Loading the joint plan's compiled core before orders need it."""

from __future__ import annotations

import numpy as np

from doorstep.planning.joint.columns import columns
from doorstep.planning.joint.select import Effort
from doorstep.planning.joint.source import source
from doorstep.planning.joint.sourcing import Sourcing
from doorstep.planning.joint.unit_prices import first_prices


def warm() -> None:
    """Load the kernels, or compile them where this machine never did (a minute, once), so that no plan waits."""
    two, four = np.array([1, 1], np.int64), np.array([2, 1, 1, 2], np.int64)
    question = Sourcing(
        order_ptr=np.array([0, 1, 3, 4], np.int64),
        line_item=np.array([0, 0, 1, 1], np.int64),
        line_quantity=four,
        item_mg=1_000 * two,
        stock=np.array([[2, 1], [1, 2]], np.int64),
        room=3 * two,
        fixed_minor=np.ones((3, 2, 1), np.int64),
        per_kg_minor=np.ones((1, 1), np.int64),
        zone=np.zeros((3, 2), np.int64),
        unit_minor=two,
        backorder_minor=100,
    )
    source(question, Effort(4, 4, 4, 100, 100_000))
    first, second = np.array([0, 2, 4], np.int64), np.array([0, 1], np.int64)
    uses = (np.array([0, 1, 1, 2, 2], np.int64), second)
    table = columns(first, np.array([1, 9, 1, 9], np.int64), uses, (second, 0 * second, two), two[:1])
    first_prices(table, 0 * second[:1], 20, 4)
