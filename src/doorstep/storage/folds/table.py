"""Which function folds which kind of event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events.envelope import Body, Entry
from doorstep.storage.changes import Changes
from doorstep.storage.folds import (
    access,
    collection,
    consolidation,
    exchange,
    fleet,
    fulfilment,
    imports,
    invoices,
    learning,
    legal,
    master,
    nodes,
    orders,
    planning,
    printing,
    shipping,
    stock,
)

Fold = Callable[[Any, Entry, Changes], None]

FOLDS: dict[type[Body], Fold] = {
    **master.FOLDS,
    **stock.FOLDS,
    **orders.FOLDS,
    **fulfilment.FOLDS,
    **shipping.FOLDS,
    **learning.FOLDS,
    **imports.FOLDS,
    **access.FOLDS,
    **printing.FOLDS,
    **invoices.FOLDS,
    **nodes.FOLDS,
    **legal.FOLDS,
    **exchange.FOLDS,
    **consolidation.FOLDS,
    **fleet.FOLDS,
    **collection.FOLDS,
    **planning.FOLDS,
}


def fold(entry: Entry, changes: Changes) -> None:
    """Add to `changes` what the entry means for the tables."""
    FOLDS[type(entry.fact.body)](entry.fact.body, entry, changes)
