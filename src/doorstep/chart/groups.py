"""Places of rows in groups that stand together, in whole columns: the first, the one before, the last of a kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]
Flags = NDArray[np.bool_]
NONE = -1


def first_of_group(*keys: Column) -> Column:
    """For each row of sorted keys the place of the first with the same keys."""
    starts = np.zeros(len(keys[0]), dtype=np.bool_)
    starts[:1] = True
    for key in keys:
        starts[1:] |= key[1:] != key[:-1]
    return np.maximum.accumulate(np.where(starts, np.arange(len(starts)), 0))


def run_starts(nodes: Column, first: Column) -> Column:
    """For each row the place where the unbroken run of doings of its step, inside its group, begins."""
    places = np.arange(len(nodes), dtype=np.int64)
    starts = places == first
    starts[1:] |= nodes[1:] != nodes[:-1]
    return np.maximum.accumulate(np.where(starts, places, 0))


def last_before(places: Column, wanted: Flags, first: Column) -> Column:
    """For each place the last one before it, in its group, that is wanted; else NONE."""
    last = np.maximum.accumulate(np.where(wanted, places, NONE))
    shifted = np.concatenate(([NONE], last[:-1]))
    found: Column = np.where(shifted >= first, shifted, NONE)
    return found


def previous_same(keys: Column) -> Column:
    """For each row the one before it with the same key; else NONE."""
    found = np.full(len(keys), NONE, dtype=np.int64)
    by_key = np.argsort(keys, kind="stable")
    same = keys[by_key][1:] == keys[by_key][:-1]
    found[by_key[1:][same]] = by_key[:-1][same]
    return found
