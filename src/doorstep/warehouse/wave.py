"""Releasing: every reserved unit gets a bin, and every bin a pick task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from doorstep.events.fulfilment import FulfilmentLine, PickTask
from doorstep.events.stock import Hold


@dataclass(frozen=True, slots=True)
class ToRelease:
    """A fulfilment order with its lines and the reservations of its order at its site (on hand, in no bin yet)."""

    fulfilment_id: str
    order_id: str
    lines: tuple[FulfilmentLine, ...]
    reservations: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class BinStock:
    """`free` units of an item and lot in a bin that nobody is to pick."""

    place_id: str
    item_id: str
    lot: str
    free: int


@dataclass(frozen=True, slots=True)
class Wave:
    """Pick tasks, the holds that moved to their bins, and the fulfilment orders left out: their bins are empty."""

    tasks: tuple[PickTask, ...]
    ended: tuple[Hold, ...]
    made: tuple[Hold, ...]
    released: tuple[str, ...]
    left_out: tuple[str, ...]


def plan_wave(fulfilments: Sequence[ToRelease], bins: Sequence[BinStock], new_id: Callable[[str], str]) -> Wave:
    """Give each fulfilment order its bins, in the order given; one that cannot have them all is left out whole.

    A bin that can serve a reservation alone is taken before several are; of those, the emptiest, so that bins run out.
    """
    free: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for stock in bins:
        free[stock.item_id, stock.lot][stock.place_id] = stock.free
    reservations: dict[str, list[Hold]] = {f.order_id: list(f.reservations) for f in fulfilments}
    tasks: list[PickTask] = []
    ended: list[Hold] = []
    made: list[Hold] = []
    released: list[str] = []
    left_out: list[str] = []
    for fulfilment in fulfilments:
        picks = _picks(fulfilment, reservations[fulfilment.order_id], free)
        if picks is None:
            left_out.append(fulfilment.fulfilment_id)
            continue
        released.append(fulfilment.fulfilment_id)
        for hold, units in _by_hold(picks).items():
            ended.append(hold)
            reservations[fulfilment.order_id].remove(hold)
            rest = hold.quantity - sum(quantity for _, quantity in units)
            if rest:
                kept = replace(hold, hold_id=new_id("hld"), quantity=rest)
                reservations[fulfilment.order_id].append(kept)
                made.append(kept)
            for place_id, quantity in units:
                allocated = replace(hold, hold_id=new_id("hld"), quantity=quantity, place_id=place_id)
                made.append(allocated)
                tasks.append(_task(fulfilment, allocated, new_id("tsk")))
                free[hold.item_id, hold.lot][place_id] -= quantity
    # A remainder made for one fulfilment order may have been taken up by the next: it was never kept.
    passing = {hold.hold_id for hold in made} & {hold.hold_id for hold in ended}
    return Wave(
        tuple(tasks),
        tuple(hold for hold in ended if hold.hold_id not in passing),
        tuple(hold for hold in made if hold.hold_id not in passing),
        tuple(released),
        tuple(left_out),
    )


_Pick = tuple[Hold, str, int]


def _picks(
    fulfilment: ToRelease, reservations: Sequence[Hold], free: Mapping[tuple[str, str], Mapping[str, int]]
) -> list[_Pick] | None:
    """(reservation, bin, units) for every line; None where reservations or bins do not suffice."""
    left = {hold.hold_id: hold.quantity for hold in reservations}
    bins = {key: dict(units) for key, units in free.items()}
    picks: list[_Pick] = []
    for line in fulfilment.lines:
        wanted = line.quantity
        for hold in reservations:
            if (hold.line_no, hold.item_id) != (line.line_no, line.item_id):
                continue
            taken = min(wanted, left[hold.hold_id])
            found = _from_bins(bins.get((hold.item_id, hold.lot), {}), taken)
            if sum(quantity for _, quantity in found) < taken:
                return None
            left[hold.hold_id] -= taken
            wanted -= taken
            for place_id, quantity in found:
                bins[hold.item_id, hold.lot][place_id] -= quantity
                picks.append((hold, place_id, quantity))
        if wanted:
            return None
    return picks


def _from_bins(bins: Mapping[str, int], wanted: int) -> list[tuple[str, int]]:
    """Bins and units that make up `wanted`, as few bins as a greedy walk finds; less where they do not suffice."""
    alone = [(units, place_id) for place_id, units in bins.items() if units >= wanted > 0]
    if alone:
        return [(min(alone)[1], wanted)]
    found = []
    for units, place_id in sorted(((units, place_id) for place_id, units in bins.items()), reverse=True):
        if wanted <= 0 or units <= 0:
            break
        found.append((place_id, min(units, wanted)))
        wanted -= units
    return found


def _by_hold(picks: Sequence[_Pick]) -> dict[Hold, list[tuple[str, int]]]:
    grouped: dict[Hold, list[tuple[str, int]]] = {}
    for hold, place_id, quantity in picks:
        grouped.setdefault(hold, []).append((place_id, quantity))
    return grouped


def _task(fulfilment: ToRelease, hold: Hold, task_id: str) -> PickTask:
    return PickTask(
        task_id=task_id,
        fulfilment_id=fulfilment.fulfilment_id,
        order_id=fulfilment.order_id,
        line_no=hold.line_no,
        item_id=hold.item_id,
        quantity=hold.quantity,
        place_id=hold.place_id,
        lot=hold.lot,
        hold_id=hold.hold_id,
    )
